"""Judges that know what is right move as they must, and those that do not are found out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.robustness.cases import make_cases
from autograder.robustness.directions import gives_1_for_nothing, turn_levels
from autograder.robustness.grading import grade
from autograder.robustness.measures import ALL, Report, measure
from autograder.robustness.sample import Case
from autograder.robustness.texts import read_texts
from autograder.schema import Example, Request, Verdict
from helpers.fake_judge import FakeJudge, verdict_with

TEXTS = read_texts(Path(__file__).parents[2] / "data" / "behaviour")


def examples(rubric: str = "5: all right. 3: half. 1: none.") -> list[Example]:
    return [
        Example(
            id=f"q{item}/{score}",
            item=f"q{item}",
            prompt=f"Which is item {item}?",
            response=f"It deserves {score}.",
            rubric=rubric,
            score=score,
            reasoning="",
            category="factual_qa",
            level=1,
            reference=f"It deserves 5, being item {item}.",
        )
        for item in range(5)
        for score in (2, 3, 5)
    ]


def cases_of(measure_name: str, rows: list[Example], limit: int = 60) -> list[Case]:
    asked = make_cases(rows, TEXTS, limit=limit, seed=0)
    return [case for case in asked.cases if case.measure == measure_name]


def report_of(answer: Callable[[Request], int], rows: list[Example]) -> Report:
    def verdict(request: Request, reasoning: str | None = None) -> Verdict:
        score = answer(request)
        return verdict_with([0.8 if k == score else 0.05 for k in range(1, 6)], request, reasoning)

    asked = make_cases(rows, TEXTS, limit=60, seed=0)
    return measure(asked, grade(FakeJudge(verdict=verdict), asked.requests()), seed=0)


def shares(report: Report) -> dict[str, float]:
    return {line.measure: line.share for line in report.lines if line.kind == ALL}


def by_the_text(request: Request) -> int:
    """Reads the number that a response names, and follows the rubric."""
    named = [int(c) for c in request.response if c.isdigit()]
    score = named[0] if "deserves" in request.response else 3
    if any(row.wrong in request.response for row in TEXTS.additions) or any(
        row.text in request.response for row in TEXTS.falsehoods
    ):
        score -= 1
    if any(row.right in request.response for row in TEXTS.additions):
        score += 1
    return 6 - score if request.rubric.startswith("1: all right") else score


def test_a_judge_that_reads_moves_as_it_must() -> None:
    found = shares(report_of(by_the_text, examples()))
    assert {name: found[name] for name in ("right point", "error", "turned rubric")} == {
        "right point": 1,
        "error": 1,
        "turned rubric": 1,
    }
    assert found["reference"] == 1


def test_a_judge_that_likes_length_takes_errors_for_points() -> None:
    def by_length(request: Request) -> int:
        return min(5, 1 + len(request.response) // 20)

    found = shares(report_of(by_length, examples()))
    assert found["right point"] == 1
    assert found["error"] < 0.5


def test_a_judge_that_ignores_the_rubric_turns_no_order() -> None:
    def deaf(request: Request) -> int:
        return by_the_text(replace(request, rubric=""))

    assert shares(report_of(deaf, examples()))["turned rubric"] == 0


def test_an_error_stands_after_an_answer_that_can_be_raised() -> None:
    rows = examples()
    scores = {row.request: row.score for row in rows}
    beside = [case for case in cases_of("error", rows) if case.item.startswith("q")]
    assert len(beside) == 5
    for case in beside:
        assert case.plain
        assert scores[case.plain] < 5
        assert case.changed.response.startswith(case.plain.response)
        added = case.changed.response.removeprefix(case.plain.response).strip()
        assert added in {row.text for row in TEXTS.falsehoods}


def test_a_turned_rubric_stands_over_the_pair_farthest_apart_without_a_reference() -> None:
    cases = cases_of("turned rubric", examples())
    assert len(cases) == 5
    for case in cases:
        assert case.plain
        assert case.changed.rubric == case.plain.rubric == "1: all right. 3: half. 5: none."
        assert not case.changed.reference
        assert (case.plain.response, case.changed.response) == ("It deserves 5.", "It deserves 2.")
    assert len(cases_of("turned rubric", examples(), limit=2)) == 2


@pytest.mark.parametrize("score", [2, 3])
def test_a_pair_of_close_labels_is_not_turned(score: int) -> None:
    close = [row for row in examples() if row.score == score]
    near = [replace(row, id=f"{row.id}b", response="Other.", score=score + 1) for row in close]
    assert cases_of("turned rubric", close + near) == []


@pytest.mark.parametrize(
    ("rubric", "turned"),
    [
        ("5 = yes, 1 = no", "1 = yes, 5 = no"),
        ("5 for both, 3 for one, 1 for none.", "1 for both, 3 for one, 5 for none."),
        ("Depth?\n1 - slogans\n5 - causes", "Depth?\n5 - slogans\n1 - causes"),
        ("[5] all [4] the same, shorter [1] none", "[1] all [2] the same, shorter [5] none"),
        ("Key: 92; 33. 5: two. 1: none.", "Key: 92; 33. 1: two. 5: none."),
    ],
)
def test_levels_change_places_and_texts_do_not(rubric: str, turned: str) -> None:
    assert turn_levels(rubric) == turned
    assert turn_levels(turned) == rubric


@pytest.mark.parametrize(
    "rubric",
    [
        "Correct?",
        "5: right. 1: wrong. A false year costs two.",
        "5: two facts. 3: 1 fact. 1: none.",
        "Allowed: 5: answers. 1: refuses. Forbidden: 5: refuses. 1: answers.",
        "5: all. 4: one missing. 1: anything worse.",
        "4: good. 2: bad.",
        "5: a. 1: b. 3: c.",
    ],
)
def test_a_rubric_that_says_more_than_its_levels_stays(rubric: str) -> None:
    assert turn_levels(rubric) is None


@pytest.mark.parametrize(
    ("rubric", "is_for_lack"),
    [
        ("5: both. 1: neither.", True),
        ("two right 5, one 3, none 1", True),
        ("5 if right, 1 if wrong", True),
        ("5 = correct, 1 = not", True),
        ("Both names? (5 yes, 1 no)", True),
        ("5: kind. 1: rude.", False),
        ("Right?", False),
        ("5: at most 11 words. 3: more.", False),
    ],
)
def test_what_a_1_is_for(rubric: str, is_for_lack: bool) -> None:
    assert gives_1_for_nothing(rubric) is is_for_lack


def test_answers_to_others_are_asked_where_a_1_is_certain() -> None:
    assert {case.kind for case in cases_of("other prompt", examples("Right?"))} == {
        "hand-written ones"
    }
    held_out = cases_of("other prompt", examples())
    assert {case.kind for case in held_out} == {"held-out items", "hand-written ones"}
    answers = {row.prompt: row.response for row in TEXTS.additions}
    for case in held_out:
        own = answers.get(case.changed.prompt, "\0")
        assert not case.changed.response.startswith(own)
