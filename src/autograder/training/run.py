"""Train a judge: fit, survive a kill, and write down what came out, all at once.

While training runs, its checkpoints live in `.scratch/train/<fingerprint>/`, where the
fingerprint covers everything the run depends on. A killed run finds them again and ends with
the same adapter; a run with other inputs starts afresh.
"""

from __future__ import annotations

import logging
import os
import shutil
import signal
import sys
import warnings
from collections.abc import Callable, Collection, Sequence
from contextlib import nullcontext
from itertools import chain
from pathlib import Path
from typing import Any

import lightning
import torch
from filelock import FileLock, Timeout

from autograder.config import Config
from autograder.errors import TrainingError
from autograder.files import atomic_write, json_text
from autograder.model.base_model import choose_dtype, default_device
from autograder.model.encode import Encoded, Encoder
from autograder.model.int8 import trains_in_int8
from autograder.training.callbacks import (
    BEST,
    LAST,
    AtomicCheckpoints,
    BestCheckpoint,
    Estimate,
    FreedMemory,
    Patience,
    Progress,
    ResumePoints,
)
from autograder.training.data import JudgeDataModule
from autograder.training.encoded_rows import EncodedRows, Rows
from autograder.training.module import (
    JudgeModule,
    checkpointing,
    load_backbone,
    open_checkpoint,
)
from autograder.training.outcome import Outputs, write_outcome
from autograder.training.selection import ThinReasoning, take_share
from autograder.training.solved import Solved, answer_all, drawn

FINISHED = "finished.json"
OWN_ANSWERS = "own-answers.jsonl"


def train(
    config: Config,
    train_rows: Rows,
    validation_rows: Rows,
    *,
    scratch: Path,
    outputs: Outputs,
    logs: Path,
    cache: Path | None = None,
    start: Path | None = None,
    before_writing: Callable[[], None] = lambda: None,
) -> None:
    """Train to the end, or go on where a killed run stopped, and write what came out.

    Args:
        config: the whole configuration.
        train_rows, validation_rows: the two splits; the best epoch is chosen on the second.
        scratch: a folder for this run's inputs alone.
        outputs: replaced when all is done, each by one rename.
        logs: where a logger writes; for this run's inputs alone, and left when all is done.
        cache: where encoded rows are kept; below `AUTOGRADER_HOME` where none is given.
        start: a folder with the adapter to train on; None makes a new one.
        before_writing: may still refuse, by raising.

    Raises:
        TrainingError: there is nothing to train on, another process trains the same run, its
            last checkpoint is broken, or the loss is not finite.
        StorageError: the disk is full.
    """
    if not len(train_rows):
        raise TrainingError("the train split is empty: there are no examples to train on")
    used = train_rows
    settings = config.train
    if settings.share < 1 or settings.skip or settings.fresh:
        fresh = _places_of(settings.fresh, train_rows.dataset["source"])
        items = train_rows.dataset["item"]
        used = train_rows.select(
            take_share(items, settings.share, config.seed, settings.skip, fresh)
        )
    if not len(used):
        skipped = f" and train.skip {settings.skip:g}" * bool(settings.skip)
        raise TrainingError(
            f"train.share {settings.share:g}{skipped} leaves none of {len(train_rows)} examples "
            "to train on; raise it"
        )
    with _only_one(scratch):
        monitor = f"val/{config.train.monitor}" if len(validation_rows) else None
        trainer = make_trainer(config, scratch, logs, monitor)
        backbone = load_backbone(config, trainer.strategy.root_device, start)
        module = JudgeModule(backbone, config)
        module.trainer = trainer
        encoder = module.backbone.encoder
        if config.train.solve:
            encoder = Encoder(encoder.tokenizer, encoder.max_length, solves=True)
        rows, validation = (part.encode(encoder, cache) for part in (used, validation_rows))
        _announce(module, rows, validation)
        parts: list[Sequence[Encoded]] = [rows, validation]
        if config.train.solve:
            answers = answer_all(
                backbone,
                drawn(chain(*parts), config.train.solve, config.seed),
                scratch / OWN_ANSWERS,
            )
            parts = [Solved(part, encoder, answers) for part in parts]
        data = JudgeDataModule(
            ThinReasoning(parts[0], config.train.reasoning_share, config.seed),
            parts[1],
            config=config.train,
            pad_id=encoder.pad_id,
            seed=config.seed,
            follows_tree=backbone.follows_tree,
        )
        module = fit(trainer, module, data, scratch)
        if trainer.is_global_zero:
            before_writing()
            write_outcome(module, scratch, outputs)


