"""Many examples sorted into batches, a window at a time, and the results put back in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice, takewhile
from typing import TypeVar

from autograder.model.encode import Encoded

Result = TypeVar("Result")


def windows(
    examples: Iterable[Encoded], batch_size: int, num_batches: int
) -> Iterator[list[Encoded]]:
    """The examples in order, lazily, up to `num_batches` batches at a time.

    If a window of several batches ends between answers to one prompt, those that fill no whole
    batch move to the next window, so that their prompt is computed only once.
    """
    source = iter(examples)
    size = batch_size * num_batches
    window: list[Encoded] = []
    is_last = False
    while not is_last:
        room = size - len(window)
        new = list(islice(source, room))
        is_last = len(new) < room
        window += new
        num_kept = 0 if is_last or num_batches == 1 else _num_loose(window, batch_size)
        end = len(window) - num_kept
        if end:
            yield window[:end]
        window = window[end:]


def in_order(
    windows: Iterable[Sequence[Encoded]],
    plan: Callable[[Sequence[Encoded]], list[list[int]]],
    grade: Callable[[Iterator[list[Encoded]]], Iterable[Sequence[Result]]],
) -> Iterator[Result]:
    """A result for each example, in the order of the examples, lazily.

    Args:
        windows: the examples.
        plan: sorts a window into batches, as indices.
        grade: takes batches, some of them ahead, and gives the results of each, batch by batch.
    """
    numbers: deque[list[int]] = deque()

    def batches() -> Iterator[list[Encoded]]:
        start = 0
        for window in windows:
            for batch in plan(window):
                numbers.append([start + at for at in batch])
                yield [window[at] for at in batch]
            start += len(window)

    results: dict[int, Result] = {}
    following = 0
    for found in grade(batches()):
        results |= zip(numbers.popleft(), found, strict=True)
        while following in results:
            yield results.pop(following)
            following += 1


def _num_loose(examples: Sequence[Encoded], batch_size: int) -> int:
    """How many of the last examples share a prefix and fill no batch."""
    last = examples[-1].prefix
    return sum(1 for _ in takewhile(lambda e: e.prefix == last, reversed(examples))) % batch_size
