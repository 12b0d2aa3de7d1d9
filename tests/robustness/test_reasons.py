"""Reasons with known faults are counted, and only where they could fail."""

from __future__ import annotations

from dataclasses import replace

import pytest
from scipy import stats

from autograder.robustness.reasons import Check, Reasons, look
from autograder.schema import Example
from conftest import make_examples
from helpers.fake_judge import verdict_with


def reasons_of(*reasonings: str) -> Reasons:
    """Each about an answer that gets a 4."""
    rows: list[Example] = [
        replace(row, response="Built in 1889.", rubric="The year?", reference="It says 'in 1889'.")
        for row in make_examples(len(reasonings))[:: len(make_examples(1))]
    ]
    verdicts = [
        verdict_with([0, 0, 0, 1, 0], row.request, text)
        for row, text in zip(rows, reasonings, strict=True)
    ]
    return look(rows, verdicts)


def check(reasons: Reasons, title: str) -> Check:
    (found,) = (one for one in reasons.checks if one.title == title)
    return found


@pytest.mark.parametrize(
    ("reasoning", "faults"),
    [
        ("The year 1889 is right: a 4/5.", ()),
        ("It is right.", ()),
        ("The reference says 'in 1889'.", ()),
        ("It deserves a 2.", ("states the score 2",)),
        ("It deserves a 4. Score: 3/5", ("states the score 3",)),
        ("It says 1890, not 1889. 1890!", ("invents the number 1890",)),
        ("It says 'in the spring'.", ("invents the quotation in the spring",)),
    ],
)
def test_what_is_wrong_with_a_reason(reasoning: str, faults: tuple[str, ...]) -> None:
    reasons = reasons_of(reasoning)
    assert [fault.faults for fault in reasons.faults] == ([faults] if faults else [])


def test_a_share_is_of_those_that_could_fail() -> None:
    reasons = reasons_of("In 1889.", "In 1890.", "Score: 4/5", "Fine.", "By 'hand'.")
    assert reasons.num_reasons == 5
    numbers = check(reasons, "Invents no number")
    assert (numbers.num_reasons, numbers.num, numbers.share) == (2, 1, 0.5)
    theirs = stats.binomtest(1, 2).proportion_ci(method="wilson")
    assert numbers.interval == pytest.approx((theirs.low, theirs.high))
    assert check(reasons, "States its own score").share == 1
    assert check(reasons, "Invents no quotation").share == 0


def test_without_any_nothing_is_said() -> None:
    reasons = reasons_of()
    assert reasons.num_reasons == 0
    assert {(one.num_reasons, one.share, one.interval) for one in reasons.checks} == {
        (0, None, None)
    }
