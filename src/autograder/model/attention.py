"""Attention over rows that are trees, without the pairs that see nothing.

A row of `Batch` holds texts that begin alike, as a tree: every branch looks at the trunks that it
grows from and at itself. A dense mask over such a row spends most of its work on pairs that it then
forbids; here each segment is one product with just the keys that it may see. It is registered with
transformers under `NAME`, so every architecture whose attention goes through that registry can use
it; without a tree (when text is generated) it is transformers' own `sdpa`.

A trunk's segments are computed one by one whether or not the first of them come from a cache,
so that a cache saves time and changes no digit.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import torch
from torch import Tensor

from autograder.errors import ModelError

NAME = "autograder_tree"

_KEPT_MASK = 2**20
"""Masks up to this many elements are kept for the layers that follow."""


class Row(NamedTuple):
    """How the tokens of a row, or of a part of it, belong together: a tree, depth first.

    Every token sees those before it in its own segment, and the whole of the segments on the way
    from the root to it. What a cache holds already stands in no row; what follows the tree is
    padding.

    Attributes:
        trunk: tokens of each segment; they follow one another.
        branches: each grows from the trunk's end, after the branch before it in the row: a number
            of tokens, or a tree again.
    """

    trunk: tuple[int, ...]
    branches: tuple[int | Row, ...]

    @property
    def num_tokens(self) -> int:
        return sum(self.trunk) + sum(branch.num_tokens for branch in self._rows())

    def spans(self, start: int = 0) -> Iterator[tuple[int, int, int]]:
        """Of each segment in order: where it starts, where it stops, where what sees it ends."""
        end = start + self.num_tokens
        for length in self.trunk:
            yield start, start + length, end
            start += length
        for branch in self._rows():
            yield from branch.spans(start)
            start += branch.num_tokens

    def _rows(self) -> Iterator[Row]:
        for branch in self.branches:
            yield branch if isinstance(branch, Row) else Row((branch,), ())


def dense_mask(tree: Sequence[Row], known: int, length: int) -> Tensor:
    """The trees as a mask, for attention that follows none.

    Args:
        tree: the layout of each of R rows.
        known: C, tokens before each row that a cache holds.
        length: L, tokens of a row, padding included.

    Returns:
        bool (R, 1, L, C + L), true where a query (third axis) may look at a key. Padding looks at
        nothing.
    """
    mask = torch.zeros((len(tree), 1, length, known + length), dtype=torch.bool)
    for place, row in enumerate(tree):
        mask[place, 0, : row.num_tokens, :known] = True
        for start, stop, end in row.spans():
            mask[place, 0, start:end, known + start : known + stop] = True
    return mask.tril_(known)


def _mask(seen: int, length: int, groups: int, dtype: torch.dtype, device: torch.device) -> Tensor:
    """Additive mask (1, groups * length, seen + length): -inf where a query would look ahead.

    The small ones are kept, as every layer asks for the same few.
    """
    small = groups * length * (seen + length) <= _KEPT_MASK
    make = _kept_mask if small else _kept_mask.__wrapped__
    return make(seen, length, groups, dtype, device)


@lru_cache(maxsize=64)
def _kept_mask(
    seen: int, length: int, groups: int, dtype: torch.dtype, device: torch.device
) -> Tensor:
    ahead = torch.full((length, length), -torch.inf, dtype=dtype, device=device).triu_(1)
    free = ahead.new_zeros(length, seen)
    return torch.cat((free, ahead), dim=1).repeat(1, groups, 1)


def _segment(query: Tensor, key: Tensor, value: Tensor, scaling: float) -> Tensor:
    """Attention of a segment's queries (H, Q, D) to keys (K, S, D), which end with its own.

    H query heads share K key heads; each group's queries are stacked, so that keys are not copied.
    The softmax takes the products' own dtype and sums in float32, as PyTorch's kernels do.
    """
    heads, length, width = query.shape
    groups = heads // key.shape[0]
    stacked = query.reshape(key.shape[0], groups * length, width)
    mask = _mask(key.shape[1] - length, length, groups, query.dtype, query.device)
    scores = torch.baddbmm(mask, stacked, key.transpose(1, 2), alpha=scaling)
    return torch.bmm(scores.softmax(dim=-1), value).view(heads, length, width)


def _row(query: Tensor, key: Tensor, value: Tensor, row: Row, scaling: float) -> Tensor:
    """Attention within one row: (H, L, D), zeros in the padding."""
    length = query.shape[1]
    spans = list(row.spans())
    lengths = [stop - start for start, stop, _ in spans]
    lengths.append(length - sum(lengths))
    queries = torch.split(query, lengths, dim=1)
    (known_key, *keys), (known_value, *values) = (
        torch.split(states, [key.shape[1] - length, *lengths], dim=1) for states in (key, value)
    )
    # Keys and values from the root to the segment at hand, and where those who see them end.
    path = [(length, known_key, known_value)]
    out = []
    for at, (start, stop, end) in enumerate(spans):
        if start == stop:
            continue
        while path[-1][0] <= start:
            path.pop()
        _, before_key, before_value = path[-1]
        seen = (
            torch.cat((before_key, keys[at]), dim=1),
            torch.cat((before_value, values[at]), dim=1),
        )
        path.append((end, *seen))
        out.append(_segment(queries[at], *seen, scaling))
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
        query: (R, H, L, D).
        key, value: (R, K, C + L, D), with H a multiple of K, and C tokens before each row that a
            cache held.
        attention_mask: used only without a tree.
        scaling: of the products; 1 / sqrt(D) where it is not given.
        tree: the layout of each row.
        options: passed on where there is no tree.

    Returns:
        (R, L, H, D), and None for the weights.

    Raises:
        ModelError: the architecture asks for something that only `eager` does.
    """
    if tree is None:
        from transformers.integrations.sdpa_attention import sdpa_attention_forward

        output, _ = sdpa_attention_forward(
            module, query, key, value, attention_mask, scaling=scaling, **options
        )
        return output, None
    _refuse(options, key.shape[2])
    scale = query.shape[-1] ** -0.5 if scaling is None else scaling
    rows = [_row(q, k, v, row, scale) for q, k, v, row in zip(query, key, value, tree, strict=True)]
    return torch.stack(rows).transpose(1, 2).contiguous(), None


def _refuse(options: dict[str, Any], length: int) -> None:
    window = options.get("sliding_window")
    asked = [name for name in ("softcap", "s_aux") if options.get(name) is not None]
    if window is not None and window < length:
        asked.append("sliding_window")
    if asked:
        raise ModelError(
            f"model.attention: 'tree' knows no {', '.join(asked)}, which this architecture asks "
            "for; set model.attention=eager"
        )


def register() -> None:
    """Make `NAME` known to transformers."""
    from transformers import AttentionInterface, AttentionMaskInterface
    from transformers.masking_utils import sdpa_mask

    AttentionInterface.register(NAME, tree_attention)
    AttentionMaskInterface.register(NAME, sdpa_mask)
