"""The versions of transformers and PEFT that read an export."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import version

Versions = Mapping[str, tuple[str, str]]
"""For each package the first version that will do and the first that may not."""

TRANSFORMERS = ("4.57", "6")
TRANSFORMERS_5 = ("5", "6")
"""Where what only 5 can read may be involved."""

PEFT = ("0.21", "1")


def in_words(versions: Versions) -> str:
    """The versions for a card, and the one of each package that has written the export."""
    return " and ".join(
        f"`{name}>={first},<{end}` (written by {version(name)})"
        for name, (first, end) in versions.items()
    )
