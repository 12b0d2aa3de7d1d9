"""Files of figures as typed models: what does not fit is named by file, line and field."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from autograder.errors import DataError
from autograder.jsonl import read_lines, show

M = TypeVar("M", bound=BaseModel)


@contextmanager
def made_by(stage: str) -> Iterator[None]:
    """Add to a `DataError` which stage makes the file anew."""
    try:
        yield
    except DataError as error:
        error.args = (f"{error}; run `dvc repro {stage}`",)
        raise


def read_text(path: Path) -> str:
    """Read a file of UTF-8.

    Raises:
        DataError: missing, unreadable, or not UTF-8.
    """
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise DataError("no such file", path=str(path)) from None
    except UnicodeDecodeError as error:
        raise DataError(f"not UTF-8 at byte {error.start}", path=str(path)) from None
    except OSError as error:
        raise DataError(f"cannot be read: {error.strerror}", path=str(path)) from None


def read_json(path: Path, model: type[M]) -> M:
    """Read a JSON file of a known shape.

    Raises:
        DataError: missing, not JSON, or of another shape; the first fault is named.
    """
    return _parse(read_text(path), model, str(path), None)


def read_jsonl(path: Path, model: type[M]) -> Iterator[tuple[int, M]]:
    """Yield every row with the number of its line.

    Raises:
        DataError: missing, empty, or a line is not JSON or of another shape.
    """
    for line, raw in read_lines(path):
        yield line, _parse(raw, model, str(path), line)


def _parse(content: str | bytes, model: type[M], path: str, line: int | None) -> M:
    try:
        return model.model_validate_json(content)
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
    field = ".".join(map(str, fault["loc"])) or None
    if fault["type"] == "json_invalid":
        message = f"not JSON: {fault['ctx']['error']}"
    elif fault["type"] == "missing":
        message = "missing"
    elif fault["type"] == "extra_forbidden":
        message = "unknown field"
    else:
        message = f"{_plain(fault['msg'])}, got {show(fault['input'])}"
    raise DataError(message, path=path, line=line, field=field)


def _plain(message: str) -> str:
    """Pydantic's words in ours."""
    for theirs, ours in (
        ("Value error, ", ""),
        ("Input should be ", "expected "),
        ("a valid integer", "a whole number"),
        ("a valid array", "a list"),
        ("a valid ", "a "),
        ("a finite number", "a number"),
    ):
        message = message.replace(theirs, ours)
    return message
