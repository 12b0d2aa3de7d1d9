"""How much of the score a judge could guess from the length of a response alone."""

from __future__ import annotations

import bisect
import math
import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from autograder.balance import draw
from autograder.schema import Example

_FOLDS = 5
_CHANCE = 0.2
_SIGNIFICANT = 2.58  # standard errors: by chance in one of a hundred groups


@dataclass(frozen=True)
class LengthFigures:
    """Length against score in a group of examples.

    Attributes:
        num_examples: in the group.
        correlation: Pearson's r of response words and score; None where it is not defined.
        accuracy: share of scores that length alone gets right, cross-validated by item;
            None for fewer than ten examples or two items.
    """

    num_examples: int
    correlation: float | None
    accuracy: float | None

    def faults(self, most_correlation: float, most_accuracy: float, *, sure: bool) -> list[str]:
        """What lies above the thresholds; if `sure`, only what is hardly chance."""
        found = []
        r, accuracy, count = self.correlation, self.accuracy, self.num_examples
        if r is not None and abs(r) > most_correlation:
            error = math.sqrt(max(1 - r * r, 0) / max(count - 2, 1))
            if not sure or abs(r) > _SIGNIFICANT * error:
                found.append(f"length and score correlate by {r:+.2f} (limit {most_correlation:g})")
        if accuracy is not None and accuracy > most_accuracy:
            error = math.sqrt(_CHANCE * (1 - _CHANCE) / count)
            if not sure or accuracy - _CHANCE > _SIGNIFICANT * error:
                found.append(
                    f"length alone grades {accuracy:.0%} right (limit {most_accuracy:.0%})"
                )
        return found


def measure(examples: Sequence[Example]) -> LengthFigures:
    """Measure a group of examples."""
    lengths = [len(example.response.split()) for example in examples]
    scores = [example.score for example in examples]
    correlation = None
    if len(set(lengths)) > 1 and len(set(scores)) > 1:
        correlation = round(statistics.correlation(lengths, scores), 4)
    return LengthFigures(len(examples), correlation, _accuracy(examples, lengths))


def _accuracy(examples: Sequence[Example], lengths: Sequence[int]) -> float | None:
    items = sorted({example.item for example in examples}, key=lambda i: draw(0, "length", i))
    if len(examples) < 10 or len(items) < 2:
        return None
    fold = {item: number % _FOLDS for number, item in enumerate(items)}
    rows = [
        (length, example.score, fold[example.item])
        for length, example in zip(lengths, examples, strict=True)
    ]
    right = 0
    for held_out in range(min(_FOLDS, len(items))):
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
