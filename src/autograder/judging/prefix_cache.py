"""Keys and values of text that many answers have in common, kept between passes.

The instruction is read once for all, a rubric once for all prompts that are graded by it, and a
prompt once for all its answers. What is kept was computed by the same products, in the same
segments, as without a cache, so a verdict does not depend on what was graded before it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

from torch import Tensor

Layers = list[tuple[Tensor, Tensor]]
"""Keys and values (1, K, C, D) of each layer."""


class PrefixCache:
    """The most recently used prefixes, up to a number of tokens in all. Not thread-safe.

    Args:
        max_tokens: kept at most; 0 keeps nothing. A token takes 12 kB with a 0.5B Qwen2.5 in bf16.
    """

    def __init__(self, max_tokens: int = 4096) -> None:
        self.max_tokens = max_tokens
        self._kept: OrderedDict[tuple[bool, tuple[int, ...]], Layers] = OrderedDict()

    def __len__(self) -> int:
        return len(self._kept)

    def find(self, prefixes: Sequence[tuple[int, ...]], adapted: bool) -> tuple[int, Layers | None]:
        """How many tokens of the first known one of `prefixes` there are, and their layers."""
        for prefix in prefixes:
            if layers := self._kept.get((adapted, prefix)):
                self._kept.move_to_end((adapted, prefix))
                return len(prefix), layers
        return 0, None

    def keep(self, prefix: tuple[int, ...], adapted: bool, cache: Any, row: int) -> None:
        """Copy a prefix's part of a row out of transformers' cache, if it is not kept yet."""
        if not prefix or len(prefix) > self.max_tokens or (adapted, prefix) in self._kept:
            return
        end = len(prefix)
        self._kept[adapted, prefix] = [
            (
                layer.keys[row : row + 1, :, :end].clone(),
                layer.values[row : row + 1, :, :end].clone(),
            )
            for layer in cache.layers
        ]
        while sum(len(kept) for _, kept in self._kept) > self.max_tokens:
            self._kept.popitem(last=False)


def start_cache(layers: Layers | None, num_rows: int) -> Any:
    """Transformers' cache for `num_rows` rows that all start with what `layers` hold."""
    from transformers import DynamicCache

    if layers is None:
        return DynamicCache()
    rows = (num_rows, -1, -1, -1)
    return DynamicCache([(keys.expand(rows), values.expand(rows)) for keys, values in layers])
