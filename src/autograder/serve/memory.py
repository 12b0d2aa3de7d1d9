"""How much memory the libraries below the judge may keep between requests."""

from __future__ import annotations

import os

_NUM_KERNELS = 128
"""A pass uses about 30; to make one that was dropped takes less than a millisecond."""
_CAPACITIES = ("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "LRU_CACHE_CAPACITY")
"""Of oneDNN, and of what PyTorch keeps beside it in each thread that computes."""


def bound_kernel_caches() -> None:
    """Let oneDNN and PyTorch keep fewer of the products that they have prepared.

    They prepare one for each new number of tokens, which takes a quarter to half a megabyte, and
    keep 1,024 by default, in each thread. Clients send texts of all lengths, so that a service
    would grow by a gigabyte and more. Must be called before the first product: the limits are
    read once. What the environment says already is left as it is.
    """
    for name in _CAPACITIES:
        os.environ.setdefault(name, str(_NUM_KERNELS))
