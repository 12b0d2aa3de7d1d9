"""The two sides of `train_step.py`; run by it, one side a process.

python sides.py SIDE SETUP RESULT       SETUP is JSON, RESULT a file to write
"""

from __future__ import annotations

import json
import random
import resource
import sys
import tempfile
import time
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from autograder.config import Config
    from autograder.model.encode import Encoded, Encoder

PREFIX, RESPONSE, VERDICT = 180, 60, 60
"""Tokens of a row; the means of our own training set are 196, 60 and 35."""
ROW = PREFIX + RESPONSE + VERDICT
SIDES = {"trl": 2, "ours": 2, "shared": 5}
"""The sides, in order, and how many examples a step of each has."""


@dataclass(frozen=True)
class Setup:
    """What is measured; `steps` are counted a round, after `warmup` steps that are not."""

    model: str
    steps: int
    rounds: int
    warmup: int
    seed: int


def make_config(side: str, setup: Setup) -> Config:
    """The package's defaults, without checkpointing, for steps of one batch each."""
    from autograder.config import Config

    return Config().changed(
        seed=setup.seed,
        model={"name": setup.model},
        train={
            "epochs": 1,
            "batch_size": SIDES[side],
            "accumulate": 1,
            "gradient_checkpointing": "off",
            "share_prefix": side == "shared",
        },
    )


def make_rows(encoder: Encoder, num_rows: int, *, per_prefix: int, seed: int) -> list[Encoded]:
    """Rows of `ROW` random ordinary tokens; `per_prefix` rows in a row have one prefix."""
    from autograder.model.encode import Encoded

    tokenizer = encoder.tokenizer
    control = {*tokenizer.get_added_vocab().values(), *tokenizer.all_special_ids}
    ordinary = [token for token in range(len(tokenizer)) if token not in control]
    generator = random.Random(seed)
    rows, prefix = [], ()
    for index in range(num_rows):
        if index % per_prefix == 0:
            prefix = tuple(generator.choices(ordinary, k=PREFIX))
        response = tuple(generator.choices(ordinary, k=RESPONSE))
        score = generator.randint(1, 5)
        reasoning = generator.choices(ordinary, k=VERDICT - 2)
        verdict = (encoder.digit_ids[score - 1], *reasoning, encoder.end_id)
        rows.append(Encoded(prefix, response, verdict, score, ()))
    return rows


