"""From a row of a source to examples, or to the reason why not."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from autograder.errors import DataError
from autograder.jsonl import Row
from autograder.schema import Example, parse_example
from autograder.tables.binding import Binding
from autograder.tables.layouts import Part, is_written, parts_of
from autograder.tables.rows import SourceRow
from autograder.tables.rubrics import rubric_text
from autograder.tables.scales import SCALE_OPTION, PairRule, Scale, whole_score
from autograder.tables.values import NAMES, as_level, as_name, as_written
from autograder.text import normalise

Value = TypeVar("Value")
ITEM_RULES = ("prompt", "prompt+rubric")
_NUM_DIGITS = 16
_COPIED = ("reference", "prompt", "reasoning")
_CONVERTED: dict[str, Callable[[object], object]] = {
    **dict.fromkeys(NAMES, as_name),
    **dict.fromkeys(("language", "source"), as_written),
    "level": as_level,
}


@dataclass(frozen=True, slots=True)
class Converter:
    """Turns rows into examples.

    Attributes:
        name: the source, for messages.
        binding: where the fields come from.
        scale: how scores are converted; None: they are whole numbers from 1 to 5.
        pair: the scores of a pair; None where rows are no pairs.
        item_rule: what rows share whose `item` is not given, one of `ITEM_RULES`.
    """

    name: str
    binding: Binding
    scale: Scale | None
    pair: PairRule | None
    item_rule: str

    def examples(self, row: SourceRow) -> list[Example]:
        """The examples of a row, checked against the schema.

        Raises:
            DataError: the first fault of the row.
        """
        if self.scale is None and self.binding.is_usual and is_written(row.values):
            return [parse_example(row.values, self.name, row.line)]
        inputs = self.binding.read(row, self.name)
        for field, value in inputs.items():
            if isinstance(value, str) and "\0" in value:
                message = "holds a NUL character, which no text has; was the file UTF-16?"
                raise self._fault(row, field, message)

        def fault(field: str, message: str) -> DataError:
            return self._fault(row, field, message)

        fields = Row(inputs, self.name, row.line)
        rubric = rubric_text(fields, self.scale, is_scored=self.pair is None)
        return [
            self._example(row, inputs | {"rubric": rubric}, part)
            for part in parts_of(inputs, self.pair, fault)
        ]

    def _example(self, row: SourceRow, inputs: dict[str, object], part: Part) -> Example:
        values = {name: inputs[name] for name in _COPIED if name in inputs}
        values |= {
            field: self._converted(row, field, of, inputs[field])
            for field, of in _CONVERTED.items()
            if field in inputs
        }
        identity, item = values.pop("id", None), values.pop("item", None)
        values |= {
            "id": "to come",
            "response": part.response,
            "rubric": inputs["rubric"],
            "score": part.score if part.is_final else self._score(row, part.score),
        }
        # An item may say that a model answered nothing; a blank cell is more likely a fault.
        if isinstance(part.response, str) and not part.response.strip():
            raise self._fault(row, "response", "is empty; write the text or remove the row")
        # Checks the texts, of which id and item are made.
        draft = parse_example(values, self.name, row.line)
        if item is None:
            key = [normalise(draft.prompt)]
            if self.item_rule == "prompt+rubric":
                key.append(normalise(draft.rubric))
            item = f"item-{_digest(*key)}"
        if identity is None:
            content = (draft.prompt, draft.rubric, draft.response, str(draft.score))
            identity = f"{item}/{_digest(*content, draft.reasoning, draft.reference)}"
        else:
            identity = f"{identity}{part.suffix}"
        return parse_example(values | {"id": identity, "item": item}, self.name, row.line)

    def _score(self, row: SourceRow, value: object) -> int:
        rule: Callable[[object], int] = partial(whole_score, remedy=SCALE_OPTION)
        return self._converted(row, "score", self.scale.score if self.scale else rule, value)

    def _converted(
        self, row: SourceRow, field: str, rule: Callable[[object], Value], value: object
    ) -> Value:
        try:
            return rule(value)
        except ValueError as error:
            raise self._fault(row, field, str(error)) from None

    def _fault(self, row: SourceRow, field: str, message: str) -> DataError:
        return DataError(message, path=self.name, line=row.line, field=field)


def _digest(*texts: str) -> str:
    # No text holds a NUL, so no two lists of texts give the same bytes.
    joined = "\0".join(texts).encode("utf-8")
    return hashlib.sha256(joined).hexdigest()[:_NUM_DIGITS]
