"""The judge in use: load it, give it requests, get verdicts.

judge = Judge.load()
verdict = judge.evaluate("What is 2+2?", "2+2=5", "Factual accuracy")
verdict.score, verdict.expected_score, verdict.reasoning
"""

from __future__ import annotations

import asyncio
import dataclasses
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice, takewhile
from pathlib import Path
from typing import Any, Literal

import psutil  # type: ignore[import-untyped]  # it ships no types
import torch
from torch import Tensor

from autograder import config as configuration
from autograder.errors import ModelError
from autograder.judging.folder import judge_fingerprint, read_judge
from autograder.judging.generation import ReasoningText
from autograder.judging.grader import MAX_REASONING_TOKENS
from autograder.judging.naming import find_judge
from autograder.judging.passes import Passes, Read
from autograder.judging.renderings import RenderingEncoder, check_renderings, in_renderings
from autograder.model.backbone import (
    Backbone,
    choose_dtype,
    default_device,
    load_base,
    read_adapter,
)
from autograder.model.batch import plan
from autograder.model.encode import Encoded
from autograder.model.int8 import why_not_int8
from autograder.model.scores import expected_score, integer_score
from autograder.prompt import TEMPLATE_VERSION
from autograder.schema import TIE, Comparison, Request, Verdict

QUANTIZATIONS: dict[str, dict[str, Any]] = {
    "nf4": {"bits": 4, "type": "nf4"},
    "fp4": {"bits": 4, "type": "fp4"},
    "int8": {"bits": 8},
    "none": {"bits": 16},
}

FAST = "+int8"
"""The end of the name of a judge that multiplies in 8 bits."""


def mark_of(*, fast: bool = False, renderings: int = 1) -> str:
    """What the name and the fingerprint of a judge end in, by how it was loaded."""
    return (FAST if fast else "") + (f"+renderings{renderings}" if renderings > 1 else "")


_WINDOW = 8
"""Batches that are read ahead, so that answers with a common prefix can be graded together."""


