"""The file to grade: its rows, the four texts in each, and what can be known before grading."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from autograder.bulk.part import Record
from autograder.errors import DataError
from autograder.jsonl import Row
from autograder.schema import SCORES, Request, Verdict
from autograder.tables import formats
from autograder.tables.binding import Binding, bind
from autograder.tables.formats import SUFFIXES, ImportOptions, open_table
from autograder.tables.layouts import Layout
from autograder.tables.rejects import reason
from autograder.tables.rows import NoRowsError, SourceRow, Table
from autograder.tables.rubrics import rubric_text

FIELDS = ("prompt", "response", "rubric", "reference")
WINDOW = 256
"""Rows that are in memory at once; among them those with a common prefix are graded together."""

_LAYOUT = Layout("graded", {name: name for name in FIELDS}, FIELDS[:3])
_MAX_DEPTH = 100
_EXACT, _LONG = 2**53, 2**63
_NUM_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Source:
    """A file of answers, opened anew by each pass over its rows; see `windows.Rows`.

    Attributes:
        path: JSON Lines, a JSON array, CSV or Parquet.
        form: which of them, as the importers name it.
        options: delimiter and limit.
        columns: as far as the first rows show them.
        binding: where the fields of a row come from.
        note: what the user should know of the file; empty if nothing.
    """

    path: Path
    form: str
    options: ImportOptions
    columns: tuple[str, ...]
    binding: Binding
    note: str

    @property
    def window(self) -> int:
        return WINDOW

    @classmethod
    def open(cls, path: Path, options: ImportOptions) -> Source:
        """Open a file and settle where its fields come from.

        Raises:
            DataError: it cannot be read, or a column is not there.
        """
        try:
            if not path.is_file():
                raise DataError("is no file" if path.exists() else "no such file", path=str(path))
        except OSError as error:  # such as a name that is too long
            raise DataError(f"cannot be read: {error.strerror}", path=str(path)) from None
        form = formats.form_of(str(path), options)
        try:
            table = open_table(str(path), options)
        except NoRowsError:
            return cls(path, form, options, (), Binding({}, {}, ()), "")
        binding = bind(_LAYOUT, table, options.mapped, options.constants)
        return cls(path, form, options, table.columns, binding, table.note)

    def rows(self) -> Iterator[SourceRow]:
        """The rows in order; one that cannot be read is faulty by itself.

        Raises:
            DataError: the file cannot be read further.
        """
        return map(_not_too_deep, islice(self._table().rows, self.options.limit))

    def _table(self) -> Table:
        try:
            return open_table(str(self.path), self.options)
        except NoRowsError:
            return Table(str(self.path), (), iter(()))

    def windows(self) -> Iterator[tuple[int, list[SourceRow]]]:
        """The rows, `WINDOW` at a time, each time with the number of the first, from 0."""
        rows, start = self.rows(), 0
        while window := list(islice(rows, WINDOW)):
            yield start, window
            start += WINDOW

    def request(self, row: SourceRow) -> Request:
        """The texts of a row.

        Raises:
            DataError: the row is faulty, or one of the first three is missing or no text.
        """
        name = str(self.path)
        inputs = self.binding.read(row, name)
        fields = Row(inputs, name, row.line)
        prompt, response = (fields.text(field) for field in FIELDS[:2])
        return Request(prompt, response, rubric_text(fields), fields.text("reference", default=""))

    def key(self, request: Request) -> str:
        """A digest of what decides a grade."""
        return hashlib.sha256(json.dumps(request.texts).encode()).hexdigest()[:32]

    def known(
        self, rows: Mapping[int, SourceRow], keys: Mapping[int, str], taken: Sequence[Record]
    ) -> dict[int, Record]:
        """The records of these rows, by number.

        Raises:
            DataError: one is about another text than stands there now.
        """
        # An earlier run may have had a higher limit.
        known = {record.row: record for record in taken if record.row in rows}
        for number, record in known.items():
            if record.key != keys.get(number, ""):
                raise self.fault(
                    rows[number],
                    "an earlier run did not end, and found another text here; give the file of "
                    "then to go on, or --restart throws its work away and starts afresh",
                )
        return known

    def values(self, verdict: Verdict) -> dict[str, object]:
        """What a row gets; digits that depend on the machine are rounded away."""
        numbers = {"expected_score": verdict.expected_score, "confidence": verdict.confidence}
        numbers |= {f"p{s}": p for s, p in zip(SCORES, verdict.probabilities, strict=True)}
        return {
            "score": verdict.score,
            **{name: round(value, _NUM_DIGITS) for name, value in numbers.items()},
            "truncated": ";".join(verdict.truncated),
            **({} if verdict.reasoning is None else {"reasoning": verdict.reasoning}),
        }

    def why(self, error: DataError) -> str:
        """What is wrong with a row: field and column, without file and line."""
        return reason(error, self.binding)

    def fault(self, row: SourceRow, why: str) -> DataError:
        """An error that names file and line."""
        return DataError(why, path=str(self.path), line=row.line)

    def unfit(self, row: SourceRow, why: str) -> DataError:
        """The error where a row cannot be graded and is not to be skipped."""
        return self.fault(row, f"{why}; --on-error skip leaves such rows out")


@dataclass(frozen=True, slots=True)
class Survey:
    """What one pass over a file tells.

    Attributes:
        num_rows: up to the limit.
        kinds: kinds of the values by column, in the order of their first appearance.
        unsaid: how many cells of a field hold a word for nothing, such as nan.
    """

    num_rows: int
    kinds: Mapping[str, frozenset[str]]
    unsaid: Mapping[str, int]


def survey(source: Source, *, strict: bool) -> Survey:
    """Read a file once before the first row is graded.

    Args:
        source: the file.
        strict: refuse it if a row lacks a text.

    Raises:
        DataError: the file cannot be read to its end; or, if `strict`, the first fault.
    """
    num_rows = 0
    kinds: dict[str, set[str]] = {column: set() for column in source.columns}
    unsaid: Counter[str] = Counter()
    for row in source.rows():
        num_rows += 1
        unsaid.update(source.binding.unsaid(row.values))
        if strict:
            try:
                source.request(row)
            except DataError as error:
                raise source.unfit(row, source.why(error)) from None
        for column, value in row.values.items():
            kinds.setdefault(column, set()).add(_kind(value))
    narrowed = {name: frozenset(found - {""}) for name, found in kinds.items()}
    return Survey(num_rows, narrowed, unsaid)


def form_of(path: Path) -> str:
    """The format that a file's name tells.

    Raises:
        DataError: it tells none.
    """
    form = SUFFIXES.get(path.suffix.lower())
    if form is None:
        known = ", ".join(SUFFIXES)
        raise DataError(f"the name has to end in one of {known}", path=str(path))
    return form


def _kind(value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        # Other numbers of the column may be fractions, which hold whole numbers up to here.
        if -_EXACT <= value <= _EXACT:
            return "int"
        return "long" if -_LONG <= value < _LONG else "other"
    kinds = {bool: "bool", float: "float", str: "text", type(None): ""}
    return kinds.get(type(value), "other")


def _not_too_deep(row: SourceRow) -> SourceRow:
    """A row that can be written as well as read."""
    if all(_is_flat(value, _MAX_DEPTH) for value in row.values.values()):
        return row
    return SourceRow(row.line, fault="nested too deeply to be a row", raw=list(row.values))


def _is_flat(value: object, depth: int) -> bool:
    if isinstance(value, dict):
        value = list(value.values())
    if not isinstance(value, list):
        return True
    return depth > 0 and all(_is_flat(inner, depth - 1) for inner in value)
