"""The training step, what is measured on the way, and what a checkpoint holds."""

from __future__ import annotations

import hashlib
import math
import pickle
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import lightning
import torch
from lightning.pytorch.trainer.states import TrainerFn
from torch import Tensor

from autograder import config as configuration
from autograder.config import Config
from autograder.errors import TrainingError
from autograder.model.adapter import add_adapter, read_weights
from autograder.model.backbone import Backbone
from autograder.model.base_model import choose_dtype, default_device, load_base
from autograder.model.batch import Batch
from autograder.model.int8 import trains_in_int8
from autograder.model.lanes import Lanes
from autograder.model.loss import LossParts, judge_loss, score_probabilities
from autograder.training.measured import Measured
from autograder.training.optimizer import learning_rate, make_optimizer


def load_backbone(
    config: Config, device: torch.device | None = None, start: Path | None = None
) -> Backbone:
    """The base that a configuration names, pulled and quantised, with an adapter to train.

    Args:
        config: its groups `model`, `quantization` and `lora`, and its seed.
        device: where it computes; a GPU where there is one.
        start: holds the adapter to train on, of the shape that `lora` gives; None makes a new one.

    Raises:
        ModelError: no such model, it lacks a module that `lora.targets` names, `start` is of
            another shape, or `quantization.products` is int8 where that cannot be.
    """
    device = device or default_device()
    dtype = choose_dtype(config.quantization.compute_dtype, device)
    base, encoder = load_base(config.model, config.quantization, device=device, dtype=dtype)
    model = add_adapter(base, config.lora, config.seed)
    if start:
        read_weights(model, start)
    backbone = Backbone(model, encoder).to(device)
    if trains_in_int8(config.quantization, device, dtype):
        from autograder.model.lora import round_frozen  # it imports what load_base keeps quiet

        round_frozen(backbone)
    # transformers loads in evaluation mode, in which it would not checkpoint.
    backbone.train()
    if checkpointing(config, device):
        cast(Any, base).activation_checkpointing_enable({"use_reentrant": False})
    return backbone


