"""The invented research and the phrases of `citations`: `data/families/citations/`."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from pydantic.dataclasses import dataclass

from autograder.dataset.families import compose
from autograder.dataset.words import STRICT, Phrases, read_phrases, read_words


@dataclass(frozen=True, slots=True, config=STRICT)
class Claim:
    """What one source found; all of it is made up.

    Attributes:
        title: of the source.
        brief: what it is about, neutral about the result; for explanations.
        forms: ways to state the result, with `{v}` for its number.
        opposite: a form that states the contrary.
        values: the smallest and largest number.
    """

    title: str
    brief: str
    forms: tuple[str, str]
    opposite: str
    values: tuple[int, int]


@dataclass(frozen=True, slots=True, config=STRICT)
class Theme:
    """Findings on one theme, which a prompt names as the `id` says it: at least five."""

    id: str
    claims: tuple[Claim, ...]


@dataclass(frozen=True, slots=True, config=STRICT)
class Numbered:
    """How a list and a text write a source with a `{number}` or letter, for its `{claim}`."""

    label: str
    cites: Phrases


@dataclass(frozen=True, slots=True, config=STRICT)
class Sayings:
    """The phrases.

    Attributes:
        asks, heads, entries: of prompts: the task, the head of a list and how it is written.
        dated_cites: how a text cites a source with `{author}` and `{year}` for its `{claim}`.
        criteria: of rubrics. limited: scales on which an unlisted source allows 2 at most.
        surnames: of authors.
    """

    asks: Phrases
    heads: Phrases
    entries: Phrases
    dated_cites: Phrases
    criteria: Phrases
    limited: Phrases
    surnames: Phrases


@dataclasses.dataclass(frozen=True, slots=True)
class Tables:
    """All of it."""

    themes: tuple[Theme, ...]
    numbered: tuple[Numbered, ...]
    say: Sayings
    composer: compose.Composer


def read_tables(words: Path) -> Tables:
    """Read what lies in `citations/` in the folder of the families' words."""
    folder = words / "citations"
    return Tables(
        read_words(folder / "themes.jsonl", Theme),
        read_words(folder / "numbered.jsonl", Numbered),
        read_phrases(folder / "phrases.jsonl", Sayings),
        compose.composer(words),
    )
