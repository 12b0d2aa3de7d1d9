"""The optimizer over the adapter, and its learning rate."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import cast

import torch

from autograder.config import TrainConfig


def make_optimizer(
    config: TrainConfig, parameters: list[torch.nn.Parameter]
) -> torch.optim.Optimizer:
    """AdamW over the adapter; the 8-bit ones keep both moments in a byte each."""
    if config.optimizer == "adamw":
        return torch.optim.AdamW(parameters, lr=config.lr, weight_decay=config.weight_decay)
    import bitsandbytes

    # Paging needs CUDA's managed memory; elsewhere the same optimizer runs without it.
    paged = config.optimizer == "paged_adamw_8bit" and torch.cuda.is_available()
    kind = bitsandbytes.optim.PagedAdamW8bit if paged else bitsandbytes.optim.AdamW8bit
    made = kind(parameters, lr=config.lr, weight_decay=config.weight_decay)
    return cast(torch.optim.Optimizer, made)


def learning_rate(schedule: str, warmup: float, num_steps: int) -> Callable[[int], float]:
    """The factor on the learning rate at a step: linear warm-up, then the schedule to zero."""
    num_warmup = math.ceil(warmup * num_steps)

    def factor(step: int) -> float:
        if step < num_warmup:
            return (step + 1) / num_warmup
        done = (step - num_warmup) / max(1, num_steps - num_warmup)
        if schedule == "cosine":
            return 0.5 * (1 + math.cos(math.pi * min(1.0, done)))
        return 1.0 if schedule == "constant" else max(0.0, 1 - done)

    return factor
