"""SVG elements, axes and marks that the pictures are made of."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import count, takewhile

from markupsafe import Markup, escape

WIDTH = 360
LEFT, RIGHT, TOP, PLOT = 44, 338, 14, 190
"""The plot: its left, right and top edge, and its height."""
_MOST_POINTS = 200
Point = tuple[float, float]
Scale = Callable[[float], float]


def tag(name: str, *children: str, **attributes: object) -> Markup:
    pairs = Markup("").join(
        Markup(' {}="{}"').format(key.rstrip("_").replace("_", "-"), _written(value))
        for key, value in attributes.items()
    )
    inside = Markup("").join(escape(child) for child in children)
    return Markup("<{0}{1}>{2}</{0}>").format(name, pairs, inside)


def _written(value: object) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def text(x: float, y: float, words: str, anchor: str = "middle", class_: str = "") -> Markup:
    return tag("text", words, x=float(x), y=float(y), text_anchor=anchor, class_=class_)


def line(x1: float, y1: float, x2: float, y2: float, class_: str) -> Markup:
    return tag("line", x1=float(x1), y1=float(y1), x2=float(x2), y2=float(y2), class_=class_)


def picture(
    key: str, title: str, description: str, height: int, *children: str, width: int = WIDTH
) -> Markup:
    return tag(
        "svg",
        tag("title", title, id=f"{key}-title"),
        tag("desc", description, id=f"{key}-desc"),
        *children,
        viewBox=f"0 0 {width} {height}",
        role="img",
        aria_labelledby=f"{key}-title {key}-desc",
    )


def axes(
    across: Point, up: Point, *, percent: bool = False, with_x: bool = True
) -> tuple[list[Markup], Scale, Scale]:
    """Grid lines with their numbers, and what turns values into coordinates.

    Args:
        across, up: lowest and highest value of the x and the y axis.
        percent: the axes are shares.
        with_x: draw the x axis's numbers.
    """

    def x_of(value: float) -> float:
        return LEFT + (RIGHT - LEFT) * (value - across[0]) / (across[1] - across[0])

    def y_of(value: float) -> float:
        return TOP + PLOT * (1 - (value - up[0]) / (up[1] - up[0]))

    def words(value: float) -> str:
        return f"{value:.0%}".replace("%", " %") if percent else f"{value:g}"

    parts = []
    for value in ticks(*up):
        parts.append(line(LEFT, y_of(value), RIGHT, y_of(value), "grid"))
        parts.append(text(LEFT - 6, y_of(value) + 4, words(value), "end", "small"))
    # Steps and epochs are whole.
    named = [v for v in ticks(*across) if percent or v == round(v)] if with_x else []
    for value in named:
        parts.append(line(x_of(value), TOP + PLOT, x_of(value), TOP + PLOT + 4, "grid"))
        parts.append(text(x_of(value), TOP + PLOT + 17, words(value), class_="small"))
    return parts, x_of, y_of


def ticks(low: float, high: float) -> list[float]:
    """Round numbers from low to high, at most seven.

    Example:
        >>> ticks(0, 1), ticks(0, 137)
        ([0.0, 0.2, 0.4, 0.6, 0.8, 1.0], [0, 20, 40, 60, 80, 100, 120])
    """
    rough = (high - low) / 6
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(step for step in (1, 2, 5, 10) if step * power >= rough * (1 - 1e-9)) * power
    first = math.ceil(low / step - 1e-9)
    inside = takewhile(lambda at: at * step <= high + step * 1e-9, count(first))
    return [round(at * step, 12) for at in inside]


def span(values: Sequence[float]) -> Point:
    """Lowest and highest value, never the same."""
    low, high = min(values), max(values)
    return (low, high) if low < high else (low - 0.5, high + 0.5)


def thinned(points: Sequence[Point]) -> list[Point]:
    """At most a few hundred points: of each stretch its mean."""
    size = math.ceil(len(points) / _MOST_POINTS)
    stretches = [points[start : start + size] for start in range(0, len(points), size or 1)]
    return [
        (sum(x for x, _ in part) / len(part), sum(y for _, y in part) / len(part))
        for part in stretches
    ]


def mark(at: int, x: float, y: float) -> Markup:
    """A shape of its own for each series: circle, square, triangle, diamond."""
    r, class_ = 4.0, f"mark series-{at}"
    if at % 4 == 0:
        return tag("circle", cx=x, cy=y, r=r, class_=class_)
    shapes = (
        ((-r, -r), (r, -r), (r, r), (-r, r)),
        ((0.0, -r), (r, r), (-r, r)),
        ((0.0, -r - 1), (r + 1, 0.0), (0.0, r + 1), (-r - 1, 0.0)),
    )
    path = " ".join(f"{x + dx:.1f},{y + dy:.1f}" for dx, dy in shapes[at % 4 - 1])
    return tag("polygon", points=path, class_=class_)
