"""The training step, what is measured on the way, and what a checkpoint holds."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, cast

import lightning
import torch
from torch import Tensor

from autograder import config as configuration
from autograder.config import Config
from autograder.errors import TrainingError
from autograder.metrics.classes import LOWER_IS_BETTER, judge_metrics
from autograder.model.backbone import (
    Backbone,
    add_adapter,
    choose_dtype,
    default_device,
    load_base,
)
from autograder.model.batch import Batch
from autograder.model.loss import LossParts, judge_loss, score_probabilities

__all__ = ["LOWER_IS_BETTER", "JudgeModule"]


class JudgeModule(lightning.LightningModule):
    """A 4-bit base with a LoRA adapter, trained on verdicts.

    A checkpoint holds the adapter, the optimizer and the loop's state, not the base: the base
    is pinned by the configuration, which is saved as `params`.

    Args:
        params: the configuration as plain values, as in `params.yaml`.
        backbone: a loaded model; without it, `params` says what to load.
    """

    def __init__(self, params: dict[str, Any], backbone: Backbone | None = None) -> None:
        super().__init__()
        self.save_hyperparameters({"params": params})
        self.config: Config = configuration.parse(params, "params")
        self.strict_loading = False  # the base is not in the checkpoint
        self.backbone = cast(Backbone, backbone)
        self.metrics = judge_metrics()
        self.history: dict[str, list[dict[str, float]]] = {"train": [], "validation": []}
        self._window: list[LossParts] = []

    @classmethod
    def from_config(cls, config: Config, backbone: Backbone | None = None) -> JudgeModule:
        return cls(configuration.describe(config), backbone)

    def configure_model(self) -> None:
        if self.backbone is not None:
            return
        config = self.config
        trainer = self._trainer
        device = trainer.strategy.root_device if trainer else default_device()
        dtype = choose_dtype(config.quantization.compute_dtype, device)
        base, encoder = load_base(config.model, config.quantization, device=device, dtype=dtype)
        self.backbone = Backbone(add_adapter(base, config.lora, config.seed), encoder).to(device)
        # transformers loads in evaluation mode, in which it would not checkpoint.
        self.backbone.train()
        if checkpointing(config, device):
            cast(Any, base).activation_checkpointing_enable({"use_reentrant": False})

    # --- steps

    def loss(self, batch: Batch) -> tuple[LossParts, Tensor]:
        """The loss, and the logits (T, vocabulary) it came from."""
        logits = self.backbone(batch)
        weights = self.config.loss
        parts = judge_loss(
            logits,
            batch.labels,
            batch.is_score,
            batch.scores,
            self.backbone.digit_ids,
            score_weight=weights.score_weight,
            reasoning_weight=weights.reasoning_weight,
            regression_weight=weights.regression_weight,
        )
        return parts, logits

    def on_train_batch_start(self, batch: Batch, batch_idx: int) -> None:
        # Dropout becomes a function of seed and place, so that a resumed run draws the same.
        place = f"{self.config.seed}/{self.current_epoch}/{batch_idx}/{self.global_rank}"
        torch.manual_seed(_seed(place))

    def training_step(self, batch: Batch, batch_idx: int) -> Tensor:
        parts, _ = self.loss(batch)
        if not torch.isfinite(parts.total):
            raise TrainingError(
                f"the loss is {parts.total.item()} in epoch {self.current_epoch + 1}, batch "
                f"{batch_idx + 1}; lower train.lr (now {self.config.train.lr:g})"
            )
        self._window.append(parts)
        return parts.total

    def on_before_optimizer_step(self, optimizer: torch.optim.Optimizer) -> None:
        window, self._window = self._window, []
        row = {"step": self.global_step + 1.0, "epoch": self.current_epoch + 1.0}
        parts = torch.stack(
            [torch.stack([p.total.detach(), p.score, p.reasoning, p.regression]) for p in window]
        )
        # A batch without reasoning has no loss of it: NaN.
        sums = torch.stack([parts.nansum(dim=0), (~parts.isnan()).sum(dim=0)])
        if self.trainer.world_size > 1:
            sums = self.trainer.strategy.reduce(sums, reduce_op="sum")
        names = ("loss", "score_loss", "reasoning_loss", "regression")
        row |= dict(zip(names, (sums[0] / sums[1]).tolist(), strict=True))
        row["lr"] = optimizer.param_groups[0]["lr"]
        self.history["train"].append(row)
        for logger in self.loggers:
            logger.log_metrics({f"train/{k}": v for k, v in row.items()}, self.global_step + 1)

    def on_validation_epoch_start(self) -> None:
        self.metrics.reset()
        self._validation: list[tuple[float, float, float, int]] = []

    def validation_step(self, batch: Batch, batch_idx: int) -> None:
        parts, logits = self.loss(batch)
        probabilities = score_probabilities(logits[batch.is_score], self.backbone.digit_ids)
        self.metrics.update(probabilities, batch.scores)
        values = (parts.total.item(), parts.score.item(), parts.reasoning.item())
        self._validation.append((*values, batch.num_examples))

    def on_validation_epoch_end(self) -> None:
        total, score, reasoning, count = self._summed()
        row = {"epoch": self.current_epoch + 1.0, "step": float(self.global_step)}
        row |= {
            "loss": total / count,
            "score_loss": score / count,
            "reasoning_loss": reasoning / count,
        }
        row |= {name: value.item() for name, value in self.metrics.compute().items()}
        if self.trainer.sanity_checking:
            return
        self.history["validation"].append(row)
        monitored = row[self.config.train.monitor]
        if math.isnan(monitored):
            # A coefficient of a constant prediction: no better than the worst, never the best.
            monitored = math.inf if self.config.train.monitor in LOWER_IS_BETTER else -math.inf
        self.log("monitor", monitored, logger=False)
        for logger in self.loggers:
            logger.log_metrics({f"validation/{k}": v for k, v in row.items()}, self.global_step)

    def _summed(self) -> tuple[float, float, float, int]:
        rows = self._validation
        sums = torch.tensor(
            [sum(row[at] * row[3] for row in rows) for at in range(3)] + [sum(r[3] for r in rows)],
            dtype=torch.float64,
            device=self.device,
        )
        if self.trainer.world_size > 1:
            sums = self.trainer.strategy.reduce(sums, reduce_op="sum")
        total, score, reasoning, count = sums.tolist()
        return total, score, reasoning, int(count)

    # --- optimisation

    def configure_optimizers(self) -> Any:
        config = self.config.train
        parameters = list(self.backbone.trainable().values())
        optimizer = make_optimizer(config, parameters)
        num_steps = config.epochs * -(-self._num_batches() // config.accumulate)
        schedule = torch.optim.lr_scheduler.LambdaLR(
            optimizer, learning_rate(config.schedule, config.warmup, num_steps)
        )
        return {
            "optimizer": optimizer,
            "lr_scheduler": {"scheduler": schedule, "interval": "step"},
        }

    def _num_batches(self) -> int:
        """Training batches of this process in an epoch.

        Not `trainer.estimated_stepping_batches`: it sets up the loader that will be used, before
        its state is read from the checkpoint, and then it is never read.
        """
        data = cast(Any, self.trainer).datamodule
        return len(data.train_dataloader())

    # --- checkpoints

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        trainable = self.trainable_names()
        state = checkpoint["state_dict"]
        checkpoint["state_dict"] = {name: state[name] for name in state if name in trainable}
        checkpoint["history"] = self.history

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        self.configure_model()
        self.history = checkpoint["history"]
        missing = self.trainable_names() - set(checkpoint["state_dict"])
        if missing:
            raise TrainingError(
                f"the checkpoint lacks {len(missing)} adapter weights, {min(missing)} first; "
                "it belongs to another configuration"
            )

    def load_state_dict(
        self, state_dict: Mapping[str, Any], strict: bool = True, assign: bool = False
    ) -> Any:
        """As PyTorch does, but the base is never missing."""
        found = super().load_state_dict(state_dict, strict, assign)
        trainable = self.trainable_names()
        found.missing_keys[:] = [name for name in found.missing_keys if name in trainable]
        return found

    def trainable_names(self) -> set[str]:
        return {f"backbone.{name}" for name in self.backbone.trainable()}


def _seed(place: str) -> int:
    import hashlib

    return int.from_bytes(hashlib.sha256(place.encode()).digest()[:7])


def checkpointing(config: Config, device: torch.device) -> bool:
    """Whether to trade time for memory: as configured, or for `auto` on a GPU below 24 GB."""
    choice = config.train.gradient_checkpointing
    if choice == "auto":
        small = 24e9
        return (
            device.type == "cuda" and torch.cuda.get_device_properties(device).total_memory < small
        )
    return choice == "on"


def make_optimizer(
    config: configuration.TrainConfig, parameters: list[torch.nn.Parameter]
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
