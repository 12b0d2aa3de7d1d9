"""A bar of rows that are graded."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def rows_bar(total: int, unit: str) -> Iterator[Callable[[int, bool], None]]:
    """A bar on standard error, and what tells it of rows and whether this run has graded them."""
    from tqdm import tqdm

    with tqdm(total=total, unit=unit, disable=None) as bar:

        def progress(num: int, is_new: bool) -> None:
            if is_new:
                bar.update(num)
            elif not bar.disable:  # what was there already tells nothing about the speed
                bar.initial += num
                bar.n += num
                bar.last_print_n += num

        yield progress
