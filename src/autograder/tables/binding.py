"""Which column or constant fills which field, settled before the rows are read."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from autograder.empty import is_empty, stands_for_nothing
from autograder.errors import DataError
from autograder.jsonl import nothing_said, noun_of
from autograder.tables.conversation import CHATS, as_texts, chat_in
from autograder.tables.layouts import ANCHORS, ANSWERS, FIELDS, Layout
from autograder.tables.rows import SourceRow, Table
from autograder.tables.rubrics import CRITERIA, is_level, level_columns
from autograder.tables.shown_names import some_of
from autograder.tables.values import (
    INSTRUCTION,
    MISSING,
    by_usual_name,
    head_of,
    input_column,
    look_up,
    usual_name,
    with_input,
)

_NUM_KEPT = 64
NOT_SHOWN = {*FIELDS} - {"prompt", "response", "rubric", "reference"}
"""Fields that describe an example: no judge sees them, and nobody has to be told so."""


class RowColumns:
    """Which columns fill the fields that a row may lack, as rows of JSON differ in their names.

    Args:
        layout: the usual columns.
        given: fields that are required, or that the user gives.
        hidden: columns that the user names for other fields.
        has_rubric: whether the rubric is a text; criteria beside it are then of another one, and
            so are the levels that they have.
    """

    def __init__(
        self, layout: Layout, given: Collection[str], hidden: Collection[str], *, has_rubric: bool
    ) -> None:
        self.layout, self.given, self.hidden = layout, given, hidden
        self.has_rubric = has_rubric
        self.used: set[str] = set()
        self._found: dict[tuple[str, ...], dict[str, str]] = {}

    def of(self, values: Mapping[str, object]) -> dict[str, str]:
        """The column of each field that has one: the first that is filled, else the first."""
        names = tuple(name for name in values if name not in self.hidden)
        filled = tuple(name for name in names if not is_empty(values[name]))
        found = self._among(filled)
        self.used.update(found.values())
        return {**self._among(names), **found}

    def _among(self, names: tuple[str, ...]) -> dict[str, str]:
        if names not in self._found:
            if len(self._found) >= _NUM_KEPT:  # a file may have other names in each row
                self._found.clear()
            found = dict(self.layout.among(names).columns)
            if not (self.has_rubric and _criteria(names)):
                found |= level_columns(names)
            there = {*names}
            self._found[names] = {
                field: column
                for field, column in found.items()
                if field not in self.given and column in there
            }
        return self._found[names]


@dataclass(frozen=True, slots=True)
class Binding:
    """Where the fields of a table's rows come from.

    Attributes:
        columns: column by field, or a dotted path that begins in one.
        constants: text by field, the same for all rows.
        required: fields that may not be left out.
        optional: what else columns of a row fill.
    """

    columns: Mapping[str, str]
    constants: Mapping[str, str]
    required: tuple[str, ...]
    optional: RowColumns | None = None

    @property
    def is_usual(self) -> bool:
        """Whether each field is in the column of its name, and none is given by the user."""
        return not self.constants and all(name == field for field, name in self.columns.items())

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
        for field, column in self._columns_of(row.values).items():
            value = messages if column == chat else look_up(row.values, column)
            is_kept = field in self.required or is_level(field) or not is_empty(value)
            if value is not MISSING and is_kept:
                given[field] = value
        for field in self.required:
            if field not in given:
                raise fault(field, "missing in this row")
            if stands_for_nothing(given[field]):
                raise fault(field, nothing_said(given[field], field))
            if given[field] is None or (field == "score" and is_empty(given[field])):
                raise fault(field, f"is empty; write the {noun_of(field)} or remove the row")
        if column := self._input_of(row.values):
            try:
                given["prompt"] = with_input(given["prompt"], row.values[column])
            except ValueError as error:
                raise fault("prompt", str(error)) from None
        chats = [self.columns.get(answer) for answer in ANSWERS]
        return as_texts(
            given,
            fault,
            prompt="prompt",
            answers=ANSWERS,
            others=("reference",),
            in_answer="prompt" in given and self.columns.get("prompt", "") in chats,
        )

    def read_columns(self, columns: Collection[str]) -> set[str]:
        """Those of the columns that fill a field, or have filled one in the rows so far."""
        names = {*self.columns.values(), *(self.optional.used if self.optional else ())}
        found = {head_of(column, columns) for column in names}
        return found | {*filter(None, [self._input_of(columns)])}

    def unread(self, columns: Collection[str]) -> list[str]:
        """Those of the columns that fill no field, but for what describes an example."""
        read = self.read_columns(columns)
        return [name for name in columns if name not in read and usual_name(name) not in NOT_SHOWN]

    def fills(self, field: str, values: Mapping[str, object]) -> bool:
        """Whether a row says something of a field."""
        column = self._columns_of(values).get(field)
        value = MISSING if column is None else look_up(values, column)
        return field in self.constants or (value is not MISSING and not is_empty(value))

    def _columns_of(self, values: Mapping[str, object]) -> Mapping[str, str]:
        """The column of each field in a row."""
        return {**self.columns, **self.optional.of(values)} if self.optional else self.columns

    def _input_of(self, columns: Collection[str]) -> str:
        """The column that goes on with the prompt; empty if none does."""
        if usual_name(self.columns.get("prompt", "")) != INSTRUCTION:
            return ""
        column = input_column(columns)
        return "" if column in self.columns.values() else column

    def unsaid(self, values: Mapping[str, object]) -> list[str]:
        """The fields that a row leaves out by a word for nothing; see `said_of`."""
        return [
            field
            for field, column in self._columns_of(values).items()
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
    hidden = {*mapped.values()} - {*CHATS}
    free = [name for name in table.columns if name not in hidden]
    usual, layout = layout, layout.among(free)
    columns = {**layout.columns, **mapped}
    required = layout.required
    has_rubric = "rubric" in {*mapped, *constants} or columns.get("rubric") in table.columns
    levels, criteria = level_columns(free), _criteria(free)
    if levels and criteria and not has_rubric:
        columns = {"criteria": criteria, **levels} | columns
        del columns["rubric"]
        required = tuple("criteria" if name == "rubric" else name for name in required)
    given = {*required, *mapped, *constants, "rubric"}
    optional = RowColumns(usual, given, hidden, has_rubric=has_rubric)
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
    return Binding(columns, dict(constants), required, optional)


def _criteria(columns: Collection[str]) -> str:
    """The column of the criteria that levels describe; empty if there is none."""
    others = by_usual_name(columns)
    return next((others.get(name, name) for name in CRITERIA if name in {*columns, *others}), "")


def _missing(missing: Mapping[str, str], columns: tuple[str, ...]) -> str:
    names = ", ".join(
        repr(column) if column == field else f"{column!r} (for {field})"
        for field, column in missing.items()
    )
    noun = "column" if len(missing) == 1 else "columns"
    there = some_of(map(repr, columns))
    first = next(iter(missing))
    if len(columns) == 1 and (delimiter := max(";\t|,", key=columns[0].count)) in columns[0]:
        remedy = f"--delimiter {delimiter!r} parts it, unless it is in quotation marks as a whole"
        return f"no {noun} {names}; there is only {there}; {remedy}"
    if "winner" in missing:
        remedy = "name the one that says which of both responses is better with --map winner=COLUMN"
        return f"no {noun} {names}; there are: {there}; {remedy}"
    return (
        f"no {noun} {names}; there are: {there}; name the right one with --map {first}=COLUMN, "
        f"or give all rows one text with --set {first}=TEXT"
    )
