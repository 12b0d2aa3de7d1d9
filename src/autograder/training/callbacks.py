"""What watches a training: points to resume from, the best one, early stopping, progress.

The best checkpoint and early stopping are Lightning's own callbacks, with what they lack for a
run that may be killed at any moment.
"""

from __future__ import annotations

import ctypes
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import lightning
import torch
from lightning.pytorch.callbacks import Checkpoint, EarlyStopping, ModelCheckpoint
from lightning.pytorch.plugins.io import TorchCheckpointIO
from torch import Tensor
from tqdm import tqdm

from autograder.files import replace, storage_errors
from autograder.metrics.classes import LOWER_IS_BETTER
from autograder.model.backbone import Backbone
from autograder.model.base_model import choose_dtype
from autograder.model.batch import Batch
from autograder.pacing import bar, in_words
from autograder.training.module import JudgeModule

LAST, BEST = "last.ckpt", "best.ckpt"

_NUM_TIMED = 5
"""Optimiser steps from whose time that of a training is told."""

_TRIM_EVERY = 10
"""Batches after which freed memory goes back to the system."""


class AtomicCheckpoints(TorchCheckpointIO):
    """Checkpoints that appear by a rename, so that a kill at any moment leaves the one before.

    Lightning's own writes to the system's temporary folder and moves from there, which between
    two file systems is a copy.
    """

    def save_checkpoint(
        self, checkpoint: dict[str, Any], path: Any, storage_options: Any = None
    ) -> None:
        path = Path(path)
        scratch = path.with_name(f".{path.name}.part")
        try:
            with storage_errors(path):
                path.parent.mkdir(parents=True, exist_ok=True)
                with scratch.open("wb") as file:
                    torch.save(checkpoint, file)
                replace(scratch, path)
        finally:
            scratch.unlink(missing_ok=True)


def _mode(monitor: str | None) -> str:
    """Whether the least or the greatest is best: of `val/rps` the least."""
    name = (monitor or "loss").rpartition("/")[2]
    return "min" if name in LOWER_IS_BETTER else "max"


class BestCheckpoint(ModelCheckpoint):
    """Lightning's `ModelCheckpoint` of the one best epoch, in `best.ckpt`.

    Args:
        folder: where it stands.
        monitor: a logged metric, as `val/rps`; None, where nothing is validated, takes the
            latest epoch.
    """

    def __init__(self, folder: Path, monitor: str | None) -> None:
        super().__init__(
            dirpath=folder,
            filename=BEST.removesuffix(self.FILE_EXTENSION),
            monitor=monitor,
            mode=_mode(monitor),
            save_on_train_epoch_end=monitor is None,
            enable_version_counter=False,
        )

    def check_monitor_top_k(
        self, trainer: lightning.Trainer, current: Tensor | None = None
    ) -> bool:
        # Undefined so far (a coefficient of a constant prediction): the latest is as good as any.
        score = self.best_model_score
        undefined = score is not None and not bool(torch.isfinite(score))
        return undefined or super().check_monitor_top_k(trainer, current)

    # Lightning's state holds the absolute folder, and forgets the best where it is another. A
    # project that was moved between kill and resumption would take a worse epoch for its best.

    def state_dict(self) -> dict[str, Any]:
        return {"score": self.best_model_score}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        score = state_dict["score"]
        if score is None:
            return
        path = self.format_checkpoint_name({})
        self.best_model_path = self.kth_best_model_path = path
        self.best_model_score = self.kth_value = score
        self.best_k_models = {path: score}


class Patience(EarlyStopping):
    """Lightning's `EarlyStopping`, which also stops a run that is resumed after it had stopped.

    Args:
        monitor: a logged metric, as `val/rps`.
        patience: epochs without a better one before stopping.
    """

    def __init__(self, monitor: str, patience: int) -> None:
        super().__init__(
            monitor,
            patience=patience,
            mode=_mode(monitor),
            check_finite=False,  # a coefficient of a constant prediction is NaN
            check_on_train_epoch_end=False,
        )

    def on_fit_start(
        self, trainer: lightning.Trainer, pl_module: lightning.LightningModule
    ) -> None:
        if self.wait_count >= self.patience:
            trainer.should_stop = True


