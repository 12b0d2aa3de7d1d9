"""What is said of work that takes minutes: how far it is, and the time left."""

from __future__ import annotations

import sys
from typing import Any

from tqdm import tqdm


def in_words(seconds: float) -> str:
    """A duration in one unit.

    Example:
        >>> in_words(41.4), in_words(2460), in_words(9000)
        ('41 seconds', '41 minutes', '2.5 hours')
    """
    if seconds < 90:
        return f"{seconds:.0f} seconds"
    return f"{seconds / 60:.0f} minutes" if seconds < 5400 else f"{seconds / 3600:.1f} hours"


def bar(total: int, what: str, unit: str, done: int = 0) -> Any:
    """A tqdm bar, which is a context manager; a line every half minute where nobody watches.

    Args:
        total: of the units, those in `done` included.
        what: is going on.
        unit: one of what is counted.
        done: before now; they tell nothing about the speed.
    """
    return tqdm(
        total=total,
        initial=done,
        desc=what,
        unit=unit,
        mininterval=0.5 if sys.stderr.isatty() else 30.0,
        dynamic_ncols=True,
    )