class Judge:
    """A base model with a trained adapter that grades responses.

    The score comes from the distribution over the five digits after the forced `Score: `: one
    forward pass, no parsing. A reasoning is generated after it on request and cannot change the
    score. A request gets the same verdict alone and in any batch.

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
    ) -> None:
        self.backbone = backbone.eval()
        self.encoder = backbone.encoder
        if check_renderings(renderings) > 1:
            self.encoder = RenderingEncoder(backbone.encoder, renderings)
        self.temperature = temperature
        self.batch_size = batch_size
        self.model = model
        self._passes = Passes(backbone, cached_tokens)

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

        Raises:
            ModelError: there is no such judge, or it is of another template; the device or
                quantisation does not exist; `fast` is not possible with them; or `renderings` is
                no whole number from 1 to 4.
            SourceError: judge or base model are not on this machine and cannot be fetched.
        """
        check_renderings(renderings)
        folder = find_judge(judge)
        values = read_judge(folder)
        fingerprint = judge_fingerprint(folder)
        if values["template_version"] != TEMPLATE_VERSION:
            raise ModelError(
                f"{folder}: was trained with template {values['template_version']}, this version "
                f"renders template {TEMPLATE_VERSION}; train it anew"
            )
        config = configuration.parse_groups(
            values["params"], ("model", "quantization"), str(folder / "judge.json")
        )
        settings = config.quantization
        if quantization is not None:
            if quantization not in QUANTIZATIONS:
                raise ModelError(
                    f"quantization: {quantization!r} is none of {', '.join(QUANTIZATIONS)}"
                )
            settings = settings.changed(**QUANTIZATIONS[quantization])
        where = _device(device)
        dtype = choose_dtype(settings.compute_dtype, where)
        if fast:
            _check_fast(where, dtype, settings.bits)
        base, encoder = load_base(config.model, settings, device=where, dtype=dtype)
        if list(encoder.digit_ids) != values["digit_ids"]:
            raise ModelError(f"{folder}: was trained with another tokenizer than the base has")
        backbone = Backbone(read_adapter(base, folder), encoder).to(where)
        from autograder.judging.packing import pack_adapter  # it imports what load_base keeps quiet

        if fast or packed or (packed is None and _fits(backbone, dtype)):
            count = pack_adapter(backbone, dtype, int8=fast)
            if fast and not count:
                raise ModelError(f"fast: {folder}: not for this kind of adapter; leave it out")
        name = f"{config.model.name.rpartition('/')[2]}+{fingerprint[:8]}"
        name += mark_of(fast=fast, renderings=renderings)
        return cls(backbone, values["temperature"], batch_size, name, renderings=renderings)

    # --- verdicts

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
        numbers: deque[list[int]] = deque()

        def batches() -> Iterator[list[Encoded]]:
            start = 0
            for encoded in self._windows(requests, reasoning):
                for batch in self.plan(encoded):
                    numbers.append([start + at for at in batch])
                    yield [encoded[at] for at in batch]
                start += len(encoded)

        verdicts: dict[int, Verdict] = {}
        following = 0
        for found in self.evaluate_batches(
            batches(), reasoning=reasoning, max_reasoning_tokens=max_reasoning_tokens
        ):
            verdicts |= zip(numbers.popleft(), found, strict=True)
            while following in verdicts:
                yield verdicts.pop(following)
                following += 1

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

    # --- forward passes

    def plan(self, encoded: Sequence[Encoded]) -> list[list[int]]:
        """Indices of the examples to grade together, a list per batch; see `model.batch.plan`."""
        return plan(encoded, self.batch_size)

    def digit_logits(
        self, encoded: Sequence[Encoded], progress: Callable[[int], object] = lambda _: None
    ) -> Tensor:
        """Logits of the five digits at the position of the score: float32 (N, 5) on the CPU.

        Args:
            encoded: N requests, each read in its first rendering only.
            progress: called with the number of answers after each batch.
        """
        logits = torch.empty(len(encoded), 5)
        batches = self.plan(encoded)
        found = self._passes.read_each([encoded[at] for at in batch] for batch in batches)
        for batch, (_, part) in zip(batches, found, strict=True):
            logits[batch] = part
            progress(len(batch))
        return logits

    def layer_states(
        self,
        encoded: Sequence[Encoded],
        depths: Sequence[int],
        progress: Callable[[int], object] = lambda _: None,
    ) -> tuple[Tensor, Tensor]:
        """`digit_logits`, and hidden states of the same passes: float32 (N, 2 D, width).

        Args:
            encoded: N requests.
            depths: D numbers of layers that were passed; see `LayerStates`.
            progress: called with the number of answers after each batch.
        """
        width = self.backbone.causal.config.hidden_size
        logits = torch.empty(len(encoded), 5)
        states = torch.empty(len(encoded), 2 * len(depths), width)
        batches = self.plan(encoded)
        found = self._passes.states_each(
            ([encoded[at] for at in batch] for batch in batches), depths
        )
        for batch, (some_logits, some_states) in zip(batches, found, strict=True):
            logits[batch], states[batch] = some_logits, some_states
            progress(len(batch))
        return logits, states

    def probabilities(
        self, encoded: Sequence[Encoded], progress: Callable[[int], object] = lambda _: None
    ) -> Tensor:
        """Calibrated score distributions, the mean over renderings: float32 (N, 5) on the CPU.

        Args:
            encoded: N requests.
            progress: called with the number of answers after each batch.
        """
        probabilities = torch.empty(len(encoded), 5)
        batches = self.plan(encoded)
        found = self._read_each([encoded[at] for at in batch] for batch in batches)
        for batch, (_, part) in zip(batches, found, strict=True):
            probabilities[batch] = part
            progress(len(batch))
        return probabilities

    def reason(
        self,
        encoded: Sequence[Encoded],
        scores: Sequence[int],
        max_new_tokens: int = MAX_REASONING_TOKENS,
        progress: Callable[[int], object] = lambda _: None,
    ) -> list[str]:
        """Generate a reasoning for each given score, greedily.

        The score is already fixed; the generated text cannot change it. `progress` is called with
        the number of texts after each batch.
        """
        texts = [""] * len(encoded)
        for places in self.plan(encoded):
            read = self._passes.read([encoded[at] for at in places])
            given = [scores[at] for at in places]
            found = self._passes.reasonings(read, given, max_new_tokens)
            for at, text in zip(places, found, strict=True):
                texts[at] = text
            progress(len(places))
        return texts

    def _windows(
        self, requests: Iterable[Request | tuple[str, ...]], reasoning: bool
    ) -> Iterator[list[Encoded]]:
        """The requests in order, a number of batches at a time.

        If a window ends between answers to one prompt, those that fill no whole batch move to the
        next window, so that their prompt is computed only once.
        """
        source = iter(requests)
        size = self.batch_size * (1 if reasoning else _WINDOW)
        window: list[Encoded] = []
        is_last = False
        while not is_last:
            room = size - len(window)
            new = [self._encode(request) for request in islice(source, room)]
            is_last = len(new) < room
            window += new
            num_kept = 0 if is_last or reasoning else _num_loose(window, self.batch_size)
            end = len(window) - num_kept
            if end:
                yield window[:end]
            window = window[end:]

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

    def _read(self, encoded: Sequence[Encoded]) -> tuple[Read, Tensor]:
        """What reading the first renderings of a batch leaves, and the mean over all: (N, 5)."""
        parts = in_renderings(encoded)
        read = self._passes.read(parts[0][1])
        logits = [read.logits, *(self._passes.read(part).logits for _, part in parts[1:])]
        return read, self._mean([places for places, _ in parts], logits)

    def _read_each(
        self, batches: Iterable[Sequence[Encoded]]
    ) -> Iterator[tuple[Sequence[Encoded], Tensor]]:
        """Each batch with the mean over its renderings, (N, 5), lazily and in order."""
        begun: deque[tuple[Sequence[Encoded], list[list[int]]]] = deque()

        def parts() -> Iterator[list[Encoded]]:
            for batch in batches:
                renderings = in_renderings(batch)
                begun.append((batch, [places for places, _ in renderings]))
                yield from (part for _, part in renderings)

        found = self._passes.read_each(parts())
        for _, logits in found:
            batch, places = begun.popleft()
            others = (more for _, more in islice(found, len(places) - 1))
            yield batch, self._mean(places, [logits, *others])

    def _mean(self, places: Sequence[Sequence[int]], logits: Sequence[Tensor]) -> Tensor:
        """The mean of calibrated distributions, (N, 5).

        Args:
            places: for each rendering, which of N requests have it; the first is of all.
            logits: the digits' logits of each rendering, in the order of its places.
        """
        sums, counts = torch.zeros(len(places[0]), 5), torch.zeros(len(places[0]), 1)
        for at, part in zip(places, logits, strict=True):
            sums[at] += (part / self.temperature).softmax(dim=1)
            counts[at] += 1
        return sums / counts

    def _verdicts(self, encoded: Sequence[Encoded], probabilities: Tensor) -> list[Verdict]:
        scores = integer_score(probabilities).tolist()
        means = expected_score(probabilities).tolist()
        rows = zip(encoded, scores, means, probabilities.tolist(), strict=True)
        return [
            Verdict(score, mean, tuple(row), row[score - 1], None, example.truncated, self.model)
            for example, score, mean, row in rows
        ]


def _num_loose(examples: Sequence[Encoded], batch_size: int) -> int:
    """How many of the last examples share a prefix and fill no batch."""
    last = examples[-1].prefix
    return sum(1 for _ in takewhile(lambda e: e.prefix == last, reversed(examples))) % batch_size


def _fits(backbone: Backbone, dtype: torch.dtype) -> bool:
    from autograder.judging.packing import packed_bytes

    free: int = psutil.virtual_memory().available
    return 2 * packed_bytes(backbone, dtype) <= free


def _check_fast(device: torch.device, dtype: torch.dtype, bits: int) -> None:
    if why_not := why_not_int8(device, dtype, bits):
        raise ModelError(f"fast: {why_not}; leave it out")


def _device(name: str) -> torch.device:
    if name == "auto":
        return default_device()
    try:
        return torch.empty(0, device=name).device
    except (RuntimeError, AssertionError, ValueError) as error:
        raise ModelError(f"device: {name!r} cannot be used ({error}); leave it at auto") from None
