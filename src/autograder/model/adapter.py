"""The LoRA adapter on a base: put on anew, read from a folder, and where it may stand."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import torch
from safetensors import SafetensorError
from torch import nn

from autograder.bases.sizes import lora_targets
from autograder.config import LoraConfig
from autograder.errors import ModelError
from autograder.model.base_model import first_line
from autograder.model.quiet import quiet


def add_adapter(base: nn.Module, config: LoraConfig, seed: int) -> nn.Module:
    """Put a fresh LoRA adapter on the base: float32, B zero, A by the seed.

    Raises:
        ModelError: a target is no linear layer of this model's blocks.
    """
    with quiet():  # bitsandbytes, which it imports, has something to say
        import peft

    targets = lora_targets(cast(Any, base).config.model_type, config.targets)
    allowed = _block_layers(base)
    if refused := [target for target in targets if target not in allowed]:
        raise ModelError(
            f"lora.targets: {', '.join(map(repr, refused))}: no linear layer of this model's "
            f"blocks; allowed: {', '.join(allowed)}"
        )
    settings = peft.LoraConfig(
        r=config.r,
        lora_alpha=cast(int, config.alpha),
        lora_dropout=config.dropout,
        target_modules=list(targets),
        layers_to_transform=_top_layers(base, config.top),
        task_type="CAUSAL_LM",
    )
    devices = [torch.device("cuda")] if torch.cuda.is_available() else []
    with torch.random.fork_rng(devices), quiet():
        torch.manual_seed(seed)
        model = peft.get_peft_model(base, settings)
    return _prepared(model)


def _top_layers(base: nn.Module, share: float) -> list[int] | None:
    """The numbers of the last layers that make up a share, at least one; None for all."""
    num_layers = int(cast(Any, base).config.num_hidden_layers)
    count = max(1, round(share * num_layers))
    return None if count == num_layers else list(range(num_layers - count, num_layers))


def read_adapter(base: nn.Module, folder: Path, trainable: bool = False) -> nn.Module:
    """Put a saved PEFT adapter on the base.

    Raises:
        ModelError: the folder holds no adapter, one for another architecture, or one that
            changes more than the linear layers of blocks.
    """
    allowed, output = _block_layers(base), _output_layer(base)
    try:
        with quiet():
            import peft

            model = peft.PeftModel.from_pretrained(base, str(folder), is_trainable=trainable)
    except (OSError, ValueError, RuntimeError, SafetensorError) as error:
        raise ModelError(
            f"{folder}: no adapter for this base model: {first_line(error)}"
        ) from error
    if refused := _adapted_elsewhere(model, output):
        raise ModelError(
            f"{folder}: adapts {', '.join(refused)}, which grading reads as the base has it; "
            f"allowed: {', '.join(allowed)}; train it again with lora.targets among these"
        )
    return _prepared(model)


def read_weights(model: nn.Module, folder: Path) -> None:
    """Put a saved adapter's weights into an adapter of the same shape.

    Args:
        model: what `add_adapter` gave.
        folder: as PEFT writes it.

    Raises:
        ModelError: the folder holds no adapter, or one of another shape.
    """
    with quiet():
        import peft

    wanted = {name for name, value in model.named_parameters() if value.requires_grad}
    try:
        found = peft.set_peft_model_state_dict(model, peft.load_peft_weights(str(folder), "cpu"))
        if wrong := sorted(wanted.intersection(found.missing_keys) | {*found.unexpected_keys}):
            raise ValueError(f"{wrong[0]} is in one of the two alone")
    except (OSError, ValueError, RuntimeError, SafetensorError) as error:
        raise ModelError(
            f"{folder}: no adapter of the shape that `lora` gives: {first_line(error)}"
        ) from error


def _output_layer(base: nn.Module) -> nn.Module:
    return cast(nn.Module, cast(Any, base).get_output_embeddings())


def _in_block(module: nn.Module, output: nn.Module) -> bool:
    """Whether a module may be adapted: a linear one, except the output layer.

    Scoring multiplies five rows of the output layer's weight, by itself, so that an adapter on
    it would count in training alone.
    """
    from transformers.pytorch_utils import Conv1D  # GPT-2's linear layer

    return isinstance(module, (nn.Linear, Conv1D)) and module is not output


def _block_layers(base: nn.Module) -> list[str]:
    """The last parts of the names of the layers that may be adapted."""
    output = _output_layer(base)
    modules = base.named_modules()
    return sorted({name.rpartition(".")[2] for name, part in modules if _in_block(part, output)})


def _adapted_elsewhere(model: nn.Module, output: nn.Module) -> list[str]:
    """The names of the modules that an adapter changes although they may not be adapted."""
    from peft.tuners.lora.layer import LoraLayer
    from peft.tuners.tuners_utils import BaseTunerLayer
    from peft.utils.other import AuxiliaryTrainingWrapper

    return [
        name.removeprefix("base_model.model.")
        for name, part in model.named_modules()
        if isinstance(part, (BaseTunerLayer, AuxiliaryTrainingWrapper))
        and not (isinstance(part, LoraLayer) and _in_block(part.get_base_layer(), output))
    ]


def _prepared(model: nn.Module) -> nn.Module:
    from autograder.model.lora import fuse_lora

    fuse_lora(model)
    for parameter in model.parameters():
        if parameter.requires_grad:
            parameter.data = parameter.data.float()
    return model
