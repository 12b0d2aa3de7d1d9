"""Write docs/results.svg from the figures of the default run and the released judges.

The picture stands alone, so it brings its own colours, also for dark pages.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple, cast

from markupsafe import Markup

from autograder.report.drawing import line, mark, picture, tag, text

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs/results.svg"
LEFT, RIGHT, TOP, STEP = 150, 560, 44, 34
STYLE = """
text { font: 14px system-ui, sans-serif; fill: #1f2328; }
.small { font-size: 12px; fill: #59636e; }
.grid { stroke: #d1d9e0; }
.interval { stroke-width: 3; stroke-linecap: round; opacity: .45; }
.series-0 { fill: #0969da; stroke: #0969da; }
.series-1 { fill: #bc4c00; stroke: #bc4c00; }
@media (prefers-color-scheme: dark) {
  text { fill: #f0f6fc; }
  .small { fill: #9198a1; }
  .grid { stroke: #3d444d; }
}
"""
SERIES = ("held-out answers", "kinds of task never trained on")


class Figure(NamedTuple):
    """A Pearson correlation with the labels, and its 95 % interval if there is one."""

    pearson: float
    interval: tuple[float, float] | None


def systems() -> Iterator[tuple[str, list[Figure | None]]]:
    """Released judges, best first, the default run and its baselines, with a figure a series."""
    measured = [(path.parent.name, _read(path)) for path in ROOT.glob("judges/*/metrics.json")]
    measured.sort(key=lambda each: (each[1]["judge"]["pearson"], each[0]), reverse=True)
    default = _read(ROOT / "reports/metrics.json")
    for name, metrics in [*measured, ("default run", default)]:
        low, high = metrics["judge"]["interval"]["pearson"]
        held_out = Figure(metrics["judge"]["pearson"], (low, high))
        yield name, [held_out, Figure(metrics["holdout"]["pearson"], None)]
    for key, name in (
        ("linear_probe", "linear probe"),
        ("base_model", "base model"),
        ("length_only", "length alone"),
    ):
        yield name, [Figure(default["baselines"][key]["pearson"], None), None]


def _read(path: Path) -> dict[str, Any]:
    return cast(dict[str, Any], json.loads(path.read_text(encoding="utf-8")))


def page() -> str:
    def x_of(pearson: float) -> float:
        return LEFT + (RIGHT - LEFT) * max(0.0, pearson)

    rows = list(systems())
    bottom = TOP + STEP * len(rows)
    parts = [tag("style", Markup(STYLE))]
    for at, name in enumerate(SERIES):
        x = LEFT + 150 * at
        parts += [mark(at, x + 6, 18), text(x + 16, 23, name, "start")]
    for tenth in range(0, 11, 2):
        parts.append(line(x_of(tenth / 10), TOP - 8, x_of(tenth / 10), bottom, "grid"))
        parts.append(text(x_of(tenth / 10), bottom + 18, f"{tenth / 10:g}", class_="small"))
    parts.append(
        text(
            (LEFT + RIGHT) / 2,
            bottom + 38,
            "Pearson correlation with the labels; lines are 95 % intervals",
        )
    )
    told = []
    for row, (name, figures) in enumerate(rows):
        y = TOP + STEP * (row + 0.5)
        parts.append(text(LEFT - 12, y + 5, name, "end"))
        for at, figure in enumerate(figures):
            if figure is None:
                continue
            told.append(f"{name}, {SERIES[at]}: {figure.pearson:.2f}")
            level = y - 5 + 10 * at
            if figure.interval:
                low, high = map(x_of, figure.interval)
                parts.append(line(low, level, high, level, f"interval series-{at}"))
            parts.append(mark(at, x_of(figure.pearson), level))
    drawn = picture(
        "results", "How well scores follow the labels", "; ".join(told) + ".",
        bottom + 50, *parts, width=RIGHT + 30,
    )  # fmt: skip
    return str(drawn).replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