class JudgeModule(lightning.LightningModule):
    """A 4-bit base with a LoRA adapter, trained on verdicts.

    It logs `train/loss`, `train/score_loss`, `train/reasoning_loss`, `train/regression` and
    `train/lr` for every optimiser step, and over an epoch `val/…` and `test/…`: `loss`,
    `score_loss`, `reasoning_loss` and all of `autograder.metrics.classes.judge_metrics`.

    A checkpoint holds the adapter, the optimizer and the loop's state, not the base: the base
    is pinned by the configuration, which is saved as `params`.

    Args:
        backbone: a loaded base with an adapter, as of `load_backbone`.
        config: the whole configuration.
    """

    def __init__(self, backbone: Backbone, config: Config) -> None:
        super().__init__()
        self.save_hyperparameters({"params": configuration.describe(config)})
        self.config = config
        self.strict_loading = False  # the base is not in the checkpoint
        self.backbone = backbone
        self._lanes = Lanes(backbone)
        self.measured = Measured()
        self.history: dict[str, list[dict[str, float]]] = {"train": [], "validation": []}
        self._window: list[LossParts] = []

    # --- steps

    def loss(self, batch: Batch) -> tuple[LossParts, Tensor]:
        """The loss, and the logits (T, vocabulary) it came from."""
        logits = self._lanes(batch)
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
        parts = torch.stack(
            [torch.stack([p.total.detach(), p.score, p.reasoning, p.regression]) for p in window]
        )
        # A batch without reasoning has no loss of it: NaN.
        sums = torch.stack([parts.nansum(dim=0), (~parts.isnan()).sum(dim=0)])
        if self.trainer.world_size > 1:
            sums = self.trainer.strategy.reduce(sums, reduce_op="sum")
        names = ("loss", "score_loss", "reasoning_loss", "regression")
        values = dict(zip(names, (sums[0] / sums[1]).tolist(), strict=True))
        values["lr"] = optimizer.param_groups[0]["lr"]
        place = {"step": self.global_step + 1.0, "epoch": self.current_epoch + 1.0}
        self.history["train"].append(place | values)
        # Lightning takes `step` for the loggers' axis: optimiser steps made, as in `history`.
        self.log("step", place["step"])
        self.log_dict({f"train/{name}": value for name, value in values.items()})

    def on_validation_epoch_start(self) -> None:
        self.measured.reset()

    def validation_step(self, batch: Batch, batch_idx: int) -> None:
        parts, logits = self.loss(batch)
        probabilities = score_probabilities(logits[batch.is_score], self.backbone.digit_ids)
        self.measured.update(parts, probabilities, batch.scores)

    def on_validation_epoch_end(self) -> None:
        self.log("step", float(self.global_step))
        values = self._log_measured("val")
        if self.trainer.state.fn == TrainerFn.FITTING and not self.trainer.sanity_checking:
            place = {"epoch": self.current_epoch + 1.0, "step": float(self.global_step)}
            row = place | {name: value.item() for name, value in values.items()}
            self.history["validation"].append(row)

    def on_test_epoch_start(self) -> None:
        self.measured.reset()

    def test_step(self, batch: Batch, batch_idx: int) -> None:
        self.validation_step(batch, batch_idx)

    def on_test_epoch_end(self) -> None:
        self._log_measured("test")

    def predict_step(self, batch: Batch, batch_idx: int) -> Tensor:
        """Probabilities of the scores 1 to 5, float32 (N, 5), at temperature 1."""
        return self.backbone.digit_logits(batch).softmax(dim=-1)

    def _log_measured(self, stage: str) -> dict[str, Tensor]:
        values = self.measured.compute()
        # Every process has the same values already: their mean changes nothing.
        named = {f"{stage}/{name}": value for name, value in values.items()}
        self.log_dict(named, sync_dist=True)
        return values

    # --- optimisation

    def configure_optimizers(self) -> Any:
        config, num_steps = self.config.train, self._num_steps()
        if math.isinf(num_steps):
            raise TrainingError("the learning rate needs an end: give the Trainer max_epochs")
        optimizer = make_optimizer(config, list(self.backbone.trainable().values()))
        schedule = torch.optim.lr_scheduler.LambdaLR(
            optimizer, learning_rate(config.schedule, config.warmup, int(num_steps))
        )
        return {
            "optimizer": optimizer,
            "lr_scheduler": {"scheduler": schedule, "interval": "step"},
        }

    def _num_steps(self) -> float:
        """Optimiser steps of the whole training, as the trainer limits them."""
        trainer = self.trainer
        data = cast(Any, trainer).datamodule
        if data is None:
            return trainer.estimated_stepping_batches
        # Not so here: it would set up the loader that will be used, before the loader's state is
        # read from the checkpoint, and then it is never read.
        num_batches, limit = len(data.train_dataloader()), trainer.limit_train_batches
        num_batches = (
            min(num_batches, limit) if isinstance(limit, int) else int(num_batches * limit)
        )
        num_steps = -(-num_batches // trainer.accumulate_grad_batches)
        ends = [(trainer.max_epochs or 0) * num_steps, trainer.max_steps]
        return min((end for end in ends if end >= 0), default=math.inf)

    # --- checkpoints

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        trainable = self.trainable_names()
        state = checkpoint["state_dict"]
        checkpoint["state_dict"] = {name: state[name] for name in state if name in trainable}
        checkpoint["history"] = self.history

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        self.history = checkpoint["history"]
        missing = self.trainable_names() - set(checkpoint["state_dict"])
        if missing:
            raise TrainingError(
                f"the checkpoint lacks {len(missing)} adapter weights, {min(missing)} first; "
                "it belongs to another configuration"
            )

    @classmethod
    def load_from_checkpoint(
        cls,
        checkpoint_path: Any,
        map_location: Any = None,
        *_: Any,
        backbone: Backbone | None = None,
        **__: Any,
    ) -> JudgeModule:
        """The module of a checkpoint; its base is loaded as the saved parameters say.

        Args:
            checkpoint_path: a file that this module's trainer wrote.
            map_location: the device to compute on; a GPU where there is one.
            backbone: a loaded base with an adapter of this shape, to spare loading one.

        Raises:
            TrainingError: the file cannot be read, or is no checkpoint of this module.
            ConfigError: its parameters are those of another version.
        """
        checkpoint = open_checkpoint(Path(checkpoint_path))
        try:
            params = checkpoint["hyper_parameters"]["params"]
        except KeyError:
            raise TrainingError(f"{checkpoint_path}: no checkpoint of a judge's training") from None
        config = configuration.parse(params, str(checkpoint_path))
        device = None if map_location is None else torch.device(map_location)
        module = cls(backbone or load_backbone(config, device), config)
        module.on_load_checkpoint(checkpoint)
        module.load_state_dict(checkpoint["state_dict"], strict=False)
        return module

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


def open_checkpoint(path: Path) -> dict[str, Any]:
    """Everything in a checkpoint, on the CPU.

    Raises:
        TrainingError: it cannot be read, or is damaged.
    """
    try:
        with zipfile.ZipFile(path) as archive:  # `torch.load` does not look at the checksums
            if damaged := archive.testzip():
                raise ValueError(f"{damaged} is damaged")
        values = torch.load(path, map_location="cpu", weights_only=False)
    except (
        OSError,
        EOFError,
        RuntimeError,
        ValueError,
        pickle.UnpicklingError,
        zipfile.BadZipFile,
    ) as error:
        raise TrainingError(
            f"{path}: cannot be read ({error}); delete {path.parent} to train from the start"
        ) from error
    assert isinstance(values, dict)
    return values


def _seed(place: str) -> int:
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
