"""What the tables and questions of `sql` are about, and what is said around the queries."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import Field
from pydantic.dataclasses import dataclass

from autograder.dataset.families import compose
from autograder.dataset.families.sql_parts import Slip
from autograder.dataset.words import (
    STRICT,
    Phrases,
    pick,
    read_by_id,
    read_phrases,
    read_texts,
    read_words,
)

FAMILY = "sql"
_PLAIN_QUESTIONS = ("count", "extreme", "holder", "total", "listed", "sorted", "lookup")
_KIND_QUESTIONS = ("total_of_kind", "per_kind", "distinct", "count_distinct")


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
class Query:
    """A wrong query and what is wrong with it, both templates."""

    query: str
    fault: str

    def slip(self, values: Mapping[str, object], **more: object) -> Slip:
        return self.query.format(**values, **more), self.fault.format(**values, **more)


@dataclass(frozen=True, slots=True, config=STRICT)
class Template:
    """A question and queries, with a name in braces for what is drawn.

    All templates know `{table}`, what a row and rows are called (`{one}`, `{many}`), the columns
    `{key}`, `{kind}` and `{number}`, and `{a_number}` with its article; most know more.

    Attributes:
        asks: ways to ask.
        right: queries that give the answer.
        near: queries with a slip.
        gross: queries that plainly do something else.
    """

    id: str
    asks: Phrases
    right: tuple[str, str]
    near: Annotated[tuple[Query, ...], Field(min_length=1)]
    gross: Annotated[tuple[Query, ...], Field(min_length=1)]


@dataclass(frozen=True, slots=True, config=STRICT)
class Sayings:
    """What stands above the questions (`{t}` is the table's name) and first in a rubric."""

    leads: Phrases
    criteria: Phrases


@dataclasses.dataclass(frozen=True, slots=True)
class Words:
    """What the family draws from.

    Attributes:
        topics: each with the names of its rows.
        spoilt: gross queries for all questions; they also know the right query up to its table
            (`{start}`) and after it (`{rest}`), and a `{rest}` that lets no row pass (`{never}`).
    """

    say: Sayings
    topics: tuple[tuple[Topic, tuple[str, ...]], ...]
    questions: Mapping[str, Template]
    spoilt: tuple[Query, ...]
    composer: compose.Composer


def read(words: Path) -> Words:
    folder = words / FAMILY
    names = folder / "names.jsonl"
    lists = read_texts(names)
    topics = read_words(folder / "tables.jsonl", Topic)
    named = tuple((topic, pick(lists, topic.names, names)) for topic in topics)
    return Words(
        read_phrases(folder / "phrases.jsonl", Sayings),
        named,
        read_by_id(folder / "questions.jsonl", Template, (*_PLAIN_QUESTIONS, *_KIND_QUESTIONS)),
        read_words(folder / "spoilt.jsonl", Query),
        compose.composer(words),
    )
