"""What a value is, whichever kind of file it stands in."""

from __future__ import annotations

import math

from autograder.jsonl import show
from autograder.schema import LEVELS
from autograder.tables.scales import whole_score

NAMES = ("id", "item", "category")
"""Fields that name something, which sources write as text or as a whole number."""


def is_empty(value: object) -> bool:
    """None, blank text, or the NaN that data frames write where a cell is empty."""
    if isinstance(value, float):
        return math.isnan(value)
    return value is None or (isinstance(value, str) and not value.strip())


def as_name(value: object) -> str:
    """An id, or another of `NAMES`, as text.

    Raises:
        ValueError: it is neither text nor a whole number.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise ValueError(f"expected text or a whole number, got {show(value)}")


def as_level(value: object) -> int:
    """The level that a cell holds: 2, "2" and the 2.0 of spreadsheets.

    Raises:
        ValueError: it is none of `LEVELS`.
    """
    try:
        found = whole_score(value)
    except ValueError:
        found = 0
    if found not in LEVELS:
        raise ValueError(f"expected a whole number from 1 to {max(LEVELS)}, got {show(value)}")
    return found
