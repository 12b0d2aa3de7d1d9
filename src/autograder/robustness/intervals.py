"""The interval of a share that may well be 0 or 1."""

from __future__ import annotations

import math

_Z = 1.959963984540054  # of a two-sided 95 % interval


def wilson(share: float, size: int) -> tuple[float, float]:
    """Wilson's 95 % score interval of a share (Wilson, 1927).

    Example:
        >>> low, high = wilson(0.0, 60)
        >>> low, round(high, 3)
        (0.0, 0.06)
    """
    square = _Z * _Z
    middle = share + square / (2 * size)
    reach = _Z * math.sqrt(share * (1 - share) / size + square / (4 * size * size))
    whole = 1 + square / size
    return max(0.0, (middle - reach) / whole), min(1.0, (middle + reach) / whole)
