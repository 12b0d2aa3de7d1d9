"""LoRA on a frozen linear layer in one autograd step.

PEFT's own forward casts, drops, scales, clones and adds in separate passes over full
activations, and draws a random number for each of them. Here the adapter's two thin products
are accumulated into the base product, forward and backward, and dropout zeroes input features
of A, one draw a batch ("LoRA Dropout as a Sparsity Regularizer", Lin et al., 2024), which
costs nothing. With dropout 0 it computes what PEFT computes; the adapter's files are PEFT's.
"""

from __future__ import annotations

from typing import Any, cast

import torch
from peft.tuners.lora.bnb import Linear4bit
from peft.tuners.lora.layer import Linear
from torch import Tensor, nn
from torch.nn import functional as F

from autograder.model.packed import Int8Linear, PackedLinear, can_pack, has_int8


def _dense(base: nn.Module, dtype: torch.dtype) -> Tensor:
    """The frozen weight (out, in) in `dtype`, dequantised where it is 4-bit."""
    weight = cast(Any, base.weight)
    state = getattr(weight, "quant_state", None)
    if state is None:
        return cast(Tensor, weight).to(dtype)
    from bitsandbytes.functional import dequantize_4bit

    return cast(Tensor, dequantize_4bit(weight.data, state)).to(dtype)


class _LoraProduct(torch.autograd.Function):
    """y = x W^T + bias + scale (x A^T) B^T, with gradients for x, A and B.

    The dense W is made anew for the backward pass instead of being kept.
    """

    @staticmethod
    def forward(
        ctx: Any, x: Tensor, a: Tensor, b: Tensor, base: nn.Module, bias: Tensor | None
    ) -> Tensor:
        flat = x.reshape(-1, x.shape[-1])
        low_rank = flat @ a.t()
        product = flat @ _dense(base, x.dtype).t()
        product.addmm_(low_rank, b.t())
        if bias is not None:
            product += bias
        ctx.base = base
        ctx.shape = x.shape
        ctx.save_for_backward(flat, low_rank, a, b)
        return product.view(*x.shape[:-1], -1)

    @staticmethod
    def backward(
        ctx: Any, grad: Tensor
    ) -> tuple[Tensor | None, Tensor | None, Tensor | None, None, None]:
        flat, low_rank, a, b = ctx.saved_tensors
        needs_x, needs_a, needs_b, _, _ = ctx.needs_input_grad
        grad = grad.reshape(-1, grad.shape[-1])
        grad_low_rank = grad @ b
        grad_x = grad_a = grad_b = None
        if needs_x:
            grad_x = grad @ _dense(ctx.base, grad.dtype)
            grad_x.addmm_(grad_low_rank, a)
            grad_x = grad_x.view(ctx.shape)
        if needs_a:
            grad_a = grad_low_rank.t() @ flat
        if needs_b:
            grad_b = grad.t() @ low_rank
        return grad_x, grad_a, grad_b, None, None


def _forward(layer: Any, x: Tensor) -> Tensor:
    packed = getattr(layer, "packed", None)
    if packed is not None and not torch.is_grad_enabled() and x.dtype == packed.dtype:
        if isinstance(packed, PackedLinear):
            return packed.multiply(x, adapted=not layer.disable_adapters)
        if not layer.disable_adapters:
            return cast(Int8Linear, packed).multiply(x)
    base = layer.get_base_layer()
    if torch.is_autocast_enabled(x.device.type):
        x = x.to(torch.get_autocast_dtype(x.device.type))
    bias = None if base.bias is None else base.bias.to(x.dtype)
    if layer.disable_adapters:
        return F.linear(x, _dense(base, x.dtype), bias)
    (name,) = layer.active_adapters
    a, b = layer.lora_A[name].weight, layer.lora_B[name].weight * layer.scaling[name]
    rate = getattr(layer.lora_dropout[name], "p", 0.0)
    if layer.training and rate:
        kept = torch.empty(a.shape[1], device=a.device).bernoulli_(1 - rate)
        a = a * (kept / (1 - rate))
    return cast(Tensor, _LoraProduct.apply(x, a.to(x.dtype), b.to(x.dtype), base, bias))  # type: ignore[no-untyped-call]  # torch


class _FusedLinear4bit(Linear4bit):  # type: ignore[misc]  # peft is untyped
    def forward(self, x: Tensor) -> Tensor:
        return cast(Tensor, super().forward(x)) if self.merged else _forward(self, x)


class _FusedLinear(Linear):  # type: ignore[misc]  # peft is untyped
    def forward(self, x: Tensor) -> Tensor:
        return cast(Tensor, super().forward(x)) if self.merged else _forward(self, x)


_FUSED: dict[type, type] = {Linear4bit: _FusedLinear4bit, Linear: _FusedLinear}


def fuse_lora(model: nn.Module) -> int:
    """Give every plain LoRA layer of a PEFT model the fused forward.

    The layers stay PEFT's: only their class changes, to one that overrides `forward`. Layers
    of another kind (8-bit ones) keep PEFT's own.

    Returns:
        how many layers were changed.
    """
    count = 0
    for module in model.modules():
        fused = _FUSED.get(type(module))
        if fused is not None and not getattr(module, "lora_variant", None):
            module.__class__ = fused
            count += 1
    return count


def _fused(model: nn.Module) -> list[Any]:
    return [module for module in model.modules() if type(module) in _FUSED.values()]


def packed_bytes(model: nn.Module, dtype: torch.dtype) -> int:
    """What `pack_lora` would take."""
    sizes = (int(layer.in_features * layer.out_features) for layer in _fused(model))
    return sum(sizes) * dtype.itemsize


def pack_lora(model: nn.Module, dtype: torch.dtype, int8: bool = False) -> int:
    """Pack the fused layers for inference in `dtype`, which then takes the time of the products.

    Neither the base nor the adapter may change after it. Gradients go by the 4-bit weight still.

    Args:
        model: on a CPU.
        dtype: of what goes into the layers and comes out.
        int8: multiply in 8 bits: twice as fast, and a little beside. With the adapter switched
            off the layers answer by the 4-bit weight then.

    Returns:
        how many layers were packed: none where this machine cannot.
    """
    kind = Int8Linear if int8 else PackedLinear
    count = 0
    for layer in _fused(model):
        base, (name,) = layer.get_base_layer(), layer.active_adapters
        device = base.weight.device
        if not can_pack(device, dtype) or (int8 and not has_int8(device)):
            continue
        a, b = layer.lora_A[name].weight, layer.lora_B[name].weight * layer.scaling[name]
        with torch.no_grad():
            layer.packed = kind.of(_dense(base, dtype), base.bias, a, b)
        count += 1
    return count
