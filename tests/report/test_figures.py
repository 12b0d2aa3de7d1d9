"""Figures in words, and the parts of pictures."""

from __future__ import annotations

import pytest

from autograder.config import Config, LoraConfig
from autograder.metrics.classes import LOWER_IS_BETTER
from autograder.report import figures
from autograder.report.drawing import thinned, ticks
from autograder.report.results_page import changes


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("exact", 0.7, "70.0 %"),
        ("exact", 0.6996, "69.9 %"),
        ("exact", 0.8999, "89.9 %"),
        ("exact", 0.7004, "70.0 %"),
        ("pearson", 0.7996, "0.799"),
        ("spearman", -0.25, "\N{MINUS SIGN}0.250"),
        ("mae", 0.5004, "0.501"),
        ("mae", 0.4996, "0.500"),
        ("mae", 1.0, "1.000"),
        ("within_1", 0.99996, "100.0 %"),
    ],
)
def test_no_figure_is_rounded_over_its_target(name: str, value: float, shown: str) -> None:
    assert figures.number(name, value) == shown


@pytest.mark.parametrize(
    ("name", "value", "bounds", "words"),
    [
        ("exact", 0.6999, None, "misses the target of 70 %"),
        ("exact", 0.65, [0.6, 0.7], "misses the target of 70 %; the interval also holds values"),
        ("exact", 0.75, [0.72, 0.8], "reaches the target of 70 %, misses 90 % (excellent)"),
        ("mae", 0.5, [0.4, 0.6], "reaches the target of 0.5; the interval also holds values that"),
        ("mae", 0.51, [0.505, 0.6], "misses the target of 0.5"),
        ("mae", 0.51, [0.45, 0.6], "misses the target of 0.5; the interval also holds values"),
    ],
)
def test_targets_in_words(name: str, value: float, bounds: list[float] | None, words: str) -> None:
    said = figures.target_words(figures.TARGETS[name], value, bounds)
    assert said.startswith(words)
    assert (";" in said) == (";" in words)


@pytest.mark.parametrize(
    ("name", "bounds", "words"),
    [
        ("exact", (0.01, 0.2), "better"),
        ("exact", (-0.2, -0.01), "worse"),
        ("exact", (0.0, 0.2), "not shown to be better"),
        ("mae", (-0.2, -0.01), "better"),
        ("rps", (0.01, 0.2), "worse"),
        ("rps", None, "not shown to be better"),
    ],
)
def test_gains_in_words(name: str, bounds: tuple[float, float] | None, words: str) -> None:
    assert figures.gain_words(name, bounds) == words


def test_differences_and_notes() -> None:
    assert figures.difference("exact", 0.1234) == "+12.3 points"
    assert figures.difference("mae", -0.0001) == "0.000"
    assert figures.difference_between("exact", [-0.1, 0.1]) == "\N{MINUS SIGN}10.0 to +10.0 points"
    notes = figures.Notes()
    assert "&lt;b&gt;" in notes.undefined("<b>")
    assert notes.undefined("other") != notes.undefined("<b>")
    assert notes.reasons == ["<b>", "other"]


@pytest.mark.parametrize(
    ("low", "high"), [(0, 1), (0, 0.3), (-1, 1), (0, 137), (0, 1e6), (0.2, 0.21)]
)
def test_ticks_are_few_and_inside(low: float, high: float) -> None:
    found = ticks(low, high)
    assert 2 <= len(found) <= 7
    assert all(low - 1e-9 <= value <= high * (1 + 1e-9) for value in found)


def test_long_curves_are_thinned() -> None:
    points = [(float(x), 1.0) for x in range(100_001)]
    few = thinned(points)
    assert len(few) <= 200
    assert {y for _, y in few} == {1.0}
    assert thinned(points[:5]) == points[:5]
    assert thinned([]) == []


def test_changed_parameters() -> None:
    assert changes(Config()) == []
    config = Config(seed=3, lora=LoraConfig(alpha=8, targets=("q_proj",)))
    names = {name: value for name, value, _ in changes(config)}
    assert names == {"seed": "3", "lora.alpha": "8", "lora.targets": "q_proj"}


def test_which_way_is_better_is_that_of_the_metrics() -> None:
    """The page is drawn without torch, so it cannot ask the classes."""
    assert LOWER_IS_BETTER & set(figures.NAMES) == figures.LOWER_IS_BETTER
