"""Which of two answers to one prompt is better: as the labels say, and as a judge does."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import torch
from torch import Tensor

from autograder.evaluation.bootstrap import Interval, bootstrap_interval
from autograder.model.scores import expected_score
from autograder.schema import Example


def pairs(examples: Sequence[Example]) -> list[tuple[int, int]]:
    """The better and the worse of all two answers to one request with different labels."""
    asked: dict[tuple[str, str, str, str], list[int]] = {}
    for at, row in enumerate(examples):
        asked.setdefault((row.item, row.prompt, row.rubric, row.reference), []).append(at)
    return [
        (first, second) if examples[first].score > examples[second].score else (second, first)
        for rows in asked.values()
        for first, second in combinations(rows, 2)
        if examples[first].score != examples[second].score
    ]


def pair_accuracy(
    probabilities: Tensor, examples: Sequence[Example], *, resamples: int, seed: int
) -> tuple[float | None, Interval, int]:
    """Share of pairs in which the better answer has the higher expected score; a tie is half.

    Args:
        probabilities: (N, 5), any float dtype.
        examples: N labelled examples.
        resamples, seed: of the 95 % interval, which draws whole items.

    Returns:
        The share, None without a pair; its interval; the number of pairs.
    """
    found = pairs(examples)
    if not found:
        return None, Interval(float("nan"), float("nan"), 1.0), 0
    expected = expected_score(probabilities)
    better, worse = (expected[torch.tensor(side)] for side in zip(*found, strict=True))
    won = ((better > worse).double() + (better == worse).double() / 2).numpy()
    interval = bootstrap_interval(
        _mean,
        [won],
        groups=[examples[first].item for first, _ in found],
        resamples=resamples,
        seed=seed,
    )
    return float(won.mean()), interval, len(found)


def _mean(values: Tensor, weights: Tensor) -> Tensor:
    return (weights * values).sum(dim=1) / weights.sum(dim=1)
