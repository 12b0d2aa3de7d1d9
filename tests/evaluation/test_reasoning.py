from __future__ import annotations

import pytest
from rouge_score.rouge_scorer import RougeScorer

from autograder.evaluation.reasoning import look_at, measure_reasoning
from autograder.evaluation.result_models import Reasoned
from autograder.schema import Example

EXAMPLE = Example(
    id="a/2",
    item="a",
    prompt="When did the wall fall?",
    response="It fell in 1990, they say.",
    rubric="5 if the year is 1989.",
    score=2,
    reasoning="The year is 1990 and not 1989, so it deserves a 2.",
    category="factual_qa",
    level=1,
)


def reasoned(**changes: object) -> Reasoned:
    values = {
        "id": "a",
        "score": 2,
        "reasoning": "text",
        "is_valid": True,
        "named_score": None,
        "invented": None,
        "rouge_l": 0.5,
    }
    return Reasoned(**values | changes)  # type: ignore[arg-type]  # each value has its own type


def test_what_is_seen_in_one_text() -> None:
    text = "It says 'fell in 1990' but the rubric wants 1989 and not 1991; it deserves a 2."
    seen = look_at(EXAMPLE, 2, text, ended=True)
    assert (seen.id, seen.score, seen.reasoning) == ("a/2", 2, text)
    assert seen.is_valid
    assert seen.named_score == 2
    assert seen.invented == pytest.approx(1 / 3)  # 1991
    reference = RougeScorer(["rougeL"]).score(EXAMPLE.reasoning, text)["rougeL"].fmeasure
    assert seen.rouge_l == pytest.approx(reference)


@pytest.mark.parametrize(
    ("text", "ended", "is_valid"),
    [
        ("The year is wrong.", True, True),
        ("The year is wrong.", False, False),
        ("Wrong year.", True, False),
        ("", True, False),
        ("one two three", True, True),
    ],
)
def test_valid_has_three_words_and_an_end(text: str, ended: bool, is_valid: bool) -> None:
    seen = look_at(EXAMPLE, 2, text, ended=ended)
    assert seen.is_valid is is_valid
    assert seen.named_score is None
    assert seen.invented is None


def test_rubric_and_prompt_are_evidence_too() -> None:
    assert look_at(EXAMPLE, 2, "It must be 1989 by the rubric", ended=True).invented == 0.0
    assert look_at(EXAMPLE, 2, 'Asks "When did the wall fall"', ended=True).invented == 0.0


def test_means_by_hand() -> None:
    rows = [
        reasoned(named_score=2, invented=0.5),
        reasoned(named_score=4, invented=0.0, is_valid=False),
        reasoned(named_score=2, rouge_l=1.0),
        reasoned(rouge_l=0.0),
    ]
    found = measure_reasoning(rows, 1.5)
    assert found.model_dump() == {
        "num_examples": 4,
        "valid": 0.75,
        "names_a_score": 0.75,
        "agrees_with_score": pytest.approx(2 / 3),
        "invented_evidence": 0.25,
        "rouge_l": 0.5,
        "token_loss": 1.5,
        "undefined": {},
    }


def test_nothing_to_go_by_is_null_with_a_reason() -> None:
    found = measure_reasoning([reasoned()], None)
    assert found.agrees_with_score is None
    assert found.invented_evidence is None
    assert set(found.undefined) == {"agrees_with_score", "invented_evidence"}


def test_no_sample_at_all() -> None:
    found = measure_reasoning([], None)
    assert found.num_examples == 0
    assert found.valid is None
    assert found.rouge_l is None
