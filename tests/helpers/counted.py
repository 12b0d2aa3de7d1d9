"""Names that count how often they are compared, which tells linear from quadratic work."""

from __future__ import annotations


class Counted(str):
    """A text that counts, over all of them, the comparisons with another."""

    num = 0
    __slots__ = ()
    __hash__ = str.__hash__

    def __eq__(self, other: object) -> bool:
        Counted.num += 1
        return str.__eq__(self, other)

    def strip(self, chars: str | None = None, /) -> Counted:
        return Counted(str.strip(self, chars))


def doubled(num: int, twice: int) -> list[Counted]:
    """So many names, of which the last is that at the place `twice` again.

    Work that looks for each name among all others ends at once where the first is doubled, and is
    quadratic where the last but one is.
    """
    names = [Counted(f"c{n}") for n in range(num - 1)]
    return [*names, Counted([*names, ""][twice])]
