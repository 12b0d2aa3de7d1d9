"""One temperature, fitted on the validation split, so that confidence means something."""

from __future__ import annotations

import math

import torch
from scipy.optimize import minimize_scalar
from torch import Tensor
from torch.nn import functional as F

_LOWEST, _HIGHEST = 0.2, 10.0


def fit_temperature(digit_logits: Tensor, scores: Tensor) -> float:
    """The temperature with the smallest cross-entropy (Guo et al., 2017, section 4.2).

    It changes no score, for it keeps the order of the probabilities.

    Args:
        digit_logits: (N, 5), logits of the digits 1 to 5.
        scores: int64 (N,), 1 to 5.

    Returns:
        from 0.2 to 10; 1.0 where there is nothing to fit on.
    """
    if len(scores) == 0:
        return 1.0
    logits = digit_logits.double()

    def cost(log_temperature: float) -> float:
        return F.cross_entropy(logits / math.exp(log_temperature), scores - 1).item()

    bounds = (math.log(_LOWEST), math.log(_HIGHEST))
    found = minimize_scalar(cost, bounds=bounds, method="bounded", options={"xatol": 1e-6})
    return float(torch.tensor(math.exp(found.x)).clamp(_LOWEST, _HIGHEST))
