"""Correlation coefficients of two columns of scores; weights as in `functional`.

Why not torchmetrics (1.9): it has no weights; its `spearman_corrcoef` gives 0 for a constant
input and adds 1e-6 to the denominator; its `pearson_corrcoef` gives a number for a float32
constant such as 3.1, warns about others, and fails on no rows.
"""

from __future__ import annotations

import torch
from torch import Tensor

from autograder.metrics.inputs import check_lengths


def pearson(preds: Tensor, target: Tensor, weights: Tensor | None = None) -> Tensor:
    """Pearson's linear correlation coefficient.

    Args:
        preds: (N,), any dtype.
        target: (N,), any dtype.
        weights: (R, N) counts of resamples.

    Returns:
        -1 to 1; NaN if an input is constant or there are fewer than two rows.

    Example:
        >>> pearson(torch.tensor([1.0, 2.0, 3.0]), torch.tensor([2, 4, 6])).item()
        1.0
        >>> pearson(torch.tensor([3.1, 3.1, 3.1]), torch.tensor([1, 2, 3])).item()
        nan
    """
    return _coefficient(preds, target, weights, ranked=False)


def spearman(preds: Tensor, target: Tensor, weights: Tensor | None = None) -> Tensor:
    """Spearman's rank correlation coefficient; tied values share their mean rank.

    Arguments and result are those of `pearson`.

    Example:
        >>> spearman(torch.tensor([1.0, 2.0, 4.0]), torch.tensor([1, 2, 5])).item()
        1.0
    """
    return _coefficient(preds, target, weights, ranked=True)


def _coefficient(preds: Tensor, target: Tensor, weights: Tensor | None, *, ranked: bool) -> Tensor:
    check_lengths(preds, target)
    first, second = preds.double(), target.double()
    counts = torch.ones_like(first)[None] if weights is None else weights
    undefined = _lacks_variation(first, counts) | _lacks_variation(second, counts)
    if ranked:
        first, second = _mean_ranks(first, counts), _mean_ranks(second, counts)
    found = torch.where(undefined, torch.nan, _correlation(first, second, counts))
    return found[0] if weights is None else found


def _correlation(first: Tensor, second: Tensor, weights: Tensor) -> Tensor:
    """Of (N,) or (R, N) values; any number where it is undefined."""
    num_rows = weights.sum(dim=1, keepdim=True)
    first = first - (weights * first).sum(dim=1, keepdim=True) / num_rows
    second = second - (weights * second).sum(dim=1, keepdim=True) / num_rows
    weighted = weights * first
    covariance = (weighted * second).sum(dim=1)
    spread = (weighted * first).sum(dim=1) * (weights * second.square()).sum(dim=1)
    return (covariance / spread.sqrt()).clamp(-1, 1)


def _mean_ranks(values: Tensor, weights: Tensor) -> Tensor:
    """Mean rank, less one half, of each value in each resample; (R, N)."""
    if not values.numel():
        return torch.zeros_like(weights)
    _, inverse, counts = torch.unique(values, return_inverse=True, return_counts=True)
    upto = weights[:, inverse.argsort()].cumsum(dim=1)[:, counts.cumsum(dim=0) - 1]
    before = torch.nn.functional.pad(upto[:, :-1], (1, 0))
    return ((before + upto) / 2)[:, inverse]


def _lacks_variation(values: Tensor, weights: Tensor) -> Tensor:
    """Whether no coefficient is defined: no or equal values drawn, or one that is no number; (R,).

    Not by the variance: the mean of equal numbers may differ from them in the last bit.
    """
    if not (values.numel() and values.isfinite().all()):
        return torch.ones(len(weights), dtype=torch.bool, device=values.device)
    drawn = weights > 0
    low = torch.where(drawn, values, torch.inf).amin(dim=1)
    return low >= torch.where(drawn, values, -torch.inf).amax(dim=1)
