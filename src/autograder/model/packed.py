"""Weights laid out once for a CPU's products, for inference.

A 4-bit weight is made dense in every pass, and oneDNN then brings the dense one into a layout of
its own: for few tokens both take longer than the product. A packed layer keeps the dense weight
in that layout, bf16 or float32, beside the 4-bit one that training and export use.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import torch
from torch import Tensor


@dataclass(frozen=True, slots=True)
class PackedLinear:
    """A frozen linear layer with its adapter, ready to multiply.

    The adapter's A stands below W: one product gives x W^T and x A^T, as a thin one by itself
    takes nearly as long.

    Attributes:
        weight: (out + rank, in), in oneDNN's layout: opaque to all but its own product.
        bias: (out + rank,), zero for A, if there is one.
        b: (out, rank), scaled.
    """

    weight: Tensor
    bias: Tensor | None
    b: Tensor

    @classmethod
    def of(cls, weight: Tensor, bias: Tensor | None, a: Tensor, b: Tensor) -> PackedLinear:
        """Pack dense W (out, in), A (rank, in) and scaled B (out, rank) in the dtype of W."""
        dtype = weight.dtype
        both = torch.cat((weight, a.to(dtype)))
        if bias is not None:
            bias = torch.cat((bias.to(dtype), bias.new_zeros(len(a), dtype=dtype)))
        return cls(torch.ops.mkldnn._reorder_linear_weight(both), bias, b.to(dtype))

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


def can_pack(device: torch.device, dtype: torch.dtype) -> bool:
    """Whether this PyTorch multiplies packed weights on the device."""
    return (
        device.type == "cpu"
        and dtype in (torch.bfloat16, torch.float32)
        and torch.backends.mkldnn.is_available()  # type: ignore[no-untyped-call]
        and hasattr(torch.ops.mkldnn, "_linear_pointwise")
    )
