"""A judge without a model: what it answers follows from the texts alone."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator

from autograder.errors import DataError
from autograder.model.batch import plan
from autograder.model.encode import Encoded
from autograder.schema import Verdict


class FakeEncoder:
    def __init__(self) -> None:
        self.texts: dict[Encoded, tuple[str, ...]] = {}

    def encode(self, prompt: str, response: str, rubric: str, reference: str = "") -> Encoded:
        if len(rubric) > 1000:
            raise DataError("rubric and prompt are too long", field="rubric")
        prefix = tuple(map(ord, f"{rubric}|{prompt}|{reference}"))
        encoded = Encoded(prefix, tuple(map(ord, response)), (), 0, ())
        self.texts[encoded] = (prompt, response, rubric, reference)
        return encoded


class FakeJudge:
    """Writes down what it is asked, batch by batch."""

    def __init__(self, batch_size: int = 3, reasoning: str = "because") -> None:
        self.encoder = FakeEncoder()
        self.batch_size = batch_size
        self.reasoning = reasoning
        self.batches: list[list[tuple[str, ...]]] = []

    def plan(self, encoded: list[Encoded]) -> list[list[int]]:
        return plan(encoded, self.batch_size)

    def evaluate_batches(
        self, batches: Iterable[Iterable[Encoded]], *, reasoning: bool
    ) -> Iterator[list[Verdict]]:
        for batch in batches:
            yield self.grade([self.encoder.texts[row] for row in batch], reasoning)

    def grade(self, requests: list[tuple[str, ...]], reasoning: bool) -> list[Verdict]:
        assert len(requests) <= self.batch_size
        self.batches.append(requests)
        text = self.reasoning if reasoning else None
        return [verdict_of(*request, reasoning=text) for request in requests]

    @property
    def asked(self) -> list[tuple[str, ...]]:
        return [request for batch in self.batches for request in batch]


def verdict_of(*texts: str, reasoning: str | None = None) -> Verdict:
    weights = [byte + 1 for byte in hashlib.sha256("\0".join(texts).encode()).digest()[:5]]
    p = tuple(weight / sum(weights) for weight in weights)
    score = max(range(5), key=lambda k: p[k]) + 1
    mean = sum(k * value for k, value in enumerate(p, start=1))
    cut = ("response", "prompt") if "long" in texts[1] else ()
    return Verdict(score, mean, p, p[score - 1], reasoning, cut)
