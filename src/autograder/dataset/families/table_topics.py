"""What the tables of `table_lookup` are about."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Annotated

from pydantic import Field
from pydantic.dataclasses import dataclass

from autograder.dataset.families import compose
from autograder.dataset.words import STRICT, Phrases, pick, read_phrases, read_texts, read_words

FAMILY = "table_lookup"


@dataclass(frozen=True, slots=True, config=STRICT)
class Numbers:
    """A column of whole numbers from `low` up to `high`, which is not reached."""

    name: str
    low: int
    high: int


@dataclass(frozen=True, slots=True, config=STRICT)
class Topic:
    """What a table is about.

    Attributes:
        title: the line above the table.
        one, many: what a row and what rows are called.
        people: the rows are people, so that one may ask who.
        names: of the rows; an id of `names.jsonl`.
        columns: at least two, of which a table has two.
    """

    id: str
    title: str
    one: str
    many: str
    people: bool
    names: str
    columns: Annotated[tuple[Numbers, ...], Field(min_length=2)]


@dataclass(frozen=True, slots=True, config=STRICT)
class Sayings:
    """What stands above the questions, and what a rubric says first."""

    leads: Phrases
    criteria: Phrases


@dataclasses.dataclass(frozen=True, slots=True)
class Words:
    """What the family draws from; a topic has the names of its rows beside it."""

    say: Sayings
    topics: tuple[tuple[Topic, tuple[str, ...]], ...]
    composer: compose.Composer


def read(words: Path) -> Words:
    folder = words / FAMILY
    names = folder / "names.jsonl"
    lists = read_texts(names)
    topics = read_words(folder / "tables.jsonl", Topic)
    named = tuple((topic, pick(lists, topic.names, names)) for topic in topics)
    say = read_phrases(folder / "phrases.jsonl", Sayings)
    return Words(say, named, compose.composer(words))
