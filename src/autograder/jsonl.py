"""JSON Lines: rows that know their file, line and field, so that every fault can name them."""

from __future__ import annotations

import codecs
import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Protocol, TypeVar

from autograder.empty import is_empty, stands_for_nothing
from autograder.errors import DataError


class Identified(Protocol):
    """A record with an `id` that is unique in its file."""

    @property
    def id(self) -> str: ...


Record = TypeVar("Record")
IdentifiedRecord = TypeVar("IdentifiedRecord", bound=Identified)
Parse = Callable[[object, str, int], Record]


class Row:
    """One JSON object with typed look-ups that know their file, line and prefix."""

    def __init__(self, values: object, path: str, line: int, prefix: str = "") -> None:
        self.path, self.line, self.prefix = path, line, prefix
        if not isinstance(values, dict):
            kind = type(values).__name__
            raise self.error(None, f"expected a JSON object with named fields, got {kind}")
        self.values: dict[str, Any] = values
        self.known: list[str] = []

    def error(self, field: str | None, message: str) -> DataError:
        name = f"{self.prefix}{field}" if field else self.prefix.rstrip(".") or None
        return DataError(message, path=self.path, line=self.line, field=name)

    def get(self, field: str) -> Any:
        self.known.append(field)
        if field not in self.values:
            present = ", ".join(sorted(self.values)) or "none"
            raise self.error(field, f"missing; the row has: {present}")
        return self.values[field]

    def text(self, field: str, default: str | None = None, *, may_be_empty: bool = False) -> str:
        """A text; with a default, what `is_empty` stands for it."""
        if default is not None and self._is_absent(field):
            return default
        value = self.get(field)
        if not may_be_empty and stands_for_nothing(value):
            raise self.error(field, nothing_said(value, field))
        if not may_be_empty and is_empty(value):
            raise self.error(field, "is empty; write the text or remove the row")
        if not isinstance(value, str):
            raise self.error(field, f"expected text, got {show(value)}")
        try:
            value.encode("utf-8")
        except UnicodeEncodeError:
            raise self.error(field, "holds half a surrogate pair; save as UTF-8") from None
        return value

    def whole(self, field: str, low: int, high: int, default: int | None = None) -> int:
        """A whole number; with a default, what `is_empty` stands for it."""
        if default is not None and self._is_absent(field):
            return default
        value = self.get(field)
        # pandas writes 3 as 3.0; bool is an int in Python, and no label.
        is_whole = value.is_integer() if isinstance(value, float) else type(value) is int
        if not is_whole or not low <= value <= high:
            raise self.error(
                field, f"expected a whole number from {low} to {high}, got {show(value)}"
            )
        return int(value)

    def no_more(self) -> None:
        """Refuse every field that says something and was not looked up."""
        unknown = sorted(
            name
            for name, value in self.values.items()
            if name not in self.known and not is_empty(value)
        )
        if unknown:
            known = ", ".join(sorted(set(self.known)))
            name = unknown[0]
            name = name if name and name == name.strip() else repr(name)  # blanks are not seen
            raise self.error(name, f"unknown field; known are: {known}")

    def _is_absent(self, field: str) -> bool:
        self.known.append(field)
        return is_empty(self.values.get(field))


def show(value: object) -> str:
    """A value as JSON, at most 60 characters."""
    try:
        text = json.dumps(value, ensure_ascii=False, default=repr)
    except RecursionError:  # reading such a value takes less of the stack than writing it
        return f"a {type(value).__name__} that is nested too deeply"
    return text if len(text) <= 60 else f"{text[:57]}..."


def nothing_said(value: object, field: str = "text") -> str:
    """What is wrong with such a value in a field that needs one, and what to do."""
    remedy, noun = "remove the row", noun_of(field)
    if noun != "text":
        remedy = f"write the {noun} or {remedy}"
    elif isinstance(value, str):
        remedy += ", or end the text with a period if it is meant"
    return f"{show(value)} is what programs write for an empty cell; {remedy}"


def noun_of(field: str) -> str:
    """What stands in a needed field."""
    return field if field in {"score", "winner"} else "text"


def first_repeated(names: Iterable[str]) -> str | None:
    """The first name that was there before, in linear time; None if there is none."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            return name
        seen.add(name)
    return None


class RepeatedKeyError(ValueError):
    """JSON in which an object has a key twice; the message says what to do."""


def unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Object hook that refuses a key given twice (json keeps the last one silently).

    Raises:
        RepeatedKeyError: one is.
    """
    values = dict(pairs)
    if len(values) != len(pairs):
        name = first_repeated(name for name, _ in pairs)
        raise RepeatedKeyError(f"field {name!r} is given twice in one object; keep one of the two")
    return values


def decode_line(raw: bytes, name: str, number: int) -> object:
    """The JSON value in a line.

    Raises:
        DataError: it is not UTF-8, not JSON, or has a key twice; names file and line.
    """
    try:
        return json.loads(raw.decode("utf-8"), object_pairs_hook=unique_keys)
    except UnicodeDecodeError as error:
        raise DataError(
            f"not UTF-8 at byte {error.start}; save the file as UTF-8", path=name, line=number
        ) from None
    except RecursionError:
        raise DataError("nested too deeply to be a row", path=name, line=number) from None
    except RepeatedKeyError as error:
        raise DataError(str(error), path=name, line=number) from None
    except ValueError as error:
        raise DataError(f"not a JSON object: {error}", path=name, line=number) from None


def read_lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """Yield every line that is not blank, with its number; a byte order mark is no part of it.

    Raises:
        DataError: the file cannot be read, or all its lines are blank.
    """
    name = str(path)
    try:
        data = path.read_bytes().removeprefix(codecs.BOM_UTF8)
    except FileNotFoundError:
        raise DataError("no such file", path=name) from None
    except OSError as error:
        raise DataError(f"cannot be read: {error.strerror}", path=name) from None
    count = 0
    for number, raw in enumerate(data.split(b"\n"), start=1):
        if not raw.strip():
            continue
        count += 1
        yield number, raw
    if not count:
        raise DataError("holds no rows; expected one JSON object a line", path=name)


def read_rows(path: Path, parse: Parse[Record]) -> Iterator[tuple[int, Record]]:
    """Yield every row with the number of its line.

    Raises:
        DataError: the file cannot be read, a line is not a JSON object, or there is no row.
    """
    name = str(path)
    for number, raw in read_lines(path):
        yield number, parse(decode_line(raw, name, number), name, number)


def unique(
    rows: Iterable[tuple[int, IdentifiedRecord]], path: Path
) -> Iterator[tuple[int, IdentifiedRecord]]:
    """Pass rows on; refuse an id that a line before has."""
    lines: dict[str, int] = {}
    for line, record in rows:
        first = lines.setdefault(record.id, line)
        if first != line:
            message = f"{record.id!r} is used twice, first in line {first}; every row needs its own"
            raise DataError(message, path=str(path), line=line, field="id")
        yield line, record


def read_records(path: Path, parse: Parse[IdentifiedRecord]) -> list[IdentifiedRecord]:
    """Read a file of records whose ids are unique.

    Raises:
        DataError: the first fault, with file, line and field.
    """
    return [record for _, record in unique(read_rows(path, parse), path)]