class ResumePoints(Checkpoint):
    """Keeps `last.ckpt`: every few optimiser steps, and after each epoch.

    Not a `ModelCheckpoint` with `every_n_train_steps`: when a run is resumed between two steps,
    that saves after the next batch, in the middle of an accumulation, whose gradients no
    checkpoint holds; and having saved after an epoch's last batch it does not save again after
    the validation, which a resumed run would then miss.

    Args:
        folder: where it stands.
        every: optimiser steps between two of them.
    """

    def __init__(self, folder: Path, every: int) -> None:
        self.folder = folder
        self.every = every

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
            trainer.save_checkpoint(self.folder / LAST)

    def on_train_epoch_end(
        self, trainer: lightning.Trainer, pl_module: lightning.LightningModule
    ) -> None:
        trainer.save_checkpoint(self.folder / LAST)


class FreedMemory(lightning.Callback):
    """Gives freed memory back to the system, which glibc by itself would keep.

    Rows differ in length from batch to batch and so do their tensors. What they leave lies between
    blocks in use, and after a hundred batches is as much as the training itself takes. Where the C
    library has no `malloc_trim`, nothing is done.
    """

    def __init__(self) -> None:
        self.trim: Callable[[int], int] | None = getattr(ctypes.CDLL(None), "malloc_trim", None)

    def on_train_batch_end(
        self,
        trainer: lightning.Trainer,
        pl_module: lightning.LightningModule,
        outputs: Any,
        batch: Any,
        batch_idx: int,
    ) -> None:
        if self.trim and batch_idx % _TRIM_EVERY == 0:
            self.trim(0)


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
        self.bar = bar(total, "train", "batch", done)

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


class Estimate(lightning.Callback):
    """Says once, after a few steps, how long the training takes from where it started.

    The first step is not timed: much is done there for the first time.
    """

    def on_train_start(
        self, trainer: lightning.Trainer, pl_module: lightning.LightningModule
    ) -> None:
        self.start, self.started_s = trainer.global_step, 0.0
        self.is_said = not trainer.is_global_zero

    def on_train_batch_end(
        self,
        trainer: lightning.Trainer,
        pl_module: lightning.LightningModule,
        outputs: Any,
        batch: Any,
        batch_idx: int,
    ) -> None:
        num_done = trainer.global_step - self.start
        if num_done and not self.started_s:
            self.started_s = time.monotonic()
        if num_done <= _NUM_TIMED or self.is_said:
            return
        self.is_said = True
        assert isinstance(pl_module, JudgeModule)
        num_steps = trainer.estimated_stepping_batches - self.start
        seconds = num_steps * (time.monotonic() - self.started_s) / _NUM_TIMED
        if seconds < float("inf"):
            where = _where(pl_module.backbone)
            # Not `print`, which would run into the bar.
            tqdm.write(
                f"about {in_words(seconds)} for {num_steps:.0f} steps on this {where}",
                file=sys.stderr,
            )


def _where(backbone: Backbone) -> str:
    """What computes, in which dtype, and why it is slow if it is."""
    device = backbone.device
    dtype = backbone.causal.get_input_embeddings().weight.dtype
    if device.type != "cpu" or dtype != torch.float32:
        names = {torch.bfloat16: "bf16", torch.float16: "fp16", torch.float32: "fp32"}
        return f"{device.type.upper().replace('CUDA', 'GPU')} ({names[dtype]})"
    if choose_dtype("auto", device) != torch.float32:
        return "CPU (fp32)"
    return "CPU (it has no AVX-512 bf16: fp32, three to four times as long)"
