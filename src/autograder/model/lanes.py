"""Parts of a batch side by side on a CPU, forward and backward, each with a share of the threads.

Between a pass's products lie many small operations, at whose ends threads wait for each other.
Side by side, one part multiplies while another is busy with those.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, Any, TypeVar, cast

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from autograder.model import attention
from autograder.model.batch import Batch

if TYPE_CHECKING:
    from autograder.model.backbone import Backbone

Item = TypeVar("Item")
Result = TypeVar("Result")


_NUM = 2
"""As many as a batch has rows."""


def start_lanes(num: int) -> ThreadPoolExecutor:
    """So many threads, in each of which PyTorch has its share of the caller's threads."""
    threads = torch.get_num_threads()
    met = threading.Barrier(num + 1)

    def begin(lane: int) -> None:
        torch.get_num_threads()  # a thread's first question sets its number to the common one
        torch.set_num_threads(max(1, (threads + lane) // num))
        met.wait()

    pool = ThreadPoolExecutor(num, "autograder-lane")
    try:
        for lane in range(num):
            pool.submit(begin, lane)  # a thread each: none gets past `met` before all are there
        met.wait()
    finally:
        met.abort()
        # PyTorch's number is each thread's own, but new threads start with the last one set.
        torch.set_num_threads(threads)
    return pool


class Lanes:
    """A backbone whose training passes run in lanes where they can.

    Gradients are those of one pass, but for rounding: sums over the batch are taken lane by lane.
    One pass it is for a single row, without gradients, on a GPU, with a single thread, with
    checkpointing, for an adapter that is not fused and for an architecture of another kind than
    `last_layer` knows: these might draw numbers or keep state.

    Args:
        backbone: what computes.
    """

    def __init__(self, backbone: Backbone) -> None:
        self.backbone = backbone
        self._pool: ThreadPoolExecutor | None = None

    def __reduce__(self) -> Any:
        return Lanes, (self.backbone,)  # threads are neither copied nor stored

    def __call__(self, batch: Batch) -> Tensor:
        """Logits (T, vocabulary) where the batch predicts a token, as the backbone gives them."""
        if len(batch.tree) == 1 or not self._possible():
            return cast(Tensor, self.backbone(batch))
        parameters = self.backbone.trainable().values()
        return cast(Tensor, _Forward.apply(self, batch.lanes(_NUM), *parameters))  # type: ignore[no-untyped-call]  # torch

    def _possible(self) -> bool:
        from autograder.model.lora import wholly_fused  # it imports what load_base keeps quiet

        backbone = self.backbone
        return (
            torch.is_grad_enabled()
            and bool(backbone.trainable())
            and backbone.adapted
            and backbone.device.type == "cpu"
            and torch.get_num_threads() > 1
            and backbone.is_short
            and backbone.causal.config._attn_implementation == attention.NAME
            and not backbone.causal.is_activation_checkpointing
            and wholly_fused(backbone)
        )

    def each(self, work: Callable[[Item], Result], items: Sequence[Item]) -> list[Result]:
        """`work` on every item, side by side, under the caller's autocast; an error is raised
        when all have ended.
        """
        pool = self._pool = self._pool or start_lanes(_NUM)
        precision: dict[str, Any] = {
            "dtype": torch.get_autocast_dtype("cpu"),
            "enabled": torch.is_autocast_enabled("cpu"),
            "cache_enabled": False,  # its cache is common to all threads
        }

        def in_lane(item: Item) -> Result:
            with torch.autocast("cpu", **precision):
                return work(item)

        begun = [pool.submit(in_lane, item) for item in items]
        try:
            return [future.result() for future in begun]
        finally:
            wait(begun)


class _Forward(torch.autograd.Function):
    """The backbone's logits of a whole batch, from a graph for each lane."""

    @staticmethod
    def forward(
        ctx: Any, lanes: Lanes, parts: list[tuple[Batch, Tensor]], *parameters: Tensor
    ) -> Tensor:
        from autograder.model.lora import dropout_source

        state = torch.get_rng_state()

        def run(lane: tuple[Batch, Tensor]) -> tuple[Tensor, Tensor]:
            # Each draws what a pass over the whole batch would draw.
            source = torch.Generator()
            source.set_state(state)
            token = dropout_source.set(source)
            try:
                with torch.enable_grad():
                    logits = lanes.backbone(lane[0])
            finally:
                dropout_source.reset(token)
            return logits, source.get_state()

        found = lanes.each(run, parts)
        torch.set_rng_state(found[0][1])
        ctx.lanes = lanes
        ctx.places = [places for _, places in parts]
        ctx.edges = [torch.autograd.graph.get_gradient_edge(logits) for logits, _ in found]
        ctx.save_for_backward(*parameters)
        pieces = torch.cat([logits.detach() for logits, _ in found])
        return pieces[torch.cat(ctx.places).argsort()]

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, ...]:
        parameters = ctx.saved_tensors

        def run(lane: tuple[Any, Tensor]) -> tuple[Tensor, ...]:
            edge, places = lane
            return cast(tuple[Tensor, ...], torch.autograd.grad(edge, parameters, grad[places]))

        lanes = list(zip(ctx.edges, ctx.places, strict=True))
        total, *others = map(list, ctx.lanes.each(run, lanes))
        for gradients in others:
            torch._foreach_add_(total, gradients)
        return None, None, *total
