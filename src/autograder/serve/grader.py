"""What the service needs of a judge; `autograder.Judge` has it, and so have the tests' fakes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple, Protocol

from autograder.schema import Verdict


class Texts(NamedTuple):
    """One response to grade. Equals a `Request`, whose home imports torch."""

    prompt: str
    response: str
    rubric: str
    reference: str = ""


class Grader(Protocol):
    """A judge; its methods are called from several threads.

    Attributes:
        encoder: its `encode(prompt, response, rubric, reference)` gives the tokens of all texts
            before the response as `prefix` and those of the response as `response`, and raises
            a `DataError` for texts that do not fit the model.
        batch_size: responses in one forward pass.
        model: the base model and the fingerprint of its adapter.
    """

    encoder: Any
    batch_size: int
    model: str

    def evaluate_many(
        self, requests: Iterable[Any], *, reasoning: bool = False, max_reasoning_tokens: int = 64
    ) -> Iterator[Verdict]: ...

    def stream(
        self,
        prompt: str,
        response: str,
        rubric: str,
        reference: str | None = None,
        *,
        max_reasoning_tokens: int = 64,
    ) -> Iterator[Verdict | str]: ...
