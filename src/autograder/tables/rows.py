"""Rows of a source that know their line, and what can be known before reading them all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path

from autograder.errors import DataError

_NUM_PEEKED = 100
MAX_LINE_BYTES = 2**24
"""A longer line, or a longer cell of CSV, is a fault and not a text."""


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
    """A source's name for messages, its columns in order, and its rows, read once."""

    name: str
    columns: tuple[str, ...]
    rows: Iterator[SourceRow]


def peek(name: str, rows: Iterator[SourceRow]) -> Table:
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
    return Table(name, columns, chain(first, rows))


def lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Number and bytes of every line, without a byte order mark.

    Of a line longer than `MAX_LINE_BYTES` only the first bytes are given, one more than that.

    Raises:
        DataError: the file cannot be read or is UTF-16.
    """
    number = 0
    try:
        with path.open("rb") as file:
            while raw := file.readline(MAX_LINE_BYTES + 1):
                number += 1
                rest = raw
                while len(rest) > MAX_LINE_BYTES and not rest.endswith(b"\n"):
                    rest = file.readline(MAX_LINE_BYTES + 1)
                if number == 1:
                    raw = without_mark(path, raw)
                yield number, raw
    except FileNotFoundError:
        raise DataError("no such file", path=str(path)) from None
    except OSError as error:
        raise DataError(f"cannot be read: {error.strerror}", path=str(path)) from None


def without_mark(path: Path, start: bytes) -> bytes:
    """The start of a file without its byte order mark.

    Raises:
        DataError: the mark is that of UTF-16.
    """
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise DataError("is UTF-16; save the file as UTF-8", path=str(path), line=1)
    return start.removeprefix(b"\xef\xbb\xbf")
