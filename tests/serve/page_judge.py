"""A judge without a model, for the page: what it answers is written in the response."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Iterator
from types import SimpleNamespace
from typing import Any

from autograder.errors import DataError
from autograder.schema import Verdict

WAIT_S = 60
MODEL = "fake-0.5b-instruct+1f2e3d4c"
REASONING = "Names the tilt of the axis, but not the opposite seasons."


class FakeEncoder:
    def encode(self, prompt: str, response: str, rubric: str, reference: str = "") -> object:
        if "endless" in rubric:
            raise DataError(f"is too long: {rubric}", field="rubric")
        return SimpleNamespace(prefix=prompt, response=response)


class FakeJudge:
    """Gives a 3 where the response says `score 3`, else a 4.

    Attributes:
        reasoning: the text of every reasoning; given in pieces of seven characters.
        may_score: cleared, a response with `slow` in it waits for it to be set.
        may_reason: cleared, the reasoning stops after its second piece until it is set.
        at_work: set once a response with `slow` in it waits.
        asked: the texts it was asked to grade, in order.
    """

    model = MODEL
    batch_size = 4

    def __init__(self) -> None:
        self.encoder = FakeEncoder()
        self.may_score, self.may_reason = threading.Event(), threading.Event()
        self.at_work = threading.Event()
        self.reset()

    def reset(self) -> None:
        self.reasoning = REASONING
        self.may_score.set()
        self.may_reason.set()
        self.at_work.clear()
        self.asked: list[tuple[str, ...]] = []

    def evaluate_many(
        self, requests: Iterable[Any], *, reasoning: bool = False, max_reasoning_tokens: int = 64
    ) -> Iterator[Verdict]:
        for request in requests:
            yield self._verdict(tuple(request), self.reasoning if reasoning else None)

    def stream(
        self,
        prompt: str,
        response: str,
        rubric: str,
        reference: str | None = None,
        *,
        max_reasoning_tokens: int = 64,
    ) -> Iterator[Verdict | str]:
        yield self._verdict((prompt, response, rubric, reference or ""), None)
        for start in range(0, len(self.reasoning), 7):
            if start == 14:
                assert self.may_reason.wait(WAIT_S)
            if "breaks" in response:
                raise RuntimeError("no more of it")
            yield self.reasoning[start : start + 7]

    def _verdict(self, texts: tuple[str, ...], reasoning: str | None) -> Verdict:
        self.asked.append(texts)
        response = texts[1]
        if "slow" in response:
            self.at_work.set()
            assert self.may_score.wait(WAIT_S)
        found = re.search(r"score ([1-5])", response)
        score = int(found[1]) if found else 4
        nearest = sorted(range(1, 6), key=lambda k: (abs(k - score), k))
        shares = dict(zip(nearest, (0.55, 0.27, 0.126, 0.05, 0.004), strict=True))
        p = tuple(shares[k] for k in range(1, 6))
        mean = sum(k * value for k, value in enumerate(p, start=1))
        cut = ("response", "prompt") if "long" in response else ()
        return Verdict(score, mean, p, p[score - 1], reasoning, cut, self.model)
