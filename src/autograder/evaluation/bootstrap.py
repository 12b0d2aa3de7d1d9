"""Percentile bootstrap intervals (Efron, 1979) of any measure, by rows or by whole items."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

from autograder.errors import DataError
from autograder.metrics.functional import MEASURES

Statistic = Callable[..., Tensor]
"""`statistic(*arrays, weights) -> (R,)` with weights (R, N), as in `metrics.functional`."""

# Counts held at once; bounds the memory at about 16 MB an array.
_BLOCK = 2_000_000


@dataclass(frozen=True, slots=True)
class Interval:
    """A bootstrap interval; unpacks as `low, high = interval`.

    Attributes:
        low, high: the bounds; NaN where no resample defines the measure.
        dropped: share of resamples that were left out because the measure is NaN on them. A
            share well above 0 means that the interval tells little.
    """

    low: float
    high: float
    dropped: float

    def __iter__(self) -> Iterator[float]:
        return iter((self.low, self.high))


def bootstrap_interval(
    statistic: Statistic,
    arrays: Sequence[ArrayLike],
    *,
    groups: ArrayLike | None = None,
    resamples: int = 1000,
    level: float = 0.95,
    seed: int,
) -> Interval:
    """Interval of one statistic.

    Args:
        statistic: a function of `autograder.metrics.functional`, or one like them.
        arrays: arrays with N rows each. Rows are drawn together, so that a difference of two
            judges on the same rows is a paired comparison.
        groups: (N,), the group of each row, of any comparable type. Whole groups are drawn:
            the five responses of an item are not independent.
        resamples: number of resamples.
        level: share of the distribution inside the interval.
        seed: the same seed gives the same resamples for every statistic.

    Returns:
        The interval; NaN with fewer than two groups (rows), which say nothing of the spread.

    Raises:
        DataError: lengths differ, or `resamples` or `level` makes no sense.

    Example:
        >>> from autograder.metrics.functional import exact_match
        >>> low, high = bootstrap_interval(exact_match, [[1, 2, 3, 4], [1, 2, 3, 5]], seed=0)
        >>> low, high
        (0.25, 1.0)
    """
    return bootstrap_intervals(
        {"": statistic}, arrays, groups=groups, resamples=resamples, level=level, seed=seed
    )[""]


def bootstrap_intervals(
    statistics: Mapping[str, Statistic],
    arrays: Sequence[ArrayLike],
    *,
    groups: ArrayLike | None = None,
    resamples: int = 1000,
    level: float = 0.95,
    seed: int,
) -> dict[str, Interval]:
    """Intervals of several statistics of the same arrays, from the same resamples.

    Arguments and errors are those of `bootstrap_interval`.
    """
    columns = [torch.as_tensor(np.asarray(array)) for array in arrays]
    index, num_groups = _group_index(columns, groups)
    if resamples < 1:
        raise DataError(f"expected at least one resample, got {resamples}", field="resamples")
    if not 0 < level < 1:
        raise DataError(f"expected a share between 0 and 1, got {level}", field="level")
    if num_groups < 2:
        return {name: Interval(np.nan, np.nan, 1.0) for name in statistics}
    values: dict[str, list[Tensor]] = {name: [] for name in statistics}
    for weights in _draw(index, num_groups, resamples, seed):
        for name, statistic in statistics.items():
            values[name].append(statistic(*columns, weights))
    return {name: _percentiles(torch.cat(part).numpy(), level) for name, part in values.items()}


def judge_intervals(
    probabilities: ArrayLike, target: ArrayLike, **options: Any
) -> dict[str, Interval]:
    """Intervals of every measure of `classes.judge_metrics`, under the same keys.

    Args:
        probabilities: (N, 5); row k sums to 1.
        target: (N,), whole scores 1 to 5.
        **options: groups, resamples, level and seed of `bootstrap_interval`.

    Raises:
        DataError: as `bootstrap_interval`; or a row is no distribution, a target no score.

    Example:
        >>> intervals = judge_intervals(np.eye(5)[[0, 1, 2, 3, 3]], [1, 2, 3, 4, 5], seed=0)
        >>> intervals["exact"].low, intervals["exact"].high
        (0.4, 1.0)
    """
    return bootstrap_intervals(MEASURES, [probabilities, target], **options)


def _group_index(
    columns: Sequence[Tensor], groups: ArrayLike | None
) -> tuple[NDArray[np.int64], int]:
    """The group number of each row, and the number of groups."""
    lengths = [len(column) for column in columns]
    if groups is not None:
        lengths.append(len(np.asarray(groups)))
    if len(set(lengths)) != 1:
        raise DataError(f"expected arrays and groups of one length, got lengths {lengths}")
    if groups is None:
        return np.arange(lengths[0]), lengths[0]
    names, index = np.unique(np.asarray(groups), return_inverse=True)
    return index, len(names)


def _draw(index: NDArray[np.int64], num_groups: int, resamples: int, seed: int) -> Iterator[Tensor]:
    """Blocks of resamples: how many times each row is drawn, (R, N)."""
    generator = np.random.default_rng(seed)
    size = max(1, min(resamples, _BLOCK // max(len(index), num_groups)))
    for start in range(0, resamples, size):
        rows = min(size, resamples - start)
        drawn = generator.integers(num_groups, size=(rows, num_groups))
        drawn += np.arange(rows)[:, None] * num_groups
        counts = np.bincount(drawn.ravel(), minlength=rows * num_groups)
        yield torch.from_numpy(counts.reshape(rows, num_groups)[:, index].astype(np.float64))


def _percentiles(values: NDArray[np.float64], level: float) -> Interval:
    kept = values[~np.isnan(values)]
    dropped = 1 - len(kept) / len(values)
    if not len(kept):
        return Interval(np.nan, np.nan, dropped)
    low, high = np.quantile(kept, [(1 - level) / 2, (1 + level) / 2])
    return Interval(float(low), float(high), dropped)
