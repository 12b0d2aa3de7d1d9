"""JSON as rows: one object a line, read a row at a time, or a document of another shape, whole."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from itertools import islice
from typing import Any

from autograder.errors import DataError
from autograder.jsonl import decode_line, unique_keys
from autograder.tables import encodings as limits
from autograder.tables.encodings import TextFile, is_broken, mend, too_long
from autograder.tables.rows import SourceRow, Table, peek

_NUM_SHOWN = 1000
_JSON_SPACE = " \t\r\n"
_WRAPPERS = ("data", "rows", "items")
_OF_ROWS = {
    *("prompt", "instruction", "orig_instruction"),
    *("response", "responses", "orig_response", "messages"),
    *("chosen", "rejected", "better", "worse", "response_a", "response_b"),
    *("conversation_a", "conversation_b", "answer_a", "answer_b", "output_1", "output_2"),
}
"""An object with one of these is a row itself."""


def open_json(file: TextFile, mapped: Collection[str] = ()) -> Table:
    """JSON whose rows are objects: one a line, in an array, one after the other, or one alone.

    One alone that holds a list of rows, under `data`, `rows`, `items` or another name, stands for
    these. All but one object a line is read into memory whole.

    Args:
        file: the text, under whichever name.
        mapped: columns that the user names; an object that has one is a row.

    Raises:
        DataError: the file cannot be read, is not JSON, or none of the first rows is an object.
    """
    rows = _json_lines(file) if _is_lines(file) else _document(file, mapped)
    return peek(file.name, rows, file.note)


def _is_lines(file: TextFile) -> bool:
    """Whether each line is an object by itself, of which some may be broken."""
    filled = (text.strip() for _, text in file.lines() if text.strip())
    first, second = (*islice(filled, 2), "", "")[:2]
    if not second:
        return False
    try:
        json.loads(_without_comma(first))
    except (ValueError, RecursionError):
        # A line that is broken off; not one that opens what stands in the next.
        return second.startswith("{") and not (
            first.startswith("[") or first.endswith(("[", "{", ":", "},"))
        )
    return second.startswith(("{", "[")) or not first.startswith("[")


def _json_lines(file: TextFile) -> Iterator[SourceRow]:
    for line, text in file.lines():
        if not text.strip():
            continue
        if len(text) > limits.MAX_LINE:
            yield SourceRow(line, fault=too_long("line"), raw=mend(text[:_NUM_SHOWN]))
            continue
        if is_broken(text):
            yield SourceRow(line, fault=file.broken(), raw=mend(text))
            continue
        try:
            values = decode_line(_without_comma(text).encode("utf-8"), file.name, line)
        except DataError as error:
            reason = str(error).removeprefix(f"{file.name}:{line}: ")
            yield SourceRow(line, fault=reason, raw=text)
        else:
            yield _object_row(line, values)


def _without_comma(text: str) -> str:
    """The text of a line that was one of an array."""
    filled = text.rstrip()
    return filled[:-1] if filled.endswith("},") else text


def _document(file: TextFile, mapped: Collection[str]) -> Iterator[SourceRow]:
    text = _Json(file.text(), file.name)
    if text.is_at_end():
        return
    start = text.place
    if text.sign() == "[":
        yield from _array(text)
        if not text.is_at_end():
            raise text.error("something stands after the array")
        return
    values = text.value()
    if text.is_at_end() and _has_columns(values):
        message = "holds columns and not rows; pandas writes rows with orient='records'"
        raise DataError(message, path=file.name)
    under = _wrapper(values, mapped, file.name) if text.is_at_end() else []
    if under:
        text.place = start
        for field in under:
            text.enter(field)
        yield from _array(text)
        return
    yield _object_row(start[1], values)
    while not text.is_at_end():
        line = text.place[1]
        yield _object_row(line, text.value())


def _wrapper(values: object, mapped: Collection[str], name: str) -> list[str]:
    """The fields, each in the one before, under which an object has the rows.

    Empty if it is a row itself, or has none. Under another name than the usual ones, rows are
    told by their fields.
    """
    of_rows = {*_OF_ROWS, *mapped}
    fields: list[str] = []
    while isinstance(values, dict) and not values.keys() & of_rows:
        lists = {field: value for field, value in values.items() if _is_rows(value)}
        found = [field for field in _WRAPPERS if field in lists] or [
            field for field, rows in lists.items() if any(row.keys() & of_rows for row in rows)
        ]
        if len(found) > 1:
            both = " and ".join(found)
            raise DataError(f"holds rows under {both}; keep one of them", path=name)
        if found:
            return [*fields, *found]
        inner = next((field for field in _WRAPPERS if field in values), None)
        if inner is None:
            return []
        fields.append(inner)
        values = values[inner]
    return []


def _is_rows(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(entry, dict) for entry in value)


def _has_columns(values: object) -> bool:
    """Whether an object is a table column by column, as pandas writes one if not told otherwise."""
    if not isinstance(values, dict):
        return False
    return _is_column(values.get("prompt")) and _is_column(values.get("response"))


def _is_column(value: object) -> bool:
    if isinstance(value, dict):
        return "0" in value
    return isinstance(value, list) and all(isinstance(cell, str) for cell in value)


def _array(text: _Json) -> Iterator[SourceRow]:
    text.step("[")
    while text.sign() != "]":
        line = text.place[1]
        yield _object_row(line, text.value())
        if text.sign(",]") == ",":
            text.step(",")  # programs that write line by line leave one before the ]
    text.step("]")


class _Json:
    """JSON text that is read value by value, with the line of each.

    Attributes:
        place: how far it is read, in characters and in lines, the latter counted from 1.
    """

    def __init__(self, text: str, name: str) -> None:
        self.text, self.name = text, name
        self.place = (0, 1)
        self._decoder = json.JSONDecoder(object_pairs_hook=unique_keys)

    def error(self, message: str) -> DataError:
        return DataError(message, path=self.name, line=self.place[1])

    def is_at_end(self) -> bool:
        at = self.place[0]
        while at < len(self.text) and self.text[at] in _JSON_SPACE:
            at += 1
        self._go(at)
        return at == len(self.text)

    def sign(self, expected: str = "") -> str:
        """Go to the next sign, which has to be one of `expected`; any sign if empty."""
        is_at_end = self.is_at_end()
        sign = self.text[self.place[0] : self.place[0] + 1]
        if is_at_end or (expected and sign not in expected):
            found = "the end" if is_at_end else repr(sign)
            wanted = f"one of {expected}" if expected else "a value"
            raise self.error(f"not JSON: expected {wanted}, got {found}")
        return sign

    def step(self, expected: str) -> None:
        self.sign(expected)
        self._go(self.place[0] + 1)

    def value(self) -> Any:
        """Read the next value."""
        self.sign()
        try:
            value, end = self._decoder.raw_decode(self.text, self.place[0])
        except json.JSONDecodeError as error:
            message = f"not JSON: {error.msg}"
            raise DataError(message, path=self.name, line=error.lineno) from None
        except (ValueError, RecursionError) as error:
            raise self.error(f"not JSON that can be read: {error}") from None
        self._go(end)
        return value

    def enter(self, field: str) -> None:
        """Go to the value of a field of the object that begins here."""
        self.step("{")
        while self.value() != field:
            self.step(":")
            self.value()
            self.step(",")
        self.step(":")

    def _go(self, at: int) -> None:
        start, line = self.place
        self.place = at, line + self.text.count("\n", start, at)


def _object_row(line: int, values: object) -> SourceRow:
    if isinstance(values, dict):
        return SourceRow(line, values)
    kind = type(values).__name__
    return SourceRow(line, fault=f"expected an object with named fields, got {kind}", raw=values)
