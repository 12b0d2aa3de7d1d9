"""Weights laid out once for a CPU's products, for inference.

A 4-bit weight is made dense in every pass, and oneDNN then brings the dense one into a layout of
its own: for few tokens both take longer than the product. A packed layer keeps the dense weight
in that layout, bf16 or float32, or rounded to 8 bits, beside the 4-bit one that training and
export use.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import torch
from torch import Tensor, nn

from autograder.model.lora import dense_weight, fused_layers


@dataclass(frozen=True, slots=True)
class PackedLinear:
    """A frozen linear layer with its adapter, ready to multiply.

    The adapter's A stands below W: one product gives x W^T and x A^T, as a thin one by itself
    takes nearly as long.

    Attributes:
        weight: (out + rank, in), in oneDNN's layout: opaque to all but its own product.
        bias: (out + rank,), zero for A, if there is one.
        b: (out, rank), scaled.
        dtype: of all of them, and of what it multiplies.
    """

    weight: Tensor
    bias: Tensor | None
    b: Tensor
    dtype: torch.dtype

    @classmethod
    def of(cls, weight: Tensor, bias: Tensor | None, a: Tensor, b: Tensor) -> PackedLinear:
        """Pack dense W (out, in), A (rank, in) and scaled B (out, rank) in the dtype of W."""
        dtype = weight.dtype
        both = torch.cat((weight, a.to(dtype)))
        if bias is not None:
            bias = torch.cat((bias.to(dtype), bias.new_zeros(len(a), dtype=dtype)))
        return cls(torch.ops.mkldnn._reorder_linear_weight(both), bias, b.to(dtype), dtype)

    def multiply(self, x: Tensor, adapted: bool) -> Tensor:
        """x W^T + bias, and (x A^T) B^T where the adapter is on: (..., in) to (..., out)."""
        flat = x.reshape(-1, x.shape[-1])
        both = cast(
            Tensor,
            torch.ops.mkldnn._linear_pointwise(flat, self.weight, self.bias, "none", [], ""),
        )
        product, low_rank = both[:, : len(self.b)], both[:, len(self.b) :]
        if adapted:
            product.addmm_(low_rank, self.b.t())
        return product.view(*x.shape[:-1], -1)


@dataclass(frozen=True, slots=True)
class Int8Linear:
    """A frozen linear layer, its adapter added, that multiplies whole numbers of 8 bits.

    An output's weights are rounded to 8 bits once, a token's input when it comes (vector-wise
    quantisation: "LLM.int8()", Dettmers et al., 2022, section 3.1). No token depends on another
    and the sums are exact, so a verdict stays the same whatever the batch.

    Attributes:
        weight: int8 (in, out), in oneDNN's layout: opaque to all but its own product.
        scale: float32 (out,), what one step of a weight is worth.
        zero: int64 (out,), zeros.
        bias: (out,), if there is one.
        dtype: of what goes in and comes out.
    """

    weight: Tensor
    scale: Tensor
    zero: Tensor
    bias: Tensor | None
    dtype: torch.dtype

    @classmethod
    def of(cls, weight: Tensor, bias: Tensor | None, a: Tensor, b: Tensor) -> Int8Linear:
        """Round dense W (out, in) plus scaled B (out, rank) times A (rank, in)."""
        dtype = weight.dtype
        whole = torch.addmm(weight.float(), b.float(), a.float())
        scale = (whole.abs().amax(dim=1) / 127).clamp_(min=_TINY)
        return cls(
            torch.ops.onednn.qlinear_prepack((whole / scale[:, None]).round().to(torch.int8), None),
            scale,
            torch.zeros(len(scale), dtype=torch.int64),
            None if bias is None else bias.to(dtype),
            dtype,
        )

    def multiply(self, x: Tensor) -> Tensor:
        """x (W + B A)^T + bias, nearly: (..., in) to (..., out)."""
        steps, step = _rounded(x)
        product = torch.ops.onednn.qlinear_pointwise(
            *(steps, 1.0, _ZERO, self.weight, self.scale, self.zero, None),
            *(1.0, 0, self.dtype, "none", [], ""),
        )
        if self.bias is None:
            product.mul_(step)
        else:
            product = torch.addcmul(self.bias, product, step)
        return cast(Tensor, product.view(*x.shape[:-1], -1))


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


def can_pack(device: torch.device, dtype: torch.dtype) -> bool:
    """Whether this PyTorch multiplies packed weights on the device."""
    return (
        device.type == "cpu"
        and dtype in (torch.bfloat16, torch.float32)
        and torch.backends.mkldnn.is_available()  # type: ignore[no-untyped-call]  # torch
        and hasattr(torch.ops.mkldnn, "_linear_pointwise")
    )


class _Packed:
    """Goes before a fused LoRA layer's class: multiplies by what `pack_adapter` laid out.

    Where a gradient is wanted, or the input has another dtype, the layer itself answers.
    """

    packed: PackedLinear | Int8Linear

    def forward(self: Any, x: Tensor) -> Tensor:
        """(..., in) to (..., out)."""
        packed, adapted = self.packed, not self.disable_adapters
        if not torch.is_grad_enabled() and x.dtype == packed.dtype:
            if isinstance(packed, PackedLinear):
                return packed.multiply(x, adapted)
            if adapted:
                return cast(Int8Linear, packed).multiply(x)
        return cast(Tensor, super().forward(x))  # type: ignore[misc]  # the layer's class has it


def packed_bytes(model: nn.Module, dtype: torch.dtype) -> int:
    """What `pack_adapter` would take."""
    sizes = (int(layer.in_features * layer.out_features) for layer in fused_layers(model))
    return sum(sizes) * dtype.itemsize


def pack_adapter(model: nn.Module, dtype: torch.dtype, int8: bool = False) -> int:
    """Pack the fused LoRA layers for inference in `dtype`; products are all that is left to do.

    Neither the base nor the adapter may change after it. Gradients go by the 4-bit weight still.

    Args:
        model: on a CPU.
        dtype: of what goes into the layers and comes out.
        int8: multiply in 8 bits: twice as fast, and slightly less exact. With the adapter
            switched off the layers answer by the 4-bit weight then.

    Returns:
        how many layers were packed: none where this machine cannot.
    """
    kind = Int8Linear if int8 else PackedLinear
    count = 0
    for layer in fused_layers(model):
        base, (name,) = layer.get_base_layer(), layer.active_adapters
        device = base.weight.device
        if not can_pack(device, dtype) or (int8 and not has_int8(device)):
            continue
        a, b = layer.lora_A[name].weight, layer.lora_B[name].weight * layer.scaling[name]
        with torch.no_grad():
            layer.packed = kind.of(dense_weight(base, dtype), base.bias, a, b)
        if not isinstance(layer, _Packed):
            layer.__class__ = type(type(layer).__name__, (_Packed, type(layer)), {})
        count += 1
    return count
