"""What says nothing: the one rule of every reader, whichever file or field a value stands in."""

from __future__ import annotations

import math

_LONGEST = 20
_AROUND = " \t\r\n\u00a0\u200b\ufeff"
_WORDS = {
    *("nan", "none", "null", "(null)", "n/a", "n.a.", "#n/a", "<na>", "nat", "-", "--"),
    *("\u2013", "\u2014"),  # dashes that spreadsheets write for a hyphen
    *("#ref!", "#value!", "#name?", "#div/0!", "#num!", "#null!"),
    *("[null]", "<null>", "(blank)", "(empty)"),
}
"""What other programs write where there is nothing, or nothing any more."""
_WORDS_IN_CAPITALS = {"NA", r"\N"}
"""Of these the capitals alone: Na is sodium, and a backslash with an n is code."""


def is_empty(value: object) -> bool:
    """Nothing is said: None, blank text, no entries, or what `stands_for_nothing`."""
    is_blank = isinstance(value, str) and not _bare(value)
    return value is None or is_blank or value in ([], {}) or stands_for_nothing(value)


def stands_for_nothing(value: object) -> bool:
    """The NaN, or one of the words, that other programs write where a cell is empty."""
    if isinstance(value, float):
        return math.isnan(value)
    if not isinstance(value, str) or len(value) > _LONGEST:
        return False
    word = _bare(value)
    return word in _WORDS_IN_CAPITALS or word.casefold() in _WORDS


def _bare(text: str) -> str:
    """A text without what is not seen around it."""
    return text.strip().strip(_AROUND)
