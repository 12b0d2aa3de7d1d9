"""What is measured over a validation or test epoch."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torchmetrics import Metric

from autograder.metrics.classes import judge_metrics
from autograder.model.loss import LossParts


class MeanLosses(Metric):
    """Means over examples of `loss`, `score_loss` and `reasoning_loss`, in float64.

    A batch without a reasoning has no `reasoning_loss`, which is NaN there; it counts for the two
    others alone.

    Not torchmetrics' `MeanMetric`: it computes in float32, and where it lets NaN through, as it
    must for a loss that is undefined, it leaves the weights out (1.9).
    """

    full_state_update = False
    sums: Tensor
    num_examples: Tensor

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.add_state("sums", torch.zeros(3, dtype=torch.float64), dist_reduce_fx="sum")
        self.add_state("num_examples", torch.zeros(3, dtype=torch.int64), dist_reduce_fx="sum")

    def update(self, parts: LossParts, num_examples: int) -> None:
        """Add a batch of so many examples, of which `parts` are the means."""
        means = torch.stack([parts.total, parts.score, parts.reasoning]).detach().double()
        counts = torch.full_like(self.num_examples, num_examples)
        if means[2].isnan():
            means[2] = counts[2] = 0
        self.sums += means * counts
        self.num_examples += counts

    def compute(self) -> dict[str, Tensor]:
        """The means of all examples so far, each a 0-d tensor."""
        names = ("loss", "score_loss", "reasoning_loss")
        return dict(zip(names, self.sums / self.num_examples, strict=True))


class Measured(nn.Module):
    """The losses and every measure of a judge; torchmetrics gathers them over processes."""

    def __init__(self) -> None:
        super().__init__()
        self.losses = MeanLosses()
        self.metrics = judge_metrics()

    def reset(self) -> None:
        self.losses.reset()
        self.metrics.reset()

    def update(self, parts: LossParts, probabilities: Tensor, scores: Tensor) -> None:
        """Add a batch.

        Args:
            parts: means over the batch.
            probabilities: (N, 5) of the scores 1 to 5.
            scores: int64 (N,), 1 to 5.
        """
        self.losses.update(parts, len(scores))
        self.metrics.update(probabilities, scores)

    def compute(self) -> dict[str, Tensor]:
        """`MeanLosses`, then `judge_metrics`; each a 0-d float64 tensor."""
        losses: dict[str, Tensor] = self.losses.compute()
        return losses | self.metrics.compute()
