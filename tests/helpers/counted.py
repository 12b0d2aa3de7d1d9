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
