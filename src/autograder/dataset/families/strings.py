"""Four small operations on words, names and codes; the number of right results decides."""

from __future__ import annotations

import random
from functools import partial
from pathlib import Path

from autograder.dataset.families import compose, questions
from autograder.dataset.families.strings_kinds import KINDS
from autograder.dataset.families.strings_words import Vocabulary
from autograder.dataset.words import read_phrases
from autograder.schema import Item

FAMILY = "strings"


def _make(sheet: questions.Sheet, words: Vocabulary, rng: random.Random, identity: str) -> Item:
    drawn = rng.sample(words.words, 4)  # distinct: no answer could belong to two questions
    kinds = rng.sample(KINDS, 4)
    asked = [kind(rng, words, word) for kind, word in zip(kinds, drawn, strict=True)]
    return questions.make(rng, identity, sheet, asked)


def items(count: int, seed: int, words: Path) -> list[Item]:
    """Make `count` items; the first m are the same whatever `count` is."""
    sheet = questions.read_sheet(words, FAMILY, category="instruction_following")
    vocabulary = read_phrases(words / FAMILY / "words.jsonl", Vocabulary)
    return compose.build(FAMILY, partial(_make, sheet, vocabulary), count, seed)
