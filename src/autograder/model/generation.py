"""Text that a model writes on from what it has read, a token at a time."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import takewhile
from typing import Any

import torch
from torch import Tensor

from autograder.model.backbone import Backbone
from autograder.model.batch import Batch, collate
from autograder.model.encode import Encoded
from autograder.prompt import OWN_ANSWER_ROOM

Tokens = tuple[int, ...]

ASKED_TOGETHER = 32
"""Questions in a batch of `own_answers`: each step reads all weights, for few or for many."""
_ROOM = 8192
"""Tokens of questions that are read together, their padding included: they decide the memory."""


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
    ends: Collection[int] = (),
) -> Iterator[list[int | None]]:
    """The most probable tokens after each of N texts, one step at a time.

    Args:
        backbone: the model.
        cache: of N rows, padded on the left; it grows, and loses rows whose texts have ended.
        lengths: real tokens in each row.
        tokens: the token that follows each text already and is not in the cache.
        max_new_tokens: steps, at most.
        ends: tokens that end a text; by default the encoder's end token.

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
    stops = ends or {backbone.encoder.end_id}
    rows = list(range(len(lengths)))  # the text of each row that is left
    going = set(rows)
    for step in range(max_new_tokens):
        hidden = body(
            input_ids=current[:, None],
            position_ids=sizes[:, None] + step,
            attention_mask=mask[..., : longest + step + 1],
            past_key_values=cache,
            use_cache=True,
        ).last_hidden_state
        current = head(hidden[:, -1]).argmax(dim=-1)
        said = dict(zip(rows, current.tolist(), strict=True))
        going = {text for text in going if said[text] not in stops}
        if not going:
            return
        yield [said[text] if text in going else None for text in range(len(lengths))]
        if 2 * len(going) <= len(rows):  # to leave out a single row costs more than it saves
            left = torch.tensor([at for at, text in enumerate(rows) if text in going])
            left = left.to(device)
            cache.batch_select_indices(left)
            current, sizes, mask = current[left], sizes[left], mask[left]
            rows = [text for text in rows if text in going]


def together(questions: Iterable[Tokens]) -> Iterator[list[Tokens]]:
    """Questions to ask together: of those in order of their lengths as many as have room."""
    asked: list[Tokens] = []
    for question in questions:
        num = len(asked) + 1
        if asked and (num > ASKED_TOGETHER or num * len(question) > _ROOM):
            yield asked
            asked = []
        asked.append(question)
    if asked:
        yield asked


def answering(backbone: Backbone, questions: Sequence[Tokens]) -> Iterator[list[Tokens] | None]:
    """What the base answers, without the adapter: its most probable tokens.

    Args:
        backbone: the model; it computes in evaluation mode here, whatever its mode is.
        questions: token ids, as `Encoded.question`; one batch, such as those of `together`.

    Yields:
        None after each pass, and at last an answer for each, as `Encoder.own_answer` gives it. The
        adapter is off within a pass only: between two of them others may compute.
    """
    from transformers import DynamicCache

    encoder = backbone.encoder
    # What all begin with is read once, where that costs no dense mask over all of them. The last
    # token is the first that `greedy` reads.
    alike = 1
    if backbone.follows_tree:
        columns = zip(*(ids[:-2] for ids in questions), strict=False)
        alike = sum(1 for _ in takewhile(lambda ids: len(set(ids)) == 1, columns))
    rows = [
        Encoded(ids[:alike], ids[alike:-1], (), 0, (), opening_end=alike, rubric_end=alike)
        for ids in questions
    ]
    batch = collate(rows, encoder.pad_id, share_prefix=backbone.follows_tree)
    said: list[list[int]] = [[] for _ in questions]
    cache: Any = DynamicCache()
    with _as_base(backbone):
        backbone.digit_logits(batch.to(backbone.device), cache)
    yield None
    cache, lengths = split_cache(cache, batch)
    last = [ids[-1] for ids in questions]
    steps = greedy(backbone, cache, lengths, last, OWN_ANSWER_ROOM, encoder.stops)
    while True:
        with _as_base(backbone):
            tokens = next(steps, None)
        if tokens is None:
            break
        for told, token in zip(said, tokens, strict=True):
            told.extend([] if token is None else [token])
        yield None
    yield [encoder.own_answer(told) for told in said]


def own_answers(backbone: Backbone, questions: Sequence[Tokens]) -> list[Tokens]:
    """All of `answering` at once."""
    (found,) = (step for step in answering(backbone, questions) if step is not None)
    return found


@contextmanager
def _as_base(backbone: Backbone) -> Iterator[None]:
    was_training = backbone.training
    backbone.eval()
    try:
        with torch.no_grad(), backbone.without_adapter():
            yield
    finally:
        backbone.train(was_training)
