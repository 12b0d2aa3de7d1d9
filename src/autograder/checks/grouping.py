"""Examples in groups by their fields, and figures of each group."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeVar

from autograder.schema import Example

T = TypeVar("T")
Groups = Mapping[str, Mapping[str, Sequence[Example]]]
"""For each field and each of its values the examples, in the order of the data set."""
FIELDS = ("category", "level", "language", "source")


def group_by(examples: Sequence[Example], name: str) -> dict[str, list[Example]]:
    """The examples of each value of a field, values in order."""
    groups: dict[str, list[Example]] = {}
    for row in examples:
        groups.setdefault(str(getattr(row, name)), []).append(row)
    return dict(sorted(groups.items()))


def measured(groups: Groups, measure: Callable[[Sequence[Example]], T]) -> dict[str, dict[str, T]]:
    """Figures of each group; groups of the same examples are measured once."""
    known: dict[frozenset[str], T] = {}
    figures: dict[str, dict[str, T]] = {}
    for name, values in groups.items():
        figures[name] = {}
        for value, rows in values.items():
            ids = frozenset(row.id for row in rows)
            if ids not in known:
                known[ids] = measure(rows)
            figures[name][value] = known[ids]
    return figures


def distinct(groups: Groups) -> Iterator[tuple[str, str]]:
    """Field and value of each group, without those that hold just what one before them holds.

    What is found in such a group has been told: all examples of a set may have one category.
    """
    seen: set[frozenset[str]] = set()
    for name, values in groups.items():
        for value, rows in values.items():
            ids = frozenset(row.id for row in rows)
            if ids not in seen:
                seen.add(ids)
                yield name, value
