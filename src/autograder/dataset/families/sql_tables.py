"""What the tables of `sql` are about, and what is said around the queries."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Annotated

from pydantic import Field
from pydantic.dataclasses import dataclass

from autograder.dataset.families import compose
from autograder.dataset.words import STRICT, Phrases, pick, read_phrases, read_texts, read_words

FAMILY = "sql"


@dataclass(frozen=True, slots=True, config=STRICT)
class Numbers:
    """A column of whole numbers from `low` to `high`."""

    column: str
    low: int
    high: int


@dataclass(frozen=True, slots=True, config=STRICT)
class Topic:
    """What a table is about; tables and columns are named so that SQL takes the names as they are.

    Attributes:
        id: the name of the table.
        one, many: what a row and what rows are called.
        key: the column that names a row.
        names: what can stand there; an id of `names.jsonl`.
        kind, kinds: a column of repeated words, and the words.
        numbers: columns of numbers, at least two.
    """

    id: str
    one: str
    many: str
    key: str
    names: str
    kind: str
    kinds: Annotated[tuple[str, ...], Field(min_length=3)]
    numbers: Annotated[tuple[Numbers, ...], Field(min_length=2)]


@dataclass(frozen=True, slots=True, config=STRICT)
class Sayings:
    """What stands above the questions (`{t}` is the table's name) and first in a rubric."""

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
