from __future__ import annotations

import itertools
import math
import random

import numpy as np
import pytest
import torch
from sklearn.metrics import roc_auc_score

from autograder.evaluation.measure import measure
from autograder.evaluation.pairs import pair_accuracy
from autograder.schema import Example


def row(item: str, score: int, n: int = 0, rubric: str = "u") -> Example:
    identity = f"{item}/{rubric}/{score}/{n}"
    return Example(identity, item, f"p {item}", f"r {n}", rubric, score, "", "c", 1)


def certain(*scores: int) -> torch.Tensor:
    return torch.nn.functional.one_hot(torch.tensor(scores) - 1, 5).double()


def test_pairs_are_of_one_request_and_of_different_labels() -> None:
    rows = [row("a", 5), row("a", 2), row("b", 1), row("a", 2, 1), row("a", 1, rubric="v"),
            row("b", 4)]  # fmt: skip
    # Right are 5 over each 2 of a; wrong is 4 over 1 of b; the other rubric makes no pair.
    share, _, count = pair_accuracy(certain(5, 1, 3, 4, 1, 2), rows, resamples=10, seed=1)
    assert count == 3
    assert share == pytest.approx(2 / 3)


@pytest.mark.parametrize("seed", range(5))
def test_every_pair_counts_as_it_would_one_by_one(seed: int) -> None:
    rng = random.Random(seed)
    rows = [row(rng.choice("abc"), rng.randint(1, 5), n) for n in range(60)]
    given = [rng.randint(1, 5) for _ in rows]
    won = [
        (a > b) - (a < b) if first.score > second.score else (b > a) - (b < a)
        for (a, first), (b, second) in itertools.combinations(zip(given, rows, strict=True), 2)
        if first.item == second.item and first.score != second.score
    ]
    share, _, count = pair_accuracy(certain(*given), rows, resamples=10, seed=1)
    assert count == len(won)
    assert share == pytest.approx((np.mean(won) + 1) / 2)


def test_ties_count_half() -> None:
    rows = [row("a", 5), row("a", 1), row("b", 4), row("b", 2), row("c", 3), row("c", 1)]
    share, interval, count = pair_accuracy(certain(4, 2, 3, 3, 1, 2), rows, resamples=200, seed=1)
    assert (share, count) == (0.5, 3)
    assert interval.low <= 0.5 <= interval.high


def test_with_one_request_and_two_labels_it_is_the_area_under_the_curve() -> None:
    generator = torch.Generator().manual_seed(0)
    labels = [1, 5] * 20
    rows = [row("a", score, n) for n, score in enumerate(labels)]
    probabilities = torch.randn(40, 5, generator=generator).double().softmax(dim=1)
    expected = (probabilities * torch.arange(1, 6)).sum(dim=1).numpy()
    share, _, count = pair_accuracy(probabilities, rows, resamples=10, seed=1)
    assert count == 400
    assert share == pytest.approx(roc_auc_score(np.array(labels) == 5, expected))


def test_the_interval_draws_whole_items() -> None:
    rows = [row(item, score) for item, score in itertools.product("abcdefgh", (1, 3, 5))]
    probabilities = torch.cat([certain(1, 3, 5) if item in "abcd" else certain(5, 3, 1)
                               for item in "abcdefgh"])  # fmt: skip
    _, interval, count = pair_accuracy(probabilities, rows, resamples=2000, seed=1)
    # Eight items that are right or wrong as a whole: the spread of a binomial with n = 8.
    assert count == 24
    assert interval.low == pytest.approx(0.125)
    assert interval.high == pytest.approx(0.875)


def test_without_a_pair_there_is_no_share() -> None:
    rows = [row("a", 3), row("a", 3, 1), row("b", 5)]
    share, interval, count = pair_accuracy(certain(1, 2, 3), rows, resamples=10, seed=1)
    assert (share, count) == (None, 0)
    assert math.isnan(interval.low)
    found = measure(certain(1, 2, 3), rows, resamples=10, seed=1)
    assert (found.pairs, found.pairs_interval, found.num_pairs) == (None, None, 0)
    assert "pairs" in found.undefined
