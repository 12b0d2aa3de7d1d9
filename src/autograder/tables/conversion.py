"""From a row of a source to examples, or to the reason why not."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from autograder.errors import DataError
from autograder.jsonl import show
from autograder.schema import Example, parse_example
from autograder.tables.binding import Binding
from autograder.tables.layouts import Part, parts_of, rubric_of
from autograder.tables.rows import SourceRow
from autograder.tables.scales import PairRule, Scale, whole_score
from autograder.text import normalise

ITEM_RULES = ("prompt", "prompt+rubric")
_NUM_DIGITS = 16
_COPIED = ("category", "language", "source", "reference", "prompt", "reasoning")


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
        inputs = self.binding.read(row, self.name)
        for field, value in inputs.items():
            if isinstance(value, str) and "\0" in value:
                message = "holds a NUL character, which no text has; was the file UTF-16?"
                raise self._fault(row, field, message)

        def fault(field: str, message: str) -> DataError:
            return self._fault(row, field, message)

        rubric = rubric_of(inputs, self.name, row.line)
        return [
            self._example(row, inputs | {"rubric": rubric}, part)
            for part in parts_of(inputs, self.pair, fault)
        ]

    def _example(self, row: SourceRow, inputs: dict[str, object], part: Part) -> Example:
        values = {name: inputs[name] for name in _COPIED if name in inputs}
        values |= {
            "id": "to come",
            "response": part.response,
            "rubric": inputs["rubric"],
            "score": part.score if part.is_final else self._score(row, part.score),
        }
        if "level" in inputs:
            values["level"] = self._level(row, inputs["level"])
        # Checks the texts, of which id and item are made.
        draft = parse_example(values, self.name, row.line)
        item = self._name(row, "item", inputs)
        if item is None:
            key = [normalise(draft.prompt)]
            if self.item_rule == "prompt+rubric":
                key.append(normalise(draft.rubric))
            item = f"item-{_digest(*key)}"
        identity = self._name(row, "id", inputs)
        if identity is None:
            content = (draft.prompt, draft.rubric, draft.response, str(draft.score))
            identity = f"{item}/{_digest(*content, draft.reasoning, draft.reference)}"
        else:
            identity += part.suffix
        return parse_example(values | {"id": identity, "item": item}, self.name, row.line)

    def _score(self, row: SourceRow, value: object) -> int:
        try:
            return self.scale.score(value) if self.scale else whole_score(value)
        except ValueError as error:
            raise self._fault(row, "score", str(error)) from None

    def _level(self, row: SourceRow, value: object) -> object:
        try:
            return whole_score(value)
        except ValueError:
            message = f"expected a whole number from 1 to 3, got {show(value)}"
            raise self._fault(row, "level", message) from None

    def _name(self, row: SourceRow, field: str, inputs: dict[str, object]) -> str | None:
        """An id, which sources write as text or as a whole number."""
        value = inputs.get(field)
        if value is None or isinstance(value, str):
            return value
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        raise self._fault(row, field, f"expected text or a whole number, got {show(value)}")

    def _fault(self, row: SourceRow, field: str, message: str) -> DataError:
        return DataError(message, path=self.name, line=row.line, field=field)


def _digest(*texts: str) -> str:
    # No text holds a NUL, so no two lists of texts give the same bytes.
    joined = "\0".join(texts).encode("utf-8")
    return hashlib.sha256(joined).hexdigest()[:_NUM_DIGITS]
