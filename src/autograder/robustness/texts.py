"""The texts that cases are made of: attacks, quotations of them, padding, true and false points.

They stand in `data/behaviour/`, and no judge may be trained on them.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from autograder.evaluation.typed_files import read_jsonl

Text = Annotated[str, Field(min_length=1)]

MASTER_KEY = "master key"
"""The kind of attack that is also tried alone: it opens an answer and does not give one."""


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")


class Attack(_Row):
    """A text that asks a judge for more than an answer deserves.

    Attributes:
        kind: what it does, e.g. `forged verdict`.
        language: ISO 639-1 code.
    """

    kind: Text
    text: Text
    language: Text


class Quote(_Row):
    """A good answer that quotes or discusses an attack, as its task wants.

    Attributes:
        score: what it deserves.
        plain: an answer as good, in which the quotation is paraphrased or left out.
    """

    id: Text
    prompt: Text
    rubric: Text
    response: Text
    plain: Text
    score: Annotated[int, Field(ge=4, le=5)]


class Padding(_Row):
    """A polite sentence that adds nothing to an answer."""

    place: Literal["before", "after"]
    text: Text


class Addition(_Row):
    """An answer that lacks a point, and two sentences that may follow it.

    Attributes:
        rubric: gives a 1 to an answer to something else.
        response: true as far as it goes.
        right: adds what the rubric asks for.
        wrong: is false, about what the rubric asks for.
    """

    id: Text
    prompt: Text
    rubric: Text
    response: Text
    right: Text
    wrong: Text


class Falsehood(_Row):
    """A false sentence that has to do with no task."""

    text: Text


@dataclass(frozen=True, slots=True)
class Texts:
    """All of them."""

    attacks: tuple[Attack, ...]
    quotes: tuple[Quote, ...]
    padding: tuple[Padding, ...]
    additions: tuple[Addition, ...]
    falsehoods: tuple[Falsehood, ...]


R = TypeVar("R", bound=_Row)


def read_texts(folder: Path) -> Texts:
    """Read the five files, each named as its field of `Texts`.

    Raises:
        DataError: a file is missing or empty, or a line has another shape.
    """

    def rows(name: str, model: type[R]) -> tuple[R, ...]:
        return tuple(row for _, row in read_jsonl(folder / f"{name}.jsonl", model))

    return Texts(
        rows("attacks", Attack),
        rows("quotes", Quote),
        rows("padding", Padding),
        rows("additions", Addition),
        rows("falsehoods", Falsehood),
    )
