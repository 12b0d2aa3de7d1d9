"""The data card's pictures: boxes by numpy's percentiles, bars by their counts."""

from __future__ import annotations

import re

import numpy as np
import pytest

from autograder.report import data_pictures
from report.page import plain


def described(svg: str) -> str:
    return plain("".join(re.findall(r"<desc.*?</desc>", svg)))


def test_boxes_are_percentiles() -> None:
    generator = np.random.default_rng(5)
    lengths = {score: generator.integers(3, 90, 37).tolist() for score in (1, 2, 4, 5)}
    svg = data_pictures.lengths(lengths | {3: []})
    for score, values in lengths.items():
        low, lower, middle, upper, high = np.percentile(values, [5, 25, 50, 75, 95])
        words = (
            f"score {score}: median {middle:g} words, half have {lower:g} to {upper:g}, "
            f"nine in ten {low:g} to {high:g}"
        )
        assert words in described(svg)
    assert "score 3" not in described(svg)
    boxes = [float(height) for height in re.findall(r'class="bar bar-0".*?height="([\d.]+)"', svg)]
    spreads = [np.subtract(*np.percentile(values, [75, 25])) for values in lengths.values()]
    assert np.allclose(np.divide(boxes, boxes[0]), np.divide(spreads, spreads[0]), atol=0.01)
    assert "median 7 words, half have 7 to 7" in described(data_pictures.lengths({4: [7]}))


def test_bars_are_as_long_as_their_counts() -> None:
    counts = {"small": {1: 1, 2: 2}, "large": {1: 30, 2: 10, 3: 0, 4: 5, 5: 5}}
    widths = [float(w) for w in re.findall(r'width="([\d.]+)"', data_pictures.sources(counts))]
    assert widths == [160, pytest.approx(160 * 3 / 50, abs=0.01)]
    grid = data_pictures.scores_by_source(counts)
    shaded = re.findall(
        r'width="([\d.]+)" height="16" class="shade"|class="shade".*?width="([\d.]+)"', grid
    )
    widths = [float(one or other) for one, other in shaded][5:]  # after the legend
    expected = [0.6, 0.2, 0, 0.1, 0.1, 1 / 3, 2 / 3, 0, 0, 0]
    assert np.allclose(np.divide(widths, sum(widths) / 2), expected, atol=0.001)
    assert re.findall(r'class="">(\d+)<', grid) == ["60", "20", "10", "10", "33", "67"]
    assert "large: 30 of score 1, 10 of score 2, 0 of score 3" in described(grid)
    told = described(data_pictures.sources(counts))
    assert told == "large: 94.3 %, 50 examples; small: 5.7 %, 3 examples."


def test_many_sources_with_long_names_fit() -> None:
    counts = {f"\x1b a source with a long name {n}": {1: n} for n in range(1, 41)}
    svg = data_pictures.sources(counts)
    assert svg.count("<rect") == 24
    assert "17 others: 18.7 %, 153 examples" in described(svg)
    assert "\x1b" not in svg
    names = re.findall(r'text-anchor="end" class="">(.*?)<', svg)
    assert names == ["\\x1b a source with \N{HORIZONTAL ELLIPSIS}"] * 23 + ["17 others"]


def test_variance_is_drawn_beside_chance() -> None:
    shares = {"low": (0.0, 0.2), "high": (0.75, 0.25), "constant": (None, None)}
    svg = data_pictures.variance_by_source(shares)
    assert described(svg) == (
        "high: 75.0 %, by chance 25.0 %; constant: undefined; low: 0.0 %, by chance 20.0 %."
    )
    assert "others" not in svg
    widths = [float(width) for width in re.findall(r'width="([\d.]+)"', svg)]
    assert widths == [120, 0, 0]
    (first, _), (second, _) = re.findall(r'x1="([\d.]+)".*?x2="([\d.]+)"', svg)
    starts = {float(x) for x in re.findall(r'<rect x="([\d.]+)"', svg)}
    assert [float(first) - min(starts), float(second) - min(starts)] == [40, 32]


def test_sources_that_have_no_room_are_counted_with_the_most_that_they_can_have() -> None:
    shares = {f"source {n:02}": (n / 100, 0.5) for n in range(1, 41)}
    svg = data_pictures.variance_by_source(shares)
    told = described(svg)
    assert told.startswith("source 40: 40.0 %, by chance 50.0 %; ")
    assert told.endswith("source 18: 18.0 %, by chance 50.0 %; 17 others: at most 18.0 % each.")
    assert svg.count("<rect") == 23
    (height,) = re.findall(r'viewBox="0 0 \d+ ([\d.]+)"', svg)
    assert float(height) == 6 + 24 * 22
    whole = data_pictures.variance_by_source(dict(list(shares.items())[:24]))
    assert "others" not in whole
    assert whole.count("<rect") == 24
