"""Answers worked out from a question's text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any

Compute = Callable[..., Any]


def way_of(question: str, ways: Iterable[tuple[str, Compute]]) -> tuple[Compute, re.Match[str]]:
    """The one way whose pattern is in the question, and the match."""
    found = [
        (compute, match) for pattern, compute in ways if (match := re.search(pattern, question))
    ]
    assert len(found) == 1, (question, found)
    return found[0]
