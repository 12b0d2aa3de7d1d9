"""Token ids in, numbers out: what a model makes of encoded requests, in batches."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice

import torch
from torch import Tensor

from autograder.judging.grader import MAX_REASONING_TOKENS
from autograder.judging.passes import Passes, Read
from autograder.judging.renderings import in_renderings
from autograder.model.backbone import Backbone
from autograder.model.batch import plan
from autograder.model.encode import Encoded


class Scorer:
    """A model that scores encoded requests, and continues them with a reasoning.

    It knows neither texts nor verdicts: those are `Judge`'s, which is one.

    Args:
        backbone: the model, in evaluation mode from here on.
        temperature: divides the logits of the digits.
        batch_size: responses in one forward pass.
        cached_tokens: tokens of rubrics and prompts whose keys and values are kept between
            forward passes; see `PrefixCache`.
    """

    def __init__(
        self,
        backbone: Backbone,
        temperature: float = 1.0,
        batch_size: int = 5,
        cached_tokens: int = 4096,
    ) -> None:
        self.backbone = backbone.eval()
        self.temperature = temperature
        self.batch_size = batch_size
        self._passes = Passes(backbone, cached_tokens)

    def plan(self, encoded: Sequence[Encoded]) -> list[list[int]]:
        """Indices of the examples to grade together, a list per batch; see `model.batch.plan`."""
        return plan(encoded, self.batch_size)

    def solved(self, encoded: Sequence[Encoded]) -> list[Encoded]:
        """The examples as they are read: before a response what the base answers, if it is asked.

        All other methods do this by themselves.
        """
        return self._passes.own_answers.put(encoded)

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
