"""Variance between prompts, rubrics, and the same answers under several rubrics."""

from __future__ import annotations

import random
from collections import Counter
from itertools import combinations

import numpy as np
import pytest
from scipy.stats import f_oneway

from autograder.checks.faults import texts_of
from autograder.checks.repeats import SameAnswers, same_answers
from autograder.checks.spread import frequent_rubrics, rubric_figures, score_variance
from autograder.schema import Example


def row(
    number: int, prompt: str, score: int, rubric: str = "Right?", response: str = ""
) -> Example:
    return Example(
        f"r{number}",
        f"r{number}",
        prompt,
        response or f"Answer {number}",
        rubric,
        score,
        "",
        "c",
        1,
    )


def random_rows(number: int, rubrics: int = 1) -> list[Example]:
    rng = random.Random(number)
    return [
        row(at, f"Prompt {rng.randrange(9)}", rng.randint(1, 5), f"Rubric {rng.randrange(rubrics)}")
        for at in range(number)
    ]


def test_the_share_between_prompts_is_that_of_the_analysis_of_variance() -> None:
    examples = random_rows(60)
    figures = score_variance(examples, texts_of(examples))
    groups: dict[str, list[int]] = {}
    for each in examples:
        groups.setdefault(each.prompt, []).append(each.score)
    # F = (between / (k - 1)) / (within / (n - k)), with between + within = 1.
    ratio = f_oneway(*groups.values()).statistic * (len(groups) - 1) / (60 - len(groups))
    assert figures.between == pytest.approx(ratio / (1 + ratio), abs=1e-4)
    assert figures.total == pytest.approx(np.var([each.score for each in examples]), abs=1e-4)
    assert figures.num_prompts == len(groups)


def test_a_group_is_a_prompt_however_it_is_written_and_whatever_its_item() -> None:
    examples = [row(1, "Who?", 1), row(2, " who", 2), row(3, "What?", 4), row(4, "What", 5)]
    figures = score_variance(examples, texts_of(examples))
    assert figures.num_prompts == 2
    assert figures.between == pytest.approx(2.25 / 2.5)
    examples[1] = row(2, "who", 2, "Polite?")
    figures = score_variance(examples, texts_of(examples))
    assert figures.between == pytest.approx(2.25 / 2.5)
    assert figures.between_items == pytest.approx((1.5**2 * 2 + 2**2 + 1) / 10)


def test_what_chance_puts_between_prompts() -> None:
    rng = random.Random(2)
    examples = random_rows(60)
    texts = texts_of(examples)
    expected = score_variance(examples, texts).by_chance
    shares: list[float] = []
    for _ in range(300):
        scores = rng.sample([each.score for each in examples], 60)
        shuffled = [
            row(at, each.prompt, score)
            for at, (each, score) in enumerate(zip(examples, scores, strict=True))
        ]
        shares.append(score_variance(shuffled, texts).between or 0.0)
    assert expected == pytest.approx(np.mean(shares), abs=0.01)


def test_scores_without_spread_have_no_share() -> None:
    examples = [row(1, "Who?", 3), row(2, "What?", 3)]
    figures = score_variance(examples, texts_of(examples))
    assert (figures.total, figures.between, figures.between_items) == (0, None, None)
    assert score_variance(examples[:1], texts_of(examples[:1])).by_chance is None


def test_rubrics_are_counted() -> None:
    examples = random_rows(101, rubrics=12)
    figures = rubric_figures(texts_of(examples))
    counts = Counter(each.rubric for each in examples)
    assert figures.number == len(counts) == 12
    assert figures.median_rows == np.median(list(counts.values()))
    assert figures.with_ten_rows == sum(count >= 10 for count in counts.values())
    assert figures.largest_share == pytest.approx(max(counts.values()) / 101, abs=1e-4)


def test_frequent_rubrics_are_named_as_written_and_cut() -> None:
    long = "Is it\nPolite? " + "x" * 80
    examples = [row(at, f"P{at}", 3, f"Rubric {at}") for at in range(480)]
    examples += [row(500 + at, f"P{at}", 4, long) for at in range(11)]
    examples += [row(600 + at, f"P{at}", 4, "Short" if at else "SHORT!") for at in range(12)]
    (first, second) = frequent_rubrics(examples, texts_of(examples))
    assert first.lower().startswith("'short")
    assert first.endswith("on 2.4%")
    assert second.startswith("'Is it Polite? xx")
    assert second.endswith("x\N{HORIZONTAL ELLIPSIS}' on 2.2%")
    few = examples[-499:]
    assert frequent_rubrics(few, texts_of(few)) == []


def test_same_answers_are_counted_in_pairs() -> None:
    rng = random.Random(4)
    examples = [
        row(at, f"P{rng.randrange(4)}", rng.randint(1, 5), f"R{at % 3}", f"A{rng.randrange(5)}")
        for at in range(60)
    ]
    pairs = [
        (one, two)
        for one, two in combinations(examples, 2)
        if (one.prompt, one.response) == (two.prompt, two.response) and one.rubric != two.rubric
    ]
    found = same_answers(examples, texts_of(examples))
    assert found.num_pairs == len(pairs)
    assert found.num_answers == len({(one.prompt, one.response) for one, _ in pairs})
    different = sum(one.score != two.score for one, two in pairs) / len(pairs)
    assert found.different == pytest.approx(different, abs=1e-4)
    assert same_answers(examples[:1], texts_of(examples[:1])) == SameAnswers(0, 0, None)
