"""Text that is safe to print: nobody's data may drive the reader's terminal."""

from __future__ import annotations

import unicodedata


def printable(text: str, *, keep: str = "\n") -> str:
    r"""Escape control, format and surrogate characters, except those in `keep`.

    Example:
        >>> printable("red\x1b[31m")
        'red\\x1b[31m'
    """
    return "".join(
        character
        if character in keep or character.isprintable() or unicodedata.category(character) == "Zs"
        else character.encode("unicode_escape").decode("ascii")
        for character in text
    )
