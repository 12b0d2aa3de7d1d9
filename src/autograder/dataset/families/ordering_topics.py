"""What the family `ordering` puts in order: things with values, steps, names and words."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import Field
from pydantic.dataclasses import dataclass

from autograder.dataset.families import compose
from autograder.dataset.families.ordering_rules import RULES
from autograder.dataset.words import (
    STRICT,
    Phrases,
    Texts,
    pick,
    read_by_id,
    read_phrases,
    read_texts,
    read_words,
)

FAMILY = "ordering"


@dataclass(frozen=True, slots=True, config=STRICT)
class Scale:
    """Things with one number each.

    Attributes:
        things: what is compared; an id of `things.jsonl`, where no name is part of another.
        low, high, step: range of the numbers.
        shown: how the prompt writes a number, with `{v}` for it.
        up, down: the two orders, from small to large and from large to small.
    """

    things: str
    low: int
    high: int
    step: int
    shown: str
    up: str
    down: str


@dataclass(frozen=True, slots=True, config=STRICT)
class Alphabetical:
    """Things to sort by their letters: what they are called, and their id in `things.jsonl`."""

    what: str
    things: str


@dataclass(frozen=True, slots=True, config=STRICT)
class Process:
    """Steps in their usual order; the clues of a prompt settle it."""

    what: str
    steps: Annotated[tuple[str, ...], Field(min_length=6)]


@dataclass(frozen=True, slots=True, config=STRICT)
class Sayings:
    """What prompts and rubrics say.

    Attributes:
        by_value: ask for an order `{by}` of `{all}`.
        by_letter: the same with `{what}` these are.
        steps, races: give `{all}` and the `{clues}`.
        step_clues, race_clues: say that `{a}` comes before `{b}`.
        criteria: what a rubric says first.
        keys: how a rubric gives the order away.
    """

    by_value: Phrases
    by_letter: Phrases
    steps: Phrases
    step_clues: Phrases
    races: Phrases
    race_clues: Phrases
    criteria: Phrases
    keys: Phrases


@dataclasses.dataclass(frozen=True, slots=True)
class Words:
    """What the family draws from.

    Attributes:
        scales, lists: with their things.
        people: who runs in races.
        rules: wordings of each rule, by its name.
    """

    say: Sayings
    scales: tuple[tuple[Scale, tuple[str, ...]], ...]
    lists: tuple[tuple[str, tuple[str, ...]], ...]
    processes: tuple[Process, ...]
    people: tuple[str, ...]
    rules: Mapping[str, Texts]
    composer: compose.Composer


def read(words: Path) -> Words:
    folder = words / FAMILY
    path = folder / "things.jsonl"
    things = read_texts(path)
    scales = read_words(folder / "scales.jsonl", Scale)
    lists = read_words(folder / "alphabetical.jsonl", Alphabetical)
    return Words(
        read_phrases(folder / "phrases.jsonl", Sayings),
        tuple((scale, pick(things, scale.things, path)) for scale in scales),
        tuple((each.what, pick(things, each.things, path)) for each in lists),
        read_words(folder / "processes.jsonl", Process),
        pick(things, "people", path),
        read_by_id(folder / "rules.jsonl", Texts, [rule.name for rule in RULES]),
        compose.composer(words),
    )
