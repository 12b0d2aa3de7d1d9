"""What watches a training: points to resume from, the best one, early stopping, progress."""

from __future__ import annotations

import math
import sys
import time
from pathlib import Path
from typing import Any, cast

import lightning
from tqdm import tqdm

from autograder.files import replace, storage_errors
from autograder.model.batch import Batch
from autograder.training.module import LOWER_IS_BETTER, JudgeModule

LAST, BEST = "last.ckpt", "best.ckpt"


class Checkpoints(lightning.Callback):
    """Keeps the last and the best checkpoint, and stops when the best one grows old.

    A checkpoint appears by a rename, so that a kill at any moment leaves the one before.

    Args:
        folder: where `last.ckpt` and `best.ckpt` stand.
        every: optimiser steps between two last ones; there is one after each epoch too.
        monitor: name of the validation metric.
        patience: epochs without a better one before stopping; 0 never stops.
    """

    def __init__(self, folder: Path, every: int, monitor: str, patience: int) -> None:
        self.folder = folder
        self.every = every
        self.sign = -1.0 if monitor in LOWER_IS_BETTER else 1.0
        self.patience = patience
        self.best = -math.inf
        self.num_worse = 0

    def state_dict(self) -> dict[str, Any]:
        return {"best": self.best, "num_worse": self.num_worse}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        self.best = state_dict["best"]
        self.num_worse = state_dict["num_worse"]

    def on_fit_start(
        self, trainer: lightning.Trainer, pl_module: lightning.LightningModule
    ) -> None:
        self._decide(trainer)  # a run killed right after its last epoch must not go on

    def on_train_batch_end(
        self,
        trainer: lightning.Trainer,
        pl_module: lightning.LightningModule,
        outputs: Any,
        batch: Any,
        batch_idx: int,
    ) -> None:
        stepped = (batch_idx + 1) % trainer.accumulate_grad_batches == 0
        is_last = batch_idx + 1 >= trainer.num_training_batches
        if stepped and not is_last and trainer.global_step % self.every == 0:
            self._save(trainer, LAST)

    def on_validation_end(
        self, trainer: lightning.Trainer, pl_module: lightning.LightningModule
    ) -> None:
        if trainer.sanity_checking:
            return
        value = self.sign * float(trainer.callback_metrics["monitor"])
        if value > self.best:
            self.best, self.num_worse = value, 0
            self._save(trainer, BEST)
        else:
            self.num_worse += 1
            if self.best == -math.inf:
                self._save(trainer, BEST)  # undefined so far: the latest is as good as any
        self._decide(trainer)

    def on_train_epoch_end(
        self, trainer: lightning.Trainer, pl_module: lightning.LightningModule
    ) -> None:
        if not cast(Any, trainer).datamodule.validation:
            self._save(trainer, BEST)  # with nothing to choose by, the latest is as good as any
        self._save(trainer, LAST)

    def _decide(self, trainer: lightning.Trainer) -> None:
        if self.patience and self.num_worse >= self.patience:
            trainer.should_stop = True

    def _save(self, trainer: lightning.Trainer, name: str) -> None:
        scratch = self.folder / f".{name}.part"
        try:
            with storage_errors(self.folder / name):
                trainer.save_checkpoint(scratch, weights_only=False)
                if trainer.is_global_zero:
                    replace(scratch, self.folder / name)
        finally:
            if trainer.is_global_zero:
                scratch.unlink(missing_ok=True)


class Progress(lightning.Callback):
    """A bar over all epochs: loss, tokens a second, time left; and a line for each epoch."""

    def __init__(self) -> None:
        self.bar: Any = None

    def on_train_start(
        self, trainer: lightning.Trainer, pl_module: lightning.LightningModule
    ) -> None:
        if not trainer.is_global_zero:
            return
        done = trainer.fit_loop.epoch_loop.total_batch_idx + 1
        total = int(trainer.num_training_batches) * int(trainer.max_epochs or 1)
        self.bar = tqdm(
            total=total,
            initial=done,
            desc="train",
            unit="batch",
            mininterval=0.5 if sys.stderr.isatty() else 30.0,
            dynamic_ncols=True,
        )

    def on_train_batch_start(
        self,
        trainer: lightning.Trainer,
        pl_module: lightning.LightningModule,
        batch: Any,
        batch_idx: int,
    ) -> None:
        self.started_s = time.monotonic()

    def on_train_batch_end(
        self,
        trainer: lightning.Trainer,
        pl_module: lightning.LightningModule,
        outputs: Any,
        batch: Any,
        batch_idx: int,
    ) -> None:
        if self.bar is None:
            return
        assert isinstance(batch, Batch)
        rate = batch.num_tokens / (time.monotonic() - self.started_s)
        loss = float(outputs["loss"]) * trainer.accumulate_grad_batches
        self.bar.set_postfix_str(f"loss {loss:.3f}, {rate:.0f} tokens/s", refresh=False)
        self.bar.update()

    def on_validation_end(
        self, trainer: lightning.Trainer, pl_module: lightning.LightningModule
    ) -> None:
        if self.bar is None or trainer.sanity_checking:
            return
        assert isinstance(pl_module, JudgeModule)
        row = pl_module.history["validation"][-1]
        shown = ("loss", "exact", "within_1", "mae", "pearson", "rps", "top_share")
        values = "  ".join(f"{name} {row[name]:.3f}" for name in shown)
        self.bar.write(f"epoch {row['epoch']:.0f}  {values}", file=sys.stderr)

    def on_exception(
        self,
        trainer: lightning.Trainer,
        pl_module: lightning.LightningModule,
        exception: BaseException,
    ) -> None:
        self.close()

    def on_train_end(
        self, trainer: lightning.Trainer, pl_module: lightning.LightningModule
    ) -> None:
        self.close()

    def close(self) -> None:
        if self.bar is not None:
            self.bar.close()
            self.bar = None
