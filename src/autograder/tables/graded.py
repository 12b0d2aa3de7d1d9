"""A file of graded answers, in any format and layout, as examples: what `data audit` looks at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from autograder.errors import DataError
from autograder.jsonl import unique
from autograder.schema import Example, parse_item
from autograder.tables.conversion import Converter
from autograder.tables.formats import ImportOptions, open_table
from autograder.tables.importing import converter_of
from autograder.tables.rows import NoRowsError, SourceRow, Table, held
from autograder.tables.values import is_empty, said


@dataclass(frozen=True, slots=True)
class GradedFile:
    """What a file holds.

    Attributes:
        examples: in order, with distinct ids.
        unread: the columns that fill no field.
        unsaid: how many cells of a field held a word for nothing, such as nan.
        num_repeated: examples left out, as an earlier row without an id has the very same.
        note: what the user should know of the file; empty if nothing.
    """

    examples: list[Example]
    unread: list[str]
    unsaid: Mapping[str, int]
    num_repeated: int
    note: str


def read_graded(path: Path | str, options: ImportOptions | None = None) -> GradedFile:
    """Read the rows that `data import` reads, and items.

    An example that a row without an id repeats is left out, as `data import` does.
    A row without an `item` stands alone if it has an `id`, as in the pipeline; else rows of one
    prompt are an item.

    Raises:
        DataError: the first fault, with file, line and field.
    """
    options = options or ImportOptions()
    table = open_table(str(path), options)
    reader = _Reader(table, options)
    examples = [example for _, example in unique(reader.examples(), Path(path))]
    if not examples:  # a header alone
        raise NoRowsError("holds no rows", path=str(path))
    read = reader.converter.binding.read_columns(reader.met) if reader.converter else set()
    unread = [name for name in reader.met if name not in read]
    return GradedFile(examples, unread, reader.unsaid, reader.num_repeated, table.note)


class _Reader:
    def __init__(self, table: Table, options: ImportOptions) -> None:
        self.table, self.options = table, options
        self.converter: Converter | None = None  # a file of items alone needs none
        self.met: dict[str, None] = {}
        self.unsaid: Counter[str] = Counter()
        self.named: set[str] = set()
        self.num_repeated = 0

    def examples(self) -> Iterator[tuple[int, Example]]:
        for row in held(self.table):
            if row.fault:
                raise DataError(row.fault, path=self.table.name, line=row.line)
            found = self._item(row) if self._is_item(row) else self._row(row)
            yield from ((row.line, example) for example in found)

    def _is_item(self, row: SourceRow) -> bool:
        is_mapped = "response" in self.options.mapped
        return isinstance(row.values.get("responses"), list) and not is_mapped

    def _item(self, row: SourceRow) -> list[Example]:
        return parse_item(said(row.values), self.table.name, row.line).examples()

    def _row(self, row: SourceRow) -> list[Example]:
        if self.converter is None:
            self.converter = converter_of(self.table, self.options)[1]
        self.met.update(dict.fromkeys(row.values))
        self.unsaid.update(self.converter.binding.unsaid(row.values))
        identity = row.values.get("id")
        if is_empty(row.values.get("item")) and not is_empty(identity):
            row = replace(row, values={**row.values, "item": identity})
        examples = self.converter.examples(row)
        return examples if self.converter.binding.fills("id", row.values) else self._fresh(examples)

    def _fresh(self, examples: list[Example]) -> list[Example]:
        """Those of a row without an id that no row before has; rankings repeat them in pairs."""
        fresh = [example for example in examples if example.id not in self.named]
        self.named.update(example.id for example in fresh)
        self.num_repeated += len(examples) - len(fresh)
        return fresh
