"""CSV and JSON Lines, read a row at a time, and JSON arrays."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path

from autograder.errors import DataError
from autograder.jsonl import decode_line, unique_keys
from autograder.tables import rows as limits
from autograder.tables.rows import SourceRow, Table, lines, peek, without_mark

_NUM_SHOWN = 1000
_JSON_SPACE = " \t\r\n"


def open_csv(path: Path, delimiter: str = ",") -> Table:
    """A CSV file whose first row names the columns.

    Cells stay text, also those that look like formulas. A row that is not UTF-8 or has another
    number of cells is faulty by itself.

    Raises:
        DataError: the file cannot be read, a name stands twice in the header, or a quotation
            mark is misplaced, after which no row could be trusted.
    """
    records = _records(path, delimiter)
    start, header = next(records, (1, []))
    if not header:
        raise DataError("is empty; the first row has to name the columns", path=str(path))
    for name in header:
        if _is_broken(name):
            raise DataError(
                f"column '{_mend(name)}' is not UTF-8; save the file as UTF-8",
                path=str(path),
                line=start,
            )
        if header.count(name) > 1:
            raise DataError(
                f"column {name!r} is there twice; rename one", path=str(path), line=start
            )
    return Table(str(path), tuple(header), _csv_rows(header, records))


def _csv_rows(header: list[str], records: Iterator[tuple[int, list[str]]]) -> Iterator[SourceRow]:
    for line, cells in records:
        if len(cells) != len(header):
            fault = f"has {len(cells)} cells, the header names {len(header)} columns"
            yield SourceRow(line, fault=fault, raw=[_mend(cell) for cell in cells])
            continue
        values = dict(zip(header, cells, strict=True))
        broken = [name for name, cell in values.items() if _is_broken(cell)]
        if broken:
            fault = f"{broken[0]}: not UTF-8; save the file as UTF-8"
            mended = {name: _mend(cell) for name, cell in values.items()}
            yield SourceRow(line, fault=fault, raw=mended)
        else:
            yield SourceRow(line, values)


def _records(path: Path, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """The cells of each record with the line that it starts in; bytes that are not UTF-8 stay."""
    name, reached = str(path), 0

    def texts() -> Iterator[str]:
        nonlocal reached
        for reached, raw in lines(path):
            if len(raw) > limits.MAX_LINE_BYTES:
                raise DataError(_too_long("line"), path=name, line=reached)
            yield raw.decode("utf-8", "surrogateescape")

    reader = csv.reader(texts(), delimiter=delimiter, strict=True)
    before = csv.field_size_limit()
    while True:
        start = reached + 1
        # Set for each record, as the limit is one for all readers of the process.
        csv.field_size_limit(limits.MAX_LINE_BYTES)
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if "field limit" in str(error):
                message = f"{_too_long('cell')}, or was a quotation mark left open?"
            else:
                message = f"not CSV: {error}; is a quotation mark left open or not doubled?"
            raise DataError(message, path=name, line=start) from None
        finally:
            csv.field_size_limit(before)
        if cells:
            yield start, cells


def open_jsonl(path: Path) -> Table:
    """A file with one JSON object a line; a line that is none is faulty by itself.

    Raises:
        DataError: the file cannot be read or none of its first lines is an object.
    """
    return peek(str(path), _jsonl_rows(path))


def _jsonl_rows(path: Path) -> Iterator[SourceRow]:
    name = str(path)
    for line, raw in lines(path):
        if not raw.strip():
            continue
        shown = raw[:_NUM_SHOWN].decode("utf-8", "backslashreplace")
        if len(raw) > limits.MAX_LINE_BYTES:
            yield SourceRow(line, fault=_too_long("line"), raw=shown)
            continue
        try:
            values = decode_line(raw, name, line)
        except DataError as error:
            reason = str(error).removeprefix(f"{name}:{line}: ")
            yield SourceRow(line, fault=reason, raw=raw.decode("utf-8", "backslashreplace"))
        else:
            yield _object_row(line, values)


def starts_with_object(path: Path) -> bool:
    """Whether the first sign of a JSON file is that of an object, not of an array."""
    for _, raw in lines(path):
        if raw.strip():
            return raw.strip().startswith(b"{")
    return False


def open_json(path: Path) -> Table:
    """A JSON array of objects, which is read whole: JSON Lines takes less memory.

    Raises:
        DataError: the file cannot be read or is not an array.
    """
    name = str(path)
    try:
        text = without_mark(path, path.read_bytes()).decode("utf-8")
    except OSError as error:
        raise DataError(f"cannot be read: {error.strerror}", path=name) from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise DataError("not UTF-8; save the file as UTF-8", path=name, line=line) from None
    return peek(name, _json_rows(text, name))


def _json_rows(text: str, name: str) -> Iterator[SourceRow]:
    decoder = json.JSONDecoder(object_pairs_hook=unique_keys)
    line = at = 0

    def skip(expected: str) -> str:
        """Go to the next sign, which has to be one of `expected`; any sign if empty."""
        nonlocal at, line
        start = at
        while at < len(text) and text[at] in _JSON_SPACE:
            at += 1
        line += text.count("\n", start, at)
        sign = text[at : at + 1]
        if not sign or (expected and sign not in expected):
            found = repr(sign) if sign else "the end"
            wanted = f"one of {expected}" if expected else "a value"
            message = f"not a JSON array of objects: expected {wanted}, got {found}"
            raise DataError(message, path=name, line=line + 1)
        return sign

    skip("[")
    at += 1
    while skip("") != "]":
        begin, at_line = at, line + 1
        try:
            values, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError) as error:
            message = f"not a JSON array of objects: {error}"
            raise DataError(message, path=name, line=at_line) from None
        line += text.count("\n", begin, at)
        yield _object_row(at_line, values)
        if skip(",]") == ",":
            at += 1
            if skip("") == "]":
                raise DataError("a comma stands before ]", path=name, line=line + 1)
    if text[at + 1 :].strip(_JSON_SPACE):
        raise DataError("something stands after the array", path=name, line=line + 1)


def _object_row(line: int, values: object) -> SourceRow:
    if isinstance(values, dict):
        return SourceRow(line, values)
    kind = type(values).__name__
    return SourceRow(line, fault=f"expected an object with named fields, got {kind}", raw=values)


def _is_broken(text: str) -> bool:
    """Whether bytes that are not UTF-8 were carried over as lone surrogates."""
    return not text.isascii() and any("\udc80" <= character <= "\udcff" for character in text)


def _mend(text: str) -> str:
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _too_long(what: str) -> str:
    return f"the {what} is longer than {limits.MAX_LINE_BYTES:,} bytes"
