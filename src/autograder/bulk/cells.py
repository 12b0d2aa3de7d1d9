"""Values of one format in another: what Parquet and JSON hold, as JSON and as text."""

from __future__ import annotations

import json
import math
from datetime import date, time
from typing import Any

from autograder.terminal import printable

_FORMULA = ("=", "+", "-", "@")


def json_line(values: dict[str, Any]) -> bytes:
    """A row as a line of JSON. NaN and infinity become null, as JSON has neither."""
    return f"{_json(values)}\n".encode("utf-8", "backslashreplace")


def text_of(value: Any) -> str | None:
    """A value as one text: text as it is, all else as JSON has it; None for no value."""
    if isinstance(value, str):
        return value
    value = _finite(value)
    if value is None or isinstance(value, bool | int | float | list | dict | tuple):
        return None if value is None else _json(value)
    return _plain(value)


def mended(text: str) -> str:
    """The text with half surrogate pairs, which no file can hold, as escapes."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode("utf-8")


def safe_cell(text: str) -> str:
    """One line that no spreadsheet takes for a formula."""
    text = printable(text)
    return f"'{text}" if text.startswith(_FORMULA) else text


def _json(value: Any) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False, default=_plain)
    except ValueError:
        return json.dumps(_finite(value), ensure_ascii=False, default=_plain)


def _plain(value: Any) -> str:
    """Dates, times, decimals, bytes: what Parquet has and JSON has not."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    return value.isoformat() if isinstance(value, date | time) else str(value)


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _finite(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(inner) for inner in value]
    return value
