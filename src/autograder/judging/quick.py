"""Passes of the base alone that need not be exact, for text that need not be the very best."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

quick: ContextVar[bool] = ContextVar("quick", default=False)
"""Whether this thread makes such passes; see `packing.pack_adapter`."""


@contextmanager
def quick_base() -> Iterator[None]:
    """Inside, the base's weights are multiplied in 8 bits, if they were packed so.

    A step of generation takes half of the time. The adapter is to be off.
    """
    token = quick.set(True)
    try:
        yield
    finally:
        quick.reset(token)
