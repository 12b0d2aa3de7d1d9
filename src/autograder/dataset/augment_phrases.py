"""What the augmentations add to a text or put in the place of a word: `data/families/augment/`."""

from __future__ import annotations

import dataclasses
from functools import cache
from pathlib import Path

from pydantic.dataclasses import dataclass

from autograder.dataset.families import injection
from autograder.dataset.words import STRICT, Phrases, read_phrases, read_words


@dataclass(frozen=True, slots=True, config=STRICT)
class Slips:
    """A word that no rubric asks for, and slips in it, which are no words or number words."""

    word: str
    typos: Phrases


@dataclass(frozen=True, slots=True, config=STRICT)
class Sayings:
    """The phrases; `{score}` is 5 or 1.

    Attributes:
        foreign: in every language the same plea.
        encoded, encoded_leads: pleas to encode, and what stands around their `{code}`.
        code_comments, in_prompt: pleas to hide there.
        honest: words about such texts; no plea, nothing to be told apart from the content.
        before, after: polite sentences that say nothing.
        headings: of a response.
        rubric_remarks, rubric_frames: beside and around a `{rubric}`.
    """

    foreign: Phrases
    encoded: Phrases
    encoded_leads: Phrases
    code_comments: Phrases
    in_prompt: Phrases
    honest: Phrases
    before: Phrases
    after: Phrases
    headings: Phrases
    rubric_remarks: Phrases
    rubric_frames: Phrases


@dataclasses.dataclass(frozen=True, slots=True)
class Tables:
    """All of it, with the attacks of the family `injection`; `typos` are by their word."""

    say: Sayings
    typos: dict[str, tuple[str, ...]]
    attacks: injection.Tables


@cache
def read_tables(words: Path) -> Tables:
    """Read what lies in `augment/` and `injection/` in the folder of the families' words."""
    folder = words / "augment"
    typos = {row.word: row.typos for row in read_words(folder / "typos.jsonl", Slips)}
    say = read_phrases(folder / "phrases.jsonl", Sayings)
    return Tables(say, typos, injection.read_tables(words))
