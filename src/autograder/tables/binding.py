"""Which column or constant fills which field, settled before the rows are read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from autograder.errors import DataError
from autograder.tables.conversation import CHATS, as_texts, chat_in
from autograder.tables.layouts import ANCHORS, ANSWERS, Layout
from autograder.tables.rows import SourceRow, Table
from autograder.tables.rubrics import CRITERIA, level_columns
from autograder.tables.values import (
    INPUT,
    INSTRUCTION,
    MISSING,
    head_of,
    is_empty,
    look_up,
    nothing_said,
    noun_of,
    stands_for_nothing,
    with_input,
)


@dataclass(frozen=True, slots=True)
class Binding:
    """Where the fields of a table's rows come from.

    Attributes:
        columns: column by field, or a dotted path that begins in one.
        constants: text by field, the same for all rows.
        required: fields that may not be left out.
    """

    columns: Mapping[str, str]
    constants: Mapping[str, str]
    required: tuple[str, ...]

    def read(self, row: SourceRow, name: str) -> dict[str, object]:
        """The fields of a row of the source of that name, with all that are required.

        Chats and numbers become texts; an empty cell of a field that may be missing is left out.

        Raises:
            DataError: the row is faulty or lacks a field.
        """

        def fault(field: str, message: str) -> DataError:
            return DataError(message, path=name, line=row.line, field=field)

        if row.fault:
            raise DataError(row.fault, path=name, line=row.line)
        given: dict[str, object] = dict(self.constants)
        chat, messages = chat_in(row.values)
        for field, column in self.columns.items():
            value = messages if column == chat else look_up(row.values, column)
            if value is not MISSING and (field in self.required or not is_empty(value)):
                given[field] = value
        for field in self.required:
            if field not in given:
                raise fault(field, "missing in this row")
            if stands_for_nothing(given[field]):
                raise fault(field, nothing_said(given[field]))
            if given[field] is None or (field == "score" and is_empty(given[field])):
                raise fault(field, f"is empty; write the {noun_of(field)} or remove the row")
        if self._input:
            given["prompt"] = with_input(given["prompt"], row.values.get(INPUT))
        chats = [self.columns.get(answer) for answer in ANSWERS]
        return as_texts(
            given,
            fault,
            prompt="prompt",
            answers=ANSWERS,
            others=("reference",),
            in_answer="prompt" in given and self.columns.get("prompt", "") in chats,
        )

    def read_columns(self, columns: Mapping[str, object]) -> set[str]:
        """Those of the columns that fill a field."""
        names = (*self.columns.values(), *filter(None, [self._input]))
        return {head_of(column, columns) for column in names}

    @property
    def _input(self) -> str:
        """The column that goes on with the prompt; empty if none does."""
        is_alone = INPUT not in self.columns.values()
        return INPUT if is_alone and self.columns.get("prompt") == INSTRUCTION else ""

    def unsaid(self, values: Mapping[str, object]) -> list[str]:
        """The fields that a row leaves out by a word for nothing; see `said_of`."""
        return [
            field
            for field, column in self.columns.items()
            if field not in self.required and stands_for_nothing(look_up(values, column))
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
        mapped: columns, or dotted paths, that the user names; they win over the usual ones.
        constants: texts that the user gives; they win over the usual columns.

    Raises:
        DataError: a column is not there; names all that lack, those there are, and the remedy.
    """
    for field in (*mapped, *constants):
        if field not in layout.columns and field != "rubric" and field not in ANCHORS:
            known = ", ".join(layout.columns)
            message = f"is not a field of {layout.name} rows, which have: {known}"
            raise DataError(message, path=table.name, field=field)
    # A chat that is named for one field still has the others.
    layout = layout.among({*table.columns} - ({*mapped.values()} - {*CHATS}))
    columns = {**layout.columns, **mapped}
    required = layout.required
    if "rubric" not in {*mapped, *constants} and columns.get("rubric") not in table.columns:
        levels = level_columns(table.columns)
        criteria = next((name for name in CRITERIA if name in table.columns), None)
        if levels and criteria:
            columns = {"criteria": criteria, **levels} | columns
            del columns["rubric"]
            required = tuple("criteria" if name == "rubric" else name for name in required)
    columns = {field: column for field, column in columns.items() if field not in constants}
    # Any other may be in later rows only: those of JSON differ in their fields.
    missing = {
        field: column
        for field, column in columns.items()
        if head_of(column, table.columns) not in table.columns
        and (field in mapped or field in required)
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
    if len(columns) == 1 and (delimiter := max(";\t|,", key=columns[0].count)) in columns[0]:
        remedy = f"--delimiter {delimiter!r} parts it, unless it is in quotation marks as a whole"
        return f"no {noun} {names}; there is only {there}; {remedy}"
    return (
        f"no {noun} {names}; there are: {there}; name the right one with --map {first}=COLUMN, "
        f"or give all rows one text with --set {first}=TEXT"
    )
