"""Products of whole numbers of 8 bits, on a CPU: twice as fast as bf16, and nearly the same.

An output's weights are rounded to 8 bits once, a token's input when it comes (vector-wise
quantisation: "LLM.int8()", Dettmers et al., 2022, section 3.1). No token depends on another and
the sums are exact, so a product stays the same whatever the batch.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor

from autograder.config import QuantizationConfig
from autograder.errors import ModelError


@dataclass(frozen=True, slots=True)
class Int8Weight:
    """A rounded weight, ready to multiply.

    Attributes:
        weight: int8 (in, out), in oneDNN's layout: opaque to all but its own product.
        scale: float32 (out,), what one step of a weight is worth.
        zero: int64 (out,), zeros.
    """

    weight: Tensor
    scale: Tensor
    zero: Tensor

    @classmethod
    def of(cls, dense: Tensor) -> Int8Weight:
        """Round W (out, in)."""
        dense = dense.float().contiguous()  # the packing below would misread a transposed one
        scale = (dense.abs().amax(dim=1) / 127).clamp_(min=_TINY)
        steps = (dense / scale[:, None]).round_().to(torch.int8)
        packed = torch.ops.onednn.qlinear_prepack(steps, None)
        return cls(packed, scale, torch.zeros(len(scale), dtype=torch.int64))

    def multiply(self, x: Tensor, bias: Tensor | None = None) -> Tensor:
        """x W^T + bias, nearly: (..., in) to (N, out), bf16 or float32 as x is."""
        steps, step = _rounded(x)
        product = torch.ops.onednn.qlinear_pointwise(
            *(steps, 1.0, _ZERO, self.weight, self.scale, self.zero, None),
            *(1.0, 0, x.dtype, "none", [], ""),
        )
        if bias is None:
            return cast(Tensor, product.mul_(step))
        return torch.addcmul(bias, product, step)


_ZERO = 128
_TINY = 1e-30  # instead of a step of 0, where all is 0


def _rounded(x: Tensor) -> tuple[Tensor, Tensor]:
    """Each row of x (..., in) in steps: uint8 (N, in) around `_ZERO`, and a row's step (N, 1).

    Kept with x, which several layers get: queries, keys and values are products of one input.
    """
    version = None if x.is_inference() else x._version  # counts changes in place
    at, kept = getattr(x, "rounded", (None, None))
    if version is None or at != version:
        flat = x.reshape(-1, x.shape[-1])
        # 126 and not 127: in bf16 the step may be a little too small.
        step = flat.abs().amax(dim=1, keepdim=True).div_(126).clamp_(min=_TINY)
        signed = (flat / step).round_().to(torch.int8)
        # The sign bit turned over is an addition of 128, and quicker.
        kept = (signed ^ -128).view(torch.uint8), step
        x.rounded = version, kept  # type: ignore[attr-defined]  # a name of our own
    return cast(tuple[Tensor, Tensor], kept)


def has_int8(device: torch.device) -> bool:
    """Whether the device has dot products of 8 bits (AVX-512 VNNI, AVX VNNI or AMX).

    Without them oneDNN's sums of 16 bits could overflow.
    """
    found = torch.cpu.get_capabilities() if device.type == "cpu" else {}
    names = ("avx512_vnni", "avx_vnni", "amx_int8")
    return any(found.get(name) for name in names) and hasattr(torch.ops.onednn, "qlinear_pointwise")


def why_not_int8(device: torch.device, dtype: torch.dtype, bits: int) -> str | None:
    """What is against products of 8 bits, for a base in `bits` that computes in `dtype`."""
    if device.type != "cpu":
        return f"is for CPUs, and the model is on {device}"
    if not has_int8(device):
        return "this processor has no products of 8 bits (AVX-512 VNNI, AVX VNNI or AMX)"
    if bits == 8:
        return "does not go with a base in 8 bits"
    if dtype not in (torch.bfloat16, torch.float32):
        return f"the model computes in {dtype}, not in bf16 or fp32"
    return None


def trains_in_int8(config: QuantizationConfig, device: torch.device, dtype: torch.dtype) -> bool:
    """Whether training multiplies the frozen weights in 8 bits: as configured, or for `auto` where
    this is quicker and the weights are rounded to 4 bits anyway.

    Raises:
        ModelError: it shall, and cannot.
    """
    why_not = why_not_int8(device, dtype, config.bits)
    if config.products == "int8" and why_not:
        raise ModelError(f"quantization.products: int8 {why_not}; set it to auto")
    return config.products == "int8" or (
        config.products == "auto" and config.bits == 4 and not why_not
    )
