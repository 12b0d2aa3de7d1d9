"""The judge in use: load it, give it requests, get verdicts.

judge = Judge.load()
verdict = judge.evaluate("What is 2+2?", "2+2=5", "Factual accuracy")
verdict.score, verdict.expected_score, verdict.reasoning
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Literal

from torch import Tensor

from autograder.judging.grader import MAX_REASONING_TOKENS, Mode
from autograder.judging.loaded import load_backbone
from autograder.judging.read_ahead import in_order, windows
from autograder.judging.reasoning_text import ReasoningText
from autograder.judging.renderings import RenderingEncoder, check_renderings
from autograder.judging.scoring import Scorer
from autograder.model.backbone import Backbone
from autograder.model.encode import Encoded, Encoder
from autograder.model.scores import expected_score, integer_score
from autograder.schema import TIE, Comparison, Request, Verdict

_WINDOW = 8
"""Batches that are read ahead, so that answers with a common prefix can be graded together."""


class Judge(Scorer):
    """A base model with a trained adapter that grades responses.

    The score comes from the distribution over the five digits after the forced `Score: `: one
    forward pass, no parsing. A reasoning is generated after it on request and cannot change the
    score. A request gets the same verdict alone and in any batch; with `solve` only as far as the
    base gives the same answer, which in 16 bits can depend on what it is asked together with.

    All methods may be called from several threads; forward passes take turns. On a CPU, several
    batches are scored in parallel.

    Args:
        backbone: the model, in evaluation mode from here on.
        temperature: divides the logits of the digits.
        batch_size: responses in one forward pass.
        model: name of the judge, part of each verdict.
        cached_tokens: tokens of rubrics and prompts whose keys and values are kept between
            forward passes; see `PrefixCache`.
        renderings: of each request, up to 4; a verdict is the mean over them. Another layout of a
            rubric must not matter, and a judge that is moved by it is moved less on average. The
            reasoning is about the request as it is.
        solve: where a request has no reference answer, the base answers the prompt itself first,
            in a sentence, and the judge reads that before the response.

    Raises:
        ModelError: `renderings` is no whole number from 1 to 4.
    """

    def __init__(
        self,
        backbone: Backbone,
        temperature: float = 1.0,
        batch_size: int = 5,
        model: str = "",
        cached_tokens: int = 4096,
        renderings: int = 1,
        solve: bool = False,
    ) -> None:
        super().__init__(backbone, temperature, batch_size, cached_tokens)
        self.encoder = encoder = backbone.encoder
        if solve:
            self.encoder = Encoder(encoder.tokenizer, encoder.max_length, solves=True)
        if check_renderings(renderings) > 1:
            self.encoder = RenderingEncoder(self.encoder, renderings)
        self.model = model

    @classmethod
    def load(
        cls,
        judge: Path | str | None = None,
        device: str = "auto",
        quantization: Literal["nf4", "fp4", "int8", "none"] | None = None,
        batch_size: int = 5,
        packed: bool | None = None,
        fast: bool = False,
        renderings: int = 1,
        solve: bool | None = None,
    ) -> Judge:
        """Load a judge by its name.

        Args:
            judge: the name of a judge in the box, the folder of one, or a hub id
                `org/name[@revision]`; see `find_judge`. None takes `build/judge` if it is there,
                else `judge-0.5b` or `judge-1.5b`, whichever comes first in the box.
            device: `auto`, or a name that torch knows, such as `cpu` or `cuda:1`.
            quantization: of the base; None takes that of the training. Another one gives
                slightly different scores.
            batch_size: responses in one forward pass.
            packed: on a CPU, keep prepacked dense weights beside the 4-bit ones (0.7 GB for a 0.5B
                in bf16). None does so if the free memory is at least twice their size.
            fast: on a CPU, multiply in 8 bits: about 1.5 times as fast, and expected scores change
                by about 0.03. `Verdict.model` then ends in `+int8`.
            renderings: grade each request in up to so many renderings and take the mean, at so
                many times the cost: 1 to 4. `Verdict.model` then ends in, e.g., `+renderings3`.
            solve: where a request has no reference answer, let the base answer the prompt itself
                first, for the judge to read. None does so if the judge was trained for it
                (`train.solve`). False is quicker, less often right, and what an exported judge
                does; `Verdict.model` of a judge that was trained for it then ends in `+unsolved`.

        Raises:
            ModelError: there is no such judge, or it is of another template; the device or
                quantisation does not exist; `fast` is not possible with them; `renderings` is
                no whole number from 1 to 4; or the judge was not trained to `solve`.
            SourceError: judge or base model are not on this machine and cannot be fetched.
        """
        check_renderings(renderings)
        loaded = load_backbone(judge, device, quantization, packed, fast, solve)
        differs = loaded.can_solve and not loaded.solves
        name = loaded.name + Mode(fast, renderings, False if differs else None).mark
        options: dict[str, Any] = {"renderings": renderings, "solve": loaded.solves}
        return cls(loaded.backbone, loaded.temperature, batch_size, name, **options)

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
        """Grade one response, with an optional reference answer.

        A reference that says nothing (`nan`, `None`, `N/A`, `-`, blank) is none, as in a table;
        `None.` is one.

        Raises:
            DataError: an argument is not valid text, or rubric and prompt are too long for the
                model.
        """
        encoded = self._encode(Request(prompt, response, rubric, reference or ""))
        (verdict,) = self._grade([encoded], reasoning, max_reasoning_tokens)
        return verdict

    def evaluate_many(
        self,
        requests: Iterable[Request | tuple[str, ...]],
        *,
        reasoning: bool = False,
        max_reasoning_tokens: int = MAX_REASONING_TOKENS,
    ) -> Iterator[Verdict]:
        """Grade responses lazily; the verdicts come in the order of the requests.

        A window of several batches is read ahead and sorted into batches by length, prompt and
        rubric. With reasoning, which takes far longer, a window is one batch.

        Args:
            requests: `Request`s, or tuples like `Request.texts`.

        Raises:
            DataError: as `evaluate`.
        """
        encoded = map(self._encode, requests)
        grade = partial(
            self.evaluate_batches, reasoning=reasoning, max_reasoning_tokens=max_reasoning_tokens
        )
        parts = windows(encoded, self.batch_size, 1 if reasoning else _WINDOW)
        yield from in_order(parts, self.plan, grade)

    def evaluate_batches(
        self,
        batches: Iterable[Sequence[Encoded]],
        *,
        reasoning: bool = False,
        max_reasoning_tokens: int = MAX_REASONING_TOKENS,
    ) -> Iterator[list[Verdict]]:
        """Grade batches such as those of `plan`, lazily and in order; some are read ahead."""
        if reasoning:
            for batch in batches:
                yield self._grade(batch, True, max_reasoning_tokens)
            return
        for batch, probabilities in self._read_each(batches):
            yield self._verdicts(batch, probabilities)

    def evaluate_rubrics(
        self,
        prompt: str,
        response: str,
        rubrics: Mapping[str, str],
        reference: str | None = None,
        *,
        reasoning: bool = False,
    ) -> dict[str, Verdict]:
        """Grade one response by several rubrics, independently of each other.

        Args:
            rubrics: rubric by name; the verdicts have the same names, in the same order.
        """
        requests = (
            Request(prompt, response, rubric, reference or "") for rubric in rubrics.values()
        )
        verdicts = self.evaluate_many(requests, reasoning=reasoning)
        return dict(zip(rubrics, verdicts, strict=True))

    def compare(
        self,
        prompt: str,
        a: str,
        b: str,
        rubric: str,
        reference: str | None = None,
        *,
        tie: float = TIE,
        reasoning: bool = False,
    ) -> Comparison:
        """Grade two responses to one prompt separately, and say which is better.

        The judge never sees both at once, so their order cannot matter.

        Args:
            tie: it is a tie if the expected scores differ by less.
        """
        requests = [Request(prompt, response, rubric, reference or "") for response in (a, b)]
        one, other = self.evaluate_many(requests, reasoning=reasoning)
        return Comparison.of(one, other, tie)

    def stream(
        self,
        prompt: str,
        response: str,
        rubric: str,
        reference: str | None = None,
        *,
        max_reasoning_tokens: int = MAX_REASONING_TOKENS,
    ) -> Iterator[Verdict | str]:
        """The verdict without reasoning, then the text of the reasoning piece by piece.

        Closing the iterator stops the generation.
        """
        encoded = self._encode(Request(prompt, response, rubric, reference or ""))
        read, probabilities = self._read([encoded])
        (verdict,) = self._verdicts([encoded], probabilities)
        yield verdict
        text = ReasoningText(self.encoder.tokenizer)
        for (token,) in self._passes.tokens(read, [verdict.score], max_reasoning_tokens):
            if token is not None and (piece := text.add(token)):
                yield piece
        if rest := text.end():
            yield rest

    # --- the same for asyncio

    async def aevaluate(
        self, prompt: str, response: str, rubric: str, reference: str | None = None, **options: Any
    ) -> Verdict:
        """`evaluate` in a thread."""
        texts = (prompt, response, rubric, reference)
        return await asyncio.to_thread(self.evaluate, *texts, **options)

    async def acompare(
        self, prompt: str, a: str, b: str, rubric: str, reference: str | None = None, **options: Any
    ) -> Comparison:
        """`compare` in a thread."""
        texts = (prompt, a, b, rubric, reference)
        return await asyncio.to_thread(self.compare, *texts, **options)

    async def aevaluate_many(
        self, requests: Iterable[Request | tuple[str, ...]], **options: Any
    ) -> AsyncIterator[Verdict]:
        """`evaluate_many`, each step in a thread."""
        verdicts = self.evaluate_many(requests, **options)
        while (verdict := await asyncio.to_thread(next, verdicts, None)) is not None:
            yield verdict

    # --- of a batch

    def _encode(self, request: Request | tuple[str, ...]) -> Encoded:
        row = request if isinstance(request, Request) else Request(*request)
        return self.encoder.encode_request(row)

    def _grade(
        self, encoded: Sequence[Encoded], reasoning: bool, max_new_tokens: int
    ) -> list[Verdict]:
        """Verdicts of one batch."""
        read, probabilities = self._read(encoded)
        verdicts = self._verdicts(encoded, probabilities)
        if not reasoning:
            return verdicts
        given = [verdict.score for verdict in verdicts]
        texts = self._passes.reasonings(read, given, max_new_tokens)
        return [
            dataclasses.replace(verdict, reasoning=text)
            for verdict, text in zip(verdicts, texts, strict=True)
        ]

    def _verdicts(self, encoded: Sequence[Encoded], probabilities: Tensor) -> list[Verdict]:
        scores = integer_score(probabilities).tolist()
        means = expected_score(probabilities).tolist()
        rows = zip(encoded, scores, means, probabilities.tolist(), strict=True)
        return [
            Verdict(score, mean, tuple(row), row[score - 1], None, example.truncated, self.model)
            for example, score, mean, row in rows
        ]
