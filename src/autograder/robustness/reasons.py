"""What can be checked in a generated reason without understanding it.

A reason may pass and still be wrong: these are necessary, not sufficient.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

from autograder.evaluation.overlap import evidence, given_scores
from autograder.robustness.intervals import wilson
from autograder.schema import Example, Request, Verdict


@dataclass(frozen=True, slots=True)
class Check:
    """How many reasons pass.

    Attributes:
        title: what they must do.
        num_reasons: how many could fail, each of another item; others say nothing of the kind.
        num: how many of these pass.
        share: of these, 0 to 1; None where there are none.
        interval: Wilson's, 95 %.
    """

    title: str
    num_reasons: int
    num: int
    share: float | None
    interval: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Fault:
    """A reason that does not pass.

    Attributes:
        score: the score that it should explain.
        faults: a sentence for each score, number or quotation that is wrong.
    """

    item: str
    request: Request
    score: int
    reasoning: str
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reasons:
    """All checks of a sample of reasons."""

    num_reasons: int
    checks: tuple[Check, ...]
    faults: tuple[Fault, ...]


def look(examples: Sequence[Example], verdicts: Sequence[Verdict]) -> Reasons:
    """Check a sample.

    Args:
        examples: of different items.
        verdicts: with reasonings, in the same order.
    """
    checked: dict[str, list[list[str]]] = {
        "States its own score": [],
        "Invents no number": [],
        "Invents no quotation": [],
    }
    found = []
    for example, verdict in zip(examples, verdicts, strict=True):
        reasoning = verdict.reasoning or ""
        seen = evidence(reasoning, example.request.texts)
        scores = sorted(given_scores(reasoning))
        faults = (
            [f"states the score {one}" for one in scores if one != verdict.score],
            [f"invents the number {one}" for one, is_there in seen.numbers if not is_there],
            [f"invents the quotation {one}" for one, is_there in seen.quotations if not is_there],
        )
        for rows, has, wrong in zip(
            checked.values(), (scores, seen.numbers, seen.quotations), faults, strict=True
        ):
            if has:
                rows.append(wrong)
        every = tuple(dict.fromkeys(chain.from_iterable(faults)))
        if every:
            row = Fault(example.item, example.request, verdict.score, reasoning, every)
            found.append(row)
    checks = tuple(_check(title, rows) for title, rows in checked.items())
    return Reasons(len(examples), checks, tuple(found))


def _check(title: str, wrong: Sequence[list[str]]) -> Check:
    size, num = len(wrong), sum(not faults for faults in wrong)
    share = num / size if size else None
    return Check(title, size, num, share, None if share is None else wilson(share, size))
