"""Which examples a training takes, and of which it takes the reasoning too."""

from __future__ import annotations

import random
from collections.abc import Container, Sequence
from dataclasses import replace
from typing import Any

from autograder.model.encode import Encoded
from autograder.training.pack import Outline, outlines


def take_share(
    items: Sequence[str],
    share: float,
    seed: int,
    skip: float = 0.0,
    fresh: Container[int] = (),
) -> list[int]:
    """Where the items of a seeded `share` stand, without those of the smaller share `skip`.

    A larger share holds all of a smaller one.

    Args:
        items: the item of each example.
        share, skip: shares of the items.
        seed: draws which items they hold.
        fresh: places of examples to which `skip` does not apply.
    """

    def is_taken(place: int, item: str) -> bool:
        drawn = random.Random(f"{seed}/share/{item}").random()
        return drawn < share and (drawn >= skip or place in fresh)

    return [place for place, item in enumerate(items) if is_taken(place, item)]


class ThinReasoning(Sequence[Encoded]):
    """Keeps the reasoning of a seeded share of the examples, and of the others the digit alone.

    The score stands before its reasoning and so does not depend on it: what is left out saves
    time and takes nothing from what the score is learned from.

    Args:
        examples: encoded examples.
        share: of them, keep the reasoning.
        seed: draws which.
    """

    def __init__(self, examples: Sequence[Encoded], share: float, seed: int) -> None:
        self.examples = examples
        self.share = share
        self.seed = seed

    def __len__(self) -> int:
        return len(self.examples)

    def __getitem__(self, place: Any) -> Any:
        example = self.examples[place]
        return example if self._keeps(place) else replace(example, verdict=example.verdict[:1])

    def _keeps(self, place: int) -> bool:
        return random.Random(f"{self.seed}/reasoning/{place}").random() < self.share

    @property
    def outlines(self) -> Sequence[Outline]:
        return [
            row if self._keeps(place) else row._replace(verdict=min(row.verdict, 1))
            for place, row in enumerate(outlines(self.examples))
        ]
