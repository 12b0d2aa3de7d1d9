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
from peft.tuners.lora.layer import LoraLayer
from torch import Tensor, nn

from autograder.judging.quick import quick
from autograder.model.int8 import Int8Weight, has_int8
from autograder.model.lora import adapter_of, dense_weight, fused_layers


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

    Attributes:
        weight: W + B A, rounded.
        bias: (out,), if there is one.
        dtype: of what goes in and comes out.
    """

    weight: Int8Weight
    bias: Tensor | None
    dtype: torch.dtype

    @classmethod
    def of(cls, weight: Tensor, bias: Tensor | None, a: Tensor, b: Tensor) -> Int8Linear:
        """Round dense W (out, in) plus scaled B (out, rank) times A (rank, in)."""
        return cls.of_base(torch.addmm(weight.float(), b.float(), a.float()), bias, weight.dtype)

    @classmethod
    def of_base(cls, weight: Tensor, bias: Tensor | None, dtype: torch.dtype) -> Int8Linear:
        """Round W (out, in) as it is; in and out goes `dtype`."""
        return cls(Int8Weight.of(weight), None if bias is None else bias.to(dtype), dtype)

    def multiply(self, x: Tensor) -> Tensor:
        """x (W + B A)^T + bias, nearly: (..., in) to (..., out)."""
        return self.weight.multiply(x, self.bias).view(*x.shape[:-1], -1)


def can_pack(device: torch.device, dtype: torch.dtype) -> bool:
    """Whether this PyTorch multiplies packed weights on the device."""
    return (
        device.type == "cpu"
        and dtype in (torch.bfloat16, torch.float32)
        and torch.backends.mkldnn.is_available()  # type: ignore[no-untyped-call]  # torch
        and hasattr(torch.ops.mkldnn, "_linear_pointwise")
    )


class _Packed:
    """Goes before a fused layer's class: multiplies by what `pack_adapter` laid out.

    Where a gradient is wanted, or the input has another dtype, the layer itself answers.
    """

    packed: PackedLinear | Int8Linear
    base: Int8Linear | None

    def forward(self: Any, x: Tensor) -> Tensor:
        """(..., in) to (..., out)."""
        packed, adapted = self.packed, not self.disable_adapters
        if not torch.is_grad_enabled() and x.dtype == packed.dtype:
            if self.base and quick.get():
                return cast(Int8Linear, self.base).multiply(x)
            if isinstance(packed, PackedLinear):
                return packed.multiply(x, adapted)
            if adapted:
                return cast(Int8Linear, packed).multiply(x)
        return cast(Tensor, super().forward(x))  # type: ignore[misc]  # the layer's class has it


def packed_bytes(model: nn.Module, dtype: torch.dtype, base: bool = False) -> int:
    """What `pack_adapter` would take."""
    sizes = (int(layer.in_features * layer.out_features) for layer in fused_layers(model))
    return sum(sizes) * (dtype.itemsize + base)


def pack_adapter(
    model: nn.Module, dtype: torch.dtype, int8: bool = False, base: bool = False
) -> int:
    """Pack the fused layers for inference in `dtype`; products are all that is left to do.

    Neither the base nor the adapter may change after it. Gradients go by the 4-bit weight still.

    Args:
        model: on a CPU.
        dtype: of what goes into the layers and comes out.
        int8: multiply in 8 bits: twice as fast, and slightly less exact. With the adapter
            switched off the layers answer by the 4-bit weight then.
        base: keep the weights without the adapter in 8 bits too, for `quick_base`, where the
            machine multiplies so.

    Returns:
        how many layers were packed: none where this machine cannot.
    """
    count = 0
    for layer in fused_layers(model):
        inner = layer.get_base_layer()
        device = inner.weight.device
        if not can_pack(device, dtype) or (int8 and not has_int8(device)):
            continue
        a, b = adapter_of(layer)
        with torch.no_grad():
            weight = dense_weight(inner, dtype)
            kind = Int8Linear if int8 else PackedLinear
            layer.packed = kind.of(weight, inner.bias, a, b)
            if not base or not has_int8(device):
                layer.base = None
            elif int8 and not isinstance(layer, LoraLayer):
                layer.base = layer.packed  # it has no adapter
            else:
                layer.base = Int8Linear.of_base(weight, inner.bias, dtype)
        if not isinstance(layer, _Packed):
            layer.__class__ = type(type(layer).__name__, (_Packed, type(layer)), {})
        count += 1
    return count
