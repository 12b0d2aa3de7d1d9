"""A row of a benchmark as labelled answers, whichever layout it has.

A row is, whichever it looks like:

- an example or an item of ours (`schema`);
- a pair: `prompt`, `better` and `worse` (or `chosen` and `rejected`), two answers without scores;
- a comparison: `prompt`, `response_a`, `response_b` and `winner`, which is `a`, `b` or `tie`;
- a record with `prompt`, `response`, `rubric` and `score`, no reasoning needed;
- a Prometheus-style record: `instruction`, `response`, `score`, a `rubric` (or `score_rubric`) of
  `criteria` and `score1_description` to `score5_description` or `anchors` from "1" to "5", or all
  of these flat: `orig_instruction`, `orig_criteria`, `orig_score1_description` ...

`id`, `item`, `category` and a reference answer are optional, and so is a pair's rubric. What a
judge is never shown (`reasoning`, `level`, `language`, `source`) is not looked at.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import Any, TypeVar

from autograder.benchmark.fields import (
    ALIASES,
    ANSWERS,
    COMPARED,
    FIELDS,
    SCORED,
    SIDES,
    kind_of,
    name_of,
    with_chat,
)
from autograder.empty import is_empty, stands_for_nothing
from autograder.errors import DataError
from autograder.jsonl import Row, nothing_said
from autograder.schema import SCORES, Example, parse_example, parse_item
from autograder.tables.conversation import CHATS, as_texts
from autograder.tables.layouts import is_written, winner_of
from autograder.tables.rows import SourceRow
from autograder.tables.rubrics import CRITERIA, has_rubric, is_level, level_columns, rubric_text
from autograder.tables.scales import Scale, whole_score
from autograder.tables.shown_names import some_of
from autograder.tables.values import (
    INSTRUCTION,
    MISSING,
    NAMES,
    as_level,
    as_name,
    head_of,
    input_column,
    look_up,
    renamed,
    usual_name,
    with_input,
)

DEFAULT_RUBRIC = (
    "How good is the answer? It does what was asked, is correct, helpful and honest, and does no "
    "harm."
)
"""The rubric of a pair that has none and is given none."""

BETTER, WORSE = SCORES[-1], SCORES[0]
"""How the answers of a pair are marked; only their order means something."""

REMEDIES = {
    "rubric": "`autograder data import --set rubric=TEXT` writes a file that has one",
    "score": "`autograder data import --scale LOW:HIGH` converts other scales",
    "column": "`autograder data import --map FIELD=COLUMN` writes a file that has it",
}
COLUMN_OPTION = "--map FIELD=COLUMN names its column"
RUBRIC_OPTION = "--rubric TEXT gives one to the rows without"
"""The remedies of a command that has these options."""

_READ = {*FIELDS, *chain.from_iterable(ALIASES.values())}
_NAMED = {*_READ, *CHATS}
_SILENT = {"reasoning", "level", "language", "source"}  # of an example, and nothing to a judge
_NEEDED_OF_ITEMS = {"id", "category", "level", "rubric"}
_OF_ITEMS: dict[str, Callable[[object], object]] = {"group": as_name, "level": as_level}
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Labelled:
    """The answers of a row, and what else stands in it.

    Attributes:
        examples: of a pair the better one, then the worse.
        unread: fields that were not looked at.
        unsaid: fields that were left out, as their cells hold a word for nothing, such as nan.
        is_pair: there are two answers, whose scores are marks.
        is_tie: neither of them is the better.
    """

    examples: list[Example]
    unread: list[str]
    unsaid: list[str] = dataclasses.field(default_factory=list)
    is_pair: bool = False
    is_tie: bool = False


@dataclass(frozen=True, slots=True)
class RowReader:
    """Reads the rows of one file.

    Attributes:
        name: the file's, for messages.
        columns: column by field, as the user names them; they win over the usual ones.
        constants: text by field, the same in all rows.
        scale: how scores are converted; None: they are whole numbers from 1 to 5.
        rubric: of rows without one; None: `DEFAULT_RUBRIC` for pairs, and no other row may lack it.
        remedies: for messages: what to do about a missing `rubric`, a `score` of another scale, and
            another `column` that is missing.
    """

    name: str
    columns: Mapping[str, str]
    constants: Mapping[str, str]
    scale: Scale | None
    rubric: str | None
    remedies: Mapping[str, str]

    def read(self, source: SourceRow, default: str) -> Labelled:
        """The labelled answers of a row.

        Args:
            source: the row.
            default: its id, if it has none.

        Raises:
            DataError: the first fault, with file, line and field.
        """
        if source.fault:
            raise DataError(source.fault, path=self.name, line=source.line)
        if not (self.columns or self.constants or self.scale) and is_written(source.values):
            heard = {name: value for name, value in source.values.items() if name not in _SILENT}
            return Labelled([parse_example(heard, self.name, source.line)], [])
        values = self._values(source.values)
        levels = map(usual_name, level_columns(values).values())
        values = with_chat(renamed(values, {*_NAMED, *levels}))
        kind = kind_of(values)
        needed = {name_of(values, field) for field in kind}
        unsaid = [name for name, value in values.items() if stands_for_nothing(value)]
        if wanting := [name for name in unsaid if name in needed]:
            name = wanting[0]
            field = next(field for field in kind if name_of(values, field) == name)
            message = nothing_said(values[name], field)
            raise DataError(message, path=self.name, line=source.line, field=name)
        score = name_of(values, "score")
        if score in needed and score in values and is_empty(values[score]):
            message = "is empty; write the score or remove the row"
            raise DataError(message, path=self.name, line=source.line, field=score)
        for field in kind:
            if not {*ALIASES[field]} & values.keys() and not values.keys() & {"responses"}:
                there = some_of(sorted(source.values)) or "none"
                remedy = self.remedies["column"].replace("FIELD", field)
                message = f"missing; the row has: {there}; {remedy}"
                raise DataError(message, path=self.name, line=source.line, field=field)
        needed.update(_NEEDED_OF_ITEMS if self._is_item(values) else ())
        values = {
            name: value
            for name, value in values.items()
            if name in needed or is_level(name) or not is_empty(value)
        }
        self._add_input(values, source)
        if not has_rubric(values) and (kind != SCORED or self.rubric):
            values["rubric"] = self.rubric or DEFAULT_RUBRIC
        row = Row(values, self.name, source.line)
        row.values = as_texts(
            values,
            row.error,
            prompt=name_of(values, "prompt"),
            answers=ANSWERS,
            others=ALIASES["reference"],
            in_answer=self.columns.get("prompt")
            in [column for field, column in self.columns.items() if field in ANSWERS],
        )
        row.values.update(
            {name: _converted(row, name, as_name) for name in NAMES if name in values}
        )
        return dataclasses.replace(
            self._labelled(row, kind, default), unsaid=[name for name in unsaid if name in _READ]
        )

    def _add_input(self, values: dict[str, Any], source: SourceRow) -> None:
        prompt, column = name_of(values, "prompt"), input_column(source.values)
        is_instruction = usual_name(self.columns.get("prompt", prompt)) == INSTRUCTION
        if not column or not is_instruction or column in self.columns.values():
            return
        if prompt in values:
            try:
                values[prompt] = with_input(values[prompt], source.values[column])
            except ValueError as error:
                raise DataError(
                    str(error), path=self.name, line=source.line, field=prompt
                ) from None
            values.pop(column, None)

    def _labelled(self, row: Row, kind: tuple[str, ...], default: str) -> Labelled:
        if self._is_item(row.values):
            return self._item(row)
        row.values.setdefault("id", default)
        if kind == SCORED:
            response = name_of(row.values, "response")
            return _labelled(row, [self._example(row, response, self._score(row), is_scored=True)])
        return self._pair(row, kind)

    def _is_item(self, values: Mapping[str, object]) -> bool:
        responses = values.get("responses")
        is_none = is_empty(responses) or isinstance(responses, dict)
        return "response" not in self.columns and not is_none

    def _values(self, values: Mapping[str, object]) -> dict[str, object]:
        """The cells under the names that the user gives them."""
        given = {*self.columns, *self.constants}
        hidden = {head_of(column, values) for column in self.columns.values()} | given
        hidden.update(*(ALIASES.get(field, ()) for field in given))
        if "rubric" in given and hidden & {*CRITERIA} & values.keys():
            hidden.update(level_columns(values).values())  # of criteria that are not read
        found = {name: value for name, value in values.items() if name not in hidden}
        found |= self.constants
        mapped = {field: look_up(values, column) for field, column in self.columns.items()}
        return found | {field: value for field, value in mapped.items() if value is not MISSING}

    def _item(self, row: Row) -> Labelled:
        if self.scale:
            raise row.error("responses", "have scores from 1 to 5; leave --scale out")
        for name, rule in _OF_ITEMS.items():
            if name in row.values:
                row.values[name] = _converted(row, name, rule)
        return Labelled(parse_item(row.values, row.path, row.line).examples(), [])

    def _pair(self, row: Row, kind: tuple[str, ...]) -> Labelled:
        better, worse = name_of(row.values, "better"), name_of(row.values, "worse")
        is_tie = False
        if kind == COMPARED:
            winner = _converted(row, name_of(row.values, "winner"), winner_of)
            is_tie = winner in {"tie", "bad"}
            first, second = (name_of(row.values, side) for side in SIDES)
            better, worse = (second, first) if winner == "b" else (first, second)
        if self.scale:
            raise row.error(better, "a pair has no score for --scale to convert; leave it out")
        if row.text(better) == row.text(worse) and not is_tie:
            raise row.error(worse, "is the same as the better answer; remove the row")
        examples = [
            self._example(row, better, BETTER, suffix="/better"),
            self._example(row, worse, WORSE, suffix="/worse"),
        ]
        return dataclasses.replace(_labelled(row, examples), is_pair=True, is_tie=is_tie)

    def _score(self, row: Row) -> int:
        name = name_of(row.values, "score")
        rule: Callable[[object], int] = partial(whole_score, remedy=self.remedies["score"])
        return _converted(row, name, self.scale.score if self.scale else rule)

    def _example(
        self, row: Row, response: str, score: int, suffix: str = "", *, is_scored: bool = False
    ) -> Example:
        """A record, whose answer stands in the field `response`; its id ends in the suffix."""
        identity = row.text("id")
        return Example(
            id=f"{identity}{suffix}",
            item=row.text("item", default=identity),
            prompt=row.text(name_of(row.values, "prompt")),
            response=row.text(response),
            rubric=rubric_text(
                row, self.scale, is_scored=is_scored, remedy=self.remedies["rubric"]
            ),
            score=score,
            reasoning="",
            category=row.text("category", default="general"),
            level=1,
            reference=row.text(name_of(row.values, "reference"), default=""),
        )


def _labelled(row: Row, examples: list[Example]) -> Labelled:
    unread = row.values.keys() - {*row.known} - _SILENT
    return Labelled(examples, sorted(name for name in unread if not is_empty(row.values[name])))


def _converted(row: Row, field: str, rule: Callable[[object], Value]) -> Value:
    value = row.get(field)
    try:
        return rule(value)
    except ValueError as error:
        raise row.error(field, str(error)) from None
