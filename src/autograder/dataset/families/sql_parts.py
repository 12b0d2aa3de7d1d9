"""What the questions of `sql` are made of."""

from __future__ import annotations

from dataclasses import dataclass

Cell = str | int
Slip = tuple[str, str]
"""A wrong query and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table as the questions see it.

    Attributes:
        name, one, many: of the table, of a row, of rows.
        key: the column that names a row.
        kind: a column of repeated words; empty if there is none.
        number: a column of whole numbers.
        other: a second such column; empty where there is `kind`.
        rows: in the order of `columns`.
    """

    name: str
    one: str
    many: str
    key: str
    kind: str
    number: str
    other: str
    rows: tuple[tuple[Cell, ...], ...]

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(name for name in (self.key, self.kind, self.number, self.other) if name)

    def column(self, name: str) -> list[Cell]:
        place = self.columns.index(name)
        return [row[place] for row in self.rows]

    def pairs(self) -> list[tuple[str, int]]:
        """Key and number of each row."""
        cells = zip(self.column(self.key), self.column(self.number), strict=True)
        return [(str(key), int(number)) for key, number in cells]


@dataclass(frozen=True, slots=True)
class Question:
    """A question, the rows that answer it, and queries.

    A slip may happen to give the right rows on a table; the caller tries it and takes another.
    """

    ask: str
    wanted: tuple[tuple[Cell, ...], ...]
    ordered: bool
    right: tuple[str, ...]
    near: tuple[Slip, ...]
    gross: tuple[Slip, ...]
