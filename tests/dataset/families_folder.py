"""Where the families' words lie."""

from __future__ import annotations

from pathlib import Path

WORDS = Path(__file__).parents[2] / "data" / "families"
