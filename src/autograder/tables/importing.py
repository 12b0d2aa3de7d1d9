"""The import itself: open, settle the columns, convert row by row, write both files or none."""

from __future__ import annotations

import contextlib
import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

from autograder.errors import DataError
from autograder.files import atomic_file, storage_errors
from autograder.schema import Example, example_line
from autograder.tables.binding import bind
from autograder.tables.conversion import ITEM_RULES, Converter
from autograder.tables.formats import ImportOptions
from autograder.tables.layouts import Layout, find_layout
from autograder.tables.misread import Misread
from autograder.tables.parts import open_tables
from autograder.tables.rejects import (
    check_places,
    reason,
    reject_line,
    rejected_path,
    remove_rejects,
)
from autograder.tables.rows import SourceRow, Table


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did.

    Attributes:
        layout: what the rows were read as; the files of a folder may differ.
        num_rows, num_rejected: rows read, and those that gave no example.
        num_examples, num_items: written.
        num_repeated: examples of pairs left out, as an earlier pair has the very same.
        num_unexplained: examples without a reasoning; they teach the score alone.
        unread: the columns that fill no field, in the order in which they are met.
        unsaid: how many cells of a field held a word for nothing, such as nan.
        first_reject: place and reason; empty without rejects.
        note: what the user should know of the source; empty if nothing.
    """

    layout: str
    num_rows: int
    num_rejected: int
    num_examples: int
    num_items: int
    num_repeated: int
    num_unexplained: int
    unread: tuple[str, ...]
    unsaid: Mapping[str, int]
    first_reject: str
    note: str


def import_data(
    source: str, out: Path, options: ImportOptions, rejected: Path | None = None
) -> ImportReport:
    """Convert a source to examples in `out`, and unusable rows to `rejected`.

    Rows are read and written one at a time; what stays in memory is a digest of each id and
    item. The same source and options give the same bytes.

    Args:
        source: a file, a folder of data files, or a hub id.
        out: JSON Lines of examples, replaced whole.
        options: what the source's columns and scores mean.
        rejected: JSON Lines of line, reason and raw row; by default `OUT.rejected.jsonl`.
            Without rejects, those of an earlier run are removed; any other file there stays.
            Of a folder, each row also has the name of its file.

    Raises:
        DataError: the source cannot be read, lacks a column, holds scores or winners of another
            scale than one that nobody has named, or no row of it is usable.
        StorageError: a file cannot be written. In both cases nothing is.
    """
    rejected = rejected or rejected_path(out)
    check_places(
        {"the source": Path(source), "the output": out, "the file of rejected rows": rejected}
    )
    opened = open_tables(source, options)
    parts: list[_Part] = []
    rows = islice(_rows(opened.tables, options, parts), options.limit)
    first = next(rows, None)  # a column that is missing is told before anything is written
    if first is None:
        raise DataError("holds no rows", path=source)
    tally = _Tally()
    with contextlib.ExitStack() as stack:
        good = stack.enter_context(atomic_file(out))
        bad = None
        for part, row in chain([first], rows):
            table, binding = part.table, part.converter.binding
            tally.num_rows += 1
            part.met.update(dict.fromkeys(row.values))  # rows of JSON may differ in their fields
            part.misread.look(row)
            if part.misread:  # only what else is in the column is still of interest
                continue
            try:
                fresh = tally.admit(part.converter.examples(row), row.line, table)
                tally.unsaid.update(binding.unsaid(row.values))
            except DataError as error:
                why = reason(error, binding)
                bad = bad or stack.enter_context(atomic_file(rejected))
                bad.write(reject_line(row, why, table.part))
                tally.num_rejected += 1
                tally.first_reject = tally.first_reject or f"{table.place(row.line)}: {why}"
            else:
                good.writelines(example_line(example).encode("utf-8") for example in fresh)
        for part in parts:
            if part.misread:
                raise part.misread.error(part.table.name)
        if tally.num_rejected == tally.num_rows:
            raise DataError(
                f"none of {tally.num_rows} rows is usable, nothing was written; "
                f"{tally.first_reject}",
                path=source,
            )
    if bad is None:
        with storage_errors(rejected):
            remove_rejects(rejected)
    return tally.report(parts, opened.note)


def converter_of(table: Table, options: ImportOptions) -> tuple[Layout, Converter]:
    """What the rows of a table are read as, and what reads them.

    Raises:
        DataError: a column is missing, or options do not belong to the layout.
    """
    layout = find_layout(options.form, table.columns, {*options.mapped, *options.constants})
    mapped, rule = dict(options.mapped), ITEM_RULES[0]
    if options.item in ITEM_RULES:
        rule = options.item
        # A column of that name must not win over the rule that was asked for.
        layout = layout.without("item")
    elif options.item is not None:
        mapped["item"] = options.item
    if layout.is_pairwise and options.pair is None:
        raise DataError(
            "holds pairs; say what their scores are with --preferred N and --other N",
            path=table.name,
        )
    if layout.is_pairwise and options.scale is not None:
        raise DataError("pairs have no scores for --scale to convert", path=table.name)
    if not layout.is_pairwise and options.pair is not None:
        raise DataError(
            f"was read as {layout.name} rows, which have no preferred response; "
            "--format pairwise reads it as pairs",
            path=table.name,
        )
    binding = bind(layout, table, mapped, options.constants)
    return layout, Converter(table.name, binding, options.scale, options.pair, rule)


class _Part:
    """A table of the source: how its rows are read, and what was met in them."""

    def __init__(self, table: Table, options: ImportOptions) -> None:
        self.table = table
        self.layout, self.converter = converter_of(table, options)
        self.met = dict.fromkeys(table.columns)
        self.misread = Misread(self.converter.binding, scale_is_named=options.scale is not None)

    def unread(self) -> list[str]:
        read = self.converter.binding.read_columns(self.met)
        return [name for name in self.met if name not in read]


def _rows(
    tables: Iterator[Table], options: ImportOptions, parts: list[_Part]
) -> Iterator[tuple[_Part, SourceRow]]:
    """All rows, each with its table, which goes to `parts` when it is opened."""
    for table in tables:
        part = _Part(table, options)
        parts.append(part)
        yield from ((part, row) for row in table.rows)


class _Tally:
    """Counts, and the ids and items so far, as digests."""

    def __init__(self) -> None:
        self.num_rows = self.num_rejected = self.num_examples = self.num_repeated = 0
        self.num_unexplained = 0
        self.first_reject = ""
        self.unsaid: Counter[str] = Counter()
        self.places: dict[bytes, str] = {}
        self.items: set[bytes] = set()

    def admit(self, examples: list[Example], line: int, table: Table) -> list[Example]:
        """The examples whose id is new.

        Raises:
            DataError: none is.
        """
        keys = [_short(example.id) for example in examples]
        fresh = [e for e, key in zip(examples, keys, strict=True) if key not in self.places]
        if not fresh:
            first = self.places[keys[0]]
            message = f"{examples[0].id!r} is there already, from {first}"
            if not examples[0].id.startswith(f"{examples[0].item}/"):  # the row is another one
                message += "; every row needs its own, --map id=COLUMN names another column"
            raise DataError(message, path=table.name, line=line, field="id")
        for key in keys:
            self.places.setdefault(key, table.place(line))
        self.items.update(_short(example.item) for example in fresh)
        self.num_examples += len(fresh)
        self.num_unexplained += sum(not example.reasoning for example in fresh)
        self.num_repeated += len(examples) - len(fresh)
        return fresh

    def report(self, parts: Sequence[_Part], note: str) -> ImportReport:
        return ImportReport(
            layout=" and ".join(dict.fromkeys(part.layout.name for part in parts)),
            num_rows=self.num_rows,
            num_rejected=self.num_rejected,
            num_examples=self.num_examples,
            num_items=len(self.items),
            num_repeated=self.num_repeated,
            num_unexplained=self.num_unexplained,
            unread=tuple(dict.fromkeys(name for part in parts for name in part.unread())),
            unsaid=self.unsaid,
            first_reject=self.first_reject,
            note=note,
        )


def _short(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8")).digest()[:16]
