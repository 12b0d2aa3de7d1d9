"""A frozen linear layer, with LoRA or without, in one autograd step.

PEFT's own forward casts, drops, scales, clones and adds in separate passes over full
activations, and draws a random number for each of them. Here the adapter's two thin products
are accumulated into the base product, forward and backward, and dropout zeroes input features
of A, one draw a batch ("LoRA Dropout as a Sparsity Regularizer", Lin et al., 2024), which
costs nothing. With dropout 0 it computes what PEFT computes; the adapter's files are PEFT's.

Layers that carry no adapter (`lora.top`) go the same way, for its products in 8 bits.
"""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, cast

import bitsandbytes
import torch
from peft.tuners.lora.bnb import Linear4bit
from peft.tuners.lora.layer import Linear, LoraLayer
from torch import Tensor, nn

from autograder.model.int8 import Int8Weight

dropout_source: ContextVar[torch.Generator | None] = ContextVar("dropout_source", default=None)
"""What dropout is drawn from in this thread; None for PyTorch's own generator."""


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
        inputs: W^T, rounded by input, for the gradient of x; None where nothing asks for it, below
            the lowest adapter.
    """

    outputs: Int8Weight
    inputs: Int8Weight | None


def _rounded_weights(base: nn.Module, dtype: torch.dtype) -> _Rounded | None:
    takes = dtype in (torch.bfloat16, torch.float32)
    return getattr(base, "rounded", None) if takes else None


class _Product(torch.autograd.Function):
    """y = x W^T + bias + scale (x A^T) B^T, with gradients for x, A and B.

    Without an adapter A and B are None. The dense W is made anew for the backward pass instead of
    being kept. After `round_frozen` the products with W are of 8 bits; A and B still see x and the
    gradient as they are.
    """

    @staticmethod
    def forward(
        ctx: Any,
        x: Tensor,
        a: Tensor | None,
        b: Tensor | None,
        base: nn.Module,
        bias: Tensor | None,
    ) -> Tensor:
        # Detached, as a view would keep alive what is kept with x.
        flat = x.detach().reshape(-1, x.shape[-1])
        low_rank = None if a is None else flat @ a.t()
        rounded = _rounded_weights(base, x.dtype)
        if rounded:
            product = rounded.outputs.multiply(x, bias)
        else:
            product = flat @ dense_weight(base, x.dtype).t()
        if low_rank is not None and b is not None:
            product.addmm_(low_rank, b.t())
        if bias is not None and not rounded:
            product += bias
        ctx.base = base
        ctx.shape = x.shape
        ctx.save_for_backward(None if a is None else flat, low_rank, a, b)
        return product.view(*x.shape[:-1], -1)

    @staticmethod
    def backward(
        ctx: Any, grad: Tensor
    ) -> tuple[Tensor | None, Tensor | None, Tensor | None, None, None]:
        flat, low_rank, a, b = ctx.saved_tensors
        needs_x, needs_a, needs_b, _, _ = ctx.needs_input_grad
        grad = grad.reshape(-1, grad.shape[-1])
        grad_low_rank = None if b is None else grad @ b
        grad_x = grad_a = grad_b = None
        if needs_x:
            rounded = _rounded_weights(ctx.base, grad.dtype)
            if rounded and rounded.inputs:
                grad_x = rounded.inputs.multiply(grad)
            else:
                grad_x = grad @ dense_weight(ctx.base, grad.dtype)
            if grad_low_rank is not None:
                grad_x.addmm_(grad_low_rank, a)
            grad_x = grad_x.view(ctx.shape)
        if needs_a and grad_low_rank is not None:
            grad_a = grad_low_rank.t() @ flat
        if needs_b:
            grad_b = grad.t() @ low_rank
        return grad_x, grad_a, grad_b, None, None


def _product(base: Any, x: Tensor, a: Tensor | None, b: Tensor | None) -> Tensor:
    bias = None if base.bias is None else base.bias.to(x.dtype)
    return cast(Tensor, _Product.apply(x, a, b, base, bias))  # type: ignore[no-untyped-call]  # torch


def _forward(layer: Any, x: Tensor) -> Tensor:
    base = layer.get_base_layer()
    if torch.is_autocast_enabled(x.device.type):
        x = x.to(torch.get_autocast_dtype(x.device.type))
    if layer.disable_adapters:
        return _product(base, x, None, None)
    a, b = adapter_of(layer)
    (name,) = layer.active_adapters
    rate = getattr(layer.lora_dropout[name], "p", 0.0)
    if layer.training and rate:
        kept = torch.empty(a.shape[1], device=a.device)
        kept.bernoulli_(1 - rate, generator=dropout_source.get())
        a = a * (kept / (1 - rate))
    return _product(base, x, a.to(x.dtype), b.to(x.dtype))


class FusedLayer:
    """Goes before PEFT's own class of a LoRA layer."""

    def forward(self: Any, x: Tensor) -> Tensor:
        """(..., in) to (..., out)."""
        if self.merged:
            return cast(Tensor, super().forward(x))  # type: ignore[misc]  # PEFT's class has it
        return _forward(self, x)


