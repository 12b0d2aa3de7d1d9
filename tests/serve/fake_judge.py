"""A judge without a model: what it answers follows from the texts alone."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterable, Iterator, Sequence
from types import SimpleNamespace
from typing import Any

from autograder.errors import DataError
from autograder.schema import Verdict

WAIT_S = 60
MODEL = "fake+1f2e3d4c"


class FakeEncoder:
    def encode(self, prompt: str, response: str, rubric: str, reference: str = "") -> object:
        if "too long for the model" in rubric:
            raise DataError("rubric and prompt are 7 tokens too long", field="rubric")
        if "cannot be encoded" in response:
            raise RuntimeError(f"broken by {response}")
        return SimpleNamespace(prefix=prompt, response=response)


class FakeJudge:
    """Writes down what it is asked, batch by batch.

    Attributes:
        may_score, may_reason: cleared, scoring (or each piece of reasoning) waits for it.
        at_work: set once a batch, or a stream's next piece, waits.
        batches: the texts of each batch that was begun.
        num_pieces: how many pieces of streamed reasoning were made.
        has_closed: set when a stream was closed before its end.
    """

    model = MODEL

    def __init__(self, batch_size: int = 8) -> None:
        self.encoder = FakeEncoder()
        self.batch_size = batch_size
        self.may_score, self.may_reason = threading.Event(), threading.Event()
        self.may_score.set()
        self.may_reason.set()
        self.at_work, self.has_closed = threading.Event(), threading.Event()
        self.batches: list[list[tuple[str, ...]]] = []
        self.num_pieces = 0

    def evaluate_many(
        self, requests: Iterable[Any], *, reasoning: bool = False, max_reasoning_tokens: int = 64
    ) -> Iterator[Verdict]:
        batch = [tuple(request) for request in requests]
        self.batches.append(batch)
        self._wait(self.may_reason if reasoning else self.may_score)
        if any(response.startswith("poison") for _, response, _, _ in batch):
            raise RuntimeError(f"cannot grade {batch}")
        for texts in batch:
            pieces = reasoning_of(texts, max_reasoning_tokens)
            yield verdict_of(texts, "".join(pieces) if reasoning else None)

    def stream(
        self,
        prompt: str,
        response: str,
        rubric: str,
        reference: str | None = None,
        *,
        max_reasoning_tokens: int = 64,
    ) -> Iterator[Verdict | str]:
        texts = (prompt, response, rubric, reference or "")
        self.batches.append([texts])
        if response.startswith("poison"):
            raise RuntimeError(f"cannot grade {response}")
        yield verdict_of(texts)
        try:
            for piece in reasoning_of(texts, max_reasoning_tokens):
                self._wait(self.may_reason)
                if "breaks off" in response:
                    raise RuntimeError(f"no more of {response}")
                self.num_pieces += 1
                yield piece
        except GeneratorExit:
            self.has_closed.set()
            raise

    @property
    def asked(self) -> list[tuple[str, ...]]:
        return [texts for batch in self.batches for texts in batch]

    def _wait(self, event: threading.Event) -> None:
        if not event.is_set():
            self.at_work.set()
            assert event.wait(WAIT_S)


def reasoning_of(texts: Sequence[str], num_pieces: int) -> list[str]:
    """Pieces that hold what could end a line of an event."""
    return [f"{texts[1][:5]}\n\ndata: {number}\r " for number in range(num_pieces)]


def verdict_of(texts: Sequence[str], reasoning: str | None = None) -> Verdict:
    content = "\0".join(texts).encode("utf-8", "surrogatepass")
    weights = [byte + 1 for byte in hashlib.sha256(content).digest()[:5]]
    p = tuple(weight / sum(weights) for weight in weights)
    score = max(range(5), key=lambda k: p[k]) + 1
    mean = sum(k * value for k, value in enumerate(p, start=1))
    cut = ("response",) if "long" in texts[1] else ()
    return Verdict(score, mean, p, p[score - 1], reasoning, cut, MODEL)
