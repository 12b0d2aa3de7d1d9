"""Bars of blocks for the terminal, or of number signs where its encoding has no blocks."""

from __future__ import annotations

import sys
from collections.abc import Mapping

_EIGHTHS = " ▏▎▍▌▋▊▉█"


def bars(counts: Mapping[int, int], width: int = 40, encoding: str | None = None) -> list[str]:
    """A line for each count: its name, a bar as long as its part of the largest, its share.

    A count above 0 always has a mark.

    Args:
        counts: by name; none may be negative.
        width: of the longest bar, in characters.
        encoding: of the terminal; by default that of standard output.
    """
    total, most = sum(counts.values()), max(counts.values(), default=0)
    blocks = _can_show(_EIGHTHS, encoding or getattr(sys.stdout, "encoding", None) or "ascii")
    lines = []
    for name, count in counts.items():
        length = width * count / most if most else 0.0
        bar = _blocks(length) if blocks else "#" * (max(1, round(length)) if count else 0)
        share = count / total if total else 0.0
        lines.append(f"{name:>3} {bar:{width}} {count:7} {share:6.1%}")
    return lines


def _blocks(length: float) -> str:
    eighths = max(1, round(8 * length)) if length else 0
    return "█" * (eighths // 8) + (_EIGHTHS[eighths % 8] if eighths % 8 else "")


def _can_show(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True
