"""How often the better of two answers to one request has the higher expected score."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from autograder.evaluation.bootstrap import Interval, bootstrap_interval
from autograder.files import finite
from autograder.model.scores import expected_score
from autograder.schema import Example

_NUM_DIGITS = 6


def expected_scores(probabilities: Tensor) -> Tensor:
    """Means of score distributions (N, 5): float64 (N,).

    They are rounded as in a file of predictions: two that differ in the digits behind, which
    depend on machine and batch, are equal.
    """
    return expected_score(probabilities.double()).round(decimals=_NUM_DIGITS)


def pair_accuracy(
    probabilities: Tensor, examples: Sequence[Example], *, resamples: int, seed: int
) -> tuple[float | None, Interval, int]:
    """Share of the pairs that a judge puts in the right order; a tie counts half.

    A pair is two answers to one prompt under one rubric, with one reference, that have different
    labels. The work grows with the number of answers, not of pairs.

    Args:
        probabilities: (N, 5), any float dtype.
        examples: N labelled examples.
        resamples, seed: of the 95 % interval, which draws whole items.

    Returns:
        The share, None without a pair; its interval; the number of pairs.
    """
    expected = expected_scores(probabilities).numpy()
    labels = np.array([example.score for example in examples])
    requests: dict[tuple[str, ...], list[int]] = {}
    for at, row in enumerate(examples):
        requests.setdefault((row.item, row.prompt, row.rubric, row.reference), []).append(at)
    counted = [_won_of(expected[rows], labels[rows]) for rows in requests.values()]
    won, number = (np.array(column, dtype=np.float64) for column in zip(*counted, strict=True))
    interval = bootstrap_interval(
        _share,
        [won, number],
        groups=[item for item, *_ in requests],
        resamples=resamples,
        seed=seed,
    )
    share = won.sum() / number.sum() if number.any() else float("nan")
    return finite(share), interval, int(number.sum())


def _won_of(expected: NDArray[np.float64], labels: NDArray[np.int64]) -> tuple[float, int]:
    """How many pairs are won, and how many there are: Mann-Whitney's U for each two labels."""
    won, number = 0.0, 0
    by_label = [np.sort(expected[labels == label]) for label in np.unique(labels)]
    for place, better in enumerate(by_label):
        for worse in by_label[:place]:
            below, not_above = (np.searchsorted(worse, better, side) for side in ("left", "right"))
            won += float((below + not_above).sum()) / 2
            number += len(better) * len(worse)
    return won, number


def _share(won: Tensor, number: Tensor, weights: Tensor) -> Tensor:
    # A resample without a pair is 0 / 0, which is NaN and counts for nothing.
    return torch.as_tensor(weights @ won / (weights @ number))
