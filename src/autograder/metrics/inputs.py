"""What every measure is computed from: checked scores and checked score distributions."""

from __future__ import annotations

from torch import Tensor

from autograder.errors import DataError
from autograder.schema import SCORES

NUM_SCORES = len(SCORES)
# A softmax in bfloat16 may miss a sum of 1 by this much; logits miss it by far more.
_SUM_TOLERANCE = 0.02


def check_lengths(preds: Tensor, target: Tensor) -> None:
    if target.ndim != 1 or len(preds) != len(target):
        raise DataError(
            f"expected one target a row, got {tuple(preds.shape)} and {tuple(target.shape)}"
        )


def checked_scores(scores: Tensor, name: str) -> Tensor:
    """Whole scores 1 to 5 as int64 (N,)."""
    if scores.ndim != 1:
        raise DataError(f"expected shape (N,), got {tuple(scores.shape)}", field=name)
    whole = scores.long()
    wrong = (whole < SCORES[0]) | (whole > SCORES[-1]) | (whole != scores)
    if wrong.any():
        found = scores[wrong][0].item()
        raise DataError(f"expected whole scores 1 to 5, got {found}", field=name)
    return whole


def checked_probabilities(probabilities: Tensor) -> Tensor:
    """Distributions over the five scores as float64 (N, 5)."""
    name = "probabilities"
    if probabilities.ndim != 2 or probabilities.shape[1] != NUM_SCORES:
        raise DataError(f"expected shape (N, 5), got {tuple(probabilities.shape)}", field=name)
    probabilities = probabilities.double()
    # NaN must not pass: argmax would take it for the largest probability.
    right = (probabilities >= 0).all(dim=1)
    right &= (probabilities.sum(dim=1) - 1).abs() <= _SUM_TOLERANCE
    if not right.all():
        row = int(right.logical_not().nonzero()[0])
        found = [round(value, 4) for value in probabilities[row].tolist()]
        raise DataError(f"expected a distribution, got {found} in row {row}", field=name)
    return probabilities


def weighted_sum(rows: Tensor, weights: Tensor | None) -> Tensor:
    """Sum over N rows: of (N, ...) without weights, or for each resample with (R, N)."""
    return rows.sum(dim=0) if weights is None else weights @ rows


def weighted_mean(rows: Tensor, weights: Tensor | None) -> Tensor:
    """Mean over N rows (N,): 0-d, or (R,) with weights (R, N); NaN without rows."""
    if weights is None:
        return rows.mean()
    return weights @ rows / weights.sum(dim=-1)
