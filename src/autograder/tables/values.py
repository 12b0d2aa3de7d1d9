"""What a value is, whichever kind of file it stands in."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from autograder.jsonl import show
from autograder.schema import LEVELS, is_empty
from autograder.tables.scales import whole_score

NAMES = ("id", "item", "category")
"""Fields that name something, which sources write as text or as a whole number."""

_OF_RESPONSES = {"score", "response"}
_EXACT = 2**53
"""Below it a float is no other whole number than the one that was written."""
_PLACE = re.compile(r"-?\d{1,9}")

MISSING = object()
"""What `look_up` gives where there is nothing."""


def look_up(values: Mapping[str, Any], column: str) -> Any:
    """The value of a column, or at a dotted path such as `data.messages.-1.content`."""
    if column in values:
        return values[column]
    found: Any = values
    for part in column.split("."):
        if isinstance(found, Mapping) and part in found:
            found = found[part]
        elif isinstance(found, list) and _PLACE.fullmatch(part):
            if not -len(found) <= int(part) < len(found):
                return MISSING
            found = found[int(part)]
        else:
            return MISSING
    return found


def head_of(column: str, columns: Collection[str]) -> str:
    """The column in which a dotted path begins."""
    return column if column in columns else column.partition(".")[0]


def nothing_said(value: object) -> str:
    """What is wrong with such a value where one is needed, and what to do."""
    remedy = "remove the row"
    if isinstance(value, str):
        remedy += ", or end the text with a period if it is meant"
    return f"{show(value)} is what programs write for an empty cell; {remedy}"


def said(values: Mapping[str, Any]) -> dict[str, Any]:
    """A row without the optional fields that say nothing, also in the entries of `responses`."""
    kept = {name: value for name, value in values.items() if not is_empty(value)}
    entries = kept.get("responses")
    if isinstance(entries, list):
        kept["responses"] = [
            {n: v for n, v in entry.items() if n in _OF_RESPONSES or not is_empty(v)}
            if isinstance(entry, dict)
            else entry
            for entry in entries
        ]
    return kept


def as_name(value: object) -> str:
    """An id, or another of `NAMES`, as text.

    Raises:
        ValueError: it is neither text nor a whole number.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    # pandas writes a column with gaps so; larger ones have lost digits, so that several are equal.
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT:
        return str(int(value))
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
