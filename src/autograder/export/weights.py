"""The adapter merged into the base's weights, one tensor at a time.

The judge was trained on, and scores with, a base whose linear layers were rounded to 4 bits. So
what is merged into is by default that very base, dequantised: W = dequantised(NF4(W0)) + s B A.
`original` merges into the base as it was before rounding, which the judge has never seen.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, cast

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor, nn

from autograder.bases.fetch import pull
from autograder.errors import ModelError
from autograder.export.trained import BaseWeights, Trained
from autograder.model.adapter import read_adapter
from autograder.model.base_model import load_base
from autograder.model.encode import Encoder
from autograder.model.quiet import quiet

DTYPES = {"bf16": torch.bfloat16, "fp16": torch.float16, "fp32": torch.float32}
_CPU = torch.device("cpu")


def num_weights(base: Path) -> int:
    """Weights of a base model, from the headers of its files; a tied matrix counts once.

    Raises:
        ModelError: the folder holds no weights that can be read.
    """
    count = 0
    try:
        for file in sorted(base.glob("*.safetensors")):
            with safe_open(file, framework="pt") as tensors:
                count += sum(
                    math.prod(tensors.get_slice(name).get_shape())
                    for name in tensors.keys()  # noqa: SIM118 - not a dict
                )
    except (OSError, SafetensorError) as error:
        raise ModelError(f"{base}: the base's weights cannot be read: {error}") from None
    if not count:
        raise ModelError(f"{base}: holds no safetensors weights; pull the base model again")
    return count


class Merged:
    """A judge as one plain model.

    Args:
        trained: the judge.
        base_weights: what the adapter is merged into.

    Attributes:
        model: transformers' model of the base, not yet merged, in the base's own dtype.
        encoder: the base's tokenizer with the judge's template.

    Raises:
        ModelError: base and adapter cannot be loaded, or do not belong together.
        SourceError: the base is not here and cannot be fetched.
    """

    def __init__(self, trained: Trained, base_weights: BaseWeights = "dequantised") -> None:
        from transformers import AutoModelForCausalLM

        config = trained.config
        quantised, encoder = load_base(
            config.model, config.quantization, device=_CPU, dtype=torch.float32
        )
        self.encoder: Encoder = encoder
        if list(encoder.digit_ids) != trained.values["digit_ids"]:
            raise ModelError(
                f"{trained.folder}: was trained with another tokenizer than the base has"
            )
        adapted: Any = read_adapter(quantised, trained.folder)
        with quiet():
            self.model: Any = AutoModelForCausalLM.from_pretrained(
                pull(config.model.name), dtype="auto", device_map=_CPU, local_files_only=True
            )
        self._changed = _changes(adapted.base_model.model, self.model, base_weights)

    @property
    def num_changed(self) -> int:
        """Matrices that are not the base's own any more."""
        return len(self._changed)

    def weight(self, name: str) -> Tensor:
        """A weight by its name in transformers' state: float32, in the shape of the base's."""
        if name in self._changed:
            return self._changed[name]()
        return cast(Tensor, self.model.state_dict()[name]).float()

    def names(self) -> Iterator[str]:
        """All weights' names; a tied output matrix is left out."""
        tied = bool(self.model.config.tie_word_embeddings)
        for name in self.model.state_dict():
            if not (tied and name == "lm_head.weight"):
                yield name

    def merge(self, dtype: torch.dtype, progress: Callable[[int], object] = lambda _: None) -> Any:
        """The model with everything merged, in `dtype`.

        Args:
            dtype: of all weights.
            progress: called with 1 for each merged matrix.

        Raises:
            ModelError: a weight is too large for `dtype`.
        """
        for name in list(self._changed):
            weight = self._changed.pop(name)()
            self.model.get_parameter(name).data = weight.to(dtype)
            progress(1)
        self.model.to(dtype)
        for name, weight in self.model.named_parameters():
            if not weight.isfinite().all():
                raise ModelError(f"{name}: has weights too large for {dtype}; export in bf16")
        return self.model


def _changes(
    adapted: nn.Module, plain: nn.Module, base_weights: BaseWeights
) -> dict[str, Callable[[], Tensor]]:
    """For each changed weight's name a function that computes it: float32 (out, in)."""
    from peft.tuners.lora.layer import LoraLayer

    found: dict[str, Callable[[], Tensor]] = {}
    for name, module in adapted.named_modules():
        weight = f"{name}.weight"
        if isinstance(module, LoraLayer):
            found[weight] = partial(_adapted_weight, weight, module, plain, base_weights)
        elif (
            base_weights == "dequantised"
            and _is_quantised(module)
            and not name.endswith(".base_layer")
        ):
            found[weight] = partial(_base_weight, weight, module, plain, base_weights)
    return found


def _adapted_weight(name: str, layer: Any, plain: nn.Module, base_weights: BaseWeights) -> Tensor:
    base = _base_weight(name, layer.get_base_layer(), plain, base_weights)
    return base + cast(Tensor, layer.get_delta_weight("default")).float()


def _is_quantised(module: nn.Module) -> bool:
    return type(getattr(module, "weight", None)).__name__ in ("Params4bit", "Int8Params")


def _base_weight(
    name: str, layer: nn.Module, plain: nn.Module, base_weights: BaseWeights
) -> Tensor:
    if base_weights == "original":
        return plain.get_parameter(name).detach().float()
    from transformers.integrations.bitsandbytes import dequantize_bnb_weight

    weight = cast(Any, layer.weight)
    state = getattr(layer, "state", None)
    return cast(Tensor, dequantize_bnb_weight(weight, state)).detach().float()