class FrozenLayer:
    """Goes before the class of a frozen linear layer that carries no adapter."""

    disable_adapters = False

    def get_base_layer(self) -> Any:
        return self

    def forward(self: Any, x: Tensor) -> Tensor:
        """(..., in) to (..., out)."""
        if torch.is_autocast_enabled(x.device.type):
            x = x.to(torch.get_autocast_dtype(x.device.type))
        return _product(self, x, None, None)


class _FrozenLinear4bit(FrozenLayer, bitsandbytes.nn.Linear4bit):  # type: ignore[misc]  # untyped
    pass


class _FrozenLinear(FrozenLayer, nn.Linear):
    pass


class _FusedLinear4bit(FusedLayer, Linear4bit):  # type: ignore[misc]  # peft is untyped
    pass


class _FusedLinear(FusedLayer, Linear):  # type: ignore[misc]  # peft is untyped
    pass


_FUSED: dict[type, type] = {Linear4bit: _FusedLinear4bit, Linear: _FusedLinear}
_FROZEN: dict[type, type] = {
    bitsandbytes.nn.Linear4bit: _FrozenLinear4bit,
    nn.Linear: _FrozenLinear,
}


def fuse_lora(model: nn.Module) -> int:
    """Give the linear layers of a PEFT model's blocks our forward, adapted or not.

    The layers stay what they are: only their class changes, to one that overrides `forward`.
    Layers of another kind (8-bit ones) keep their own, and so does the output layer.

    Returns:
        how many layers were changed.
    """
    adapted = [layer for layer in model.modules() if isinstance(layer, LoraLayer)]
    within = {id(part) for layer in adapted for part in cast(nn.Module, layer).modules()}
    head = getattr(model, "get_output_embeddings", lambda: None)()
    count = 0
    for module in model.modules():
        kind = _FUSED.get(type(module))
        if kind is not None and getattr(module, "lora_variant", None):
            kind = None
        if id(module) not in within and module is not head:
            kind = _FROZEN.get(type(module))
        if kind is not None:
            module.__class__ = kind
            count += 1
    return count


def fused_layers(model: nn.Module) -> list[Any]:
    """The layers of a model that have our forward, with an adapter and without, in order."""
    kinds = (FusedLayer, FrozenLayer)
    return [module for module in model.modules() if isinstance(module, kinds)]


def wholly_fused(model: nn.Module) -> bool:
    """Whether all adapters of a model go through our forward."""
    return all(
        isinstance(layer, FusedLayer) for layer in model.modules() if isinstance(layer, LoraLayer)
    )


def adapter_of(layer: Any) -> tuple[Tensor, Tensor]:
    """A (rank, in) and scaled B (out, rank) of a fused layer; of rank 0 where it has none."""
    if isinstance(layer, FrozenLayer):
        weight = cast(Any, layer)
        return torch.empty(0, weight.in_features), torch.empty(weight.out_features, 0)
    (name,) = layer.active_adapters
    return layer.lora_A[name].weight, layer.lora_B[name].weight * layer.scaling[name]


def round_frozen(model: nn.Module) -> int:
    """Let the fused layers multiply their frozen weights in 8 bits, forward and backward.

    What they hold in 4 bits stays, for all that reads the base's weights.

    Args:
        model: on a CPU for which `int8.why_not_int8` has nothing to say.

    Returns:
        how many layers were rounded; each takes 2 bytes a weight, those below the lowest adapter 1.
    """
    layers = fused_layers(model)
    wanted = False  # a gradient, by the layers that come after the lowest adapter
    for layer in layers:
        base = layer.get_base_layer()
        dense = dense_weight(base, torch.float32)
        wanted = wanted or isinstance(layer, FusedLayer)
        inputs = Int8Weight.of(dense.t()) if wanted else None
        base.rounded = _Rounded(Int8Weight.of(dense), inputs)
    return len(layers)
