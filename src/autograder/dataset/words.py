"""The families' tables of words, read from `data/families/`: JSON Lines, one record a line.

A table is a file; its records are a frozen dataclass of the family that reads it, or `Texts` where
all that a line holds is a list of phrases under a name.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from autograder.errors import DataError
from autograder.jsonl import IdentifiedRecord, decode_line, read_lines, show

STRICT = ConfigDict(strict=True, extra="forbid")
"""For the dataclass of a table's records: no conversion, no unknown field."""

Phrases = Annotated[tuple[str, ...], Field(min_length=1)]
"""Texts of which one is drawn, so that there must be at least one."""

Record = TypeVar("Record")


@dataclass(frozen=True, slots=True, config=STRICT)
class Texts:
    """Phrases that belong together, under a name that is unique in its file."""

    id: str
    texts: tuple[str, ...]


@cache
def read_words(path: Path, kind: type[Record]) -> tuple[Record, ...]:
    """Read a table, in the order of its lines.

    Args:
        path: a file of JSON Lines.
        kind: a `pydantic.dataclasses.dataclass` with `STRICT` as its configuration.

    Raises:
        DataError: the file cannot be read or a record is faulty; names file, line and field.
    """
    adapter = TypeAdapter(kind)
    records = []
    for line, raw in read_lines(path):
        decode_line(raw, str(path), line)  # refuses what JSON's own readers take in silence
        try:
            records.append(adapter.validate_json(raw))
        except ValidationError as error:
            raise _fault(error, path, line) from None
    return tuple(records)


def read_by_id(
    path: Path, kind: type[IdentifiedRecord], ids: Collection[str] = ()
) -> dict[str, IdentifiedRecord]:
    """Read a table whose records have an `id` each.

    Args:
        path, kind: as for `read_words`.
        ids: what the code knows by name: these must be there and no others; empty if any may.

    Raises:
        DataError: as `read_words`, or an id stands twice, is missing or is unknown.
    """
    found: dict[str, IdentifiedRecord] = {}
    for record in read_words(path, kind):
        if record.id in found:
            raise DataError(f"{record.id!r} is used twice", path=str(path), field="id")
        if ids and record.id not in ids:
            message = f"{record.id!r} is unknown; known: {', '.join(ids)}"
            raise DataError(message, path=str(path), field="id")
        found[record.id] = record
    for name in ids:
        if name not in found:
            raise DataError(f"no line has the id {name!r}", path=str(path))
    return found


def read_texts(path: Path) -> dict[str, tuple[str, ...]]:
    """Read a table of `Texts`: phrases by name.

    Raises:
        DataError: as `read_by_id`.
    """
    return {name: record.texts for name, record in read_by_id(path, Texts).items()}


def pick(lists: Mapping[str, tuple[str, ...]], name: str, path: Path) -> tuple[str, ...]:
    """The list that another table refers to by its name.

    Raises:
        DataError: `path`, which holds the lists, has none of that name, or an empty one.
    """
    if not lists.get(name):
        known = ", ".join(lists)
        raise DataError(f"no texts have the id {name!r}; there are: {known}", path=str(path))
    return lists[name]


def read_phrases(path: Path, kind: type[Record]) -> Record:
    """Read a table of `Texts` into a dataclass that has a field for each name.

    Args:
        path: a file of JSON Lines.
        kind: as for `read_words`, with fields of the type `Phrases`.

    Raises:
        DataError: as `read_texts`, or a name of the dataclass is missing, or another is there.
    """
    try:
        return TypeAdapter(kind).validate_json(json.dumps(read_texts(path)))
    except ValidationError as error:
        raise _fault(error, path) from None


def _fault(error: ValidationError, path: Path, line: int | None = None) -> DataError:
    first: Any = error.errors(include_url=False)[0]
    field = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in first["loc"])
    if first["type"] == "missing":
        message = "missing"
    elif first["type"] == "unexpected_keyword_argument":
        message = "unknown field"
    else:
        message = f"{first['msg'][:1].lower()}{first['msg'][1:]}, got {show(first['input'])}"
    return DataError(message, path=str(path), line=line, field=field.lstrip(".") or None)
