"""Which examples make a batch: those with equal prefixes, and such as are about equally long."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import NamedTuple

from autograder.model.encode import Encoded


class Outline(NamedTuple):
    """What packing has to know of an example.

    Attributes:
        key: equal for equal prefixes.
        prefix: tokens of the prefix after the instruction, which all have in common.
        response, verdict: tokens of what follows it.
    """

    key: Hashable
    prefix: int
    response: int
    verdict: int

    @classmethod
    def of(cls, example: Encoded, key: Hashable) -> Outline:
        prefix = len(example.prefix) - example.opening_end
        return cls(key, prefix, len(example.response), len(example.verdict))


def outlines(examples: Sequence[Encoded]) -> Sequence[Outline]:
    """One for each example; rows that keep them need not be read for it."""
    known: Sequence[Outline] | None = getattr(examples, "outlines", None)
    if known is not None:
        return known
    return [Outline.of(example, example.prefix) for example in examples]


class _Piece(NamedTuple):
    """Examples that stay together: so many tokens at these places."""

    num_tokens: int
    places: list[int]


def pack(rows: Sequence[Outline], batch_size: int, num_rows: int = 1) -> list[list[int]]:
    """Batches of at most `batch_size` places: few cut groups of equal keys, little padding.

    A group with more places than a batch holds is cut. Groups are put together up to a row's share
    of a batch, then those into batches, and each time such as are about equally long: a batch is
    padded to its longest row.

    Args:
        rows: what is known of each example.
        batch_size: places in a batch, at most.
        num_rows: rows that groups of equal keys share; 1 if each has a row of its own.
    """
    groups: dict[Hashable, list[int]] = {}
    for place, row in enumerate(rows):
        groups.setdefault(row.key, []).append(place)
    pieces = [
        _Piece(
            rows[places[0]].prefix + sum(rows[at].response + rows[at].verdict for at in places),
            places,
        )
        for group in groups.values()
        for places in (
            group[start : start + batch_size] for start in range(0, len(group), batch_size)
        )
    ]
    if num_rows > 1:
        pieces = _fill(pieces, [(batch_size + row) // num_rows for row in range(num_rows)])
    return [piece.places for piece in _fill(pieces, [batch_size])]


def _fill(pieces: Sequence[_Piece], rooms: Sequence[int]) -> list[_Piece]:
    """Larger pieces, by turns of at most so many places, unless one piece has more by itself.

    Each begins with the longest one that is left, and takes the longest that fits until none does.
    """
    left: list[list[tuple[int, int]]] = [
        [] for _ in range(1 + max((len(piece.places) for piece in pieces), default=0))
    ]
    for number, piece in enumerate(pieces):
        left[len(piece.places)].append((piece.num_tokens, -number))
    for same_size in left:
        same_size.sort()  # the longest is last; of equal ones the first
    filled: list[_Piece] = []
    while any(left):
        room = rooms[len(filled) % len(rooms)]
        num_tokens = 0
        places: list[int] = []
        fitting = [part for part in left if part]
        while fitting:
            length, number = max(fitting, key=lambda part: part[-1]).pop()
            num_tokens += length
            places.extend(pieces[-number].places)
            fitting = [part for part in left[: max(0, room - len(places)) + 1] if part]
        filled.append(_Piece(num_tokens, places))
    return filled
