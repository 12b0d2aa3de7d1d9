"""LoRA on a frozen linear layer in one autograd step.

PEFT's own forward casts, drops, scales, clones and adds in separate passes over full
activations, and draws a random number for each of them. Here the adapter's two thin products
are accumulated into the base product, forward and backward, and dropout zeroes input features
of A, one draw a batch ("LoRA Dropout as a Sparsity Regularizer", Lin et al., 2024), which
costs nothing. With dropout 0 it computes what PEFT computes; the adapter's files are PEFT's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import torch
from peft.tuners.lora.bnb import Linear4bit
from peft.tuners.lora.layer import Linear
from torch import Tensor, nn
from torch.nn import functional as F

from autograder.model.int8 import Int8Weight


def dense_weight(base: nn.Module, dtype: torch.dtype) -> Tensor:
    """The frozen weight (out, in) in `dtype`, dequantised where it is 4-bit."""
    weight = cast(Any, base.weight)
    state = getattr(weight, "quant_state", None)
    if state is None:
        return cast(Tensor, weight).to(dtype)
    from bitsandbytes.functional import dequantize_4bit

    return cast(Tensor, dequantize_4bit(weight.data, state)).to(dtype)


@dataclass(frozen=True, slots=True)
class _Rounded:
    """The two copies of a frozen weight W (out, in) for products of 8 bits.

    Attributes:
        outputs: W, rounded by output, for x W^T.
        inputs: W^T, rounded by input, for the gradient of x.
    """

    outputs: Int8Weight
    inputs: Int8Weight


def _rounded_weights(base: nn.Module, dtype: torch.dtype) -> _Rounded | None:
    takes = dtype in (torch.bfloat16, torch.float32)
    return getattr(base, "rounded", None) if takes else None


class _LoraProduct(torch.autograd.Function):
    """y = x W^T + bias + scale (x A^T) B^T, with gradients for x, A and B.

    The dense W is made anew for the backward pass instead of being kept. After `round_frozen`
    the products with W are of 8 bits; A and B still see x and the gradient as they are.
    """

    @staticmethod
    def forward(
        ctx: Any, x: Tensor, a: Tensor, b: Tensor, base: nn.Module, bias: Tensor | None
    ) -> Tensor:
        # Detached, as a view would keep alive what is kept with x.
        flat = x.detach().reshape(-1, x.shape[-1])
        low_rank = flat @ a.t()
        rounded = _rounded_weights(base, x.dtype)
        if rounded:
            product = rounded.outputs.multiply(x, bias).addmm_(low_rank, b.t())
        else:
            product = flat @ dense_weight(base, x.dtype).t()
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
            rounded = _rounded_weights(ctx.base, grad.dtype)
            if rounded:
                grad_x = rounded.inputs.multiply(grad)
            else:
                grad_x = grad @ dense_weight(ctx.base, grad.dtype)
            grad_x.addmm_(grad_low_rank, a)
            grad_x = grad_x.view(ctx.shape)
        if needs_a:
            grad_a = grad_low_rank.t() @ flat
        if needs_b:
            grad_b = grad.t() @ low_rank
        return grad_x, grad_a, grad_b, None, None


def _forward(layer: Any, x: Tensor) -> Tensor:
    base = layer.get_base_layer()
    if torch.is_autocast_enabled(x.device.type):
        x = x.to(torch.get_autocast_dtype(x.device.type))
    bias = None if base.bias is None else base.bias.to(x.dtype)
    if layer.disable_adapters:
        return F.linear(x, dense_weight(base, x.dtype), bias)
    (name,) = layer.active_adapters
    a, b = layer.lora_A[name].weight, layer.lora_B[name].weight * layer.scaling[name]
    rate = getattr(layer.lora_dropout[name], "p", 0.0)
    if layer.training and rate:
        kept = torch.empty(a.shape[1], device=a.device).bernoulli_(1 - rate)
        a = a * (kept / (1 - rate))
    return cast(Tensor, _LoraProduct.apply(x, a.to(x.dtype), b.to(x.dtype), base, bias))  # type: ignore[no-untyped-call]  # torch


class FusedLayer:
    """Goes before PEFT's own class of a LoRA layer."""

    def forward(self: Any, x: Tensor) -> Tensor:
        """(..., in) to (..., out)."""
        if self.merged:
            return cast(Tensor, super().forward(x))  # type: ignore[misc]  # PEFT's class has it
        return _forward(self, x)


class _FusedLinear4bit(FusedLayer, Linear4bit):  # type: ignore[misc]  # peft is untyped
    pass


class _FusedLinear(FusedLayer, Linear):  # type: ignore[misc]  # peft is untyped
    pass


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


def fused_layers(model: nn.Module) -> list[Any]:
    """The layers of a model that have the fused forward, in order."""
    return [module for module in model.modules() if isinstance(module, FusedLayer)]


def round_frozen(model: nn.Module) -> int:
    """Let the fused layers multiply their frozen weights in 8 bits, forward and backward.

    What they hold in 4 bits stays, for all that reads the base's weights.

    Args:
        model: on a CPU for which `int8.why_not_int8` has nothing to say.

    Returns:
        how many layers were rounded; each takes 2 bytes a weight.
    """
    layers = fused_layers(model)
    for layer in layers:
        base = layer.get_base_layer()
        dense = dense_weight(base, torch.float32)
        base.rounded = _Rounded(Int8Weight.of(dense), Int8Weight.of(dense.t()))
    return len(layers)
