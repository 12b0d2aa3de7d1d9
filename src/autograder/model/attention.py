"""Attention over rows that hold a prefix and branches, without the pairs that see nothing.

A row of `Batch` is a tree of two levels: every branch looks at the prefix and at itself. A dense
mask over such a row spends most of its work on pairs that it then forbids; here each segment
is one product with just the keys that it may see. It is registered with transformers under
`NAME`, so every architecture whose attention goes through that registry can use it; without a
tree (when text is generated) it is transformers' own `sdpa`.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

import torch
from torch import Tensor

NAME = "autograder_tree"


class Row(NamedTuple):
    """One row: tokens of the prefix, then of each branch; the rest is padding."""

    prefix: int
    branches: tuple[int, ...]


@lru_cache(maxsize=64)
def _mask(seen: int, length: int, groups: int, dtype: torch.dtype, device: torch.device) -> Tensor:
    """Additive mask (1, groups * length, seen + length): -inf where a query would look ahead.

    Kept, as every layer asks for the same few.
    """
    ahead = torch.full((length, length), -torch.inf, dtype=dtype, device=device).triu_(1)
    free = ahead.new_zeros(length, seen)
    return torch.cat((free, ahead), dim=1).repeat(1, groups, 1)


def _segment(query: Tensor, key: Tensor, value: Tensor, seen: int, scaling: float) -> Tensor:
    """Attention of a segment's queries (H, Q, D) to keys (K, S, D), the first `seen` of them free.

    H query heads share K key heads; each group's queries are stacked, so that keys are not copied.
    The softmax takes the products' own dtype and sums in float32, as PyTorch's kernels do.
    """
    heads, length, width = query.shape
    groups = heads // key.shape[0]
    stacked = query.reshape(key.shape[0], groups * length, width)
    mask = _mask(seen, length, groups, query.dtype, query.device)
    scores = torch.baddbmm(mask, stacked, key.transpose(1, 2), alpha=scaling)
    return torch.bmm(scores.softmax(dim=-1), value).view(heads, length, width)


def _row(query: Tensor, key: Tensor, value: Tensor, row: Row, scaling: float) -> Tensor:
    """Attention within one row: (H, L, D), zeros in the padding."""
    padding = query.shape[1] - row.prefix - sum(row.branches)
    lengths = [row.prefix, *row.branches, padding]
    queries, keys, values = (torch.split(states, lengths, dim=1) for states in (query, key, value))
    out = []
    if row.prefix:
        out.append(_segment(queries[0], keys[0], values[0], 0, scaling))
    for at in range(1, len(row.branches) + 1):
        seen = [torch.cat((states[0], states[at]), dim=1) for states in (keys, values)]
        out.append(_segment(queries[at], seen[0], seen[1], row.prefix, scaling))
    return torch.cat((*out, torch.zeros_like(queries[-1])), dim=1)


def tree_attention(
    module: Any,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None,
    scaling: float | None = None,
    tree: tuple[Row, ...] | None = None,
    **options: Any,
) -> tuple[Tensor, None]:
    """Attention in transformers' own signature.

    Args:
        module: the attention layer.
        query: (R, H, L, D); key, value: (R, K, L, D), with H a multiple of K.
        attention_mask: used only without a tree.
        scaling: of the products; 1 / sqrt(D) where it is not given.
        tree: the layout of each row.
        options: passed on where there is no tree.

    Returns:
        (R, L, H, D), and None for the weights.
    """
    if tree is None:
        from transformers.integrations.sdpa_attention import sdpa_attention_forward

        output, _ = sdpa_attention_forward(
            module, query, key, value, attention_mask, scaling=scaling, **options
        )
        return output, None
    scale = query.shape[-1] ** -0.5 if scaling is None else scaling
    rows = [_row(q, k, v, row, scale) for q, k, v, row in zip(query, key, value, tree, strict=True)]
    return torch.stack(rows).transpose(1, 2).contiguous(), None


def register() -> None:
    """Make `NAME` known to transformers."""
    from transformers import AttentionInterface, AttentionMaskInterface
    from transformers.masking_utils import sdpa_mask

    AttentionInterface.register(NAME, tree_attention)
    AttentionMaskInterface.register(NAME, sdpa_mask)
