"""Measures of a judge's scores, as pure functions of tensors.

The judge gives a probability to each score 1 to 5. From these come the *integer score* (the
most probable one) and the *expected score* (the mean of the distribution). Every measure runs
on the device of its input, works in float64 and returns a 0-d float64 tensor.

With `weights`, float64 (R, N), it is computed for R resamples at once and the result is (R,).
A weight is a whole count: how many times a row was drawn. The result for a resample is that of
the rows repeated by their counts, so a measure of 1000 resamples is a matrix product.

A measure that the data do not define (no rows; for coefficients: a constant input or fewer
than two rows) is NaN: never 0, which would be a result, and never an exception.
"""

from __future__ import annotations

from typing import Protocol

import torch
from torch import Tensor
from torch.nn.functional import one_hot

from autograder.metrics.correlation import pearson, spearman
from autograder.metrics.distribution import expected_calibration_error, ranked_probability_score
from autograder.metrics.inputs import (
    NUM_SCORES,
    check_lengths,
    checked_probabilities,
    checked_scores,
    weighted_mean,
    weighted_sum,
)
from autograder.model.scores import expected_score, integer_score
from autograder.schema import SCORES


def exact_match(preds: Tensor, target: Tensor, weights: Tensor | None = None) -> Tensor:
    """Share of rows whose score is the target.

    Args:
        preds: (N,), whole scores 1 to 5.
        target: (N,), whole scores 1 to 5.
        weights: (R, N) counts of resamples.

    Returns:
        0 to 1; NaN without rows.

    Example:
        >>> exact_match(torch.tensor([1, 2, 3, 4]), torch.tensor([1, 2, 3, 5])).item()
        0.75
    """
    return weighted_mean(near_rows(preds, target, 0), weights)


def within_one(preds: Tensor, target: Tensor, weights: Tensor | None = None) -> Tensor:
    """Share of rows whose score is at most one away from the target.

    Arguments and result are those of `exact_match`.

    Example:
        >>> within_one(torch.tensor([1, 2, 3, 2]), torch.tensor([1, 3, 3, 5])).item()
        0.75
    """
    return weighted_mean(near_rows(preds, target, 1), weights)


def near_rows(preds: Tensor, target: Tensor, distance: int) -> Tensor:
    """1.0 for each score at most `distance` away from its target; (N,)."""
    preds, target = checked_scores(preds, "preds"), checked_scores(target, "target")
    check_lengths(preds, target)
    return ((preds - target).abs() <= distance).double()


def mean_absolute_error(preds: Tensor, target: Tensor, weights: Tensor | None = None) -> Tensor:
    """Mean distance of a score, integer or expected, from the target.

    Args:
        preds: (N,), any dtype.
        target: (N,), any dtype.
        weights: (R, N) counts of resamples.

    Returns:
        0 or more, in score points; NaN without rows.

    Example:
        >>> mean_absolute_error(torch.tensor([4.5, 1.0]), torch.tensor([5, 1])).item()
        0.25
    """
    return weighted_mean(error_rows(preds, target), weights)


def error_rows(preds: Tensor, target: Tensor) -> Tensor:
    """The distance of each score from its target; (N,)."""
    check_lengths(preds, target)
    return (preds.double() - target).abs()


def score_confusion(preds: Tensor, target: Tensor, weights: Tensor | None = None) -> Tensor:
    """How often each score was given for each target.

    Args:
        preds: (N,), whole scores 1 to 5 of any dtype.
        target: (N,), whole scores 1 to 5 of any dtype.
        weights: (R, N) counts of resamples.

    Returns:
        (5, 5), or (R, 5, 5), float64: rows are predicted scores, columns are targets.

    Raises:
        DataError: a value is no score, or the lengths differ.

    Example:
        >>> score_confusion(torch.tensor([1, 5, 5]), torch.tensor([1, 4, 5]))[4].tolist()
        [0.0, 0.0, 0.0, 1.0, 1.0]
    """
    preds, target = checked_scores(preds, "preds"), checked_scores(target, "target")
    check_lengths(preds, target)
    pairs = one_hot((preds - SCORES[0]) * NUM_SCORES + target - SCORES[0], NUM_SCORES**2)
    counts = weighted_sum(pairs.double(), weights)
    return counts.reshape(*counts.shape[:-1], NUM_SCORES, NUM_SCORES)