def _places_of(names: Collection[str], sources: Sequence[str]) -> set[int]:
    """Where examples of these sources stand; each name must have one."""
    if unknown := sorted(set(names) - set(sources)):
        raise TrainingError(
            f"train.fresh: no training example is of {', '.join(map(repr, unknown))}; "
            f"there are {', '.join(sorted(set(sources)))}"
        )
    return {place for place, source in enumerate(sources) if source in names}


def make_trainer(
    config: Config, scratch: Path, logs: Path, monitor: str | None
) -> lightning.Trainer:
    """A Lightning trainer for this configuration.

    Args:
        config: the whole configuration.
        scratch: where its checkpoints stand.
        logs: where its logger writes.
        monitor: what the best epoch is chosen by, as `val/rps`; None with nothing to validate.
    """
    settings = config.train
    # Its notes on devices and services that are not used here.
    logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
    dtype = choose_dtype(config.quantization.compute_dtype, default_device())
    callbacks: list[lightning.Callback] = [Progress(), Estimate(), FreedMemory()]
    callbacks.append(BestCheckpoint(scratch, monitor))
    if monitor and settings.patience:
        callbacks.append(Patience(monitor, settings.patience))
    callbacks.append(ResumePoints(scratch, config.run.checkpoint_every))
    return lightning.Trainer(
        max_epochs=settings.epochs,
        accumulate_grad_batches=settings.accumulate,
        gradient_clip_val=settings.clip or None,
        # The adapter is float32 and the base computes in its own dtype; only fp16 needs a
        # scaler, which comes with Lightning's mixed precision.
        precision="16-mixed" if dtype == torch.float16 else "32-true",
        devices=config.run.devices,
        num_nodes=config.run.num_nodes,
        strategy=config.run.strategy,
        accelerator="auto",
        callbacks=callbacks,
        plugins=[AtomicCheckpoints()],
        logger=make_logger(config.run.logger, logs, resumed=(scratch / LAST).exists()),
        enable_progress_bar=False,
        enable_model_summary=False,
        num_sanity_val_steps=0,
        log_every_n_steps=1,
        use_distributed_sampler=False,
    )


def make_logger(name: str, folder: Path, resumed: bool) -> Any:
    """A Lightning logger by name; the CSV files in `reports/train/` are written in any case.

    Args:
        name: as `run.logger` gives it.
        folder: where it writes; its name is the run's.
        resumed: go on with what stands there. A run that begins anew replaces it.

    Raises:
        TrainingError: its package is not installed.
    """
    if name == "csv":
        return False
    if not resumed and _is_first():
        shutil.rmtree(folder, ignore_errors=True)
    try:
        if name == "dvclive":
            from dvclive.lightning import DVCLiveLogger

            return DVCLiveLogger(
                dir=str(folder), resume=resumed, save_dvc_exp=False, dvcyaml=None, report=None
            )
        from lightning.pytorch import loggers

        if name == "tensorboard":
            return loggers.TensorBoardLogger(folder.parent, name=folder.name, version="")
        if name == "wandb":
            # By its id, a resumed run goes on at the service too.
            return loggers.WandbLogger(save_dir=folder, version=folder.name)
        return loggers.MLFlowLogger(run_name=folder.name, save_dir=str(folder))
    except ImportError as error:
        raise TrainingError(
            f"run.logger: {name} is not installed; pip install {name}, or choose csv ({error})"
        ) from None


