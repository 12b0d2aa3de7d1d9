"""Pictures as inline SVG: no script, no style attribute, colours by the page's classes.

Every picture has a title and a description for a screen reader, and tells its kinds apart by
shape, pattern or text besides colour. Coordinates are those of a phone's width, so that the
words stay readable there.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from autograder.report.drawing import (
    LEFT,
    PLOT,
    RIGHT,
    TOP,
    Point,
    axes,
    line,
    mark,
    picture,
    span,
    tag,
    text,
    thinned,
)
from autograder.report.figures import percent
from autograder.schema import SCORES


@dataclass(frozen=True)
class Series:
    """A named line; `marks` draws a shape at every point."""

    name: str
    points: Sequence[Point]
    marks: bool = True


def confusion(pairs: Sequence[tuple[int, int]]) -> Markup:
    """Labels down, given scores across; the shade is the share of the label's row."""
    counts = {(label, given): 0 for label in SCORES for given in SCORES}
    for pair in pairs:
        counts[pair] += 1
    size, left, top = 50, 84, 42
    parts = [text(left + size * 2.5, 14, "given score")]
    for score in SCORES:
        middle = (score - 0.5) * size
        parts.append(text(left + middle, 34, str(score), class_="strong"))
        parts.append(text(left - 10, top + middle + 4, f"label {score}", "end", "strong"))
    for (label, given), count in counts.items():
        total = sum(counts[label, other] for other in SCORES)
        x, y = left + (given - 1) * size, top + (label - 1) * size
        shade = 0.5 * count / total if total else 0.0
        box = {"x": x + 1.5, "y": y + 1.5, "width": size - 3, "height": size - 3, "rx": 4}
        parts.append(tag("rect", class_="shade", fill_opacity=round(shade, 3), **box))
        kind = "cell right" if label == given else "cell"
        parts.append(tag("rect", class_=kind, **box))
        parts.append(text(x + size / 2, y + size / 2 + 5, f"{count:,}", class_="count"))
    rows = [
        f"label {label}: " + ", ".join(f"{counts[label, given]} given {given}" for given in SCORES)
        for label in SCORES
    ]
    return picture("confusion", "Confusion matrix", "; ".join(rows) + ".", 300, *parts)


def reliability(bins: Sequence[tuple[float, float, int]]) -> Markup:
    """Accuracy over confidence; on the diagonal the confidence is right."""
    frame, x_of, y_of = axes((0.0, 1.0), (0.0, 1.0), percent=True)
    most = max((count for _, _, count in bins), default=1)
    dots = [
        tag(
            "circle",
            cx=x_of(confidence),
            cy=y_of(accuracy),
            r=3 + 8 * math.sqrt(count / most),
            class_="dot",
        )
        for confidence, accuracy, count in bins
    ]
    path = " ".join(f"{x_of(c):.1f},{y_of(a):.1f}" for c, a, _ in bins)
    parts = [
        line(x_of(0), y_of(0), x_of(1), y_of(1), "ideal"),
        text(x_of(0.98), y_of(0.03), "dashed: confidence is right", "end", "small"),
        tag("polyline", points=path, class_="line series-0"),
        *dots,
        text((LEFT + RIGHT) / 2, TOP + PLOT + 34, "share right, over confidence"),
    ]
    words = [f"confidence {percent(c)}: right {percent(a)} of {n:,} answers" for c, a, n in bins]
    return picture(
        "reliability", "Reliability diagram", "; ".join(words) + ".", 244, *frame, *parts
    )


