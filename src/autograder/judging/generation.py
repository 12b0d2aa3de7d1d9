"""Text after the score, a token at a time, going on from what the scoring pass has read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch import Tensor

from autograder.model.backbone import Backbone
from autograder.model.batch import Batch
from autograder.prompt import read_reasoning


@torch.no_grad()
def split_cache(cache: Any, batch: Batch) -> tuple[Any, list[int]]:
    """Each example's own keys and values, out of those of the rows it stood in.

    Args:
        cache: transformers' cache after `batch` was read.
        batch: N examples without verdicts, each prefix in a row of its own.

    Returns:
        a cache of N rows, padded on the left; and how many tokens of each are real.
    """
    from transformers import DynamicCache

    trunks = [batch.known + sum(row.trunk) for row in batch.tree]
    places = [(row, trunks[row], batch.known + a, batch.known + b) for row, a, b in batch.branch]
    lengths = [trunk + end - start for _, trunk, start, end in places]
    longest = max(lengths)

    def gather(states: Tensor) -> Tensor:
        out = states.new_zeros(len(places), states.shape[1], longest, states.shape[3])
        for at, (row, trunk, start, end) in enumerate(places):
            own = (states[row, :, :trunk], states[row, :, start:end])
            out[at, :, longest - lengths[at] :] = torch.cat(own, dim=1)
        return out

    layers = [(gather(layer.keys), gather(layer.values)) for layer in cache.layers]
    return DynamicCache(layers), lengths


@torch.no_grad()
def greedy(
    backbone: Backbone,
    cache: Any,
    lengths: Sequence[int],
    tokens: Sequence[int],
    max_new_tokens: int,
) -> Iterator[list[int | None]]:
    """The most probable tokens after each of N texts, one step at a time.

    Args:
        backbone: the model.
        cache: of N rows, padded on the left; it grows.
        lengths: real tokens in each row.
        tokens: the token that follows each text already and is not in the cache.
        max_new_tokens: steps, at most.

    Yields:
        N token ids, None where a text has ended.
    """
    causal = backbone.causal
    body = getattr(causal, causal.base_model_prefix)
    head = causal.get_output_embeddings()
    dtype = causal.get_input_embeddings().weight.dtype
    device, longest = backbone.device, max(lengths)
    sizes = torch.tensor(lengths, device=device)
    padded = torch.arange(longest + max_new_tokens, device=device) < longest - sizes[:, None]
    mask = torch.zeros(padded.shape, dtype=dtype, device=device)
    mask = mask.masked_fill_(padded, torch.finfo(dtype).min)[:, None, None]
    current = torch.tensor(tokens, device=device)
    ended = torch.zeros(len(lengths), dtype=torch.bool, device=device)
    for step in range(max_new_tokens):
        hidden = body(
            input_ids=current[:, None],
            position_ids=sizes[:, None] + step,
            attention_mask=mask[..., : longest + step + 1],
            past_key_values=cache,
            use_cache=True,
        ).last_hidden_state
        current = head(hidden[:, -1]).argmax(dim=-1)
        ended |= current == backbone.encoder.end_id
        if ended.all():
            return
        yield [
            None if end else token
            for token, end in zip(current.tolist(), ended.tolist(), strict=True)
        ]


class ReasoningText:
    """The reasoning as its tokens come, in pieces that are never taken back."""

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer
        self._tokens: list[int] = []
        self._given = ""

    def _text(self) -> str:
        decode = self._tokenizer.decode
        text: str = decode(
            self._tokens, skip_special_tokens=True, clean_up_tokenization_spaces=False
        )
        return text

    def add(self, token: int) -> str:
        """What the token adds; empty while a character or the marker before it is unfinished."""
        self._tokens.append(token)
        text = self._text()
        if "Reasoning:" not in text or text.endswith("\ufffd"):
            return ""
        return self._more(read_reasoning(text))

    def end(self) -> str:
        """What is left to give."""
        return self._more(read_reasoning(self._text()))

    def _more(self, reasoning: str) -> str:
        more = reasoning[len(self._given) :]
        self._given += more
        return more
