"""Equal numbers of every score, whole numbers from shares, and an order that stays put."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence

from autograder.errors import DataError
from autograder.schema import SCORES, Example
from autograder.terminal import printable


def draw(seed: int, purpose: str, name: str) -> str:
    """A random-looking key for `name`; sorting by it shuffles.

    It depends on nothing else in the data, so that a new row moves no other row.
    """
    return hashlib.sha256(f"{seed}/{purpose}/{name}".encode()).hexdigest()


def apportion(weights: Mapping[str, float], total: int) -> dict[str, int]:
    """Split `total` into whole numbers in proportion to the weights (largest remainder).

    A tie goes to the name that stands first. Some weight must be above 0.

    Example:
        >>> apportion({"a": 2, "b": 1, "c": 1}, 5)
        {'a': 3, 'b': 1, 'c': 1}
    """
    whole = sum(weights.values())
    exact = {name: weight * total / whole for name, weight in weights.items()}
    counts = {name: int(value) for name, value in exact.items()}
    by_remainder = sorted(weights, key=lambda name: counts[name] - exact[name])
    # With a weight of 0 the remainder is 0 too, and such names sort behind the others.
    for name in by_remainder[: total - sum(counts.values())]:
        counts[name] += 1
    return counts


def score_counts(examples: Sequence[Example]) -> dict[int, int]:
    """How many examples have each of the five scores."""
    counts = Counter(example.score for example in examples)
    return {score: counts[score] for score in SCORES}


def balance(examples: Sequence[Example], seed: int) -> tuple[list[Example], dict[str, int]]:
    """Drop a seeded choice of the surplus, so that every source has each score equally often.

    Returns:
        The examples that stay, in their order, and the number dropped of each source.

    Raises:
        DataError: a source lacks a score, so that nothing of it could stay.
    """
    by_source: dict[str, list[Example]] = {}
    for example in examples:
        by_source.setdefault(example.source, []).append(example)
    stay: set[str] = set()
    dropped = {}
    for source, rows in by_source.items():
        least = min(score_counts(rows).values())
        if not least:
            lacking = [str(score) for score, count in score_counts(rows).items() if not count]
            raise DataError(
                f"source {source!r} has no example with score {', '.join(lacking)}, so it cannot "
                "be balanced; add one, or give its rows the source of the others"
            )
        drawn = sorted(rows, key=lambda example: draw(seed, "balance", example.id))
        for score in SCORES:
            stay.update([row.id for row in drawn if row.score == score][:least])
        if len(rows) > least * len(SCORES):
            dropped[source] = len(rows) - least * len(SCORES)
    return [example for example in examples if example.id in stay], dropped


def summary(examples: Sequence[Example]) -> str:
    """The number of examples, of each score and of each source, in a line."""
    items = len({example.item for example in examples})
    scores = ", ".join(f"{score}: {count}" for score, count in score_counts(examples).items())
    by_source = sorted(Counter(example.source for example in examples).items())
    sources = ", ".join(f"{source}: {count}" for source, count in by_source)
    return printable(f"{len(examples)} examples, {items} items; scores {scores}; sources {sources}")
