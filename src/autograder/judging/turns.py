"""Who computes: one pass with all threads, or several side by side with a share of them each.

Between a pass's products lie many small operations, which threads cannot share. Side by side, one
pass multiplies while another is busy with those: each takes longer, and more are done in a second.
"""

from __future__ import annotations

import threading
import weakref
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from itertools import islice
from typing import TypeVar

import torch

from autograder.model.backbone import Backbone
from autograder.model.lanes import start_lanes

Item = TypeVar("Item")
Result = TypeVar("Result")

_MOST_LANES = 4
"""Passes side by side on a CPU; measured were two, on two cores."""


class Turns:
    """Lets callers from several threads take turns.

    Args:
        num_lanes: calls side by side, at most.
    """

    def __init__(self, num_lanes: int) -> None:
        self.num_lanes = num_lanes
        self._door = threading.Lock()
        self._free = threading.Semaphore(num_lanes)
        self._starting = threading.Lock()
        self._pool: ThreadPoolExecutor | None = None

    @contextmanager
    def whole(self) -> Iterator[None]:
        """Inside, nobody else computes."""
        with self._door:  # who comes now waits outside, or lanes might never all be free
            for _ in range(self.num_lanes):
                self._free.acquire()
        try:
            yield
        finally:
            self._free.release(self.num_lanes)

    def each(self, work: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        """`work` on every item, lazily and in order; some items are taken ahead.

        Items that are too few for the lanes, or left over at the end, get a whole turn each. What
        `items` raises comes after the results of those before.
        """
        if self.num_lanes == 1:
            yield from (self._alone(work, item) for item in items)
            return
        source = iter(items)
        begun: deque[Future[Result]] = deque()
        try:
            while True:
                group, error = take(source, self.num_lanes)
                if len(group) < self.num_lanes:
                    break
                begun.extend(self._lanes().submit(self._in_lane, work, item) for item in group)
                while len(begun) > self.num_lanes:
                    yield begun.popleft().result()
            while begun:
                yield begun.popleft().result()
        finally:
            for future in begun:
                future.cancel()
            wait(begun)
        yield from (self._alone(work, item) for item in group)
        if error is not None:
            raise error

    def _alone(self, work: Callable[[Item], Result], item: Item) -> Result:
        with self.whole():
            return work(item)

    def _in_lane(self, work: Callable[[Item], Result], item: Item) -> Result:
        with self._door:
            self._free.acquire()
        try:
            return work(item)
        finally:
            self._free.release()

    def _lanes(self) -> ThreadPoolExecutor:
        """A thread for each lane, in which PyTorch has its share of the caller's threads."""
        with self._starting:
            if self._pool is None:
                self._pool = start_lanes(self.num_lanes)
        return self._pool


_turns: weakref.WeakKeyDictionary[Backbone, Turns] = weakref.WeakKeyDictionary()
_making = threading.Lock()


def turns_of(backbone: Backbone) -> Turns:
    """The turns of all who compute with this model: while one has its adapter off, others wait."""
    on_cpu = backbone.device.type == "cpu"
    with _making:
        if backbone not in _turns:
            _turns[backbone] = Turns(min(torch.get_num_threads(), _MOST_LANES) if on_cpu else 1)
        return _turns[backbone]


def take(source: Iterator[Item], num: int) -> tuple[list[Item], Exception | None]:
    """So many items, or those up to an error."""
    taken: list[Item] = []
    try:
        for item in islice(source, num):
            taken.append(item)  # noqa: PERF402  # what came before an error must stay
    except Exception as error:
        return taken, error
    return taken, None
