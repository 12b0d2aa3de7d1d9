"""What the family `strings` works on, slips in copying it, and the form of its questions.

Answers stand in quotation marks, so that a layout cannot change their first letter.
"""

from __future__ import annotations

from collections.abc import Iterable
from random import Random
from typing import Annotated

from pydantic import Field
from pydantic.dataclasses import dataclass

from autograder.dataset.families.questions import Question
from autograder.dataset.words import STRICT, Phrases


@dataclass(frozen=True, slots=True, config=STRICT)
class Vocabulary:
    """Words, and the parts of people's names.

    Attributes:
        words: small letters only, at least five, with a vowel and a consonant among them.
    """

    words: Annotated[tuple[str, ...], Field(min_length=4)]
    first_names: Phrases
    middle_names: Phrases
    last_names: Phrases

    def another(self, rng: Random, word: str) -> str:
        """Some other word of the list."""
        return rng.choice([other for other in rng.sample(self.words, 2) if other != word])


def swapped(rng: Random, text: str) -> str:
    """Two neighbours that differ change places; a text without such is returned as it is."""
    places = [i for i in range(len(text) - 1) if text[i] != text[i + 1]]
    if not places:
        return text
    i = rng.choice(places)
    return text[:i] + text[i + 1] + text[i] + text[i + 2 :]


def dropped(rng: Random, text: str) -> str:
    """One character is missing."""
    i = rng.randrange(len(text))
    return text[:i] + text[i + 1 :]


def quoted(text: str) -> str:
    return f'"{text}"'


def _ticked(text: str) -> str:
    return text.replace('"', "`")


def question(
    ask: str, label: str, answer: str, near: Iterable[str], far: Iterable[str], *said: str
) -> Question:
    """A question with a text as its answer; `said` holds ways to lead up to it."""
    return Question(
        ask,
        label,
        label,
        tuple(f"{lead} {{v}}" for lead in said),
        quoted(answer),
        tuple(map(quoted, filter(None, near))),
        tuple(map(quoted, filter(None, far))),
        _ticked,
    )


def usual(ask: str, label: str, answer: str, near: Iterable[str], far: Iterable[str]) -> Question:
    """A question with a text as its answer, which is led up to in the usual ways."""
    return question(ask, label, answer, near, far, f"{label} is", f"{label}:", f"{label} gives")


def number(ask: str, label: str, brief: str, value: int, far: Iterable[int]) -> Question:
    """A question with a number as its answer."""
    said = (f"{label} is {{v}}", f"{label}: {{v}}", f"{label} comes to {{v}}")
    near = (str(value - 1), str(value + 1), str(value + 1))
    return Question(ask, label, brief, said, str(value), near, tuple(map(str, far)))
