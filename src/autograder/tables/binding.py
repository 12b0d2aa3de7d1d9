"""Which column or constant fills which field, settled before the rows are read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from autograder.errors import DataError
from autograder.tables.layouts import ANCHORS, Layout
from autograder.tables.rows import SourceRow, Table
from autograder.tables.values import is_empty, nothing_said, stands_for_nothing


@dataclass(frozen=True, slots=True)
class Binding:
    """Where the fields of a table's rows come from.

    Attributes:
        columns: column by field.
        constants: text by field, the same for all rows.
        required: fields that may not be left out.
    """

    columns: Mapping[str, str]
    constants: Mapping[str, str]
    required: tuple[str, ...]

    def inputs(self, values: Mapping[str, object]) -> dict[str, object]:
        """The fields of a row; an empty cell of a field that may be missing is left out."""
        found: dict[str, object] = dict(self.constants)
        for field, column in self.columns.items():
            value = values.get(column)
            if field in self.required:
                if column in values:
                    found[field] = value
            elif not is_empty(value):
                found[field] = value
        return found

    def read(self, row: SourceRow, name: str) -> dict[str, object]:
        """The fields of a row of the source of that name, with all that are required.

        Raises:
            DataError: the row is faulty or lacks a field.
        """
        if row.fault:
            raise DataError(row.fault, path=name, line=row.line)
        found = self.inputs(row.values)
        for field in self.required:
            if field not in found:
                raise DataError("missing in this row", path=name, line=row.line, field=field)
            if stands_for_nothing(found[field]):
                message = nothing_said(found[field])
                raise DataError(message, path=name, line=row.line, field=field)
        return found

    @property
    def read_columns(self) -> set[str]:
        return {*self.columns.values()}

    def unsaid(self, values: Mapping[str, object]) -> list[str]:
        """The fields that a row leaves out by a word for nothing; see `said_of`."""
        return [
            field
            for field, column in self.columns.items()
            if field not in self.required and stands_for_nothing(values.get(column))
        ]


def said_of(unsaid: Mapping[str, int]) -> str:
    """What to tell the user of cells that were taken as empty, counted by field."""
    counts = ", ".join(f"{field} {num}" for field, num in sorted(unsaid.items()))
    return f"cells such as nan, None and N/A, taken as empty: {counts}"


def bind(
    layout: Layout, table: Table, mapped: Mapping[str, str], constants: Mapping[str, str]
) -> Binding:
    """Settle where every field comes from.

    Args:
        layout: the usual columns.
        table: only its name and columns are looked at.
        mapped: columns that the user names; they win over the usual ones.
        constants: texts that the user gives; they win over the usual columns.

    Raises:
        DataError: a column is not there; names all that lack, those there are, and the remedy.
    """
    for field in (*mapped, *constants):
        if field not in layout.columns and field != "rubric":
            known = ", ".join(layout.columns)
            message = f"is not a field of {layout.name} rows, which have: {known}"
            raise DataError(message, path=table.name, field=field)
    has_rubric = "rubric" in constants or "rubric" in mapped
    required = tuple(name for name in layout.required if not (has_rubric and name in ANCHORS))
    columns = {
        field: column
        for field, column in {**layout.columns, **mapped}.items()
        if field not in constants
    }
    # Any other may be in later rows only: those of JSON differ in their fields.
    missing = {
        field: column
        for field, column in columns.items()
        if column not in table.columns and (field in mapped or field in required)
    }
    if missing:
        raise DataError(_missing(missing, table.columns), path=table.name)
    return Binding(columns, dict(constants), required)


def _missing(missing: Mapping[str, str], columns: tuple[str, ...]) -> str:
    names = ", ".join(
        repr(column) if column == field else f"{column!r} (for {field})"
        for field, column in missing.items()
    )
    noun = "column" if len(missing) == 1 else "columns"
    there = ", ".join(map(repr, columns))
    first = next(iter(missing))
    return (
        f"no {noun} {names}; there are: {there}; name the right one with --map {first}=COLUMN, "
        f"or give all rows one text with --set {first}=TEXT"
    )
