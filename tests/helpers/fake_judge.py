"""A judge without a model: what it answers follows from the texts alone.

`judging/test_grader.py` proves that it is a `Grader` as `Judge` is one.
"""

from __future__ import annotations

import asyncio
import hashlib
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from autograder.errors import DataError
from autograder.judging.grader import MAX_REASONING_TOKENS
from autograder.model.batch import plan
from autograder.model.encode import Encoded
from autograder.schema import Request, Verdict

WAIT_S = 60
MODEL = "fake+1f2e3d4c"


class FakeEncoder:
    """A token a character; what is too long for it says so."""

    def __init__(self) -> None:
        self.requests: dict[Encoded, Request] = {}

    def encode_request(self, request: Request) -> Encoded:
        rubric = request.rubric
        if "too long for the model" in rubric:
            raise DataError(f"is too long: {rubric}", field="rubric")
        if "cannot be encoded" in request.response:
            raise RuntimeError(f"broken by {request.response}")
        prefix = tuple(map(ord, f"{rubric}|{request.prompt}|{request.reference}"))
        encoded = Encoded(prefix, tuple(map(ord, request.response)), (), 0, ())
        self.requests[encoded] = request
        return encoded


def verdict_of(request: Request, reasoning: str | None = None) -> Verdict:
    """A verdict by a digest of the texts; `long` in the response has it cut."""
    content = "\0".join(request.texts).encode("utf-8", "surrogatepass")
    weights = [byte + 1 for byte in hashlib.sha256(content).digest()[:5]]
    return verdict_with([weight / sum(weights) for weight in weights], request, reasoning)


def verdict_with(
    probabilities: Sequence[float], request: Request, reasoning: str | None = None
) -> Verdict:
    """A verdict with these probabilities."""
    p = tuple(probabilities)
    score = max(range(5), key=lambda k: p[k]) + 1
    mean = sum(k * value for k, value in enumerate(p, start=1))
    cut = ("response", "prompt") if "long" in request.response else ()
    return Verdict(score, mean, p, p[score - 1], reasoning, cut, MODEL)


def pieces_of(request: Request, num_pieces: int = MAX_REASONING_TOKENS) -> list[str]:
    """Pieces of reasoning that hold what could end a line of an event."""
    return [f"{request.response[:5]}\n\ndata: {number}\r " for number in range(num_pieces)]


class FakeJudge:
    """Grades without a model and writes down what it is asked, batch by batch.

    Responses that start with `poison` fail their whole batch; of those with `breaks off` the
    streamed reasoning fails.

    Args:
        batch_size: as a judge has it.
        verdict: what it answers.
        pieces: the reasoning, piece by piece; a text is one piece, the same for all.
        waits: if not empty, only responses with it in them wait to be scored.
        num_free: how many pieces of a streamed reasoning never wait.

    Attributes:
        may_score, may_reason: cleared, scoring (or each piece of reasoning) waits for it.
        at_work: set once a batch, or a stream's next piece, waits.
        batches: each batch that was begun.
        num_pieces: how many pieces of streamed reasoning were made.
        has_closed: set when a stream was closed before its end.
    """

    model = MODEL

    def __init__(
        self,
        batch_size: int = 8,
        *,
        verdict: Callable[[Request, str | None], Verdict] = verdict_of,
        pieces: Callable[[Request, int], list[str]] | str = pieces_of,
        waits: str = "",
        num_free: int = 0,
    ) -> None:
        self.encoder = FakeEncoder()
        self.batch_size = batch_size
        self.verdict = verdict
        self.pieces = pieces
        self.waits = waits
        self.num_free = num_free
        self.may_score, self.may_reason = threading.Event(), threading.Event()
        self.at_work, self.has_closed = threading.Event(), threading.Event()
        self.reset()

    def reset(self) -> None:
        """Nothing waits any longer, and nothing was asked."""
        self.may_score.set()
        self.may_reason.set()
        self.at_work.clear()
        self.has_closed.clear()
        self.batches: list[list[Request]] = []
        self.num_pieces = 0

    @property
    def asked(self) -> list[Request]:
        return [request for batch in self.batches for request in batch]

    # --- what a `Grader` does

    def evaluate(
        self,
        prompt: str,
        response: str,
        rubric: str,
        reference: str | None = None,
        *,
        reasoning: bool = True,
        max_reasoning_tokens: int = MAX_REASONING_TOKENS,
    ) -> Verdict:
        request = Request(prompt, response, rubric, reference or "")
        self.encoder.encode_request(request)
        (verdict,) = self.grade([request], max_reasoning_tokens if reasoning else None)
        return verdict

    async def aevaluate(
        self, prompt: str, response: str, rubric: str, reference: str | None = None, **options: Any
    ) -> Verdict:
        texts = (prompt, response, rubric, reference)
        return await asyncio.to_thread(self.evaluate, *texts, **options)

    def evaluate_many(
        self,
        requests: Iterable[Request | tuple[str, ...]],
        *,
        reasoning: bool = False,
        max_reasoning_tokens: int = MAX_REASONING_TOKENS,
    ) -> Iterator[Verdict]:
        rows = [row if isinstance(row, Request) else Request(*row) for row in requests]
        if rows:
            yield from self.grade(rows, max_reasoning_tokens if reasoning else None)

    def stream(
        self,
        prompt: str,
        response: str,
        rubric: str,
        reference: str | None = None,
        *,
        max_reasoning_tokens: int = MAX_REASONING_TOKENS,
    ) -> Iterator[Verdict | str]:
        request = Request(prompt, response, rubric, reference or "")
        (verdict,) = self.grade([request], None)
        yield verdict
        try:
            for number, piece in enumerate(self._pieces(request, max_reasoning_tokens)):
                if number >= self.num_free:
                    self._wait(self.may_reason)
                if "breaks off" in response:
                    raise RuntimeError(f"no more of {response}")
                self.num_pieces += 1
                yield piece
        except GeneratorExit:
            self.has_closed.set()
            raise

    def plan(self, encoded: Sequence[Encoded]) -> list[list[int]]:
        return plan(encoded, self.batch_size)

    def evaluate_batches(
        self,
        batches: Iterable[Sequence[Encoded]],
        *,
        reasoning: bool = False,
        max_reasoning_tokens: int = MAX_REASONING_TOKENS,
    ) -> Iterator[list[Verdict]]:
        for batch in batches:
            assert len(batch) <= self.batch_size
            requests = [self.encoder.requests[row] for row in batch]
            yield self.grade(requests, max_reasoning_tokens if reasoning else None)

    # --- how it does it; for fakes of a special kind to change

    def grade(self, requests: list[Request], tokens: int | None) -> list[Verdict]:
        """One batch; `tokens` is None for no reasoning."""
        self.batches.append(requests)
        if any(self.waits in request.response for request in requests):
            self._wait(self.may_score if tokens is None else self.may_reason)
        if any(request.response.startswith("poison") for request in requests):
            raise RuntimeError(f"cannot grade {requests}")
        return [
            self.verdict(
                request, None if tokens is None else "".join(self._pieces(request, tokens))
            )
            for request in requests
        ]

    def _pieces(self, request: Request, num: int) -> list[str]:
        return [self.pieces] if isinstance(self.pieces, str) else self.pieces(request, num)

    def _wait(self, event: threading.Event) -> None:
        if not event.is_set():
            self.at_work.set()
            assert event.wait(WAIT_S)