def distribution(shares: Mapping[str, Mapping[int, float]]) -> Markup:
    """Share of each score, as labelled, as given and by probability."""
    high = max((share for kind in shares.values() for share in kind.values()), default=1.0)
    top = min(1.0, math.ceil(high * 10 + 0.2) / 10)
    frame, _, y_of = axes((0.0, 1.0), (0.0, top), percent=True, with_x=False)
    stripes = tag("path", d="M0 6 L6 0 M-1 1 L1 -1 M5 7 L7 5", class_="stripe")
    hatch = {"id": "hatch", "width": 6, "height": 6, "patternUnits": "userSpaceOnUse"}
    frame.append(tag("defs", tag("pattern", stripes, **hatch)))
    room = (RIGHT - LEFT) / len(SCORES)
    width = (room - 8) / max(len(shares), 1)
    parts = []
    for score in SCORES:
        start = LEFT + (score - 1) * room + 4
        parts.append(text(start + (room - 8) / 2, TOP + PLOT + 18, str(score), class_="strong"))
        for at, kind in enumerate(shares.values()):
            share = kind[score]
            x, y = start + at * width, y_of(share)
            height = TOP + PLOT - y
            box = {"x": x + 0.5, "y": y, "width": width - 1, "height": height}
            parts.append(tag("rect", class_=f"bar bar-{at}", **box))
            parts.append(text(x + width / 2, y - 3, f"{share * 100:.0f}", class_="tiny"))
    for at, name in enumerate(shares):
        x = LEFT + at * 100
        parts.append(
            tag("rect", x=x, y=TOP + PLOT + 30, width=14, height=11, class_=f"bar bar-{at}")
        )
        parts.append(text(x + 19, TOP + PLOT + 40, name, "start"))
    words = [
        f"{name}: " + ", ".join(f"score {score} {percent(kind[score])}" for score in SCORES)
        for name, kind in shares.items()
    ]
    return picture(
        "distribution", "Score distribution", "; ".join(words) + ".", 252, *frame, *parts
    )


def curves(key: str, title: str, series: Sequence[Series], across: str) -> Markup:
    """Lines over the training's steps; None of them where there are no points."""
    shown = [one for one in series if one.points]
    if not shown:
        return Markup("")
    xs = [x for one in shown for x, _ in one.points]
    ys = [y for one in shown for _, y in one.points]
    frame, x_of, y_of = axes(span([0.0, *xs]), span([0.0, *ys]))
    parts: list[str] = []
    for at, one in enumerate(shown):
        points = [(x_of(x), y_of(y)) for x, y in thinned(one.points)]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        parts.append(tag("polyline", points=path, class_=f"line series-{at}"))
        if one.marks:
            parts += [mark(at, x, y) for x, y in points]
        x, y = LEFT + (at % 2) * 150, TOP + PLOT + 52 + (at // 2) * 18
        parts.append(line(x, y - 4, x + 24, y - 4, f"line series-{at}"))
        if one.marks:
            parts.append(mark(at, x + 12, y - 4))
        parts.append(text(x + 30, y, one.name, "start"))
    parts.append(text((LEFT + RIGHT) / 2, TOP + PLOT + 34, across))
    words = []
    for one in shown:
        (x0, y0), (x1, y1) = one.points[0], one.points[-1]
        low, high = span([y for _, y in one.points])
        words.append(
            f"{one.name}: {y0:.3f} at {x0:g}, {y1:.3f} at {x1:g}, between {low:.3f} and {high:.3f}"
        )
    height = TOP + PLOT + 44 + 18 * math.ceil(len(shown) / 2)
    return picture(key, title, "; ".join(words) + ".", height, *frame, *parts)


def bars(key: str, probabilities: Sequence[float], label: int, given: int) -> Markup:
    """One distribution: five small bars that name the label and the given score."""
    parts = []
    for score, share in zip(SCORES, probabilities, strict=True):
        y = (score - 1) * 20
        words = [percent(share)]
        words += ["given"] * (score == given) + ["label"] * (score == label)
        kind = "bar bar-0" if score == label else "bar bar-1" if score == given else "bar rest"
        parts += [
            text(8, y + 14, str(score), class_="strong"),
            tag("rect", x=20, y=y + 3, width=max(0.5, 140 * share), height=14, class_=kind),
            text(26 + 140 * share, y + 14, " · ".join(words), "start"),
        ]
    words = [f"score {s} {percent(p)}" for s, p in zip(SCORES, probabilities, strict=True)]
    title = f"Probabilities: label {label}, given {given}"
    return picture(key, title, ", ".join(words) + ".", 102, *parts, width=300)
