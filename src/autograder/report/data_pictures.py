"""Pictures of a data set, in the manner of `pictures`: its sources, their scores, lengths."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence

from markupsafe import Markup

from autograder.report.drawing import (
    LEFT,
    PLOT,
    RIGHT,
    TOP,
    WIDTH,
    axes,
    line,
    picture,
    tag,
    text,
)
from autograder.report.figures import percent
from autograder.schema import SCORES
from autograder.terminal import printable

Counts = Mapping[str, Mapping[int, int]]
"""For each source the number of examples of each score."""
_MOST_ROWS = 24
_MOST_LETTERS = 20
_BARS = 138  # where they begin, right of the names
_ROW = 22
_FULL = 160.0  # length of the longest bar
_ROOM_FOR_WORDS = 16
Shares = Mapping[str, tuple[float | None, float | None]]
"""For each source a share, and the share that chance would make of it; None: undefined."""


def sources(counts: Counts) -> Markup:
    """Each source's share of the set as a bar, the largest first."""
    rows = _largest(counts)
    sizes = [sum(by_score) for _, by_score in rows]
    total, most = sum(sizes), max(sizes)
    parts, words = [], []
    for at, ((name, _), count) in enumerate(zip(rows, sizes, strict=True)):
        y = 4 + at * _ROW
        width, share = _FULL * count / most, percent(count / total)
        parts += [
            text(_BARS - 8, y + 14, name, "end"),
            tag("rect", x=_BARS, y=y + 2, width=width, height=16, class_="bar bar-0"),
            text(_BARS + width + 6, y + 14, share, "start"),
        ]
        words.append(f"{name}: {share}, {count:,} examples")
    title = "Share of each source"
    return picture("sources", title, "; ".join(words) + ".", 6 + len(rows) * _ROW, *parts)


def scores_by_source(counts: Counts) -> Markup:
    """Each source's scores as parts of one bar, 1 at its left end, with their shares in percent."""
    rows = _largest(counts)
    width = WIDTH - 4 - _BARS
    parts = []
    for at, score in enumerate(SCORES):
        x = _BARS + at * width / len(SCORES)
        parts += _shaded(x, 2, 14, at)
        parts.append(text(x + 19, 14, str(score), "start", "strong"))
    words = []
    for row, (name, by_score) in enumerate(rows):
        y, x = 24 + row * _ROW, float(_BARS)
        parts.append(text(_BARS - 8, y + 14, name, "end"))
        for at, count in enumerate(by_score):
            part = width * count / sum(by_score)
            parts += _shaded(x, y + 2, part, at)
            if part >= _ROOM_FOR_WORDS:
                share = f"{100 * count / sum(by_score):.0f}"
                parts.append(text(x + part / 2, y + 14, share))
            x += part
        shown = zip(SCORES, by_score, strict=True)
        words.append(f"{name}: " + ", ".join(f"{count:,} of score {s}" for s, count in shown))
    height = 26 + len(rows) * _ROW
    return picture("scores", "Scores of each source", "; ".join(words) + ".", height, *parts)


def _shaded(x: float, y: float, width: float, at: int) -> list[Markup]:
    """A box for a score, darker the higher it is; numbers stay readable on it."""
    box = {"x": float(x), "y": y, "width": float(width), "height": 16}
    opacity = round(0.04 + 0.115 * at, 3)
    return [
        tag("rect", class_="shade", fill_opacity=opacity, **box),
        tag("rect", class_="cell", **box),
    ]


