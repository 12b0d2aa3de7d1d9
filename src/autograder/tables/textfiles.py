"""CSV and JSON as rows: a row at a time, but for JSON that is not one object a line."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Collection, Iterator
from itertools import islice
from typing import Any

from autograder.errors import DataError
from autograder.jsonl import decode_line, unique_keys
from autograder.tables import encodings as limits
from autograder.tables.encodings import TextFile, is_broken, mend
from autograder.tables.rows import SourceRow, Table, peek

_NUM_SHOWN = 1000
_JSON_SPACE = " \t\r\n"
_DELIMITERS = ",;\t|"
_WRAPPERS = ("data", "rows", "items")
_SEP_LINE = re.compile(r'"?sep=(\\t|[^"])"?[,;\t|]*', re.IGNORECASE)
_OF_ROWS = {
    *("prompt", "instruction", "orig_instruction"),
    *("response", "responses", "orig_response", "messages"),
    *("chosen", "rejected", "better", "worse", "response_a", "response_b"),
    *("conversation_a", "conversation_b", "answer_a", "answer_b", "output_1", "output_2"),
}
"""An object with one of these is a row itself."""


def open_csv(file: TextFile, delimiter: str | None = None) -> Table:
    """CSV whose first row names the columns.

    Cells stay text, also those that look like formulas. A row that is not of the encoding or
    has another number of cells is faulty by itself. Rows without a filled cell, and columns at
    the end without name and content, are none.

    Args:
        file: the text.
        delimiter: between cells; None: what a line `sep=` names, else what parts the header
            into the most columns.

    Raises:
        DataError: the file cannot be read, a name stands twice in the header, or a quotation
            mark is misplaced, after which no row could be trusted.
    """
    named = _named_delimiter(file)
    delimiter = delimiter or named or _likely_delimiter(file)
    records = _records(file, delimiter, skip=1 if named else 0)
    start, header = next(records, (1, []))
    header = [name.strip() for name in _without_blanks(header)]
    if not header:
        raise DataError("is empty; the first row has to name the columns", path=file.name)
    if header.count("") > 1:
        header = [name or f"column {number}" for number, name in enumerate(header, start=1)]
    seen: set[str] = set()
    for name in header:
        if is_broken(name):
            message = f"column '{mend(name)}' is {file.broken()}"
            raise DataError(message, path=file.name, line=start)
        if name in seen:
            message = f"column {name!r} is there twice; rename one"
            raise DataError(message, path=file.name, line=start)
        seen.add(name)
    return Table(file.name, tuple(header), _csv_rows(file, header, records), file.note)


def _named_delimiter(file: TextFile) -> str | None:
    """What the line `sep=` that Excel reads names, also if a program has saved it as a row."""
    first = next((line for _, line in file.lines()), "")
    found = _SEP_LINE.fullmatch(first.rstrip("\r\n"))
    return found[1].replace("\\t", "\t") if found else None


def _likely_delimiter(file: TextFile) -> str:
    """The one that parts the header into the most columns; the comma if none parts it."""

    def num_columns(delimiter: str) -> int:
        try:
            return len(next(_records(file, delimiter), (1, []))[1])
        except DataError:
            return 0

    return max(_DELIMITERS, key=num_columns)


def _without_blanks(cells: list[str]) -> list[str]:
    """The cells up to the last that is filled."""
    end = next((at for at in range(len(cells), 0, -1) if cells[at - 1].strip()), 0)
    return cells[:end]


def _csv_rows(
    file: TextFile, header: list[str], records: Iterator[tuple[int, list[str]]]
) -> Iterator[SourceRow]:
    for line, cells in records:
        filled = _without_blanks(cells)
        if not filled:
            continue
        if len(cells) < len(header) or len(filled) > len(header):
            fault = f"has {len(cells)} cells, the header names {len(header)} columns"
            yield SourceRow(line, fault=fault, raw=[mend(cell) for cell in cells])
            continue
        values = dict(zip(header, cells, strict=False))
        broken = [name for name, cell in values.items() if is_broken(cell)]
        if broken:
            mended = {name: mend(cell) for name, cell in values.items()}
            yield SourceRow(line, fault=f"{broken[0]}: {file.broken()}", raw=mended)
        else:
            yield SourceRow(line, values)


def _records(file: TextFile, delimiter: str, skip: int = 0) -> Iterator[tuple[int, list[str]]]:
    """The cells of each record with the line that it starts in."""
    reached = skip

    def texts() -> Iterator[str]:
        nonlocal reached
        for reached, text in islice(file.lines(), skip, None):
            if len(text) > limits.MAX_LINE:
                raise DataError(_too_long("line"), path=file.name, line=reached)
            yield text

    reader = csv.reader(texts(), delimiter=delimiter, strict=True)
    before = csv.field_size_limit()
    while True:
        start = reached + 1
        # Set for each record, as the limit is one for all readers of the process.
        csv.field_size_limit(limits.MAX_LINE)
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if "field limit" in str(error):
                message = f"{_too_long('cell')}, or was a quotation mark left open?"
            else:
                message = f"not CSV: {error}; is a quotation mark left open or not doubled?"
            raise DataError(message, path=file.name, line=start) from None
        finally:
            csv.field_size_limit(before)
        if cells:
            yield start, cells


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
            yield SourceRow(line, fault=_too_long("line"), raw=mend(text[:_NUM_SHOWN]))
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


def _too_long(what: str) -> str:
    return f"the {what} is longer than {limits.MAX_LINE:,} characters"
