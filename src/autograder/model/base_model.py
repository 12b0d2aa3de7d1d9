"""The frozen base model: where and in which dtype it computes, and how it is loaded."""

from __future__ import annotations

from typing import Any

import torch
from safetensors import SafetensorError
from torch import nn

from autograder.bases.fetch import pull
from autograder.bases.sizes import ARCHITECTURES
from autograder.config import ModelConfig, QuantizationConfig
from autograder.errors import ModelError
from autograder.model import attention, quantized
from autograder.model.encode import Encoder
from autograder.model.quiet import quiet

_DTYPES = {"bf16": torch.bfloat16, "fp16": torch.float16, "fp32": torch.float32}


def default_device() -> torch.device:
    return torch.device("cuda" if torch.cuda.is_available() else "cpu")


def choose_dtype(name: str, device: torch.device) -> torch.dtype:
    """The compute dtype: as named, or for `auto` bf16 where the device is fast at it.

    On a GPU without bf16 (T4) it is fp16, on a CPU without bf16 instructions fp32.
    """
    if name != "auto":
        return _DTYPES[name]
    if device.type == "cuda":
        major, _ = torch.cuda.get_device_capability(device)
        return torch.bfloat16 if major >= 8 else torch.float16
    fast = torch.ops.mkldnn._is_mkldnn_bf16_supported()
    return torch.bfloat16 if fast else torch.float32


def _quantization(config: QuantizationConfig, dtype: torch.dtype) -> Any:
    from transformers import BitsAndBytesConfig

    if config.bits == 16:
        return None
    if config.bits == 8:
        return BitsAndBytesConfig(load_in_8bit=True)
    return BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type=config.type,
        bnb_4bit_use_double_quant=config.double,
        bnb_4bit_compute_dtype=dtype,
    )


def load_base(
    model: ModelConfig,
    quantization: QuantizationConfig,
    *,
    device: torch.device,
    dtype: torch.dtype,
) -> tuple[nn.Module, Encoder]:
    """Load the frozen base model, pulled first where it is not here yet.

    Raises:
        ModelError: the folder holds no model that transformers can load, or a file of the cache
            has been damaged.
    """
    from transformers import AutoConfig, AutoModelForCausalLM, AutoTokenizer

    folder = pull(model.name)
    kind: str = model.attention
    if device.type == "cuda":
        # Its gradient is NaN for some lengths, such as 576 under a mask (H100, PyTorch 2.11), and
        # it plans anew for every length. A context around `forward` would miss recomputation.
        torch.backends.cuda.enable_cudnn_sdp(False)
    try:
        with quiet():
            if kind == "auto":
                # The CPU's fused attention is slower backward than plain matrix products.
                shape = AutoConfig.from_pretrained(folder, local_files_only=True)
                on_cpu = device.type == "cpu" and shape.model_type in ARCHITECTURES
                kind = "tree" if on_cpu else "sdpa"
            if kind == "tree":
                attention.register()
                kind = attention.NAME
            copy = quantized.copy_of(folder, quantization, dtype)
            known = copy is not None and quantized.is_there(copy)
            # A copy says itself how it was quantised, unless it is told anything, be it None.
            how = {} if known else {"quantization_config": _quantization(quantization, dtype)}
            base = AutoModelForCausalLM.from_pretrained(
                copy if known else folder,
                dtype=dtype,
                attn_implementation=kind,
                device_map={"": device},
                local_files_only=True,
                **how,
            )
            if copy and not known:
                quantized.keep(base, copy)
            tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    except (OSError, ValueError, KeyError, ImportError, RuntimeError, SafetensorError) as error:
        raise ModelError(f"{folder}: no causal language model: {first_line(error)}") from error
    base.requires_grad_(False)
    for module in base.modules():
        # A CPU with AVX-512 bf16 would evaluate 4-bit layers by a product that has no gradient
        # and other digits, and keep to it in the training that follows.
        if hasattr(module, "support_avx512bf16_for_cpu"):
            module.support_avx512bf16_for_cpu = False
    return base, Encoder(tokenizer, model.max_length)


def first_line(error: Exception) -> str:
    """What a library's error says first; its other lines are hints for programmers."""
    lines = str(error).strip().splitlines()
    return lines[0] if lines else repr(error)
