"""Equal numbers of every score, whole numbers from shares, and an order that stays put."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence

from autograder.schema import SCORES, Example
from autograder.terminal import printable

_FOR_EVER = 17  # the seed of the first runs, so that most of their test items still are
_DIGITS = 13  # of the hash: as many bits as a float holds


def draw(seed: int, purpose: str, name: str) -> str:
    """A random-looking key for `name`; sorting by it shuffles.

    It depends on nothing else in the data, so that a new row moves no other row.
    """
    return hashlib.sha256(f"{seed}/{purpose}/{name}".encode()).hexdigest()


def place(purpose: str, name: str) -> float:
    """Where a name stands from 0 to 1 for a purpose: as good as random, and the same for ever."""
    return int(draw(_FOR_EVER, purpose, name)[:_DIGITS], 16) / float(16**_DIGITS)


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


def balance(
    examples: Sequence[Example], seed: int, ratio: float = 1.0
) -> tuple[list[Example], dict[str, int]]:
    """Drop rows until no score is more than `ratio` times as frequent as the rarest that occurs.

    This holds for the whole set. The rarest score keeps all its rows. Items are visited in a
    seeded order, and each loses its rows with a score that is still too frequent, until none is.
    So every source gives in proportion to what it has, and most items that lose a row lose both
    ends of a contrast: the others stay whole.

    Returns:
        The examples that stay, in their order, and the number dropped of each source.
    """
    counts = Counter(example.score for example in examples)
    most = int(ratio * min(counts.values(), default=0))
    surplus = {score: max(0, count - most) for score, count in counts.items()}
    dropped: dict[str, set[str]] = {}
    visited = sorted(examples, key=lambda example: draw(seed, "balance", example.item))
    for example in visited:
        if surplus[example.score]:
            surplus[example.score] -= 1
            dropped.setdefault(example.source, set()).add(example.id)
    gone = set().union(*dropped.values())
    kept = [example for example in examples if example.id not in gone]
    return kept, {source: len(ids) for source, ids in sorted(dropped.items())}


def summary(examples: Sequence[Example]) -> str:
    """The number of examples, of each score and of each source, in a line."""
    items = len({example.item for example in examples})
    scores = ", ".join(f"{score}: {count}" for score, count in score_counts(examples).items())
    by_source = sorted(Counter(example.source for example in examples).items())
    sources = ", ".join(f"{source}: {count}" for source, count in by_source)
    return printable(f"{len(examples)} examples, {items} items; scores {scores}; sources {sources}")
