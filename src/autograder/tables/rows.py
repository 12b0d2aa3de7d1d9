"""Rows of a source that know their line, and what can be known before reading them all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain, islice

from autograder.errors import DataError

_NUM_PEEKED = 100


class NoRowsError(DataError):
    """A source without a row, which tells no columns either."""


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A row as its source has it.

    Attributes:
        line: where it starts, counted from 1; the row's number where a source has no lines.
        values: cell by column.
        fault: why the row cannot be used; empty if it can.
        raw: what stands there, where it is not `values`.
    """

    line: int
    values: Mapping[str, object] = field(default_factory=dict)
    fault: str = ""
    raw: object = None


@dataclass(frozen=True, slots=True)
class Table:
    """A source that is open.

    Attributes:
        name: for messages.
        columns: in order.
        rows: read once.
        note: what the user should know of it; empty if nothing.
    """

    name: str
    columns: tuple[str, ...]
    rows: Iterator[SourceRow]
    note: str = ""


def peek(name: str, rows: Iterator[SourceRow], note: str = "") -> Table:
    """A table whose columns are those of its first rows.

    Raises:
        NoRowsError: there is no row.
        DataError: the first ones are all unusable.
    """
    first = list(islice(rows, _NUM_PEEKED))
    if not first:
        raise NoRowsError("holds no rows", path=name)
    good = [row for row in first if not row.fault]
    if not good:
        raise DataError(f"{first[0].fault} (as the rows after it)", path=name, line=first[0].line)
    columns = tuple(dict.fromkeys(column for row in good for column in row.values))
    return Table(name, columns, chain(first, rows), note)
