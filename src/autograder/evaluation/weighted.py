"""The measures of `functional` in numpy, for a thousand resamples at once.

A resample of rows is a vector of counts: how many times each row was drawn. So every measure
here is `measure(weights, *arrays) -> (R,)` with `weights` (R, N) of whole counts, and equals,
for each of the R resamples, the measure of the rows repeated by their counts. Groups of unequal
size need nothing more, and a measure is a matrix product instead of a loop.

Results are NaN where `functional` has NaN. Arrays are not checked: `bootstrap` does that.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograder.schema import SCORES

Array = NDArray[np.float64]
Statistic = Callable[..., Array]

_VALUES = np.array(SCORES, dtype=np.float64)


def mean(weights: Array, values: Array) -> Array:
    """Mean of the values that are not NaN: for shares, errors and measures of texts.

    Example:
        >>> mean(np.array([[1.0, 1.0, 1.0], [3.0, 1.0, 0.0]]), np.array([1.0, 0.0, np.nan]))
        array([0.5 , 0.75])
    """
    present = ~np.isnan(values)
    return _divide(weights @ np.where(present, values, 0.0), weights @ present.astype(float))


def repeated(function: Callable[..., float]) -> Statistic:
    """Make a statistic of any function of plain arrays; slow, for what has no weighted form.

    Example:
        >>> median = repeated(lambda values: np.median(values))
        >>> median(np.array([[1, 1, 3], [3, 1, 1]]), np.array([1.0, 2.0, 3.0]))
        array([3., 1.])
    """

    def statistic(weights: Array, *arrays: NDArray[np.generic]) -> Array:
        counts = weights.astype(np.int64)
        rows = [[np.repeat(array, count, axis=0) for array in arrays] for count in counts]
        return np.array([function(*row) for row in rows], dtype=np.float64)

    return statistic


def exact(weights: Array, probabilities: Array, target: Array) -> Array:
    """See `functional.exact_match`; on the integer score."""
    return mean(weights, (_integer(probabilities) == target).astype(float))


def within_1(weights: Array, probabilities: Array, target: Array) -> Array:
    """See `functional.within_one`; on the integer score."""
    return mean(weights, (np.abs(_integer(probabilities) - target) <= 1).astype(float))


def mae(weights: Array, probabilities: Array, target: Array) -> Array:
    """See `functional.mean_absolute_error`; on the integer score."""
    return mean(weights, np.abs(_integer(probabilities) - target))


def mae_expected(weights: Array, probabilities: Array, target: Array) -> Array:
    """See `functional.mean_absolute_error`; on the expected score."""
    return mean(weights, np.abs(_expected(probabilities) - target))


def pearson(weights: Array, probabilities: Array, target: Array) -> Array:
    """See `functional.pearson`; on the expected score."""
    return correlation(weights, _expected(probabilities), target)


def spearman(weights: Array, probabilities: Array, target: Array) -> Array:
    """See `functional.spearman`; on the expected score."""
    return rank_correlation(weights, _expected(probabilities), target)


def kappa(weights: Array, probabilities: Array, target: Array) -> Array:
    """See `functional.quadratic_kappa`; on the integer score."""
    num_scores = len(SCORES)
    pairs = (_integer(probabilities) - 1) * num_scores + target - 1
    confusion = weights @ _one_hot(pairs, num_scores**2)
    confusion = confusion.reshape(-1, num_scores, num_scores)
    weight = np.square(_VALUES[:, None] - _VALUES)
    num_rows = confusion.sum(axis=(1, 2))
    given, wanted = confusion.sum(axis=2), confusion.sum(axis=1)
    observed = (weight * confusion).sum(axis=(1, 2)) * num_rows
    chance = np.einsum("ij,ri,rj->r", weight, given, wanted)
    return np.where(num_rows > 1, 1 - _divide(observed, chance), np.nan)


def top_share(weights: Array, probabilities: Array, target: Array) -> Array:
    """See `functional.most_predicted_share`; on the integer score, whatever the target."""
    assert len(target) == len(probabilities)
    counts = weights @ _one_hot(_integer(probabilities) - 1, len(SCORES))
    return _divide(counts.max(axis=1), counts.sum(axis=1))


def rps(weights: Array, probabilities: Array, target: Array) -> Array:
    """See `functional.ranked_probability_score`."""
    reached = (target[:, None] <= _VALUES).astype(float)
    gap = np.cumsum(probabilities, axis=1) - reached
    return mean(weights, np.square(gap[:, :-1]).sum(axis=1) / (len(SCORES) - 1))


def ece(weights: Array, probabilities: Array, target: Array, num_bins: int = 10) -> Array:
    """See `functional.expected_calibration_error`."""
    confidence = probabilities.max(axis=1)
    gap = confidence - (_integer(probabilities) == target)
    edges = np.arange(1, num_bins) / num_bins
    members = _one_hot(np.searchsorted(edges, confidence, side="left"), num_bins)
    return _divide(np.abs(weights @ (members * gap[:, None])).sum(axis=1), weights.sum(axis=1))


def correlation(weights: Array, first: Array, second: Array) -> Array:
    """Pearson's coefficient of two (N,) arrays of any values, for example of two judges."""
    undefined = _constant(weights, first) | _constant(weights, second)
    return np.where(undefined, np.nan, _correlation(weights, first, second))


