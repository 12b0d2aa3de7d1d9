"""What is measured over a validation or test epoch."""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn
from torchmetrics import SumMetric

from autograder.metrics.classes import judge_metrics
from autograder.model.loss import LossParts

_LOSSES = ("loss", "score_loss", "reasoning_loss")


def _sum() -> SumMetric:
    # Where a part of the loss is undefined, so is its mean. Not MeanMetric: without its check for
    # NaN it leaves the weights out (torchmetrics 1.9).
    return cast(SumMetric, SumMetric(nan_strategy="disable").set_dtype(torch.float64))


class Measured(nn.Module):
    """The losses and every measure of a judge; torchmetrics gathers them over processes."""

    def __init__(self) -> None:
        super().__init__()
        self.metrics = judge_metrics()
        self.num_examples = _sum()
        self.losses = {name: _sum() for name in _LOSSES}
        self._losses = nn.ModuleDict(self.losses)  # so that they move with the module

    def reset(self) -> None:
        self.metrics.reset()
        for total in (*self.losses.values(), self.num_examples):
            total.reset()

    def update(self, parts: LossParts, probabilities: Tensor, scores: Tensor) -> None:
        """Add a batch.

        Args:
            parts: means over the batch.
            probabilities: (N, 5) of the scores 1 to 5.
            scores: int64 (N,), 1 to 5.
        """
        self.metrics.update(probabilities, scores)
        self.num_examples.update(len(scores))
        means = (parts.total, parts.score, parts.reasoning)
        for total, mean in zip(self.losses.values(), means, strict=True):
            total.update(mean.item() * len(scores))

    def compute(self) -> dict[str, Tensor]:
        """Means over examples, then `judge_metrics`; each a 0-d float64 tensor."""
        count = self.num_examples.compute()
        means = {name: total.compute() / count for name, total in self.losses.items()}
        return means | self.metrics.compute()
