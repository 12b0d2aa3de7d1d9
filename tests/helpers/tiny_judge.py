"""A published judge on the tiny base, as `Judge.load` reads it."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from autograder.config import Config
    from autograder.model.backbone import Backbone
    from autograder.schema import Example
    from autograder.training.module import JudgeModule


def tiny_backbone(config: Config, std: float = 0.0) -> Backbone:
    """A base with an adapter, in float32 on the CPU.

    A new adapter adds nothing; with `std` it is random, and scores differ from text to text.
    """
    import torch

    from autograder.model.adapter import add_adapter
    from autograder.model.backbone import Backbone
    from autograder.model.base_model import load_base

    base, encoder = load_base(
        config.model, config.quantization, device=torch.device("cpu"), dtype=torch.float32
    )
    backbone = Backbone(add_adapter(base, config.lora, seed=1), encoder)
    if std:
        torch.manual_seed(5)
        for name, weight in backbone.trainable().items():
            if "lora_B" in name:
                torch.nn.init.normal_(weight, std=std)
    return backbone


def talking(backbone: Backbone) -> Backbone:
    """A copy that says much, with larger weights and an output layer of its own.

    The tiny base repeats its last token: its layers add little, and its output layer is that of
    the embeddings.
    """
    import copy

    import torch

    copied = copy.deepcopy(backbone)
    head = copied.causal.lm_head
    torch.manual_seed(3)
    head.weight = torch.nn.Parameter(torch.randn_like(head.weight), requires_grad=False)
    for name, weight in copied.causal.model.named_parameters():
        if name.endswith(("proj.weight", "base_layer.weight")):
            torch.nn.init.normal_(weight, std=0.2)
    return copied


def tiny_module(base: Path) -> JudgeModule:
    """The module of a random adapter, whose scores differ from text to text."""
    from autograder.config import Config
    from autograder.training.module import JudgeModule

    config = Config().changed(
        model={"name": str(base)},
        quantization={"bits": 16, "compute_dtype": "fp32"},
        lora={"r": 4, "alpha": 32.0},
    )
    module = JudgeModule(tiny_backbone(config, std=0.3), config)
    module.history["validation"].append({"epoch": 1.0, "rps": 0.1})
    return module


def publish_tiny_judge(base: Path, folder: Path) -> Path:
    """Write the judge of `tiny_module`."""
    publish_module(tiny_module(base), folder)
    return folder


def publish_module(module: JudgeModule, folder: Path, temperature: float = 1.0) -> None:
    """Write the judge of a module, as the stages `train` and `publish` do."""
    from autograder.judging.publish import publish
    from autograder.training.outcome import save_adapter

    with tempfile.TemporaryDirectory() as scratch:
        save_adapter(module, Path(scratch))
        publish(Path(scratch), temperature, folder)


def publish_trained(adapter: Path, validation: Sequence[Example], folder: Path) -> None:
    """Make a judge of a trained adapter, as the stages `calibrate` and `publish` do."""
    from autograder.judging.calibrate import calibrate
    from autograder.judging.publish import publish

    publish(adapter, calibrate(adapter, validation), folder)
