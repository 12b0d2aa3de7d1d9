"""What a judge does for the command line, the service, files and other tools.

`Judge` does it with a model, and the tests' fake without one. Importing this imports no torch.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Protocol

from autograder.schema import Request, Verdict

if TYPE_CHECKING:
    from autograder.model.encode import Encoded

MAX_REASONING_TOKENS = 64
MAX_RENDERINGS = 4
"""Of one request, at most; see `renderings.rubric_renderings`."""


@dataclass(frozen=True, slots=True)
class Mode:
    """How a judge grades; by default as it was trained.

    Attributes:
        fast, renderings, solve: see `Judge.load`.
    """

    fast: bool = False
    renderings: int = 1
    solve: bool | None = None

    @property
    def mark(self) -> str:
        """What the name and the fingerprint of a judge end in; empty by default."""
        marks = {
            "+int8": self.fast,
            f"+renderings{self.renderings}": self.renderings > 1,
            "+unsolved": self.solve is False,
        }
        return "".join(mark for mark, holds in marks.items() if holds)

    @property
    def values(self) -> dict[str, Any]:
        """By name, to load a judge with and to write down."""
        return asdict(self)


AS_TRAINED = Mode()


class RequestEncoder(Protocol):
    """Texts as token ids."""

    def encode_request(self, request: Request) -> Encoded:
        """Encode one response.

        Raises:
            DataError: a text does not fit the model, or is no text.
        """


class Grader(Protocol):
    """A judge; its methods are called from several threads.

    Attributes:
        batch_size: responses in one forward pass.
        model: the base model and the fingerprint of its adapter.
    """

    batch_size: int
    model: str

    @property
    def encoder(self) -> RequestEncoder:
        """Says what fits the model."""

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
        """Grade one response."""

    async def aevaluate(
        self, prompt: str, response: str, rubric: str, reference: str | None = None, **options: Any
    ) -> Verdict:
        """`evaluate` in a thread."""

    def evaluate_many(
        self,
        requests: Iterable[Request],
        *,
        reasoning: bool = False,
        max_reasoning_tokens: int = MAX_REASONING_TOKENS,
    ) -> Iterator[Verdict]:
        """Grade responses lazily and in order."""

    def stream(
        self,
        prompt: str,
        response: str,
        rubric: str,
        reference: str | None = None,
        *,
        max_reasoning_tokens: int = MAX_REASONING_TOKENS,
    ) -> Iterator[Verdict | str]:
        """The verdict without reasoning, then the reasoning's text piece by piece."""

    def plan(self, encoded: Sequence[Encoded]) -> list[list[int]]:
        """Which of them to grade together, as indices."""

    def evaluate_batches(
        self,
        batches: Iterable[Sequence[Encoded]],
        *,
        reasoning: bool = False,
        max_reasoning_tokens: int = MAX_REASONING_TOKENS,
    ) -> Iterator[list[Verdict]]:
        """Grade batches as `plan` makes them, lazily and in order."""