class Timer:
    """Wall time of each step, with the device's queue drained, and the peak memory so far."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self.peak_gb = self.peak_gpu_gb = 0.0

    def start(self) -> None:
        _synchronize()
        self.began = time.perf_counter()

    def stop(self) -> None:
        import torch

        _synchronize()
        self.seconds.append(time.perf_counter() - self.began)
        unit = 1 if sys.platform == "darwin" else 1024
        self.peak_gb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e9
        if torch.cuda.is_available():
            self.peak_gpu_gb = torch.cuda.max_memory_allocated() / 1e9


def _synchronize() -> None:
    import torch

    if torch.cuda.is_available():
        torch.cuda.synchronize()


def _result(timer: Timer, warmup: int, model: Any, first_loss: float) -> dict[str, Any]:
    import torch

    trainable = [p for p in model.parameters() if p.requires_grad]
    return {
        "seconds": timer.seconds[warmup:],
        "peak_gb": timer.peak_gb,
        "peak_gpu_gb": timer.peak_gpu_gb,
        "first_loss": first_loss,
        "trainable": sum(p.numel() for p in trainable),
        "adapter_dtype": str(trainable[0].dtype).removeprefix("torch."),
        "attention": model.config._attn_implementation,
        "threads": torch.get_num_threads(),
        "device": torch.cuda.get_device_name() if torch.cuda.is_available() else "cpu",
    }


# --- the two sides


def measure_ours(config: Config, *, steps: int, warmup: int) -> dict[str, Any]:
    """Our own training, with the trainer that `training.run` makes, less its callbacks."""
    import lightning

    from autograder.training.data import JudgeDataModule
    from autograder.training.module import JudgeModule, load_backbone
    from autograder.training.run import make_trainer

    timer = Timer()

    class Clock(lightning.Callback):
        def on_train_batch_start(self, *args: Any) -> None:
            timer.start()

        def on_train_batch_end(self, *args: Any) -> None:
            timer.stop()

    class InOrder(JudgeDataModule):
        def train_dataloader(self) -> Any:
            return self._loader(self.train)

    batch_size = config.train.batch_size
    with tempfile.TemporaryDirectory() as scratch, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        trainer: Any = make_trainer(config, Path(scratch), Path(scratch), monitor=None)
        trainer.callbacks = [Clock()]  # checkpoints and progress are no part of a step
        module = JudgeModule(load_backbone(config, trainer.strategy.root_device), config)
        encoder = module.backbone.encoder
        per_prefix = batch_size if config.train.share_prefix else 1
        num_rows = batch_size * (warmup + steps)
        rows = make_rows(encoder, num_rows, per_prefix=per_prefix, seed=config.seed)
        data = InOrder(rows, config=config.train, pad_id=encoder.pad_id, seed=config.seed)
        trainer.fit(module, data)
    first = module.history["train"][0]
    entropy = (first["score_loss"] + (VERDICT - 1) * first["reasoning_loss"]) / VERDICT
    return _result(timer, warmup, module.backbone.model, entropy)


def measure_trl(config: Config, *, steps: int, warmup: int) -> dict[str, Any]:
    """`SFTTrainer.train()` on a prompt-completion set, its defaults but for what must be equal."""
    import torch
    from datasets import Dataset
    from peft import LoraConfig
    from transformers import AutoTokenizer, BitsAndBytesConfig, TrainerCallback
    from trl import SFTConfig, SFTTrainer

    from autograder.bases.fetch import pull
    from autograder.model.base_model import choose_dtype, default_device
    from autograder.model.encode import Encoder

    timer = Timer()

    class Clock(TrainerCallback):
        def on_step_begin(self, *args: Any, **kwargs: Any) -> None:
            timer.start()

        def on_step_end(self, *args: Any, **kwargs: Any) -> None:
            timer.stop()

    folder = str(pull(config.model.name))
    device = default_device()
    dtype = choose_dtype(config.quantization.compute_dtype, device)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    encoder = Encoder(tokenizer, config.model.max_length)
    batch_size = config.train.batch_size
    num_rows = batch_size * (warmup + steps)
    # Tokenised as SFTTrainer tokenises prompt and completion: text would not give these ids.
    dataset = Dataset.from_list(
        [
            {
                "input_ids": [*row.prefix, *row.response, *row.verdict],
                "completion_mask": [0] * (PREFIX + RESPONSE) + [1] * VERDICT,
            }
            for row in make_rows(encoder, num_rows, per_prefix=1, seed=config.seed)
        ]
    )
    with tempfile.TemporaryDirectory() as scratch:
        settings = SFTConfig(
            output_dir=scratch,
            max_steps=warmup + steps,
            per_device_train_batch_size=batch_size,
            gradient_accumulation_steps=1,
            gradient_checkpointing=False,
            learning_rate=config.train.lr,
            max_grad_norm=config.train.clip,
            optim=config.train.optimizer,
            bf16=dtype == torch.bfloat16,
            fp16=dtype == torch.float16,
            use_cpu=device.type == "cpu",
            max_length=ROW,
            completion_only_loss=True,
            train_sampling_strategy="sequential",  # the first step then sees what ours sees
            model_init_kwargs={"dtype": dtype},
            logging_first_step=True,
            save_strategy="no",
            report_to="none",
            disable_tqdm=True,
            seed=config.seed,
        )
        trainer = SFTTrainer(
            model=folder,
            args=settings,
            train_dataset=dataset,
            processing_class=tokenizer,
            callbacks=[Clock()],
            quantization_config=BitsAndBytesConfig(
                load_in_4bit=True,
                bnb_4bit_quant_type=config.quantization.type,
                bnb_4bit_use_double_quant=config.quantization.double,
                bnb_4bit_compute_dtype=dtype,
            ),
            peft_config=LoraConfig(
                r=config.lora.r,
                lora_alpha=config.lora.alpha,
                lora_dropout=config.lora.dropout,
                target_modules=list(config.lora.targets),
                task_type="CAUSAL_LM",
            ),
        )
        trainer.train()
    return _result(timer, warmup, trainer.model, trainer.state.log_history[0]["loss"])


def measure(side: str, setup: Setup) -> dict[str, Any]:
    side_of = measure_trl if side == "trl" else measure_ours
    return side_of(make_config(side, setup), steps=setup.steps, warmup=setup.warmup)


if __name__ == "__main__":
    _, chosen, encoded, target = sys.argv
    outcome = measure(chosen, Setup(**json.loads(encoded)))
    Path(target).write_text(json.dumps(outcome), encoding="utf-8")
