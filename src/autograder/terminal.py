"""Text that is safe to print: nobody's data may drive the reader's terminal."""

from __future__ import annotations

import io
import sys
import unicodedata


def show_all() -> None:
    """What the terminal's encoding lacks is printed as an escape, and is no reason to stop."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def printable(text: str, *, keep: str = "") -> str:
    r"""Escape control, format and surrogate characters, except those in `keep`.

    A line break is one of them: a name that holds one could imitate a line of ours.

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
