"""A bar on standard error for work that takes minutes: how far it is, and the time left."""

from __future__ import annotations

import sys
from typing import Any

from tqdm import tqdm


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
