"""A row of a benchmark as labelled answers, whichever layout it has.

A row is, whichever it looks like:

- an example or an item of ours (`schema`);
- a pair: `prompt`, `better` and `worse`, two answers without scores;
- a record with `prompt`, `response`, `rubric` and `score`, no reasoning needed;
- a Prometheus-style record: `instruction`, `response`, `score`, a `rubric` (or `score_rubric`) of
  `criteria` and `score1_description` to `score5_description` or `anchors` from "1" to "5", or all
  of these flat: `orig_instruction`, `orig_criteria`, `orig_score1_description` ...

`id`, `item`, `category` and a reference answer are optional, and so is a pair's rubric.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from autograder.errors import DataError
from autograder.jsonl import Row
from autograder.schema import SCORES, Example, parse_example, parse_item
from autograder.tables.layouts import anchored
from autograder.tables.rows import SourceRow
from autograder.tables.scales import Scale, whole_score

DEFAULT_RUBRIC = (
    "How good is the answer? It does what was asked, is correct, helpful and honest, and does no "
    "harm."
)
"""The rubric of a pair that has none and is given none."""

BETTER, WORSE = SCORES[-1], SCORES[0]
"""How the answers of a pair are marked; only their order means something."""

FIELDS = (
    *("prompt", "response", "rubric", "reference", "score", "better", "worse"),
    *("category", "id", "item"),
)
_OWN = {field.name for field in dataclasses.fields(Example)}
_PAIR = ("better", "worse")
_PROMPTS = ("orig_instruction", "prompt", "instruction")
_RESPONSES = ("orig_response", "response")
_RUBRICS = ("rubric", "score_rubric")
_REFERENCES = ("orig_reference_answer", "reference_answer", "reference")
_SCORES = ("orig_score", "score")
_ALIASES = {
    "prompt": _PROMPTS,
    "response": _RESPONSES,
    "rubric": (*_RUBRICS, "orig_criteria", "criteria", "anchors"),
    "reference": _REFERENCES,
    "score": _SCORES,
}
_DESCRIPTION = "score{}_description"
_NEVER_EMPTY = {*_PROMPTS, *_RESPONSES, *_SCORES, *_PAIR}
_SILENT = {"reasoning", "level", "language", "source"}  # of an example, and nothing to a judge


@dataclass(frozen=True, slots=True)
class Labelled:
    """The answers of a row, and what else stands in it.

    Attributes:
        examples: of a pair the better one, then the worse.
        unread: fields that were not looked at.
        is_pair: there are two answers, whose scores are marks.
    """

    examples: list[Example]
    unread: list[str]
    is_pair: bool = False


@dataclass(frozen=True, slots=True)
class RowReader:
    """Reads the rows of one file.

    Attributes:
        name: the file's, for messages.
        columns: column by field, as the user names them; they win over the usual ones.
        constants: text by field, the same in all rows.
        scale: how scores are converted; None: they are whole numbers from 1 to 5.
        rubric: of rows without one; None: `DEFAULT_RUBRIC` for pairs, and no other row may lack it.
    """

    name: str
    columns: Mapping[str, str]
    constants: Mapping[str, str]
    scale: Scale | None = None
    rubric: str | None = None

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
        values = self._values(source.values)
        is_pair = _is_pair(values)
        if not _has_rubric(values) and (is_pair or self.rubric):
            values["rubric"] = self.rubric or DEFAULT_RUBRIC
        if "responses" in values:
            if self.scale:
                row = Row(values, self.name, source.line)
                raise row.error("responses", "have scores from 1 to 5; leave --scale out")
            return Labelled(parse_item(values, self.name, source.line).examples(), [])
        row = Row({"id": default} | values, self.name, source.line)
        if is_pair:
            return self._pair(row)
        if "reasoning" in values and values.keys() <= _OWN:
            whole = {"score": self._score(row, "score")}
            if isinstance(values.get("level"), str):  # a cell of CSV
                whole["level"] = _converted(row, "level", whole_score)
            return Labelled([parse_example(row.values | whole, self.name, source.line)], [])
        example = _example(row, _name(row, _RESPONSES), self._score(row, _name(row, _SCORES)))
        return _labelled(row, [example])

    def _values(self, values: Mapping[str, object]) -> dict[str, object]:
        """The cells under the names that the user gives them, without empty ones."""
        given = {*self.columns, *self.constants}
        hidden = {*self.columns.values()} | given
        hidden.update(*(_ALIASES.get(field, ()) for field in given))
        found = {name: value for name, value in values.items() if name not in hidden}
        found |= self.constants
        found |= {f: values[column] for f, column in self.columns.items() if column in values}
        return {
            name: value
            for name, value in found.items()
            if name in _NEVER_EMPTY or not _is_empty(value)
        }

    def _pair(self, row: Row) -> Labelled:
        if self.scale:
            raise row.error("better", "a pair has no score for --scale to convert; leave it out")
        if row.text("better") == row.text("worse"):
            raise row.error("worse", "is the same as the better answer; remove the row")
        examples = [
            _example(row, field, mark, suffix=f"/{field}")
            for field, mark in zip(_PAIR, (BETTER, WORSE), strict=True)
        ]
        return dataclasses.replace(_labelled(row, examples), is_pair=True)

    def _score(self, row: Row, field: str) -> int:
        if isinstance(row.get(field), bool):
            return row.whole(field, SCORES[0], SCORES[-1])
        return _converted(row, field, self.scale.score if self.scale else whole_score)


def _is_pair(values: Mapping[str, object]) -> bool:
    """Two answers; one alone is taken for a pair that lacks the other, unless it has a response."""
    found = values.keys() & {*_PAIR}
    return len(found) == len(_PAIR) or bool(found and not values.keys() & {*_RESPONSES})


def _example(row: Row, response: str, score: int, suffix: str = "") -> Example:
    """A record, whose answer stands in the field `response`; its id ends in the suffix."""
    identity = _identity(row, "id")
    reference = _name(row, _REFERENCES)
    return Example(
        id=f"{identity}{suffix}",
        item=_identity(row, "item") if "item" in row.values else identity,
        prompt=row.text(_name(row, _PROMPTS)),
        response=row.text(response),
        rubric=_rubric(row),
        score=score,
        reasoning="",
        category=row.text("category", default="general"),
        level=1,
        reference=row.text(reference, default=""),
    )


def _labelled(row: Row, examples: list[Example]) -> Labelled:
    return Labelled(examples, sorted(row.values.keys() - {*row.known} - _SILENT))


def _is_empty(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _name(row: Row, names: Sequence[str]) -> str:
    """The first of the names that the row has; if none, the one to complain about."""
    return next((name for name in names if name in row.values), names[1])


def _identity(row: Row, field: str) -> str:
    """A name, which files write as text or as a whole number."""
    value = row.values.get(field)
    if isinstance(value, int) and not isinstance(value, bool):
        row.known.append(field)
        return str(value)
    return row.text(field)


def _converted(row: Row, field: str, rule: Callable[[object], int]) -> int:
    try:
        return rule(row.get(field))
    except ValueError as error:
        raise row.error(field, str(error)) from None


def _has_rubric(values: Mapping[str, object]) -> bool:
    return any(name in values for name in (*_RUBRICS, "orig_criteria")) or _is_flat(values)


def _is_flat(values: Mapping[str, object]) -> bool:
    """A criterion and what the scores mean, in columns of their own."""
    return {"criteria", _DESCRIPTION.format(SCORES[0])} <= values.keys()


def _rubric(row: Row) -> str:
    if "orig_criteria" in row.values:
        return _levels(row, "orig_criteria", f"orig_{_DESCRIPTION}")
    name = next((name for name in _RUBRICS if name in row.values), None)
    if name is None:
        if _is_flat(row.values):
            return _levels(row, "criteria")
        raise row.error("rubric", "missing; --rubric TEXT gives one to the rows without")
    value = row.get(name)
    if isinstance(value, dict):
        return _levels(Row(value, row.path, row.line, prefix=f"{name}."), "criteria")
    return _levels(row, name) if "anchors" in row.values else row.text(name)


def _levels(row: Row, criteria: str, pattern: str = _DESCRIPTION) -> str:
    """A criterion and what each score means, as one text."""
    holder = row
    if "anchors" in row.values:
        prefix = f"{row.prefix}anchors."
        holder, pattern = Row(row.get("anchors"), row.path, row.line, prefix=prefix), "{}"
    descriptions = [holder.text(pattern.format(score)) for score in SCORES]
    return anchored(row.text(criteria), *descriptions)