def fit(
    trainer: lightning.Trainer, module: JudgeModule, data: JudgeDataModule, scratch: Path
) -> JudgeModule:
    """Run the epochs that are still to run; return a module with the best adapter."""
    finished, last = scratch / FINISHED, scratch / LAST
    if not finished.exists():
        resume = last if last.exists() else None
        if resume:
            open_checkpoint(resume)
        if resume and trainer.is_global_zero:
            print(f"going on from {resume}", file=sys.stderr)
        with warnings.catch_warnings():
            # Said of every run on a few cores, of frozen parts in evaluation mode, and of
            # PyTorch's own deprecations inside Lightning.
            warnings.filterwarnings("ignore", module=r"lightning\.")
            warnings.filterwarnings("ignore", message=".*(LeafSpec|lr_scheduler.step).*")
            try:
                path = str(resume) if resume else None
                trainer.fit(module, data, ckpt_path=path, weights_only=False)
            except SystemExit:
                if trainer.received_sigterm:
                    raise SystemExit(128 + signal.SIGTERM) from None
                # How Lightning answers Ctrl-C, which it has switched off before.
                signal.signal(signal.SIGINT, signal.default_int_handler)
                raise KeyboardInterrupt from None
        if trainer.is_global_zero:
            atomic_write(finished, json_text({"epochs": trainer.current_epoch}))
    trainer.strategy.barrier()
    if trainer.strategy.root_device.type == "cpu":
        best = open_checkpoint(scratch / BEST)
        module.load_state_dict(best["state_dict"], strict=False)  # no base
    else:
        # Lightning has moved the module off the device, which quantised weights do not survive.
        module = JudgeModule.load_from_checkpoint(scratch / BEST)
    module.history = open_checkpoint(last)["history"]
    return module


def _announce(module: JudgeModule, rows: EncodedRows, validation: EncodedRows) -> None:
    if not module.trainer.is_global_zero:
        return
    config, backbone = module.config, module.backbone
    dtype = backbone.causal.get_input_embeddings().weight.dtype
    in_int8 = trains_in_int8(config.quantization, backbone.device, dtype)
    trainable = sum(value.numel() for value in backbone.trainable().values())
    total = trainable + sum(_numel(p) for p in backbone.parameters() if not p.requires_grad)
    cut = rows.num_truncated + validation.num_truncated
    start = f"; goes on from the judge {config.train.start}" if config.train.start else ""
    print(
        f"{config.model.name}: {total / 1e6:.0f} M parameters in {config.quantization.bits} bits, "
        f"{trainable:,} trainable ({trainable / total:.2%}){start}\n"
        f"compute {str(dtype).removeprefix('torch.')} on {backbone.device}, "
        f"{'products in 8 bits, ' if in_int8 else ''}gradient "
        f"checkpointing {'on' if checkpointing(config, backbone.device) else 'off'}\n"
        f"{len(rows)} examples to train on, {len(validation)} to validate"
        + (f"; {cut} cut to {config.model.max_length} tokens" if cut else ""),
        file=sys.stderr,
    )


def _numel(parameter: torch.nn.Parameter) -> int:
    state = getattr(parameter, "quant_state", None)
    return int(state.shape.numel()) if state is not None else parameter.numel()


def _is_first() -> bool:
    return not any(int(os.environ.get(name, "0")) for name in ("LOCAL_RANK", "NODE_RANK"))


def _only_one(scratch: Path) -> Any:
    if not _is_first():
        return nullcontext()  # the first process holds the lock for all of them
    scratch.mkdir(parents=True, exist_ok=True)
    lock = FileLock(scratch / "lock")
    try:
        return lock.acquire(timeout=0)
    except Timeout:
        raise TrainingError(
            f"{scratch}: another process trains this very run; wait for it or stop it"
        ) from None
