"""Four small operations on words, names and codes; the number of right results decides."""

from __future__ import annotations

import random
from functools import partial
from pathlib import Path

from autograder.dataset.families import compose, questions
from autograder.dataset.families.strings_kinds import KINDS
from autograder.dataset.families.strings_words import WORDS
from autograder.schema import Item

FAMILY = "strings"


def _make(sheet: questions.Sheet, rng: random.Random, identity: str) -> Item:
    words = rng.sample(WORDS, 4)  # distinct, so that no answer could belong to two questions
    asked = [kind(rng, word) for kind, word in zip(rng.sample(KINDS, 4), words, strict=True)]
    return questions.make(rng, identity, sheet, asked)


def items(count: int, seed: int, words: Path) -> list[Item]:
    """Make `count` items; the first m are the same whatever `count` is."""
    sheet = questions.read_sheet(words, FAMILY, category="instruction_following")
    return compose.build(FAMILY, partial(_make, sheet), count, seed)
