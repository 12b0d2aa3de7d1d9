"""The weights of a merged judge as llama.cpp names, orders and packs them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from autograder.errors import ModelError
from autograder.export.progress import Progress

if TYPE_CHECKING:
    from autograder.export.weights import Merged


def write_tensors(writer: Any, merged: Merged, dtype: str, progress: Progress) -> None:
    """Write all tensors, computed one at a time, after what the writer was told before.

    Raises:
        ModelError: a tensor has no place in such a file, or too large weights.
    """
    import gguf

    config = merged.model.config
    arch = {name: key for key, name in gguf.MODEL_ARCH_NAMES.items()}[config.model_type]
    names = gguf.get_tensor_name_map(arch, config.num_hidden_layers)
    state = merged.model.state_dict()
    extra = {"rope_freqs.weight": factors} if (factors := rope_factors(config)) is not None else {}
    targets: dict[str, str] = {}
    kinds: dict[str, Any] = {}
    for name in merged.names():
        target = names.get_name(name, try_suffixes=(".weight", ".bias"))
        if target is None:
            raise ModelError(f"{name}: has no place in a GGUF file of {config.model_type}")
        targets[name], kinds[target] = target, _kind(state[name].shape, dtype)
        _announce(writer, target, state[name].shape, kinds[target])
    for target, tensor in extra.items():
        _announce(writer, target, tensor.shape, gguf.GGMLQuantizationType.F32)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    for number, (name, target) in enumerate(targets.items(), start=1):
        tensor = merged.weight(name)
        if config.model_type == "llama" and (".q_proj." in name or ".k_proj." in name):
            heads = config.num_attention_heads
            tensor = interleave(
                tensor, heads if ".q_proj." in name else config.num_key_value_heads or heads
            )
        is_half = kinds[target] == gguf.GGMLQuantizationType.F16
        if is_half and not tensor.half().isfinite().all():
            raise ModelError(f"{name}: has weights too large for fp16; export in bf16")
        writer.write_tensor_data(gguf.quants.quantize(tensor.contiguous().numpy(), kinds[target]))
        progress("writing", number, len(targets))
    for tensor in extra.values():
        writer.write_tensor_data(tensor.numpy())


def _kind(shape: torch.Size, dtype: str) -> Any:
    import gguf

    types = gguf.GGMLQuantizationType
    if len(shape) == 1 or dtype == "fp32":
        return types.F32
    if dtype == "q8_0":
        return types.Q8_0 if shape[-1] % 32 == 0 else types.F16
    return types.BF16 if dtype == "bf16" else types.F16


def _announce(writer: Any, name: str, shape: torch.Size, kind: Any) -> None:
    import gguf
    import numpy as np

    types = gguf.GGMLQuantizationType
    if kind in (types.F32, types.F16):
        plain = np.dtype(np.float32 if kind == types.F32 else np.float16)
        writer.add_tensor_info(name, shape, plain, shape.numel() * plain.itemsize)
        return
    packed = gguf.quants.quant_shape_to_byte_shape(tuple(shape), kind)
    num_bytes = int(np.prod(packed))
    writer.add_tensor_info(name, packed, np.dtype(np.uint8), num_bytes, raw_dtype=kind)


def interleave(tensor: Tensor, heads: int) -> Tensor:
    """Rows of a query or key matrix in the order that llama.cpp's rotary embedding wants.

    transformers rotates dimension i of a head with i + d/2, llama.cpp dimension 2i with 2i + 1.

    Args:
        tensor: (heads * d,) or (heads * d, in).
        heads: of this matrix.
    """
    halves = tensor.view(heads, 2, -1, *tensor.shape[1:])
    return halves.transpose(1, 2).reshape(tensor.shape)


def rope_factors(config: Any) -> Tensor | None:
    """What llama.cpp divides each rotary frequency by: float32 (d / 2); None where it is 1."""
    if config.rope_parameters.get("rope_type", "default") == "default":
        return None
    from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS

    scaled, _ = ROPE_INIT_FUNCTIONS["llama3"](config, torch.device("cpu"))
    steps = torch.arange(len(scaled), dtype=torch.float64) / len(scaled)
    plain = float(config.rope_parameters["rope_theta"]) ** -steps
    factors: Tensor = (plain / scaled.double()).float()
    return factors
