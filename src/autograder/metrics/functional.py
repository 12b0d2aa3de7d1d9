"""Measures of a judge's scores, as pure functions of tensors.

The judge gives a probability to each score 1 to 5. From these come the *integer score* (the
most probable one) and the *expected score* (the mean of the distribution). Every measure runs
on the device of its input, works in float64 and returns a 0-d float64 tensor.

A measure that the data do not define (no rows; for coefficients: a constant input or fewer
than two rows) is NaN: never 0, which would be a result, and never an exception.

Why not torchmetrics throughout (1.9): its `spearman_corrcoef` gives 0 for a constant input and
adds 1e-6 to the denominator; its `pearson_corrcoef` gives a number for a float32 constant such
as 3.1, warns about others, and fails on no rows.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torchmetrics.functional.regression import mean_absolute_error as _torchmetrics_mae
from torchmetrics.functional.regression import pearson_corrcoef

from autograder.metrics.distribution import (
    calibration_bins,
    expected_calibration_error,
    ranked_probability_score,
)
from autograder.metrics.inputs import (
    NUM_SCORES,
    check_lengths,
    checked_scores,
    expected_score,
    integer_score,
)
from autograder.schema import SCORES

__all__ = [
    "calibration_bins",
    "exact_match",
    "expected_calibration_error",
    "expected_score",
    "integer_score",
    "mean_absolute_error",
    "most_predicted_share",
    "pearson",
    "quadratic_kappa",
    "ranked_probability_score",
    "score_confusion",
    "spearman",
    "within_one",
]


def score_confusion(preds: Tensor, target: Tensor) -> Tensor:
    """How often each score was given for each target.

    Args:
        preds: (N,), whole scores 1 to 5 of any dtype.
        target: (N,), whole scores 1 to 5 of any dtype.

    Returns:
        (5, 5), int64: rows are predicted scores, columns are targets.

    Raises:
        DataError: a value is no score, or the lengths differ.

    Example:
        >>> score_confusion(torch.tensor([1, 5, 5]), torch.tensor([1, 4, 5]))[4]
        tensor([0, 0, 0, 1, 1])
    """
    preds, target = checked_scores(preds, "preds"), checked_scores(target, "target")
    check_lengths(preds, target)
    pairs = (preds - SCORES[0]) * NUM_SCORES + target - SCORES[0]
    return torch.bincount(pairs, minlength=NUM_SCORES**2).reshape(NUM_SCORES, NUM_SCORES)


def exact_match(preds: Tensor, target: Tensor) -> Tensor:
    """Share of rows whose score is the target.

    Args:
        preds: (N,), whole scores 1 to 5.
        target: (N,), whole scores 1 to 5.

    Returns:
        0 to 1; NaN without rows.

    Example:
        >>> exact_match(torch.tensor([1, 2, 3, 4]), torch.tensor([1, 2, 3, 5])).item()
        0.75
    """
    return within_compute(score_confusion(preds, target), distance=0)


def within_one(preds: Tensor, target: Tensor) -> Tensor:
    """Share of rows whose score is at most one away from the target.

    Args:
        preds: (N,), whole scores 1 to 5.
        target: (N,), whole scores 1 to 5.

    Returns:
        0 to 1; NaN without rows.

    Example:
        >>> within_one(torch.tensor([1, 2, 3, 2]), torch.tensor([1, 3, 3, 5])).item()
        0.75
    """
    return within_compute(score_confusion(preds, target), distance=1)


def mean_absolute_error(preds: Tensor, target: Tensor) -> Tensor:
    """Mean distance of a score, integer or expected, from the target.

    Args:
        preds: (N,), any dtype.
        target: (N,), any dtype.

    Returns:
        0 or more, in score points; NaN without rows.

    Example:
        >>> mean_absolute_error(torch.tensor([4.5, 1.0]), torch.tensor([5, 1])).item()
        0.25
    """
    check_lengths(preds, target)
    return _torchmetrics_mae(preds.double(), target.double())


def pearson(preds: Tensor, target: Tensor) -> Tensor:
    """Pearson's linear correlation coefficient.

    Args:
        preds: (N,), any dtype.
        target: (N,), any dtype.

    Returns:
        -1 to 1; NaN if an input is constant or there are fewer than two rows.

    Example:
        >>> pearson(torch.tensor([1.0, 2.0, 3.0]), torch.tensor([2, 4, 6])).item()
        1.0
        >>> pearson(torch.tensor([3.1, 3.1, 3.1]), torch.tensor([1, 2, 3])).item()
        nan
    """
    check_lengths(preds, target)
    if _lacks_variation(preds) or _lacks_variation(target):
        return _nan(preds.device)
    return pearson_corrcoef(preds.double(), target.double())


def spearman(preds: Tensor, target: Tensor) -> Tensor:
    """Spearman's rank correlation coefficient; tied values share their mean rank.

    Args:
        preds: (N,), any dtype.
        target: (N,), any dtype.

    Returns:
        -1 to 1; NaN if an input is constant or there are fewer than two rows.

    Example:
        >>> spearman(torch.tensor([1.0, 2.0, 4.0]), torch.tensor([1, 2, 5])).item()
        1.0
    """
    check_lengths(preds, target)
    if _lacks_variation(preds) or _lacks_variation(target):
        return _nan(preds.device)
    return pearson(_mean_ranks(preds), _mean_ranks(target))


def quadratic_kappa(preds: Tensor, target: Tensor) -> Tensor:
    """Cohen's kappa, with disagreement weighed by its square (Cohen, 1968).

    Args:
        preds: (N,), whole scores 1 to 5.
        target: (N,), whole scores 1 to 5.

    Returns:
        -1 to 1; 0 if only one side is constant, where kappa is defined and means chance; NaN
        if both sides are one and the same constant or there are fewer than two rows.

    Example:
        >>> quadratic_kappa(torch.tensor([1, 2, 3]), torch.tensor([1, 2, 3])).item()
        1.0
    """
    return kappa_compute(score_confusion(preds, target))


def most_predicted_share(preds: Tensor) -> Tensor:
    """Share of rows that got the score that is given most often: 1 for a judge stuck on one.

    Args:
        preds: (N,), whole scores 1 to 5.

    Returns:
        0.2 to 1; NaN without rows.

    Example:
        >>> most_predicted_share(torch.tensor([5, 5, 5, 1])).item()
        0.75
    """
    return top_share_compute(score_confusion(preds, preds))


def _distances(confusion: Tensor) -> Tensor:
    scores = torch.arange(NUM_SCORES, device=confusion.device)
    return (scores[:, None] - scores).abs()


def within_compute(confusion: Tensor, distance: int) -> Tensor:
    near = confusion[_distances(confusion) <= distance].sum()
    return near.double() / confusion.sum()


def absolute_error_compute(confusion: Tensor) -> Tensor:
    return (confusion * _distances(confusion)).sum().double() / confusion.sum()


def kappa_compute(confusion: Tensor) -> Tensor:
    num_rows = confusion.sum()
    weight = _distances(confusion).square()
    # Whole numbers up to the division, so that "no disagreement expected" is exactly 0 / 0.
    observed = (weight * confusion).sum() * num_rows
    expected = (weight * confusion.sum(dim=1)[:, None] * confusion.sum(dim=0)).sum()
    kappa = 1 - observed.double() / expected
    return kappa if num_rows >= 2 else _nan(confusion.device)


def top_share_compute(confusion: Tensor) -> Tensor:
    return confusion.sum(dim=1).max().double() / confusion.sum()


def _mean_ranks(values: Tensor) -> Tensor:
    _, inverse, counts = torch.unique(values, return_inverse=True, return_counts=True)
    counts = counts.double()
    mean_ranks: Tensor = counts.cumsum(dim=0) - (counts - 1) / 2
    return mean_ranks[inverse]


def _lacks_variation(values: Tensor) -> bool:
    """Whether no coefficient is defined: no values, equal values, or one that is no number."""
    if values.numel() == 0 or not values.isfinite().all():
        return True
    # Not by the variance: the mean of equal numbers may differ from them in the last bit.
    return bool((values == values[0]).all())


def _nan(device: torch.device) -> Tensor:
    return torch.tensor(float("nan"), dtype=torch.float64, device=device)