def rank_correlation(weights: Array, first: Array, second: Array) -> Array:
    """Spearman's coefficient of two (N,) arrays of any values; ties share their mean rank."""
    undefined = _constant(weights, first) | _constant(weights, second)
    result = _correlation(weights, _ranks(weights, first), _ranks(weights, second))
    return np.where(undefined, np.nan, result)


# The keys of `classes.judge_metrics`, which need (probabilities, target).
STATISTICS: dict[str, Statistic] = {
    "exact": exact,
    "within_1": within_1,
    "mae": mae,
    "kappa": kappa,
    "top_share": top_share,
    "mae_expected": mae_expected,
    "pearson": pearson,
    "spearman": spearman,
    "rps": rps,
    "ece": ece,
}


def _integer(probabilities: Array) -> Array:
    scores: Array = _VALUES[probabilities.argmax(axis=1)]
    return scores


def _expected(probabilities: Array) -> Array:
    # Not a matrix product: rows that are equal must get sums that are equal to the last bit.
    expected: Array = (probabilities * _VALUES).sum(axis=1)
    return expected


def _one_hot(index: NDArray[Any], num_columns: int) -> Array:
    rows: Array = np.eye(num_columns)[index.astype(np.int64)]
    return rows


def _divide(numerator: Array, denominator: Array) -> Array:
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio: Array = np.divide(numerator, denominator)
    return ratio


def _constant(weights: Array, values: Array) -> NDArray[np.bool_]:
    """Whether the drawn values are all equal; (R,). Not by the variance, which rounds."""
    drawn = weights > 0
    low = np.where(drawn, values, np.inf).min(axis=1, initial=np.inf)
    high = np.where(drawn, values, -np.inf).max(axis=1, initial=-np.inf)
    constant: NDArray[np.bool_] = low >= high
    return constant


def _ranks(weights: Array, values: Array) -> Array:
    """Mean rank, less one half, of each value in each resample; (R, N)."""
    if not values.size:
        return np.zeros_like(weights)
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    starts = np.cumsum(counts) - counts
    ordered = weights[:, np.argsort(inverse, kind="stable")]
    tied = np.add.reduceat(ordered, starts, axis=1)
    ranks: Array = (np.cumsum(tied, axis=1) - tied / 2)[:, inverse]
    return ranks


def _correlation(weights: Array, first: Array, second: Array) -> Array:
    """Weighted Pearson of (N,) or (R, N) arrays; any number where it is undefined."""
    num_rows = weights.sum(axis=1, keepdims=True)
    first = first - _divide((weights * first).sum(axis=1, keepdims=True), num_rows)
    second = second - _divide((weights * second).sum(axis=1, keepdims=True), num_rows)
    covariance = (weights * first * second).sum(axis=1)
    scale = np.sqrt((weights * first**2).sum(axis=1)) * np.sqrt((weights * second**2).sum(axis=1))
    return np.clip(_divide(covariance, scale), -1.0, 1.0)