def quadratic_kappa(preds: Tensor, target: Tensor, weights: Tensor | None = None) -> Tensor:
    """Cohen's kappa, with disagreement weighed by its square (Cohen, 1968).

    Args:
        preds: (N,), whole scores 1 to 5.
        target: (N,), whole scores 1 to 5.
        weights: (R, N) counts of resamples.

    Returns:
        -1 to 1; 0 if only one side is constant, where kappa is defined and means chance; NaN
        if both sides are one and the same constant or there are fewer than two rows.

    Example:
        >>> quadratic_kappa(torch.tensor([1, 2, 3]), torch.tensor([1, 2, 3])).item()
        1.0
    """
    return kappa_of(score_confusion(preds, target, weights))


def kappa_of(confusion: Tensor) -> Tensor:
    scores = torch.arange(NUM_SCORES, dtype=torch.float64, device=confusion.device)
    cost = (scores[:, None] - scores).square()
    num_rows = confusion.sum(dim=(-2, -1))
    given, wanted = confusion.sum(dim=-1), confusion.sum(dim=-2)
    # Whole numbers up to the division, so that "no disagreement by chance" is exactly 0 / 0.
    observed = (cost * confusion).sum(dim=(-2, -1)) * num_rows
    by_chance = (given @ cost * wanted).sum(dim=-1)
    return torch.where(num_rows >= 2, 1 - observed / by_chance, torch.nan)


def most_predicted_share(preds: Tensor, weights: Tensor | None = None) -> Tensor:
    """Share of rows that got the score that is given most often: 1 for a judge stuck on one.

    Args:
        preds: (N,), whole scores 1 to 5.
        weights: (R, N) counts of resamples.

    Returns:
        0.2 to 1; NaN without rows.

    Example:
        >>> most_predicted_share(torch.tensor([5, 5, 5, 1])).item()
        0.75
    """
    return top_share_of(score_confusion(preds, preds, weights))


def top_share_of(confusion: Tensor) -> Tensor:
    return confusion.sum(dim=-1).amax(dim=-1) / confusion.sum(dim=(-2, -1))


class Measure(Protocol):
    """A function of predictions or probabilities, targets, and weights."""

    def __call__(
        self, preds: Tensor, target: Tensor, weights: Tensor | None = None, /
    ) -> Tensor: ...


def _of_integer(measure: Measure) -> Measure:
    def of(probabilities: Tensor, target: Tensor, weights: Tensor | None = None) -> Tensor:
        return measure(integer_score(checked_probabilities(probabilities)), target, weights)

    return of


def _of_expected(measure: Measure) -> Measure:
    def of(probabilities: Tensor, target: Tensor, weights: Tensor | None = None) -> Tensor:
        expected = expected_score(checked_probabilities(probabilities))
        return measure(expected, checked_scores(target, "target"), weights)

    return of


MEASURES: dict[str, Measure] = {
    "ece": expected_calibration_error,
    "exact": _of_integer(exact_match),
    "kappa": _of_integer(quadratic_kappa),
    "mae": _of_integer(mean_absolute_error),
    "mae_expected": _of_expected(mean_absolute_error),
    "pearson": _of_expected(pearson),
    "rps": ranked_probability_score,
    "spearman": _of_expected(spearman),
    "top_share": _of_integer(lambda preds, _, weights=None: most_predicted_share(preds, weights)),
    "within_1": _of_integer(within_one),
}
"""`measure(probabilities, target, weights)` by the keys of `classes.judge_metrics`."""
