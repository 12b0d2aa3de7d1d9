"""The base model with its adapter: logits where a batch asks for them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from autograder.model import attention
from autograder.model.batch import Batch
from autograder.model.encode import Encoder
from autograder.model.last_layer import Places, shorten


class Backbone(nn.Module):
    """A causal language model that gives logits where a `Batch` asks for them.

    Attributes:
        model: the PEFT model, or the plain base where no adapter was asked for.
        encoder: text to token ids, for this tokenizer.
        digit_ids: int64 (5,), a buffer that moves with the module.
        adapted: false while the adapter is switched off.
        is_short: whether its last layer is computed only where something is read, see
            `last_layer.shorten`.
    """

    digit_ids: Tensor
    adapted: bool = True

    def __init__(self, model: nn.Module, encoder: Encoder) -> None:
        super().__init__()
        self.model = model
        self.encoder = encoder
        self.register_buffer("digit_ids", torch.tensor(encoder.digit_ids), persistent=False)
        self.is_short = shorten(self.causal)

    @property
    def causal(self) -> Any:
        """The transformers model below the adapter."""
        model = cast(Any, self.model)
        return model.base_model.model if hasattr(model, "peft_config") else model

    @property
    def device(self) -> torch.device:
        return self.digit_ids.device

    @property
    def follows_tree(self) -> bool:
        """Whether attention costs what the trees of a batch hold, not the square of its rows."""
        return bool(self.causal.config._attn_implementation == attention.NAME)

    def forward(self, batch: Batch) -> Tensor:
        """Logits (T, vocabulary) where the batch predicts a token, in the compute dtype.

        Only these T hidden states go through the output head: with a vocabulary of 152k the
        head on every position would cost as much as the rest of a small model.
        """
        hidden = self._hidden(batch, (batch.rows, batch.columns))
        return cast(Tensor, self.causal.get_output_embeddings()(hidden))

    def digit_logits(self, batch: Batch, cache: Any = None) -> Tensor:
        """Logits float32 (N, 5) of the digits where the score stands.

        Not in the compute dtype: between 16 and 32, where logits lie, bf16 has steps of 1/8.

        Args:
            batch: what to read.
            cache: transformers' cache of the `batch.known` tokens before each row; the rows' own
                keys and values are added to it.
        """
        places = batch.rows[batch.is_score], batch.columns[batch.is_score]
        hidden = self._hidden(batch, places, cache).float()
        head = self.causal.get_output_embeddings()
        bias = None if head.bias is None else head.bias[self.digit_ids].float()
        return functional.linear(hidden, head.weight[self.digit_ids].float(), bias)

    def _hidden(self, batch: Batch, read: Places, cache: Any = None) -> Tensor:
        """Last hidden states (T, width) where T of them are read."""
        causal = self.causal
        dtype = causal.get_input_embeddings().weight.dtype
        options: dict[str, Any] = {}
        if self.follows_tree:
            # Any 4-d mask keeps transformers from making one of its own.
            some = torch.ones((1, 1, 1, 1), dtype=torch.bool, device=batch.input_ids.device)
            options |= {"tree": batch.tree, "attention_mask": some}
        else:
            allowed = batch.allowed
            mask = torch.zeros(allowed.shape, dtype=dtype, device=allowed.device)
            options["attention_mask"] = mask.masked_fill_(~allowed, torch.finfo(dtype).min)
        if self.is_short:
            options["read"] = read
        body = getattr(causal, causal.base_model_prefix)
        out = body(
            input_ids=batch.input_ids,
            position_ids=batch.position_ids,
            use_cache=cache is not None,
            past_key_values=cache,
            **options,
        )
        hidden = cast(Tensor, out.last_hidden_state)
        return hidden if self.is_short else hidden[read]

    @contextmanager
    def without_adapter(self) -> Iterator[None]:
        """Inside, the backbone answers as the untrained base model."""
        from peft.tuners.tuners_utils import BaseTunerLayer

        # By PEFT's own `disable_adapter` the weights of a frozen adapter would end up trainable.
        layers = [part for part in self.model.modules() if isinstance(part, BaseTunerLayer)]
        before = [layer._disable_adapters for layer in layers], self.adapted
        self.adapted = False
        for layer in layers:
            layer._disable_adapters = True
        try:
            yield
        finally:
            for layer, disabled in zip(layers, before[0], strict=True):
                layer._disable_adapters = disabled
            self.adapted = before[1]

    def trainable(self) -> dict[str, nn.Parameter]:
        return {name: value for name, value in self.named_parameters() if value.requires_grad}
