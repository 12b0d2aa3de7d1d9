"""Rules that turn an order into a score, each with its explanation.

An order is a permutation of the right ranks: `(0, 1, 2, 3, 4)` is right.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from autograder.dataset.families import compose
from autograder.dataset.families.compose import Composer
from autograder.schema import SCORES

Order = tuple[int, ...]
Names = Sequence[str]
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


def _tell_neighbours(composer: Composer, rng: random.Random, names: Names, given: Names) -> str:
    findings = []
    for a, b in itertools.pairwise(given):
        right = names.index(a) < names.index(b)
        findings.append(compose.Finding(right, f"{a} stands before {b}", f"{a} before {b}"))
    return composer.explain(rng, "pair", "right", findings)


def _tell_slots(composer: Composer, rng: random.Random, names: Names, given: Names) -> str:
    findings = [
        compose.Finding(
            there == right,
            f"place {place} holds {there} instead of {right}",
            f"place {place} is {right}" + ("" if there == right else f", not {there}"),
        )
        for place, (there, right) in enumerate(zip(given, names, strict=True), 1)
    ]
    return composer.explain(rng, "place", "right", findings)


def _tell_places(_: Composer, rng: random.Random, names: Names, given: Names) -> str:
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


def _tell_pairs(_: Composer, rng: random.Random, names: Names, given: Names) -> str:
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


def _tell_opening(_: Composer, rng: random.Random, names: Names, given: Names) -> str:
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


def _tell_right(rng: random.Random, names: Names) -> str:
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
        name: of its wordings in a rubric, an id of `rules.jsonl`.
        size: how many things are put in order.
        grade: the score of an order.
        tell: explains an answer; it gets the right and the given sequence of names.
        free: a place may hold something that is not on the list, or that stands twice.
    """

    name: str
    size: int
    grade: Callable[[Order], int]
    tell: Callable[[Composer, random.Random, Names, Names], str]
    free: bool = False

    def orders(self) -> dict[int, list[Order]]:
        """All orders by score, without those with something from off the list."""
        found: dict[int, list[Order]] = {score: [] for score in SCORES}
        for order in itertools.permutations(range(self.size)):
            found[self.grade(order)].append(order)
        return found


RULES = (
    Rule("neighbours", 5, _neighbours, _tell_neighbours),
    Rule("places", 5, _places, _tell_places),
    Rule("all_pairs", 4, _all_pairs, _tell_pairs),
    Rule("opening", 5, _opening, _tell_opening),
    Rule("slots", 4, _slots, _tell_slots, free=True),
)
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
