"""CSV as rows, one at a time: which delimiter it has, its header, and the cells of each record."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from itertools import islice

from autograder.errors import DataError
from autograder.tables import encodings as limits
from autograder.tables.encodings import TextFile, is_broken, mend, too_long
from autograder.tables.rows import SourceRow, Table

_BARE = "has quotation marks that quote no cell; read as part of the cells"
_DELIMITERS = ",;\t|"
_SEP_LINE = re.compile(r'"?sep=(\\t|[^"])"?[,;\t|]*', re.IGNORECASE)


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
    skip = 1 if named else 0
    is_bare = delimiter == "\t" and _has_bare_quotes(file, skip)
    note = "; ".join(filter(None, [file.note, _BARE if is_bare else ""]))
    records = _records(file, delimiter, skip, is_bare=is_bare)
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
    return Table(file.name, tuple(header), _csv_rows(file, header, records), note)


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


def _has_bare_quotes(file: TextFile, skip: int) -> bool:
    """Whether quotation marks are part of the cells, which Google Sheets separates by tabs alone.

    They are if they do not quote whole cells, and each line has a cell for each column.
    """
    try:
        for _ in _records(file, "\t", skip):
            pass
    except DataError:
        lines = (text for _, text in islice(file.lines(), skip, None) if text.strip())
        return len({text.count("\t") for text in lines}) == 1
    return False


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


def _records(
    file: TextFile, delimiter: str, skip: int = 0, *, is_bare: bool = False
) -> Iterator[tuple[int, list[str]]]:
    """The cells of each record with the line that it starts in; bare quotation marks quote none."""
    reached = skip

    def texts() -> Iterator[str]:
        nonlocal reached
        for reached, text in islice(file.lines(), skip, None):
            if len(text) > limits.MAX_LINE:
                raise DataError(too_long("line"), path=file.name, line=reached)
            yield text

    if is_bare:
        reader = csv.reader(texts(), delimiter=delimiter, quoting=csv.QUOTE_NONE, strict=True)
    else:
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
                message = f"{too_long('cell')}, or was a quotation mark left open?"
            else:
                message = f"not CSV: {error}; is a quotation mark left open or not doubled?"
            raise DataError(message, path=file.name, line=start) from None
        finally:
            csv.field_size_limit(before)
        if cells:
            yield start, cells
