"""The finished file: the rows of the input, each with its verdict.

What comes from the input stays as it is, cell by cell, also a cell that a spreadsheet takes for
a formula: it is the user's own. The one text that the judge writes, the reasoning, is made
harmless in CSV.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, TypeVar

from autograder.bulk.cells import json_line, mended, safe_cell, text_of
from autograder.bulk.part import Record
from autograder.bulk.source import Source, Survey, form_of
from autograder.schema import SCORES
from autograder.tables.arrow import parquet_module
from autograder.tables.row_groups import read_batches
from autograder.tables.rows import SourceRow, bounded, size_of

ADDED = ("score", "expected_score", "confidence", *(f"p{s}" for s in SCORES), "truncated")
REASONING = "reasoning"
_GROUP_ROWS, _GROUP_SIZE = 2048, 2**26
_TEXTS = ("truncated", REASONING)
Reject = Callable[[SourceRow, str], object]
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Columns:
    """What a row of the output holds.

    Attributes:
        carried: columns of the input, in order; None: those that each row has.
        added: name in the output by name in `Record.verdict`.
    """

    carried: tuple[str, ...] | None
    added: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Join:
    """Rows of the input with what became of them.

    Attributes:
        source: the input.
        survey: of the input.
        columns: of the output.
        records: of all rows, in order.
        reject: called with the rows that were skipped and why.
    """

    source: Source
    survey: Survey
    columns: Columns
    records: Iterator[Record]
    reject: Reject

    def write(self, file: BinaryIO, path: Path) -> None:
        """Write the output in the format that the name of `path` tells."""
        form = form_of(path)
        if form == "csv":
            tab = "\t" if path.suffix.lower() == ".tsv" else ","
            self._write_csv(file, self.source.options.delimiter or tab)
        elif form == "parquet":
            self._write_parquet(file, path)
        else:
            file.writelines(json_line(row) for row in self._rows())

    def _graded(self) -> Iterator[tuple[Mapping[str, Any], Mapping[str, Any]]]:
        for row, record in zip(self.source.rows(), self.records, strict=False):
            if record.reason:
                self.reject(row, record.reason)
            else:
                yield row.values, record.verdict

    def _rows(self) -> Iterator[dict[str, Any]]:
        carried, added = self.columns.carried, self.columns.added
        for values, verdict in self._graded():
            names = values if carried is None else [name for name in carried if name in values]
            row = {name: values[name] for name in names}
            yield row | {name: verdict[key] for key, name in added.items()}

    def _carried(self) -> Sequence[str]:
        carried = self.columns.carried
        return tuple(self.survey.kinds) if carried is None else carried

    def _write_csv(self, file: BinaryIO, delimiter: str) -> None:
        carried, added = self._carried(), self.columns.added
        file.write(_csv_line([*carried, *added.values()], delimiter))
        for values, verdict in self._graded():
            cells = [text_of(values.get(name)) for name in carried]
            for key in added:
                text = text_of(verdict[key])
                cells.append(safe_cell(text or "") if key == REASONING else text)
            file.write(_csv_line(cells, delimiter))

    # --- Parquet

    def _write_parquet(self, file: BinaryIO, path: Path) -> None:
        import pyarrow

        parquet = parquet_module(path)
        if self.source.form == "parquet":
            with parquet.ParquetFile(self.source.path) as old:
                self._write_groups(file, parquet, *self._widened(old, pyarrow))
            return
        kinds = self.survey.kinds
        fields = [(mended(name), _type(kinds[name], pyarrow)) for name in self._carried()]
        schema = pyarrow.schema([*fields, *self._added_fields(pyarrow)])
        self._write_groups(file, parquet, schema, self._typed(schema, pyarrow))

    def _write_groups(
        self, file: BinaryIO, parquet: Any, schema: Any, groups: Iterable[Any]
    ) -> None:
        with parquet.ParquetWriter(file, schema) as writer:
            for group in groups:
                writer.write(group)

    def _added_fields(self, pyarrow: Any) -> list[tuple[str, Any]]:
        types = {"score": pyarrow.int64(), **dict.fromkeys(_TEXTS, pyarrow.string())}
        return [
            (mended(name), types.get(key, pyarrow.float64()))
            for key, name in self.columns.added.items()
        ]

    def _typed(self, schema: Any, pyarrow: Any) -> Iterator[Any]:
        """Batches of rows that came from JSON or CSV."""
        names = [*self._carried(), *self.columns.added.values()]
        for chunk in _groups(self._rows(), lambda row: (1, size_of(row))):
            arrays = [
                pyarrow.array([_cast(row.get(name), kind, pyarrow) for row in chunk], kind)
                for name, kind in zip(names, schema.types, strict=True)
            ]
            yield pyarrow.RecordBatch.from_arrays(arrays, schema=schema)

    def _widened(self, old: Any, pyarrow: Any) -> tuple[Any, Iterator[Any]]:
        """The schema and row groups of a Parquet file with more columns, the old ones untouched."""
        carried = list(self._carried())
        kept = [old.schema_arrow.field(name) for name in carried]
        new = [pyarrow.field(name, kind) for name, kind in self._added_fields(pyarrow)]
        schema = pyarrow.schema([*kept, *new], metadata=old.schema_arrow.metadata)

        def graded() -> Iterator[Any]:
            done = 0
            for batch in read_batches(self.source.path, old):
                records = list(islice(self.records, batch.num_rows))
                if not records:  # past the limit
                    return
                runs, start = [], 0
                for at, record in enumerate(records):
                    if record.reason:
                        (values,) = batch.slice(at, 1).to_pylist()
                        self.reject(bounded(SourceRow(done + at + 1, values)), record.reason)
                        runs.append(batch.slice(start, at - start))
                        start = at + 1
                runs.append(batch.slice(start, len(records) - start))
                done += len(records)
                # Copied, so that what is left of a batch does not keep all of it in memory.
                part = pyarrow.Table.from_batches(runs).select(carried).combine_chunks()
                verdicts = [record.verdict for record in records if not record.reason]
                for key, field in zip(self.columns.added, new, strict=True):
                    values = [_cast(verdict[key], field.type, pyarrow) for verdict in verdicts]
                    part = part.append_column(field, pyarrow.array(values, field.type))
                if verdicts:
                    yield part

        def groups() -> Iterator[Any]:
            for parts in _groups(graded(), lambda part: (part.num_rows, part.nbytes)):
                yield pyarrow.concat_tables(parts).combine_chunks()

        return schema, groups()


def _groups(items: Iterable[Item], size: Callable[[Item], tuple[int, int]]) -> Iterator[list[Item]]:
    """What makes up a group of the file, by the rows and bytes of each item."""
    group: list[Item] = []
    rows = total = 0
    for item in items:
        group.append(item)
        more_rows, more = size(item)
        rows, total = rows + more_rows, total + more
        if rows >= _GROUP_ROWS or total >= _GROUP_SIZE:
            yield group
            group, rows, total = [], 0, 0
    if group:
        yield group


def _type(kinds: frozenset[str], pyarrow: Any) -> Any:
    """The narrowest type for all values of a column; text where they are of several kinds."""
    if kinds == {"bool"}:
        return pyarrow.bool_()
    if kinds and kinds <= {"int", "long"}:
        return pyarrow.int64()
    if kinds and kinds <= {"int", "float"}:
        return pyarrow.float64()
    return pyarrow.string()


def _cast(value: Any, kind: Any, pyarrow: Any) -> Any:
    if kind == pyarrow.string():
        text = text_of(value)
        return None if text is None else mended(text)
    return float(value) if kind == pyarrow.float64() and value is not None else value


def _csv_line(cells: Sequence[str | None], delimiter: str) -> bytes:
    text = io.StringIO()
    # A line break of any kind inside a cell is quoted only if the ending has it.
    csv.writer(text, delimiter=delimiter, lineterminator="\r\n").writerow(cells)
    return f"{text.getvalue()[:-2]}\n".encode("utf-8", "backslashreplace")
