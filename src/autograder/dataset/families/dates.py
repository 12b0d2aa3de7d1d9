"""Four small questions on days, dates and clocks; the number of right answers decides."""

from __future__ import annotations

import random
from functools import partial
from pathlib import Path

from autograder.dataset.families import compose, dates_clock, dates_days, questions
from autograder.schema import Item

FAMILY = "dates"

KINDS = dates_days.KINDS + dates_clock.KINDS


def _make(sheet: questions.Sheet, rng: random.Random, identity: str) -> Item:
    asked = [kind(rng) for kind in rng.sample(KINDS, 4)]
    return questions.make(rng, identity, sheet, asked)


def items(count: int, seed: int, words: Path) -> list[Item]:
    """Make `count` items; the first m are the same whatever `count` is."""
    sheet = questions.read_sheet(words, FAMILY, category="reasoning")
    return compose.build(FAMILY, partial(_make, sheet), count, seed)