def variance_by_source(shares: Shares) -> Markup:
    """The share of each source's variance that lies between prompts; a line is that of chance."""
    parts, words = [], []
    rows, others = _first(shares)
    for row, (name, (share, chance)) in enumerate(rows):
        y = 4 + row * _ROW
        told = "undefined" if share is None else percent(share)
        width = _FULL * (share or 0.0)
        parts.append(text(_BARS - 8, y + 14, name, "end"))
        parts.append(
            tag("rect", x=_BARS, y=y + 2, width=float(width), height=16, class_="bar bar-0")
        )
        if chance is not None:
            x = _BARS + _FULL * chance
            parts.append(line(x, y, x, y + 20, "line series-1"))
        end = max(width, _FULL * (chance or 0.0))
        parts.append(text(_BARS + end + 6, y + 14, told, "start"))
        words.append(f"{name}: {told}" + (f", by chance {percent(chance)}" if chance else ""))
    if others:
        y = 4 + len(rows) * _ROW
        told = f"at most {percent(rows[-1][1][0] or 0.0)} each"
        parts.append(text(_BARS - 8, y + 14, f"{others:,} others", "end"))
        parts.append(text(_BARS + 6, y + 14, told, "start"))
        words.append(f"{others:,} others: {told}")
    height = 6 + (len(rows) + bool(others)) * _ROW
    title = "Variance between prompts"
    return picture("variance", title, "; ".join(words) + ".", height, *parts)


def _first(shares: Shares) -> tuple[list[tuple[str, tuple[float | None, float | None]]], int]:
    """The sources with the largest shares, under short names, and how many others there are."""
    rows = sorted(shares.items(), key=lambda row: (-(row[1][0] or 0.0), row[0]))
    kept = rows if len(rows) <= _MOST_ROWS else rows[: _MOST_ROWS - 1]
    return [(_short(name), values) for name, values in kept], len(rows) - len(kept)


def lengths(words: Mapping[int, Sequence[int]]) -> Markup:
    """A box for each score: the middle half of the lengths, the median, and 5 to 95 %."""
    boxes = {score: _percentiles(values) for score, values in words.items() if values}
    top = 1.1 * max(box[-1] for box in boxes.values())
    frame, _, y_of = axes((0.0, 1.0), (0.0, top), with_x=False)
    room = (RIGHT - LEFT) / len(SCORES)
    parts, told = [], []
    for score, (low, lower, middle, upper, high) in boxes.items():
        x = LEFT + (score - 0.5) * room
        box = {"x": x - 13, "y": y_of(upper), "width": 26, "height": y_of(lower) - y_of(upper)}
        parts += [
            line(x, y_of(low), x, y_of(high), "line series-0"),
            *(line(x - 6, y_of(end), x + 6, y_of(end), "line series-0") for end in (low, high)),
            tag("rect", class_="bar bar-0", **box),
            line(x - 13, y_of(middle), x + 13, y_of(middle), "line series-0"),
            text(x + 17, y_of(middle) + 4, f"{middle:g}", "start", "small"),
        ]
        told.append(
            f"score {score}: median {middle:g} words, half have {lower:g} to {upper:g}, "
            f"nine in ten {low:g} to {high:g}"
        )
    for score in SCORES:
        x = LEFT + (score - 0.5) * room
        parts.append(text(x, TOP + PLOT + 18, str(score), class_="strong"))
    parts.append(text((LEFT + RIGHT) / 2, TOP + PLOT + 36, "words of the response, by score"))
    title = "Response length by score"
    return picture("lengths", title, "; ".join(told) + ".", 246, *frame, *parts)


def _largest(counts: Counts) -> list[tuple[str, list[int]]]:
    """The largest sources under short names, the others as one row."""
    rows = sorted(counts.items(), key=lambda row: (-sum(row[1].values()), row[0]))
    kept = rows if len(rows) <= _MOST_ROWS else rows[: _MOST_ROWS - 1]
    shown = [(_short(name), [by_score.get(s, 0) for s in SCORES]) for name, by_score in kept]
    others = [by_score for _, by_score in rows[len(kept) :]]
    if others:
        sums = [sum(by_score.get(score, 0) for by_score in others) for score in SCORES]
        shown.append((f"{len(others):,} others", sums))
    return shown


def _short(name: str) -> str:
    visible = printable(name)
    return visible if len(visible) <= _MOST_LETTERS else f"{visible[: _MOST_LETTERS - 1]}…"


def _percentiles(values: Sequence[int]) -> tuple[float, float, float, float, float]:
    """5, 25, 50, 75 and 95 %, interpolated between neighbours."""
    # A single value is its own neighbour.
    known = values if len(values) > 1 else [*values, *values]
    cuts = statistics.quantiles(known, n=20, method="inclusive")
    return cuts[0], cuts[4], cuts[9], cuts[14], cuts[18]
