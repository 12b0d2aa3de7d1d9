"""What the `groundedness` passages invent: about whom, with which values, and how it is said.

In all templates `{s}` is the subject and `{v}` the value.
"""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import Field
from pydantic.dataclasses import dataclass

from autograder.dataset.families import compose
from autograder.dataset.words import (
    STRICT,
    Phrases,
    read_by_id,
    read_phrases,
    read_texts,
    read_words,
)
from autograder.errors import DataError

FAMILY = "groundedness"
PERSON = "person"


@dataclass(frozen=True, slots=True, config=STRICT)
class Fact:
    """One attribute.

    Attributes:
        brief: how an explanation names it; also usable after `the`.
        kind: of its values: an id of `values.jsonl` or `ranges.jsonl`, or `person`.
        ask: how a question names it.
        told: how the passage tells it.
        said: how a response repeats it.
    """

    brief: str
    kind: str
    ask: str
    told: Phrases
    said: Phrases


@dataclass(frozen=True, slots=True, config=STRICT)
class Claim:
    """What some passages tell, and responses to others, which makes it an invention there.

    `brief` names it in an explanation.
    """

    said: str
    brief: str


@dataclass(frozen=True, slots=True, config=STRICT)
class Topic:
    """A kind of subject.

    Attributes:
        noun: what the subject is.
        with_article: the subject's name has one.
        kinds: how its name can end, after one of `subjects` in `names.jsonl`.
    """

    id: str
    noun: str
    with_article: bool
    kinds: Phrases
    facts: Annotated[tuple[Fact, ...], Field(min_length=5)]
    claims: Annotated[tuple[Claim, ...], Field(min_length=5)]


@dataclass(frozen=True, slots=True, config=STRICT)
class Range:
    """Whole numbers from `low` to `high`."""

    id: str
    low: int
    high: int


@dataclass(frozen=True, slots=True, config=STRICT)
class Names:
    """Of people, single words, and how the names of all other subjects begin."""

    given: Phrases
    last: Phrases
    subjects: Phrases


@dataclass(frozen=True, slots=True, config=STRICT)
class Sayings:
    """What prompts, rubrics and responses say.

    Attributes:
        not_told: that the passage does not tell what is asked, `{ask}`.
        asked: ask for `{all}` of four facts.
        free: ask for any four facts about `{name}`, a `{noun}`.
        criteria: what a rubric says first.
        hidden_rule: what it adds where the passage lacks something.
    """

    not_told: Phrases
    asked: Phrases
    free: Phrases
    criteria: Phrases
    hidden_rule: Phrases


@dataclasses.dataclass(frozen=True, slots=True)
class Words:
    """What the family draws from; a topic has the names of its subjects beside it."""

    say: Sayings
    names: Names
    values: Mapping[str, tuple[str, ...]]
    ranges: Mapping[str, Range]
    topics: tuple[tuple[Topic, tuple[str, ...]], ...]
    composer: compose.Composer

    def sample(self, rng: random.Random, kind: str) -> str:
        """A value of a kind."""
        if kind in self.values:
            return rng.choice(self.values[kind])
        if kind == PERSON:
            return f"{rng.choice(self.names.given)} {rng.choice(self.names.last)}"
        return str(rng.randint(self.ranges[kind].low, self.ranges[kind].high))


def read(words: Path) -> Words:
    folder = words / FAMILY
    names = read_phrases(folder / "names.jsonl", Names)
    values = read_texts(folder / "values.jsonl")
    ranges = read_by_id(folder / "ranges.jsonl", Range)
    path = folder / "topics.jsonl"
    topics = read_words(path, Topic)
    known = (*values, *ranges, PERSON)
    for kind in (fact.kind for topic in topics for fact in topic.facts):
        if kind not in known:
            raise DataError(f"kind {kind!r} is unknown; known: {', '.join(known)}", path=str(path))
    return Words(
        read_phrases(folder / "phrases.jsonl", Sayings),
        names,
        values,
        ranges,
        tuple((topic, _named(topic, names)) for topic in topics),
        compose.composer(words),
    )


def _named(topic: Topic, names: Names) -> tuple[str, ...]:
    return tuple(f"{first} {kind}" for first in names.subjects for kind in topic.kinds)
