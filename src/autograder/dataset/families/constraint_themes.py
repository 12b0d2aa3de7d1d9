"""What the texts of `constraints` are about, and how a constraint is worded.

Units, openings and endings of a theme are lower case and free of names, so that any of them can
be capitalised or not; no unit holds a word that another unit is listed under.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import Field
from pydantic.dataclasses import dataclass

from autograder.dataset.families import compose
from autograder.dataset.words import STRICT, Phrases, read_by_id, read_phrases, read_words

FAMILY = "constraints"
PLAIN_KINDS = ("count", "include", "avoid", "ending", "opening", "lower", "calm")
TOTAL = "total"  # only where there are prices


@dataclass(frozen=True, slots=True, config=STRICT)
class Worded:
    """A word that can be demanded or banned, and the only unit that has it."""

    word: str
    unit: str


@dataclass(frozen=True, slots=True, config=STRICT)
class Theme:
    """What to write about and from which parts.

    Attributes:
        names: each completes `Write ...`.
        listed: bullets, else sentences in one paragraph.
        priced: each bullet has a price, so that a total can be asked for.
        plain: interchangeable units.
        worded: units that are known by a word.
        openings, endings: lines that can be demanded.
    """

    id: str
    names: Phrases
    listed: bool
    priced: bool
    plain: Annotated[tuple[str, ...], Field(min_length=7)]
    worded: Annotated[tuple[Worded, ...], Field(min_length=3)]
    openings: Annotated[tuple[str, ...], Field(min_length=2)]
    endings: Annotated[tuple[str, ...], Field(min_length=2)]


@dataclass(frozen=True, slots=True, config=STRICT)
class Wording:
    """How the prompt orders a kind of constraint, and how the rubric states it."""

    id: str
    orders: Phrases
    rules: Phrases


@dataclass(frozen=True, slots=True, config=STRICT)
class Sayings:
    """How a rubric begins, with `{all}` for the constraints."""

    criteria: Phrases


@dataclasses.dataclass(frozen=True, slots=True)
class Words:
    """What the family draws from."""

    say: Sayings
    themes: tuple[Theme, ...]
    wordings: Mapping[str, Wording]
    composer: compose.Composer


def read(words: Path) -> Words:
    folder = words / FAMILY
    return Words(
        read_phrases(folder / "phrases.jsonl", Sayings),
        read_words(folder / "themes.jsonl", Theme),
        read_by_id(folder / "kinds.jsonl", Wording, (*PLAIN_KINDS, TOTAL)),
        compose.composer(words),
    )
