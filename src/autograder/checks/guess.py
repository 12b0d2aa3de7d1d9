"""How well some features of a row predict its score: ridge regression, cross-validated by item."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.linalg import lsqr

from autograder.checks.chance import folds, most_frequent
from autograder.schema import SCORES, Example

_LEAST_ROWS = 50


@dataclass(frozen=True)
class GuessFigures:
    """What a guesser who sees nothing but some features gets right in a group of examples.

    Attributes:
        num_examples: in the group.
        chance: share of the most frequent score, 0 to 1: right without any feature.
        accuracy: share of scores guessed right, 0 to 1; None for fewer than 50 examples or two
            items.
        correlation: Pearson's r of the expected and the true score; None where `accuracy` is, or
            where one of the two is constant.
    """

    num_examples: int
    chance: float
    accuracy: float | None
    correlation: float | None


def guess(examples: Sequence[Example], features: csr_array, purpose: str) -> GuessFigures:
    """Predict scores from features alone.

    Each score's indicator is regressed on the features, with a penalty of 1 on the squared
    weights, from the four fifths of the items without the example's own. The guess is the score
    with the largest value.

    Args:
        examples: of which there is at least one.
        features: (examples, features), of about unit size.
        purpose: seeds the folds.
    """
    chance = most_frequent(examples)
    fold_of, num_folds = folds(examples, purpose)
    if len(examples) < _LEAST_ROWS or num_folds < 2:
        return GuessFigures(len(examples), chance, None, None)
    scores = np.array([row.score for row in examples])
    is_score = (scores[:, None] == np.array(SCORES)).astype(float)
    fold = np.array(fold_of)
    values = np.empty_like(is_score)
    for number in range(num_folds):
        known = fold != number
        values[~known] = _ridge(features[known], is_score[known], features[~known])
    # Rounded, so that the least significant bits, which differ by machine, break no tie.
    guessed = np.array(SCORES)[values.round(6).argmax(axis=1)]
    expected = (values @ np.array(SCORES)).round(6)
    r = None
    if len(set(expected.tolist())) > 1 and len(set(scores.tolist())) > 1:
        r = round(float(np.corrcoef(expected, scores)[0, 1]), 4)
    return GuessFigures(len(examples), chance, round(float((guessed == scores).mean()), 4), r)


def _ridge(known: csr_array, targets: np.ndarray, unknown: csr_array) -> np.ndarray:
    """What (rows, 5) targets of known features say of unknown ones; their mean is unpenalised."""
    mean = targets.mean(axis=0)
    weights = [lsqr(known, column, damp=1.0)[0] for column in (targets - mean).T]
    return np.asarray(mean + unknown @ np.stack(weights, axis=1))
