"""How much of the score a judge could guess from the length of a response alone."""

from __future__ import annotations

import bisect
import math
import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from autograder.checks.chance import SIGNIFICANT, folds, most_frequent, too_right
from autograder.schema import Example


@dataclass(frozen=True)
class LengthFigures:
    """Length against score in a group of examples.

    Attributes:
        num_examples: in the group.
        chance: share of the most frequent score, 0 to 1.
        correlation: Pearson's r of response words and score; None where it is not defined.
        accuracy: share of scores that length alone gets right, cross-validated by item;
            None for fewer than ten examples or two items.
    """

    num_examples: int
    chance: float
    correlation: float | None
    accuracy: float | None

    def faults(self, most_correlation: float, most_accuracy: float, *, sure: bool) -> list[str]:
        """What lies above the thresholds; if `sure`, only what is hardly chance.

        The limit of the accuracy rises where a score is more frequent than others: `too_right`.
        """
        found = []
        r, accuracy, count = self.correlation, self.accuracy, self.num_examples
        if r is not None and abs(r) > most_correlation:
            error = math.sqrt(max(1 - r * r, 0) / max(count - 2, 1))
            if not sure or abs(r) > SIGNIFICANT * error:
                found.append(f"length and score correlate by {r:+.2f} (limit {most_correlation:g})")
        right = too_right(accuracy, self.chance, count, most_accuracy, sure=sure)
        if right:
            found.append(f"length alone grades {right}")
        return found


def measure(examples: Sequence[Example]) -> LengthFigures:
    """Measure a group of examples."""
    lengths = [len(example.response.split()) for example in examples]
    scores = [example.score for example in examples]
    correlation = None
    if len(set(lengths)) > 1 and len(set(scores)) > 1:
        correlation = round(statistics.correlation(lengths, scores), 4)
    accuracy = _accuracy(examples, lengths)
    return LengthFigures(len(examples), most_frequent(examples), correlation, accuracy)


def _accuracy(examples: Sequence[Example], lengths: Sequence[int]) -> float | None:
    fold_of, num_folds = folds(examples, "length")
    if len(examples) < 10 or num_folds < 2:
        return None
    rows = [
        (length, example.score, fold)
        for length, example, fold in zip(lengths, examples, fold_of, strict=True)
    ]
    right = 0
    for held_out in range(num_folds):
        known = sorted((length, score) for length, score, number in rows if number != held_out)
        edges, guesses = _bins(known)
        right += sum(
            guesses[bisect.bisect_left(edges, length)] == score
            for length, score, number in rows
            if number == held_out
        )
    return round(right / len(rows), 4)


def _bins(known: Sequence[tuple[int, int]]) -> tuple[list[int], list[int]]:
    """Cut lengths into bins of equal size; the most frequent score of each is the guess."""
    count = max(2, min(10, len(known) // 10))
    edges = sorted({known[len(known) * k // count][0] for k in range(1, count)})
    scores: list[Counter[int]] = [Counter() for _ in range(len(edges) + 1)]
    for length, score in known:
        scores[bisect.bisect_left(edges, length)][score] += 1
    return edges, [max(range(1, 6), key=lambda s: bin_[s]) for bin_ in scores]
