"""Passes through the model at inference: answers read together, and text that goes on from them."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor

from autograder.judging.layer_states import LayerStates
from autograder.judging.own_answers import OwnAnswers
from autograder.judging.prefix_cache import PrefixCache, start_cache
from autograder.judging.reasoning_text import ReasoningText
from autograder.judging.turns import turns_of
from autograder.model.backbone import Backbone
from autograder.model.batch import Batch, collate
from autograder.model.encode import Encoded
from autograder.model.generation import greedy, split_cache


class Read(NamedTuple):
    """What one pass over N examples leaves.

    Attributes:
        logits: float32 (N, 5) on the CPU, of the digits where the score stands.
        batch: what was read.
        cache: its keys and values.
    """

    logits: Tensor
    batch: Batch
    cache: Any


class Passes:
    """Runs a model for callers from several threads, and remembers what it has read.

    Args:
        backbone: the model.
        cached_tokens: tokens of instruction, rubrics and prompts whose keys and values are kept.
    """

    def __init__(self, backbone: Backbone, cached_tokens: int) -> None:
        self.backbone = backbone
        self.encoder = backbone.encoder
        self.kept = PrefixCache(cached_tokens)
        self._keeping = threading.Lock()
        self._turns = turns_of(backbone)
        self.own_answers = OwnAnswers(backbone, self._turns)

    def read(self, encoded: Sequence[Encoded]) -> Read:
        """One pass over examples that fit a batch, after their questions are answered."""
        solved = self.own_answers.put(encoded)
        with self._turns.whole():
            return self._read(solved)

    def read_each(
        self, batches: Iterable[Sequence[Encoded]]
    ) -> Iterator[tuple[Sequence[Encoded], Tensor]]:
        """Each batch with its digits' logits, lazily and in order; see `Turns.each`."""
        solved = self.own_answers.put_each(batches)
        return self._turns.each(lambda batch: (batch, self._read(batch).logits), solved)

    def states_each(
        self, batches: Iterable[Sequence[Encoded]], depths: Sequence[int]
    ) -> Iterator[tuple[Tensor, Tensor]]:
        """The digits' logits of each batch, and what `LayerStates` gives of it."""
        with LayerStates(self.backbone, depths) as states:

            def read(batch: Sequence[Encoded]) -> tuple[Tensor, Tensor]:
                return self._read(batch, states).logits, states.taken()

            yield from self._turns.each(read, self.own_answers.put_each(batches))

    @torch.no_grad()
    def _read(self, encoded: Sequence[Encoded], states: LayerStates | None = None) -> Read:
        backbone, kept = self.backbone, self.kept
        openings, rubrics, prompts = (
            {example.prefix[: example.segments[at]] for example in encoded} for at in range(3)
        )
        levels = (prompts, rubrics, openings)
        common = [prefix for level in levels if len(level) == 1 for prefix in level]
        with self._keeping:
            known, layers = kept.find(common, backbone.adapted)
        batch = collate(encoded, self.encoder.pad_id, known=known)
        cache = start_cache(layers, len(batch.tree))
        logits = (states or backbone).digit_logits(batch.to(backbone.device), cache)
        with self._keeping:
            for example, (row, _, _) in zip(encoded, batch.branch, strict=True):
                opening, rubric, prompt = example.segments
                for end in (opening, rubric, prompt) if len(prompts) == 1 else (opening, rubric):
                    kept.keep(example.prefix[:end], backbone.adapted, cache, row)
        return Read(logits.cpu(), batch, cache)

    def tokens(
        self, read: Read, scores: Sequence[int], max_new_tokens: int
    ) -> Iterator[list[int | None]]:
        """What follows each given score, a step at a time; between two others may have a turn."""
        digits = [self.encoder.digit_ids[score - 1] for score in scores]
        own, lengths = split_cache(read.cache, read.batch)
        steps = greedy(self.backbone, own, lengths, digits, max_new_tokens)
        while True:
            with self._turns.whole():
                tokens = next(steps, None)
            if tokens is None:
                return
            yield tokens

    def reasonings(self, read: Read, scores: Sequence[int], max_new_tokens: int) -> list[str]:
        """The reasoning after each given score, greedily."""
        texts = [ReasoningText(self.encoder.tokenizer) for _ in scores]
        pieces: list[list[str]] = [[] for _ in scores]
        for tokens in self.tokens(read, scores, max_new_tokens):
            for text, out, token in zip(texts, pieces, tokens, strict=True):
                if token is not None:
                    out.append(text.add(token))
        return ["".join((*out, text.end())) for text, out in zip(texts, pieces, strict=True)]
