"""Rows that cannot be used: where they go, and as which lines."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from autograder.errors import DataError
from autograder.tables.binding import Binding
from autograder.tables.rows import SourceRow

_BEGIN = re.compile(rb'\{"line": \d+, "reason": "')
_NUM_BYTES = 64
"""Enough for what a file of rejects begins with, however long its first line is."""


def rejected_path(out: Path) -> Path:
    """The file of rejected rows that belongs to an output, whatever that is called."""
    return out.with_name(f"{out.name}.rejected.jsonl")


def reason(error: DataError, binding: Binding) -> str:
    """What is wrong with a row, without file and line, with the column if its name is another."""
    text = str(error).removeprefix(f"{error.path}:{error.line}: ")
    column = binding.columns.get(error.field or "", error.field)
    return text if column == error.field else f"{text} (column {column!r})"


def reject_line(row: SourceRow, why: str, part: str = "") -> bytes:
    """A line of JSON with the row's line, the reason and the row as it stands in its source.

    Args:
        row: the row.
        why: the reason.
        part: the file that it stands in, where the source is a folder.
    """
    raw: Any = row.values if row.raw is None else row.raw
    place = {"file": part} if part else {}
    values = {"line": row.line, "reason": why, **place, "row": raw}
    try:
        text = json.dumps(values, ensure_ascii=False, allow_nan=False, default=str)
    except (TypeError, ValueError):  # keys or numbers that JSON has not
        text = json.dumps(values | {"row": repr(raw)}, ensure_ascii=False)
    # Half a surrogate pair becomes the escape that JSON has for it.
    return f"{text}\n".encode("utf-8", "backslashreplace")


def remove_rejects(path: Path) -> None:
    """Remove the rejects of an earlier run, which would speak of other rows.

    Any other file stays: somebody has named it by mistake, or for another use.

    Raises:
        OSError: the file is there and cannot be read or removed.
    """
    with contextlib.suppress(FileNotFoundError):
        with path.open("rb") as file:
            is_ours = _BEGIN.match(file.read(_NUM_BYTES)) is not None
        if is_ours:
            path.unlink()


def check_places(places: Mapping[str, Path]) -> None:
    """Refuse to write over what is read, also through a link, or over another output.

    Args:
        places: path by what it is; the first one is read, the others are written.

    Raises:
        DataError: two are the same file, or one to write is a folder or lies in the one read.
    """
    known: dict[str, Path] = {}
    for name, path in places.items():
        for other, before in known.items():
            if _is_same(path, before):
                raise DataError(f"is both {other} and {name}; choose another name", path=str(path))
            if before.is_dir() and path.resolve().is_relative_to(before.resolve()):
                message = f"lies in {other} {before}, and would be read with it the next time"
                raise DataError(f"{message}; choose another folder", path=str(path))
        if known and path.is_dir():
            raise DataError(f"is a folder; {name} has to be a file", path=str(path))
        known[name] = path


def _is_same(one: Path, other: Path) -> bool:
    return one.resolve() == other.resolve() or (
        one.exists() and other.exists() and one.samefile(other)
    )
