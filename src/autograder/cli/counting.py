"""A bar of rows that are graded."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_LINE_S = 30.0
"""Seconds between two lines where standard error is no terminal; nothing is shown before."""


@contextmanager
def rows_bar(total: int, unit: str) -> Iterator[Callable[[int, bool], None]]:
    """A bar on standard error, and what tells it of rows and whether this run has graded them.

    In a log it is a line every half minute, and none for work that ends before.
    """
    from tqdm import tqdm

    watched = sys.stderr.isatty()
    pace = {} if watched else {"delay": _LINE_S, "mininterval": _LINE_S}
    with tqdm(total=total, unit=unit, **pace) as bar:

        def progress(num: int, is_new: bool) -> None:
            if is_new:
                bar.update(num)
            else:  # what was there already tells nothing about the speed
                bar.initial += num
                bar.n += num
                bar.last_print_n += num

        yield progress
