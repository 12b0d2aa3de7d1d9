"""What every measure is computed from: checked scores and checked score distributions."""

from __future__ import annotations

import torch
from torch import Tensor

from autograder.errors import DataError
from autograder.schema import SCORES

NUM_SCORES = len(SCORES)
# A softmax in bfloat16 may miss a sum of 1 by this much; logits miss it by far more.
_SUM_TOLERANCE = 0.02


def integer_score(probabilities: Tensor) -> Tensor:
    """The most probable score; of equally probable ones the lowest.

    Args:
        probabilities: (N, 5), any float dtype; column k holds the probability of score k + 1.

    Returns:
        (N,), int64, 1 to 5.

    Raises:
        DataError: a row is not a distribution over five scores.

    Example:
        >>> integer_score(torch.tensor([[0.1, 0.1, 0.1, 0.6, 0.1], [0.4, 0.4, 0.2, 0.0, 0.0]]))
        tensor([4, 1])
    """
    return checked_probabilities(probabilities).argmax(dim=1) + SCORES[0]


def expected_score(probabilities: Tensor) -> Tensor:
    """The mean of each score distribution.

    Args:
        probabilities: (N, 5), any float dtype.

    Returns:
        (N,), float64, 1.0 to 5.0.

    Raises:
        DataError: a row is not a distribution over five scores.

    Example:
        >>> expected_score(torch.tensor([[0.0, 0.0, 0.0, 0.5, 0.5]])).tolist()
        [4.5]
    """
    probabilities = checked_probabilities(probabilities)
    values = torch.tensor(SCORES, dtype=torch.float64, device=probabilities.device)
    # Not a matrix product: rows that are equal must get sums that are equal to the last bit.
    return (probabilities * values).sum(dim=1)


def check_lengths(preds: Tensor, target: Tensor) -> None:
    if target.ndim != 1 or len(preds) != len(target):
        raise DataError(
            f"expected one target a row, got {tuple(preds.shape)} and {tuple(target.shape)}"
        )


def checked_scores(scores: Tensor, name: str) -> Tensor:
    if scores.ndim != 1:
        raise DataError(f"expected shape (N,), got {tuple(scores.shape)}", field=name)
    whole = scores.long()
    wrong = (whole < SCORES[0]) | (whole > SCORES[-1]) | (whole != scores)
    if wrong.any():
        found = scores[wrong][0].item()
        raise DataError(f"expected whole scores 1 to 5, got {found}", field=name)
    return whole


def checked_probabilities(probabilities: Tensor) -> Tensor:
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
