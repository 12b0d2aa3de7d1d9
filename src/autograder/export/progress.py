"""One bar for work of several stages."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

Progress = Callable[[str, int, int], object]
"""Called with what is done, how many steps of it are done, and how many there are."""


@contextlib.contextmanager
def stage_bars() -> Iterator[Progress]:
    """A function that shows a bar for the stage at hand, where standard error is a terminal."""
    from tqdm import tqdm

    bars: dict[str, tqdm[object]] = {}

    def show(what: str, done: int, total: int) -> None:
        if what not in bars:
            for bar in bars.values():
                bar.close()
            bars[what] = tqdm(total=total, desc=what, disable=None)
        bars[what].update(done - bars[what].n)

    try:
        yield show
    finally:
        for bar in bars.values():
            bar.close()
