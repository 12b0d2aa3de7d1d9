"""Measures of the score distribution: is its confidence right, is its mass near the target.

Torchmetrics' calibration error (1.9) puts a confidence of exactly 1, which a saturated softmax
gives, in a bin of its own, and computes in float32; it has no ranked probability score.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import one_hot

from autograder.errors import DataError
from autograder.metrics.inputs import (
    NUM_SCORES,
    check_lengths,
    checked_probabilities,
    checked_scores,
    weighted_mean,
    weighted_sum,
)
from autograder.schema import SCORES


def calibration_bins(
    probabilities: Tensor, target: Tensor, num_bins: int = 10, weights: Tensor | None = None
) -> tuple[Tensor, Tensor, Tensor]:
    """Rows, confidence and hits in bins of equal width, as a reliability diagram needs them.

    Confidence is the probability of the integer score. Bin i holds confidences in
    (i / num_bins, (i + 1) / num_bins].

    Args:
        probabilities: (N, 5), any float dtype.
        target: (N,), whole scores 1 to 5.
        num_bins: number of bins from 0 to 1.
        weights: (R, N) counts of resamples.

    Returns:
        Three float64 tensors (num_bins,), or (R, num_bins): number of rows, sum of confidence,
        number of rows whose integer score is the target.

    Example:
        >>> probabilities = torch.tensor([[0.9, 0.1, 0.0, 0.0, 0.0], [0.6, 0.4, 0.0, 0.0, 0.0]])
        >>> rows, confidence, hits = calibration_bins(probabilities, torch.tensor([1, 2]), 2)
        >>> rows.tolist(), hits.tolist()
        ([0.0, 2.0], [0.0, 1.0])
    """
    if num_bins < 1:
        raise DataError(f"expected at least one bin, got {num_bins}", field="num_bins")
    probabilities = checked_probabilities(probabilities)
    target = checked_scores(target, "target")
    check_lengths(probabilities, target)
    confidence, index = probabilities.max(dim=1)
    edges = torch.arange(1, num_bins, dtype=torch.float64, device=confidence.device) / num_bins
    # Sums of products, not scatter_add: the same on every run on a GPU.
    members = one_hot(torch.bucketize(confidence, edges), num_bins).double()
    hits = (index + SCORES[0] == target).double()
    return (
        weighted_sum(members, weights),
        weighted_sum(members * confidence[:, None], weights),
        weighted_sum(members * hits[:, None], weights),
    )


def expected_calibration_error(
    probabilities: Tensor, target: Tensor, weights: Tensor | None = None, *, num_bins: int = 10
) -> Tensor:
    """Mean distance of confidence from accuracy over confidence bins (Guo et al., 2017, eq. 3).

    Args:
        probabilities: (N, 5), any float dtype.
        target: (N,), whole scores 1 to 5.
        weights: (R, N) counts of resamples.
        num_bins: number of bins of equal width.

    Returns:
        0 to 1; NaN without rows.

    Example:
        >>> expected_calibration_error(torch.eye(5), torch.tensor([1, 2, 3, 4, 4])).item()
        0.2
    """
    return calibration_of(*calibration_bins(probabilities, target, num_bins, weights))


def ranked_probability_score(
    probabilities: Tensor, target: Tensor, weights: Tensor | None = None
) -> Tensor:
    """Mean squared distance between the cumulative distributions (Epstein, 1969), over K - 1.

    A proper score that knows the order: putting probability on 4 where 5 is right costs less
    than putting it on 1.

    Args:
        probabilities: (N, 5), any float dtype.
        target: (N,), whole scores 1 to 5.
        weights: (R, N) counts of resamples.

    Returns:
        0 (certain and right) to 1 (certain and four points off); NaN without rows.

    Example:
        >>> ranked_probability_score(torch.eye(5)[:2], torch.tensor([5, 2])).item()
        0.5
    """
    return weighted_mean(ranked_probability_rows(probabilities, target), weights)


def ranked_probability_rows(probabilities: Tensor, target: Tensor) -> Tensor:
    """The ranked probability score of each row; (N,)."""
    probabilities = checked_probabilities(probabilities)
    target = checked_scores(target, "target")
    check_lengths(probabilities, target)
    gap = probabilities - one_hot(target - SCORES[0], NUM_SCORES)
    return gap.cumsum(dim=1)[:, :-1].square().sum(dim=1).div(NUM_SCORES - 1)


def calibration_of(rows: Tensor, confidence: Tensor, hits: Tensor) -> Tensor:
    return (confidence - hits).abs().sum(dim=-1) / rows.sum(dim=-1)
