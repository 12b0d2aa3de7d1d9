"""JSON as rows: one object a line, read a row at a time, or a document of another shape, whole."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from itertools import chain, islice
from typing import Any

from autograder.errors import DataError
from autograder.jsonl import RepeatedKeyError, unique_keys
from autograder.tables import encodings as limits
from autograder.tables.encodings import TextFile, is_broken, mend, too_long
from autograder.tables.rows import SourceRow, Table, peek

_NUM_SHOWN = 1000
_NUM_LOOKED = 200
_MAX_DEPTH = 3
_JSON_SPACE = " \t\r\n"
_WRAPPERS = ("data", "rows", "items")
_OF_ROWS = {
    *("prompt", "instruction", "orig_instruction"),
    *("response", "responses", "orig_response", "messages"),
    *("chosen", "rejected", "better", "worse", "response_a", "response_b"),
    *("conversation_a", "conversation_b", "answer_a", "answer_b", "output_1", "output_2"),
}
"""An object with one of these is a row itself."""
_OF_MESSAGES = {"role", "content", "from", "value", "type", "text"}


def open_json(file: TextFile, mapped: Collection[str] = ()) -> Table:
    """JSON whose rows are objects: one a line, in an array, one after the other, or one alone.

    One alone that holds a list of rows, under `data`, `rows`, `items` or another name, stands for
    these. All but one object a line is read into memory whole.

    Args:
        file: the text, under whichever name.
        mapped: columns and paths that the user names, and all in which these begin; an object that
            has one is a row.

    Raises:
        DataError: the file cannot be read, is not JSON, or none of the first rows is an object.
    """
    rows = _json_lines(file) if _is_lines(file) else _document(file, mapped)
    return peek(file.name, rows, file.note)


def _is_lines(file: TextFile) -> bool:
    """Whether each line is an object by itself, of which some may be broken."""
    filled = (text.strip() for _, text in _lines(file))
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


def _lines(file: TextFile) -> Iterator[tuple[int, str]]:
    """The lines that are not blank; where files were joined, one may begin with a mark."""
    for line, text in file.lines():
        if (filled := text.lstrip("\ufeff")).strip():
            yield line, filled


def _json_lines(file: TextFile) -> Iterator[SourceRow]:
    for line, text in _lines(file):
        if len(text) > limits.MAX_LINE:
            yield SourceRow(line, fault=too_long("line"), raw=mend(text[:_NUM_SHOWN]))
            continue
        if is_broken(text):
            yield SourceRow(line, fault=file.broken(), raw=mend(text))
            continue
        try:
            values = json.loads(_without_comma(text).rstrip(), object_pairs_hook=unique_keys)
        except json.JSONDecodeError as error:
            place = f"character {error.pos + 1} of the line"
            reason = f"not a JSON object: {error.msg} ({place}){_hint(error)}"
            yield SourceRow(line, fault=reason, raw=text)
        except RecursionError:
            yield SourceRow(line, fault="nested too deeply to be a row", raw=text)
        except RepeatedKeyError as error:
            yield SourceRow(line, fault=str(error), raw=text)
        except ValueError as error:
            yield SourceRow(line, fault=f"not a JSON object: {error}", raw=text)
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
    of_rows = {*_OF_ROWS, *mapped}
    if text.is_at_end() and (rows := _frame(values, of_rows, file.name)) is not None:
        yield from (SourceRow(number, row) for number, row in enumerate(rows, start=1))
        return
    under = _wrapper(values, of_rows, file.name) if text.is_at_end() else []
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


def _wrapper(
    values: object, of_rows: Collection[str], name: str, depth: int = _MAX_DEPTH
) -> list[str]:
    """The fields, each in the one before, under which an object has the rows.

    Empty if it is a row itself, or has none. Under another name than the usual ones, rows are
    told by their fields, or they are the only list of objects that are no messages.
    """
    if not isinstance(values, dict) or not depth or values.keys() & of_rows:
        return []
    lists = {field: value for field, value in values.items() if _is_rows(value)}
    found = [[field] for field in _WRAPPERS if field in lists]
    found = found or [
        [field] for field, rows in lists.items() if any(row.keys() & of_rows for row in rows)
    ]
    if not found and len(lists) == 1:  # whose columns the user has yet to name
        found = [[field] for field, rows in lists.items() if not _are_messages(rows)]
    usual = [field for field in _WRAPPERS if field in values]
    for field in () if found else usual or values:
        if under := _wrapper(values[field], of_rows, name, depth - 1):
            found.append([field, *under])
    if len(found) > 1:
        both = " and ".join(".".join(fields) for fields in found)
        raise DataError(f"holds rows under {both}; keep one of them", path=name)
    return found[0] if found else []


def _are_messages(rows: Collection[dict[str, Any]]) -> bool:
    return not rows or any(row.keys() & _OF_MESSAGES for row in rows)


def _is_rows(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(entry, dict) for entry in value)


def _frame(values: object, of_rows: set[str], name: str) -> list[dict[str, Any]] | None:
    """The rows of a table that is written by columns, or as an object of rows; None of others.

    These are what `to_json` of pandas writes with orient `columns`, `split` or `index`, and
    `to_dict("list")`.

    Raises:
        DataError: a column has other cells than the first one.
    """
    if not isinstance(values, dict) or not values:
        return None
    names, cells = values.get("columns"), values.get("data")
    if isinstance(names, list) and isinstance(cells, list) and {*map(str, names)} & of_rows:
        if any(not isinstance(row, list) or len(row) != len(names) for row in cells):
            raise DataError(f"a row under data has not {len(names)} cells", path=name)
        return [dict(zip(map(str, names), row, strict=True)) for row in cells]
    paths = {path.rpartition(".")[0] for path in of_rows}  # go on in a cell that is a list
    named = [column for field, column in values.items() if field in of_rows - paths]
    if named and all(map(_is_column, named)):
        columns = {
            field: column if isinstance(column, dict) else dict(enumerate(column))
            for field, column in values.items()
            if isinstance(column, dict | list)
        }
        places = [*next(iter(columns.values()))]
        if len(columns) < len(values) or any([*each] != places for each in columns.values()):
            message = "holds columns and not rows, and they do not have the same cells"
            raise DataError(f"{message}; pandas writes rows with orient='records'", path=name)
        return [{field: column[at] for field, column in columns.items()} for at in places]
    rows = [*values.values()]
    if not named and all(isinstance(row, dict) and row.keys() & of_rows for row in rows):
        return rows
    return None


def _is_column(value: object) -> bool:
    """Whether a value is the cells of a column: a list, or an object by the names of the rows.

    Where these are no numbers, or there are none, cells are texts and numbers: an object may also
    be a message, and a list those of a chat.
    """
    cells = value
    if isinstance(value, dict):
        if value and all(name.isdecimal() for name in value):
            return True
        cells = [] if value.keys() & _OF_MESSAGES else [*value.values()]
    return (
        isinstance(cells, list)
        and len(cells) > 0
        and all(cell is None or isinstance(cell, str | int | float) for cell in cells)
    )


def _array(text: _Json) -> Iterator[SourceRow]:
    """The rows of an array, each with its line; with its number if the first two share theirs."""
    numbered = enumerate(_entries(text), start=1)
    first = [*islice(numbered, 2)]
    is_packed = len({line for _, (line, _) in first}) < len(first)
    for number, (line, value) in chain(first, numbered):
        yield _object_row(number if is_packed else line, value)


def _entries(text: _Json) -> Iterator[tuple[int, Any]]:
    text.step("[")
    while text.sign() != "]":
        line = text.place[1]
        yield line, text.value()
        if text.sign(",]") == ",":
            text.step(",")  # programs that write line by line leave one before the ]
    text.step("]")


def _hint(error: json.JSONDecodeError) -> str:
    """What is likely to be wrong, and what to do about it; empty if nothing is."""
    text, at = error.doc, error.pos
    here = text[at : at + _NUM_LOOKED]
    before = text[max(0, at - _NUM_LOOKED) : at].rstrip()
    if here.startswith(("//", "/*", "#")):
        return "; JSON has no comments, remove this one"
    if here.startswith(("}", "]")) and before.endswith(","):
        return f"; remove the comma before the {here[0]}"
    if here.startswith("'"):
        return "; JSON has double quotes and no single ones, json.dumps writes it"
    if here.startswith(("True", "False", "None")):
        return "; JSON has true, false and null, json.dumps writes it"
    if not text[at:].strip() or error.msg.startswith("Unterminated"):
        return "; it ends within a value, was it cut off?"
    if not text[:at].strip() and here[0].isalpha():
        return "; if it holds CSV, name it .csv"
    return ""


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
            hint = _hint(json.JSONDecodeError("", self.text, self.place[0]))
            raise self.error(f"not JSON: expected {wanted}, got {found}{hint}")
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
            message = f"not JSON: {error.msg}{_hint(error)}"
            raise DataError(message, path=self.name, line=error.lineno) from None
        except RepeatedKeyError as error:
            raise self.error(str(error)) from None
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
    fault = f"expected an object with named fields, got {type(values).__name__}"
    return SourceRow(line, fault=fault, raw=values)
