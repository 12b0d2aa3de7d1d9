"""A case, and the draw of the held-out items that cases are made of."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from autograder.balance import draw
from autograder.schema import Example, Request


@dataclass(frozen=True, slots=True)
class Case:
    """One question to a judge.

    Attributes:
        measure: a key of `measures.RULES`.
        kind: a group of the measure, e.g. of attack.
        item: cases of one item are not independent.
        changed: what is graded.
        plain: what it is compared with; None where `changed` itself shows the fault.
        place: of an attack in the answer; empty for others.
    """

    measure: str
    kind: str
    item: str
    changed: Request
    plain: Request | None = None
    place: str = ""


class Sample:
    """Items in a drawn order, and one answer of each that fits a purpose.

    Args:
        examples: held out from the judge's training.
        limit: items for one purpose, at most.
        seed: of all draws. A new item changes what is drawn of no other.
    """

    def __init__(self, examples: Sequence[Example], limit: int, seed: int) -> None:
        self.by_item: dict[str, list[Example]] = {}
        for example in examples:
            self.by_item.setdefault(example.item, []).append(example)
        self.items = sorted(self.by_item, key=lambda item: draw(seed, "behaviour", item))
        self.limit = limit
        self.seed = seed

    def one_each(
        self, fits: Callable[[Example], bool] = lambda _: True, limit: int | None = None
    ) -> list[Example]:
        """One fitting answer of each item that has one, up to the limit."""
        most = self.limit if limit is None else limit
        rows: list[Example] = []
        for item in self.items:
            fitting = [example for example in self.by_item[item] if fits(example)]
            if fitting and len(rows) < most:
                rows.append(min(fitting, key=lambda row: draw(self.seed, "behaviour", row.id)))
        return rows

    def rng(self, purpose: str, name: str) -> random.Random:
        """For what is drawn for this purpose of what has this name."""
        return random.Random(draw(self.seed, purpose, name))
