"""What the model holds of an answer half-way: hidden states of chosen layers, while it reads."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from types import TracebackType
from typing import Any

import torch
from torch import Tensor

from autograder.model.backbone import Backbone
from autograder.model.batch import Batch


def decoder_layers(backbone: Backbone) -> list[Any]:
    """The layers of the base in order; none where the architecture names them in its own way."""
    causal = backbone.causal
    return list(getattr(getattr(causal, causal.base_model_prefix), "layers", ()))


class LayerStates:
    """While open, forward passes may also give hidden states.

    Of an answer there are two for each depth: the state where the score is read, and the mean of
    those from the response on, the closing tokens up to the score included.

    Args:
        backbone: the model.
        depths: how many layers were passed, ascending; each at least 1 and less than the model
            has, as the last layer computes only what is read (see `model.last_layer`).
    """

    def __init__(self, backbone: Backbone, depths: Sequence[int]) -> None:
        self.backbone = backbone
        layers = decoder_layers(backbone)
        if not all(0 < depth < len(layers) for depth in depths):
            raise ValueError(f"expected depths from 1 to {len(layers) - 1}, got {list(depths)}")
        self._layers = [layers[depth - 1] for depth in depths]
        self._here = threading.local()  # several passes may run in parallel

    def __enter__(self) -> LayerStates:
        self._hooks = [layer.register_forward_hook(self._keep) for layer in self._layers]
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for hook in self._hooks:
            hook.remove()

    def digit_logits(self, batch: Batch, cache: Any = None) -> Tensor:
        """As `Backbone.digit_logits`; the states are then `taken`."""
        self._here.batch, self._here.kept = batch, []
        try:
            return self.backbone.digit_logits(batch, cache)
        finally:
            self._here.batch = None

    def taken(self) -> Tensor:
        """Of this thread's last pass: float32 (N, 2 D, width) on the CPU, as the depths follow."""
        return torch.stack(self._here.kept, dim=1).cpu()

    def _keep(self, _layer: Any, _inputs: Any, output: Any) -> None:
        batch: Batch | None = getattr(self._here, "batch", None)
        if batch is None:
            return  # somebody else's pass
        states: Tensor = output[0] if isinstance(output, tuple) else output
        self._here.kept.append(states[batch.rows, batch.columns][batch.is_score].float())
        means = [states[row, start:end].float().mean(dim=0) for row, start, end in batch.branch]
        self._here.kept.append(torch.stack(means))
