"""Names, of columns or of files, as they stand in a message."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

MOST_NAMED = 10


def some_of(names: Iterable[str]) -> str:
    """The first of the names, and how many more there are: a table may have 80,000 columns.

    Example:
        >>> some_of(["id", ""])
        'id, one without a name'
        >>> some_of(map(str, range(13)))
        '0, 1, 2, 3, 4, 5, 6, 7, 8, 9 and 3 more'
    """
    rest = iter(names)
    shown = ", ".join(name or "one without a name" for name in islice(rest, MOST_NAMED))
    num_more = sum(1 for _ in rest)
    return f"{shown} and {num_more} more" if num_more else shown
