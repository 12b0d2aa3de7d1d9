"""Four small questions on days, dates and clocks; the number of right answers decides."""

from __future__ import annotations

import random
from functools import partial
from pathlib import Path

from autograder.dataset.families import compose, dates_clock, dates_days, questions
from autograder.dataset.families.dates_words import FAMILY, Words, read
from autograder.schema import Item

KINDS = dates_days.KINDS + dates_clock.KINDS


def _make(words: Words, rng: random.Random, identity: str) -> Item:
    asked = [kind(rng, words) for kind in rng.sample(KINDS, 4)]
    return questions.make(rng, identity, words.sheet, asked)


def items(count: int, seed: int, words: Path) -> list[Item]:
    """Make `count` items; the first m are the same whatever `count` is."""
    return compose.build(FAMILY, partial(_make, read(words)), count, seed)
