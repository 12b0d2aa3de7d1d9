"""The last layer, which matters only where something is read from it.

Elsewhere the layers after it would want its output, and there are none. Keys and values are made
everywhere, for text that goes on from them; the feed-forward part, seven eighths of a layer, only
where a verdict's token is predicted.
"""

from __future__ import annotations

from typing import Any

from torch import Tensor

ARCHITECTURES = ("llama", "mistral", "qwen2", "qwen3")
"""Those whose layer is attention, then feed-forward, each added to what came in."""

Places = tuple[Tensor, Tensor]
"""Rows and columns, int64 (T,) each."""


class _LastLayer:
    """Goes before transformers' own class of a decoder layer."""

    def forward(
        self: Any, hidden_states: Tensor, read: Places | None = None, **options: Any
    ) -> Any:
        """Hidden states (R, L, width) to Tensor (R, L, width), or with `read` to (T, width)."""
        attended, _ = self.self_attn(self.input_layernorm(hidden_states), **options)
        hidden_states = hidden_states + attended
        if read is not None:
            hidden_states = hidden_states[read]
        return hidden_states + self.mlp(self.post_attention_layernorm(hidden_states))


def shorten(causal: Any) -> bool:
    """Let a transformers model take `read`, see `_LastLayer`; False where it cannot.

    Only the class of its last layer changes; weights and their names stay.
    """
    if causal.config.model_type not in ARCHITECTURES:
        return False
    last = getattr(causal, causal.base_model_prefix).layers[-1]
    kind: type = type(last)
    if not issubclass(kind, _LastLayer):
        last.__class__ = type(kind.__name__, (_LastLayer, kind), {})
    return True
