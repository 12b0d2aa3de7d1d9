"""What a score distribution says: the expected score and the integer score, each defined once."""

from __future__ import annotations

import torch
from torch import Tensor

from autograder.schema import SCORES


def expected_score(probabilities: Tensor) -> Tensor:
    """The mean of each score distribution.

    In float64, rows that are equal give sums that are equal to the last bit, because ranks need
    their ties. In any other dtype it is a matrix product, the faster form; the training loss
    depends on its rounding.

    Args:
        probabilities: (N, 5), any float dtype; column k holds the probability of score k + 1.

    Returns:
        (N,), 1.0 to 5.0, in the dtype of the input.

    Example:
        >>> expected_score(torch.tensor([[0.0, 0.0, 0.0, 0.5, 0.5]])).tolist()
        [4.5]
    """
    values = torch.arange(
        SCORES[0], SCORES[-1] + 1, dtype=probabilities.dtype, device=probabilities.device
    )
    if probabilities.dtype == torch.float64:
        return (probabilities * values).sum(dim=-1)
    return probabilities @ values


def integer_score(probabilities: Tensor) -> Tensor:
    """The most probable score; of equally probable ones the lowest.

    Args:
        probabilities: (N, 5), any float dtype.

    Returns:
        (N,), int64, 1 to 5.

    Example:
        >>> integer_score(torch.tensor([[0.1, 0.1, 0.1, 0.6, 0.1], [0.4, 0.4, 0.2, 0.0, 0.0]]))
        tensor([4, 1])
    """
    return probabilities.argmax(dim=-1) + SCORES[0]
