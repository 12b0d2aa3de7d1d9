"""Rules that turn an order into a score, each with its wordings and its explanation.

An order is a permutation of the right ranks: `(0, 1, 2, 3, 4)` is right.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from autograder.dataset.families import compose
from autograder.schema import SCORES

Order = tuple[int, ...]
NO_THING = -1  # in an order: something that is not on the list


def _pairs(order: Order) -> list[tuple[int, int]]:
    return [(a, b) for a, b in itertools.combinations(order, 2) if a > b]


def _neighbours(order: Order) -> int:
    return 1 + sum(a < b for a, b in itertools.pairwise(order))


def _places(order: Order) -> int:
    in_place = sum(rank == place for place, rank in enumerate(order))
    return {5: 5, 3: 4, 2: 3, 1: 2, 0: 1}[in_place]


def _all_pairs(order: Order) -> int:
    return max(1, 5 - len(_pairs(order)))


def _opening(order: Order) -> int:
    run = next((place for place, rank in enumerate(order) if place != rank), 5)
    return {5: 5, 3: 4, 2: 3, 1: 2, 0: 1}[run]


def _slots(order: Order) -> int:
    return 1 + sum(rank == place for place, rank in enumerate(order))


def _tell_neighbours(rng: random.Random, names: Sequence[str], given: Sequence[str]) -> str:
    findings = []
    for a, b in itertools.pairwise(given):
        right = names.index(a) < names.index(b)
        findings.append(compose.Finding(right, f"{a} stands before {b}", f"{a} before {b}"))
    return compose.explain(rng, "pair", "right", findings)


def _tell_slots(rng: random.Random, names: Sequence[str], given: Sequence[str]) -> str:
    findings = [
        compose.Finding(
            there == right,
            f"place {place} holds {there} instead of {right}",
            f"place {place} is {right}" + ("" if there == right else f", not {there}"),
        )
        for place, (there, right) in enumerate(zip(given, names, strict=True), 1)
    ]
    return compose.explain(rng, "place", "right", findings)


def _tell_places(rng: random.Random, names: Sequence[str], given: Sequence[str]) -> str:
    kept = [name for name, there in zip(names, given, strict=True) if name == there]
    if len(kept) == len(names):
        return _tell_right(rng, names)
    told = f"only {compose.join(kept)} in the right place" if kept else "nothing is in its place"
    if len(f"{told} the right order is {' '.join(names)}".split()) > compose.REASON_WORDS:
        told = f"only {compose.NUMBERS[len(kept)]} in the right place"
    return rng.choice(
        (
            f"{compose.capital(told)}; the right order is {', '.join(names)}.",
            f"It should be {', '.join(names)}; {told}.",
        )
    )


def _tell_pairs(rng: random.Random, names: Sequence[str], given: Sequence[str]) -> str:
    wrong = [
        f"{a} before {b}"
        for a, b in itertools.combinations(given, 2)
        if names.index(a) > names.index(b)
    ]
    if not wrong:
        return _tell_right(rng, names)
    shown, more = wrong[:3], len(wrong) - 3
    rest = f" and {compose.NUMBERS[more]} more" if more > 0 else ""
    many = f"{compose.NUMBERS[len(wrong)]} pair{'s' if len(wrong) > 1 else ''}"
    return rng.choice(
        (
            f"{compose.capital(many)} in the wrong order: {', '.join(shown)}{rest}.",
            f"The wrong way round: {', '.join(shown)}{rest}.",
        )
    )


def _tell_opening(rng: random.Random, names: Sequence[str], given: Sequence[str]) -> str:
    for place, (right, there) in enumerate(zip(names, given, strict=True), 1):
        if right != there:
            count = compose.NUMBERS[place - 1] if place > 1 else "none"
            kept = f"{compose.capital(count)} right at the start, then"
            return rng.choice(
                (
                    f"{kept} place {place} holds {there} where {right} belongs.",
                    f"The first mistake is in place {place}: {there} instead of {right}.",
                )
            )
    return _tell_right(rng, names)


def _tell_right(rng: random.Random, names: Sequence[str]) -> str:
    return rng.choice(
        (
            f"The order is right throughout: {', '.join(names)}.",
            f"From {names[0]} to {names[-1]}, everything stands in its place.",
            f"It runs {', '.join(names)}, just as it should.",
        )
    )


@dataclass(frozen=True, slots=True)
class Rule:
    """How an order is graded.

    Attributes:
        size: how many things are put in order.
        grade: the score of an order.
        wordings: ways a rubric states the rule.
        tell: explains an answer; it gets the right and the given sequence of names.
        free: a place may hold something that is not on the list, or that stands twice.
    """

    size: int
    grade: Callable[[Order], int]
    wordings: tuple[str, ...]
    tell: Callable[[random.Random, Sequence[str], Sequence[str]], str]
    free: bool = False

    def orders(self) -> dict[int, list[Order]]:
        """All orders by score, without those with something from off the list."""
        found: dict[int, list[Order]] = {score: [] for score in SCORES}
        for order in itertools.permutations(range(self.size)):
            found[self.grade(order)].append(order)
        return found


RULES = (
    Rule(5, _neighbours, (
        "Look at the four pairs of neighbours in the answer: 1 plus the pairs in the right order.",
        "Start at 5 and take one off for each pair of neighbours that is the wrong way round.",
        "5: every neighbour pair is in order. 4: one pair is wrong. 3: two. 2: three. 1: four.",
        "Each of the four steps from entry to entry earns 1 if it goes the right way; add 1.",
    ), _tell_neighbours),
    Rule(5, _places, (
        "5: all five in their places. 4: three in place. 3: two. 2: one. 1: none.",
        "Count the entries in the right position: five earn 5, three 4, two 3, one 2, none 1.",
        "By entries out of position: none gives 5, two 4, three 3, four 2, all five 1.",
        "5 - everything in its position\n4 - two entries out of position\n3 - three\n2 - four\n"
        "1 - all five",
    ), _tell_places),
    Rule(4, _all_pairs, (
        "Compare every two entries: each pair in the wrong order takes one off 5, down to 1.",
        "5 minus the number of pairs in the wrong order (any two entries), but at least 1.",
        "Pairs of entries in the wrong order: none 5, one 4, two 3, three 2, more 1.",
    ), _tell_pairs),
    Rule(5, _opening, (
        "Count how many are right from the start up to the first mistake: all 5, three 4, two 3, "
        "one 2, none 1.",
        "5: no mistake. 4: the first mistake is in place four. 3: in place three. 2: in place two. "
        "1: in place one.",
        "Only the correct beginning counts: none 1, one entry 2, two 3, three 4, the whole list 5.",
    ), _tell_opening),
    Rule(4, _slots, (
        "1 plus the number of places, out of four, that hold the right entry.",
        "5: four places filled correctly. 4: three. 3: two. 2: one. 1: none.",
        "Start at 5 and take one off for each place with the wrong entry.",
        "Begin with 1 and add 1 for each of the four places that holds the right entry.",
    ), _tell_slots, free=True),
)  # fmt: skip
_ORDERS = {rule: rule.orders() for rule in RULES if not rule.free}


def draw(rng: random.Random, rule: Rule, score: int) -> Order:
    """An order with that score; half of the faulty ones stray little, half stray far."""
    if not rule.free:
        options = rng.choices(_ORDERS[rule][score], k=3)
        pick = min if rng.random() < 0.5 else max
        return pick(options, key=lambda order: sum(abs(i - rank) for i, rank in enumerate(order)))
    kept = compose.draw_kept(rng, score)
    order = []
    for place, right in enumerate(kept):
        others = [rank for rank in range(rule.size) if rank != place]
        wrong = rng.choice(others) if rng.random() < 0.5 else NO_THING
        order.append(place if right else wrong)
    return tuple(order)
