"""What the judge behind the page answers: it is written in the response."""

from __future__ import annotations

import re
from collections.abc import Callable

from autograder.schema import Request, Verdict
from helpers.fake_judge import FakeJudge, verdict_with

REASONING = "Names the tilt of the axis, but not the opposite seasons."


def page_verdict(request: Request, reasoning: str | None) -> Verdict:
    """A 3 where the response says `score 3`, else a 4."""
    found = re.search(r"score ([1-5])", request.response)
    score = int(found[1]) if found else 4
    nearest = sorted(range(1, 6), key=lambda k: (abs(k - score), k))
    shares = dict(zip(nearest, (0.55, 0.27, 0.126, 0.05, 0.004), strict=True))
    return verdict_with([shares[k] for k in range(1, 6)], request, reasoning)


def in_sevens(text: str) -> Callable[[Request, int], list[str]]:
    """The same reasoning for all, in pieces of seven characters."""
    return lambda _request, _num: [text[at : at + 7] for at in range(0, len(text), 7)]


def make_page_judge() -> FakeJudge:
    """Responses with `slow` in them wait to be scored, reasonings after their second piece."""
    pieces = in_sevens(REASONING)
    return FakeJudge(4, verdict=page_verdict, pieces=pieces, waits="slow", num_free=2)
