"""Labelled answers from elsewhere, in a file of any of the usual formats: see `labelled`."""

from __future__ import annotations

import dataclasses
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from autograder.balance import draw
from autograder.benchmark.fields import FIELDS
from autograder.benchmark.labelled import REMEDIES, RowReader
from autograder.errors import DataError
from autograder.schema import Example
from autograder.tables.binding import bind
from autograder.tables.formats import ImportOptions, open_table
from autograder.tables.layouts import Layout
from autograder.tables.rows import held
from autograder.text import normalise

_LAYOUT = Layout("benchmark", {name: name for name in FIELDS}, ())


@dataclass(frozen=True, slots=True)
class Graded:
    """An example and the line that it stands in."""

    example: Example
    line: int


@dataclass(frozen=True)
class Benchmark:
    """A file of labelled answers.

    Attributes:
        rows: in the file's order, with distinct ids; rows that share an item or a prompt have
            the same `item`, so that a bootstrap by items draws them together.
        unread: fields of the file that were not looked at.
        is_pairs: the rows come in twos: the better answer to a prompt, then the worse.
        tied: the rows of pairs without a better answer, which are not among `rows`.
        unsaid: how many cells of a field held a word for nothing, such as nan.
        note: what the user should know of the file; empty if nothing.
    """

    rows: list[Graded]
    unread: list[str]
    is_pairs: bool = False
    tied: list[Graded] = field(default_factory=list)
    unsaid: Mapping[str, int] = field(default_factory=dict)
    note: str = ""

    @property
    def examples(self) -> list[Example]:
        return [row.example for row in self.rows]

    @property
    def num_tied(self) -> int:
        """Pairs without a better answer."""
        return len(self.tied) // 2

    @property
    def num_references(self) -> int:
        """Answers with a reference answer."""
        return sum(bool(row.example.reference) for row in self.rows)

    def first(self, num: int | None) -> Benchmark:
        """So many answers or pairs from the start; None: all."""
        end = num and num * (2 if self.is_pairs else 1)
        return dataclasses.replace(self, rows=self.rows[:end])

    def drawn(self, num: int | None, seed: int) -> Benchmark:
        """So many items by the seed, each whole; None: all. More of them include the fewer."""
        items = sorted({row.example.item for row in self.rows}, key=lambda i: draw(seed, "item", i))
        kept = {*items[:num]}
        return dataclasses.replace(self, rows=[r for r in self.rows if r.example.item in kept])

    def without_references(self) -> Benchmark:
        """The same, where the judge knows the rubric alone."""
        rows = [
            dataclasses.replace(row, example=dataclasses.replace(row.example, reference=""))
            for row in self.rows
        ]
        return dataclasses.replace(self, rows=rows)


def read_benchmark(
    path: Path | str,
    *,
    reference: bool = True,
    rubric: str | None = None,
    options: ImportOptions | None = None,
    remedies: Mapping[str, str] = REMEDIES,
) -> Benchmark:
    """Read and check a file of labelled answers: JSON of any shape, CSV or Parquet.

    Args:
        path: of the file.
        reference: keep the reference answers.
        rubric: of the rows without one; see `RowReader`.
        options: columns, constants, scale, delimiter and encoding.
        remedies: see `RowReader`.

    Raises:
        DataError: the first fault, with file, line and field.
    """
    path, options = Path(path), options or ImportOptions()
    if path.is_dir():
        raise DataError("is a folder; name a file", path=str(path))
    table = open_table(str(path), options)
    bind(_LAYOUT, table, options.mapped, options.constants)  # refuses a column that is not there
    reader = RowReader(
        table.name, options.mapped, options.constants, options.scale, rubric, remedies
    )
    rows: list[Graded] = []
    unread: dict[str, None] = {}
    kinds: set[bool] = set()
    tied: list[Graded] = []
    unsaid: Counter[str] = Counter()
    lines: Counter[int] = Counter()
    for _, row in held([table]):
        lines[row.line] += 1  # a JSON array may have all its rows in one line
        nth = f".{lines[row.line]}" if lines[row.line] > 1 else ""
        found = reader.read(row, f"line-{row.line}{nth}")
        kinds.add(found.is_pair)
        if len(kinds) > 1:
            message = "pairs and answers with scores stand in one file; part it"
            raise DataError(message, path=table.name, line=row.line)
        graded = [Graded(example, row.line) for example in found.examples]
        (tied if found.is_tie else rows).extend(graded)
        unread.update(dict.fromkeys(found.unread))
        unsaid.update(found.unsaid)
    if not rows:
        raise DataError("holds nothing but ties" if tied else "holds no rows", path=table.name)
    read = Benchmark(_told_apart(rows), sorted(unread), kinds == {True}, tied, unsaid, table.note)
    return read if reference else read.without_references()


def _told_apart(rows: Sequence[Graded]) -> list[Graded]:
    """The rows with distinct ids and with the items of their clusters."""
    examples = [row.example for row in rows]
    names = {example.id for example in examples}
    seen: set[str] = set()
    numbers: defaultdict[str, Iterator[int]] = defaultdict(lambda: count(2))
    told = []
    for row, item in zip(rows, _clusters(examples), strict=True):
        first = identity = row.example.id
        if first in seen:  # another row may be called `first#2` itself
            numbered = (f"{first}#{number}" for number in numbers[first])
            identity = next(name for name in numbered if name not in names)
        seen.add(first)
        new = dataclasses.replace(row.example, id=identity, item=item)
        told.append(dataclasses.replace(row, example=new))
    return told


def _clusters(examples: Sequence[Example]) -> list[str]:
    """The first item of all that are linked to an example by an item or a prompt in common."""
    parents: dict[tuple[str, str], tuple[str, str]] = {}

    def root(node: tuple[str, str]) -> tuple[str, str]:
        while (above := parents.setdefault(node, node)) != node:
            parents[node] = node = parents[above]
        return node

    for example in examples:
        parents[root(("prompt", normalise(example.prompt)))] = root(("item", example.item))
    first: dict[tuple[str, str], str] = {}
    return [first.setdefault(root(("item", row.item)), row.item) for row in examples]
