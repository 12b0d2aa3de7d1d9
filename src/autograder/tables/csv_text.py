"""CSV as rows, one at a time: which delimiter it has, its header, and the cells of each record."""

from __future__ import annotations

import contextlib
import csv
import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from autograder.errors import DataError
from autograder.tables import encodings as limits
from autograder.tables.encodings import TextFile, is_broken, mend, too_long
from autograder.tables.rows import SourceRow, Table

_BARE = "has quotation marks that quote no cell; read as part of the cells"
_SPACED = "has blanks after its delimiters; they are no part of the cells"
_DELIMITERS = ",;\t|"
_NUM_LOOKED = 20
"""Records that show what parts them."""
_SEP_LINE = re.compile(r'"?sep=(\\t|[^"])"?[,;\t|]*', re.IGNORECASE)


class _Record(NamedTuple):
    """The cells of a record, and its lines as they stand in the file, the first with its number."""

    line: int
    cells: Sequence[str] = ()
    texts: Sequence[str] = ()


def open_csv(file: TextFile, delimiter: str | None = None) -> Table:
    """CSV whose first row names the columns.

    Cells stay text, also those that look like formulas. A row that is not of the encoding or
    has another number of cells is faulty by itself, and so is one whose quotation marks are
    misplaced. Rows without a filled cell, and columns at the end without name and content, are
    none. Where all names after the first have blanks before them, those of cells are none either.

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
    skip = 1 if named else 0
    is_bare = delimiter == "\t" and _has_bare_quotes(file, skip)
    records = _records(file, delimiter, skip, is_bare=is_bare)
    start, cells, *_ = next(records, _Record(1))
    names = _without_blanks(cells)
    is_spaced = not is_bare and len(names) > 1 and all(name[0] == " " for name in names[1:] if name)
    if is_spaced:
        records = _records(file, delimiter, skip, is_spaced=True)
        start, cells, *_ = next(records)
    notes = [file.note, _BARE if is_bare else "", _SPACED if is_spaced else ""]
    header = [name.strip() for name in _without_blanks(cells)]
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
    rows = _csv_rows(file, header, records, "" if is_bare else delimiter, len(cells))
    return Table(file.name, tuple(header), rows, "; ".join(filter(None, notes)))


def _named_delimiter(file: TextFile) -> str | None:
    """What the line `sep=` that Excel reads names, also if a program has saved it as a row."""
    first = next((line for _, line in file.lines()), "")
    found = _SEP_LINE.fullmatch(first.rstrip("\r\n"))
    return found[1].replace("\\t", "\t") if found else None


def _likely_delimiter(file: TextFile) -> str:
    """The one that parts the first rows as it parts the header, into the most columns.

    A header may hold another one: questions of a form have commas. It is the comma if none parts
    the header.
    """

    def rank(delimiter: str) -> tuple[bool, int]:
        records = _records(file, delimiter)
        widths: list[int] = []
        with contextlib.suppress(DataError):
            widths += (len(cells) for _, cells, *_ in islice(records, _NUM_LOOKED))
        first, *others = widths or [0]
        num_alike = sum(width == first for width in others)
        return first > 1 and 2 * num_alike >= len(others), first

    return max(_DELIMITERS, key=rank)


def _has_bare_quotes(file: TextFile, skip: int) -> bool:
    """Whether quotation marks are part of the cells, which Google Sheets separates by tabs alone.

    They are if each line has a cell for each column, and they do not quote whole cells, or those
    that they quote would take in lines.
    """
    try:
        if all(len(record.texts) == 1 for record in _records(file, "\t", skip)):
            return False
    except DataError:
        pass
    nums = {text.count("\t") for _, text in islice(file.lines(), skip, None) if text.strip()}
    return len(nums) == 1 and nums != {0}


def _without_blanks(cells: Sequence[str]) -> Sequence[str]:
    """The cells up to the last that is filled."""
    end = next((at for at in range(len(cells), 0, -1) if cells[at - 1].strip()), 0)
    return cells[:end]


def _csv_rows(
    file: TextFile, header: list[str], records: Iterator[_Record], quoted: str, width: int
) -> Iterator[SourceRow]:
    """The rows; `quoted` is the delimiter of cells that may be in quotation marks, else empty."""
    for record in records:
        line, cells, _ = record
        filled = _without_blanks(cells)
        if not filled:
            continue
        if fault := quoted and _misquoted(record, quoted, width):
            yield SourceRow(line, fault=fault, raw=[mend(cell) for cell in cells])
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


def _misquoted(record: _Record, delimiter: str, width: int) -> str:
    """What is wrong with the quotation marks of a record that CSV allows; empty if nothing is."""
    before = f"{delimiter}{record.texts[0]}"
    for number, cell in enumerate(record.cells, start=1):
        # A cell that is quoted as it has to be stands in the file with its marks doubled.
        if cell[:1] == " " and cell.lstrip(" ")[:1] == '"' and f"{delimiter}{cell}" in before:
            return f"cell {number} has a blank before its quotation mark; remove the blank"
    if delimiter == "\t" and width > 2 and len(record.texts) > 1:
        nums = {text.count("\t") + 1 for text in record.texts if text.strip()}
        if nums == {width}:
            return (
                f"its quotation marks take in {len(record.texts)} lines that have all {width} "
                "cells; double the marks that quote no cell, and put such cells in marks"
            )
    return ""


def _records(
    file: TextFile,
    delimiter: str,
    skip: int = 0,
    *,
    is_bare: bool = False,
    is_spaced: bool = False,
) -> Iterator[_Record]:
    """The records; bare quotation marks quote none, and blanks before spaced cells are none."""
    reached = skip
    taken: list[str] = []

    def texts() -> Iterator[str]:
        nonlocal reached
        for reached, text in islice(file.lines(), skip, None):
            if len(text) > limits.MAX_LINE:
                raise DataError(too_long("line"), path=file.name, line=reached)
            taken.append(text)
            yield text

    reader = csv.reader(
        texts(),
        delimiter=delimiter,
        quoting=csv.QUOTE_NONE if is_bare else csv.QUOTE_MINIMAL,
        skipinitialspace=is_spaced,
        strict=True,
    )
    before = csv.field_size_limit()
    while True:
        start, taken = reached + 1, []
        # Set for each record, as the limit is one for all readers of the process.
        csv.field_size_limit(limits.MAX_LINE)
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if "field limit" in str(error):
                message = f"{too_long('cell')}, or was a quotation mark left open?"
            else:
                message = f"not CSV: {error}; is a quotation mark left open or not doubled?"
            raise DataError(message, path=file.name, line=start) from None
        finally:
            csv.field_size_limit(before)
        if cells:
            yield _Record(start, cells, taken)
