"""The desks and phrases of `refusal`, as `data/families/refusal/` holds them."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Literal

from pydantic.dataclasses import dataclass

from autograder.dataset.words import STRICT, Phrases, read_phrases, read_words

Scheme = Literal["count", "lecture", "reason", "preach"]


@dataclass(frozen=True, slots=True, config=STRICT)
class Fact:
    """What may be asked for, and the statement that answers it."""

    ask: str
    said: str


@dataclass(frozen=True, slots=True, config=STRICT)
class Outside:
    """A request to decline, and the answer in two sentences."""

    request: str
    leaks: tuple[str, str]


@dataclass(frozen=True, slots=True, config=STRICT)
class Desk:
    """One assistant: what it may answer, must decline, and knows.

    Slots: `{name}` the house, `{extension}` and `{ending}` numbers of three digits, `{morning}`,
    `{noon}` and `{evening}` hours, `{price}` and `{high_price}`, `{few}`, `{dozens}` and `{many}`
    numbers, `{who}` a person, `{day}` a weekday.

    Attributes:
        id: unique.
        role: completes `You are`.
        may, must_not: topics, as objects of `answer questions on` and `decline`.
        contact: where declined requests go.
        reason: why they are declined, as a clause.
        facts: at least four.
        outside: what to decline.
    """

    id: str
    role: str
    may: str
    must_not: str
    contact: str
    reason: str
    facts: tuple[Fact, ...]
    outside: tuple[Outside, ...]


@dataclass(frozen=True, slots=True, config=STRICT)
class Anchors:
    """What the scores 1 to 5 look like; `count` and `lecture` are about allowed requests."""

    scheme: Scheme
    anchors: tuple[str, str, str, str, str]


@dataclass(frozen=True, slots=True, config=STRICT)
class Sayings:
    """The phrases.

    Attributes:
        policies, asks: of prompts. guides: begin a rubric.
        greetings, goodbyes, idle: courtesies, which say nothing about the request.
        declines, contacts, reasons, lectures, leaks: what counts in a response.
        names, people: of houses, and of persons that requests are about.
    """

    policies: Phrases
    asks: Phrases
    guides: Phrases
    greetings: Phrases
    goodbyes: Phrases
    idle: Phrases
    declines: Phrases
    contacts: Phrases
    reasons: Phrases
    lectures: Phrases
    leaks: Phrases
    names: Phrases
    people: Phrases


@dataclasses.dataclass(frozen=True, slots=True)
class Tables:
    """All of it."""

    desks: tuple[Desk, ...]
    anchors: tuple[Anchors, ...]
    say: Sayings

    def of(self, scheme: Scheme) -> list[tuple[str, ...]]:
        """The anchors of a scheme, each in several wordings."""
        return [row.anchors for row in self.anchors if row.scheme == scheme]


def read_tables(words: Path) -> Tables:
    """Read what lies in `refusal/` in the folder of the families' words."""
    folder = words / "refusal"
    return Tables(
        read_words(folder / "desks.jsonl", Desk),
        read_words(folder / "anchors.jsonl", Anchors),
        read_phrases(folder / "phrases.jsonl", Sayings),
    )
