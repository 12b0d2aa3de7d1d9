"""What a bad disk does."""

from __future__ import annotations

from pathlib import Path


def flip(path: Path, at: int = -1) -> None:
    """Flip a bit of a file, by default of its last byte."""
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)
