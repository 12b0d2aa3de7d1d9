"""Rows of a source that know their line, and what can be known before reading them all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain, islice

from autograder.errors import DataError

MAX_ROW = 2**20
"""Characters in a row, its texts and bytes together; a longer one is a fault and not data."""

MAX_HELD = 2**30
"""Characters of a source that is kept in memory whole."""

_MAX_PEEKED = 2**26
"""Characters of the rows that are read in search of the first that can be used."""

_NUM_PEEKED = 100
_NUM_SHOWN = 200


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
        part: the file's name within the folder that is the source; empty if a file is.
    """

    name: str
    columns: tuple[str, ...]
    rows: Iterator[SourceRow]
    note: str = ""
    part: str = ""

    def place(self, line: int) -> str:
        """Where a row stands in the source."""
        return f"line {line} of {self.part}" if self.part else f"line {line}"


def size_of(values: object) -> int:
    """Characters and bytes in all texts of a value, however it is nested; a number counts as one.

    Example:
        >>> size_of({"prompt": "ab", "chat": [{"role": "user", "n": 1}]})
        22
    """
    total, left = 0, [values]
    while left:
        value = left.pop()
        if isinstance(value, Mapping):
            left += [*value, *value.values()]
        elif isinstance(value, list | tuple):
            left += value
        else:
            total += len(value) if isinstance(value, str | bytes) else 1
    return total


def bounded(row: SourceRow) -> SourceRow:
    """The row, or one that is faulty and shortened where it is longer than `MAX_ROW`.

    A few bytes of a Parquet file can stand for gigabytes, and many rows are held at once.
    """
    content = row.values if row.raw is None else row.raw
    if (size := size_of(content)) <= MAX_ROW:
        return row
    fault = row.fault or f"has {size:,} characters; a row may have {MAX_ROW:,}"
    return SourceRow(row.line, fault=fault, raw=_start_of(content))


def _start_of(content: object) -> object:
    if isinstance(content, Mapping):
        first = islice(content.items(), _NUM_PEEKED)
        return {name[:_NUM_SHOWN]: _start_of(value) for name, value in first}
    if isinstance(content, str):
        return content[:_NUM_SHOWN]
    return content if content is None or isinstance(content, int | float) else "..."


def held(tables: Iterable[Table]) -> Iterator[tuple[Table, SourceRow]]:
    """The rows of a source that is kept in memory whole, each with its table.

    Raises:
        DataError: they are longer than `MAX_HELD`; names the row at which they are.
    """
    total = 0
    for table in tables:
        for row in table.rows:
            total += size_of(row.values)
            if total > MAX_HELD:
                what = "folder" if table.part else "file"
                raise DataError(
                    f"up to here the {what} has more than {MAX_HELD:,} characters, and it is kept "
                    "in memory whole; part it into several",
                    path=table.name,
                    line=row.line,
                )
            yield table, row


def _held_by(row: SourceRow) -> int:
    return size_of(row.raw) + _NUM_SHOWN  # for the row itself


def peek(name: str, rows: Iterator[SourceRow], note: str = "") -> Table:
    """A table whose columns are those of its first rows; a longer one than `MAX_ROW` is faulty.

    Raises:
        NoRowsError: there is no row.
        DataError: none can be used, or none of very many.
    """
    rows = map(bounded, rows)  # before any are held
    first = list(islice(rows, _NUM_PEEKED))
    if not first:
        raise NoRowsError("holds no rows", path=name)
    good = [row for row in first if not row.fault]
    num_held = sum(map(_held_by, first))
    while not good and num_held <= _MAX_PEEKED and (row := next(rows, None)):
        first.append(row)
        num_held += _held_by(row)
        good = [] if row.fault else [row]
    if not good:
        none = f"; none of the {len(first)} rows up to here can be used" if first[1:] else ""
        raise DataError(f"{first[0].fault}{none}", path=name, line=first[0].line)
    columns = tuple(dict.fromkeys(column for row in good for column in row.values))
    return Table(name, columns, chain(first, rows), note)
