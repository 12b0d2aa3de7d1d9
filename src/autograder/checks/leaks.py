"""Rows of one set that nearly repeat a row of another: what a held-out set must not hold.

The measure is the containment of word 8-grams: the share of the shorter text's sequences of
eight words that the other text has too. Numbers are words, so that two texts from one template
that differ in their numbers have no sequence in common across any of them. Two more rules keep
what only looks alike apart:

- A text with fewer than eight sequences counts as if it had eight, so that one common phrase is
  no repeat; short texts repeat each other when all their words are the same.
- Sequences that stand in more than ten items are boilerplate and count for nothing, as in
  Brown et al. (2020), appendix C.

`docs/pipeline.md` says how `LEAST` was chosen.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from autograder.errors import AuditError
from autograder.schema import Example
from autograder.text import SIGNS, normalise

NUM_WORDS = 8
LEAST = 0.5
_MOST_ITEMS = 10
_MOST_NAMED = 10
_WORD = re.compile(rf"[{SIGNS}]|[^\s{SIGNS}]+")

_Sequence = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Passage:
    """A text to compare.

    Attributes:
        id: of the row it comes from.
        item: rows of one item may repeat each other, so it counts once.
        words: normalised.
    """

    id: str
    item: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Overlap:
    """A row, the row of the other set that is nearest, and the share of it that they share."""

    row: str
    other: str
    share: float


def passage(row: str, item: str, *texts: str) -> Passage:
    """The words of a row's texts, one after the other."""
    words = (word for text in texts for word in _WORD.findall(normalise(text)))
    return Passage(row, item, tuple(words))


def answers(examples: Sequence[Example]) -> list[Passage]:
    """Prompt and response of each example."""
    return [passage(row.id, row.item, row.prompt, row.response) for row in examples]


def prompts(examples: Sequence[Example]) -> list[Passage]:
    """Each different prompt, under the id of its first example."""
    first: dict[str, Example] = {}
    for row in examples:
        first.setdefault(row.prompt, row)
    return [passage(row.id, row.item, row.prompt) for row in first.values()]


def nearest(rows: Sequence[Passage], others: Sequence[Passage]) -> list[Overlap]:
    """For each row the one of the others that it overlaps most, the largest overlap first.

    Rows that overlap none are left out. Only the sequences of one side are held in an index, so
    the time grows with the number of words and of sequences in common.
    """
    theirs = [_sequences(other.words) for other in others]
    index: dict[_Sequence, list[int]] = {}
    for number, sequences in enumerate(theirs):
        for sequence in sequences:
            index.setdefault(sequence, []).append(number)
    mine = [_sequences(row.words) for row in rows]
    common = [sequences & index.keys() for sequences in mine]
    boilerplate = _boilerplate(rows, common, others, index)
    unlike = [len(sequences - boilerplate) for sequences in theirs]
    equal: dict[tuple[str, ...], int] = {}
    for number, other in enumerate(others):
        equal.setdefault(other.words, number)
    found = []
    for row, sequences, shared in zip(rows, mine, common, strict=True):
        if row.words in equal:
            found.append(Overlap(row.id, others[equal[row.words]].id, 1.0))
            continue
        counts: Counter[int] = Counter()
        for sequence in shared - boilerplate:
            counts.update(index[sequence])
        own = len(sequences - boilerplate)
        shares = [
            (count / max(NUM_WORDS, min(own, unlike[number])), -number)
            for number, count in counts.items()
        ]
        if shares:
            share, number = max(shares)
            found.append(Overlap(row.id, others[-number].id, share))
    return sorted(found, key=lambda overlap: -overlap.share)


def _sequences(words: Sequence[str]) -> set[_Sequence]:
    return set(zip(*(words[start:] for start in range(NUM_WORDS)), strict=False))


def _boilerplate(
    rows: Sequence[Passage],
    common: Sequence[set[_Sequence]],
    others: Sequence[Passage],
    index: Mapping[_Sequence, Sequence[int]],
) -> set[_Sequence]:
    """The sequences in common that stand in more than `_MOST_ITEMS` items of both sets."""
    items: dict[_Sequence, set[str]] = {}
    for row, shared in zip(rows, common, strict=True):
        for sequence in shared:
            items.setdefault(sequence, set()).add(row.item)
    return {
        sequence
        for sequence, names in items.items()
        if len(names | {others[number].item for number in index[sequence]}) > _MOST_ITEMS
    }


def prove_distinct(splits: Mapping[str, Sequence[Example]]) -> Overlap | None:
    """Check that no split's prompt and response nearly repeat those of a split before it.

    Returns:
        The largest overlap of two rows, None if there is none at all.

    Raises:
        AuditError: names the rows and how to mend them.
    """
    side = {row.id: (name, row.item) for name, examples in splits.items() for row in examples}
    seen: list[Passage] = []
    found: list[Overlap] = []
    for examples in splits.values():
        passages = answers(examples)
        found += nearest(passages, seen)
        seen += passages
    found.sort(key=lambda overlap: -overlap.share)
    faults = [overlap for overlap in found if overlap.share >= LEAST]
    if faults:
        lines = [
            f"{fault.other} in {side[fault.other][0]} and {fault.row} in {side[fault.row][0]} "
            f"share {fault.share:.0%}; give both one `item`, e.g. {side[fault.other][1]!r}"
            for fault in faults[:_MOST_NAMED]
        ]
        more = len(faults) - _MOST_NAMED
        raise AuditError(
            f"{len(faults)} rows nearly repeat a row of another split (they share at least "
            f"{LEAST:.0%} of their sequences of {NUM_WORDS} words)",
            [*lines, *[f"and {more} more"] * (more > 0)],
        )
    return found[0] if found else None
