"""Graded answers, in any format and layout, as examples: what `data audit` looks at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from autograder.empty import is_empty
from autograder.errors import DataError
from autograder.schema import Example, parse_item
from autograder.tables.conversion import Converter
from autograder.tables.formats import ImportOptions
from autograder.tables.importing import converter_of
from autograder.tables.parts import open_tables
from autograder.tables.rows import NoRowsError, SourceRow, Table, held


@dataclass(frozen=True, slots=True)
class GradedFile:
    """What a file or a folder holds.

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
    source = open_tables(str(path), options)
    readers: dict[str, _Reader] = {}
    named: set[str] = set()
    examples: list[Example] = []
    places: dict[str, str] = {}
    for table, row in held(source.tables):
        reader = readers.setdefault(table.name, _Reader(table, options, named))
        found, place = reader.examples(row), table.place(row.line)
        for example in found:
            if (first := places.setdefault(example.id, place)) != place:
                message = f"{example.id!r} is used twice, first in {first}; every row needs its own"
                raise DataError(message, path=table.name, line=row.line, field="id")
        examples += found
    if not examples:  # a header alone
        raise NoRowsError("holds no rows", path=str(path))
    unread = dict.fromkeys(name for reader in readers.values() for name in reader.unread())
    unsaid = sum((reader.unsaid for reader in readers.values()), Counter[str]())
    num_repeated = sum(reader.num_repeated for reader in readers.values())
    return GradedFile(examples, [*unread], unsaid, num_repeated, source.note)


class _Reader:
    """Reads the rows of one table.

    Args:
        table, options: what to read, and how.
        named: ids of examples whose rows have none, of all tables so far.
    """

    def __init__(self, table: Table, options: ImportOptions, named: set[str]) -> None:
        self.table, self.options, self.named = table, options, named
        self.converter: Converter | None = None  # a file of items alone needs none
        self.met: dict[str, None] = {}
        self.unsaid: Counter[str] = Counter()
        self.num_repeated = 0

    def examples(self, row: SourceRow) -> list[Example]:
        if row.fault:
            raise DataError(row.fault, path=self.table.name, line=row.line)
        return self._item(row) if self._is_item(row) else self._row(row)

    def unread(self) -> list[str]:
        read = self.converter.binding.read_columns(self.met) if self.converter else set()
        return [name for name in self.met if name not in read]

    def _is_item(self, row: SourceRow) -> bool:
        is_mapped = "response" in self.options.mapped
        return isinstance(row.values.get("responses"), list) and not is_mapped

    def _item(self, row: SourceRow) -> list[Example]:
        return parse_item(row.values, self.table.name, row.line).examples()

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
