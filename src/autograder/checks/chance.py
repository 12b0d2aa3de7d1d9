"""What a guess of scores is worth: folds that keep items whole, chance, and a limit above it."""

from __future__ import annotations

import math
from collections.abc import Sequence

from autograder.balance import draw, score_counts
from autograder.schema import SCORES, Example

_FOLDS = 5
SIGNIFICANT = 2.58  # standard errors: by chance in one of a hundred groups


def folds(examples: Sequence[Example], purpose: str) -> tuple[list[int], int]:
    """The fold of each example, and how many folds there are; an item is in one fold."""
    items = sorted({row.item for row in examples}, key=lambda item: draw(0, purpose, item))
    fold = {item: number % _FOLDS for number, item in enumerate(items)}
    return [fold[row.item] for row in examples], min(_FOLDS, len(items))


def most_frequent(examples: Sequence[Example]) -> float:
    """The share of the most frequent score, 0 to 1: right without looking at anything."""
    return round(max(score_counts(examples).values()) / len(examples), 4)


def too_right(
    accuracy: float | None, chance: float, count: int, most: float, *, sure: bool
) -> str | None:
    """Words for an accuracy above its limit; None below it.

    Args:
        accuracy: share of the scores guessed right, 0 to 1.
        chance: share of the most frequent score.
        count: examples guessed.
        most: the limit where each score is equally frequent. Where one is more frequent,
            guessing that one gets more right, and the limit rises as much.
        sure: report only what is hardly chance.
    """
    limit = most + chance - 1 / len(SCORES)
    if accuracy is None or accuracy <= limit:
        return None
    if sure and accuracy - chance <= SIGNIFICANT * math.sqrt(chance * (1 - chance) / count):
        return None
    return f"{accuracy:.0%} right (limit {limit:.0%})"
