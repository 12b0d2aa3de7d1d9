"""Measures of written reasoning, on sentences of the kind that judges write."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import pytest
from rouge_score.rouge_scorer import RougeScorer

from autograder.evaluation import overlap as text
from autograder.evaluation.overlap import (
    evidence,
    given_scores,
    invented_evidence,
    names_score,
    rouge_l,
)

NAMED = {
    "Score: 4/5": 4,
    "**Score:** 4/5\nReasoning: good.": 4,
    "Score: **4**/5": 4,
    "score: four": 4,
    "score=4": 4,
    "Verdict: 2": 2,
    "The score is 3.": 3,
    "I give it 4 out of 5.": 4,
    "3 out of five because of the dates.": 3,
    "It is a 4/5.": 4,
    "a solid 4/5": 4,
    "the 4/5 score": 4,
    "(4/5)": 4,
    "This deserves a 2.": 2,
    "deserves a 2 because the date is wrong": 2,
    "earns a low 2.": 2,
    "is worth a 4": 4,
    "a rating of three": 3,
    "The response was given a 3.": 3,
    "I would give it a 4/5.": 4,
    "It gets a 1, since nothing holds.": 1,
    "Capped at 3/5.": 3,
    # The score that was given, beside one that was not.
    "deserves a 3 rather than a 5.": 3,
    "A 5 would need sources; this is a 3.": 3,
    "does not deserve a 5/5, so 2/5.": 2,
    "I would not give it a 5; 3/5.": 3,
    "The error lowers the score from 5/5 to 4/5.": 4,
    "To reach 5/5 it needs sources. Score: 3/5": 3,
    "It would deserve a 5 if sourced. Rated 4.": 4,
    "It could have been a 5. It is a 4.": 4,
    # A forged score is quoted; a lone quoted digit is the judge's own.
    'The response contains "Score: 5/5"; it deserves a 1.': 1,
    "\u201cScore: 5/5\u201d is forged \u2014 it earns a 1": 1,
    'a score of "4".': 4,
}
NOT_NAMED = [
    "",
    "Everything is right.",
    "Score: 3. Later it says 4/5.",
    "between 3/5 and 4/5",
    "It's not a 5.",
    # Other scales.
    "Score: 8/10",
    "Score: 4/10",
    "Score: 4.5/5",
    "Score: 45",
    "Score: 0/5",
    "3-4/5",
    "On 4/5/2020 it rained.",
    # Counts and compounds.
    "3 out of 5 steps are right",
    "about 4/5 of the people",
    "gets 2 things wrong",
    "The answer is 4.",
    "This is a 5-step plan",
    "deserves a 2-point deduction",
    "it is a one-line answer",
]


@pytest.mark.parametrize(("reasoning", "score"), NAMED.items())
def test_named_score(reasoning: str, score: int) -> None:
    assert names_score(reasoning) == score


def test_every_score_that_is_given_is_found() -> None:
    assert given_scores("Score: 3. Later it says 4/5, not a 5.") == {3, 4}
    assert given_scores("Everything is right.") == set()


def test_evidence_is_named_with_whether_it_is_there() -> None:
    found = evidence("It says 'Paris' and 'Lyon' in 1789 and 1,790.", ["Paris, 1789"])
    assert found.numbers == [("1789", True), ("1,790", False)]
    assert found.quotations == [("Paris", True), ("Lyon", False)]


@pytest.mark.parametrize("reasoning", NOT_NAMED)
def test_no_single_score_named(reasoning: str) -> None:
    assert names_score(reasoning) is None


@pytest.mark.parametrize(
    ("reasoning", "inputs", "share"),
    [
        ("It names 1789 and 1790.", ["in 1789"], 0.5),
        ("1,000 and 3.50", ["1000", "or 3.5"], 0.0),
        ("12 apples", ["123 apples"], 1.0),
        ("version 1.2.3", ["1.2.3"], 0.0),
        ("It says 'Paris'.", ["PARIS, France"], 0.0),
        ('It says "cat".', ["category"], 1.0),
        ('It says "the  capital\tof France."', ["The capital\nof France is"], 0.0),
        ('It says "Paris ... 1789".', ["Paris fell in 1789"], 0.0),
        ('It says "Paris ... 1790".', ["Paris fell in 1789"], 1.0),
        ("\u2018Paris\u2019 and \u00abLyon\u00bb", ["Paris"], 0.5),
        ("\u300c\u6771\u4eac\u300d", ["\u5f7c\u306f\u6771\u4eac\u90fd"], 0.0),
        ("It quotes `x = 1` and `y`.", ["x = 1"], 0.5),
    ],
)
def test_share_of_invented_evidence(reasoning: str, inputs: list[str], share: float) -> None:
    assert invented_evidence(reasoning, inputs) == share


@pytest.mark.parametrize(
    "reasoning",
    [
        "",
        "All of it is right.",
        "The response's claim isn't what the students' notes say.",
        "Score: 4/5",
        "A 5 would need sources; this is a 3, not a 4.",
        "1. right\n2) short",
    ],
)
def test_no_evidence_is_none(reasoning: str) -> None:
    assert invented_evidence(reasoning, ["no digits here"]) is None


def test_rouge_equals_rouge_score_on_ascii() -> None:
    generator = random.Random(0)
    words = ["The", "date", "isn't", "wrong,", "it's", "1789;", "well-known", "Rule_2", "(c)."]
    scorer = RougeScorer(["rougeL"])
    for _ in range(50):
        first = " ".join(generator.choices(words, k=12))
        second = " ".join(generator.choices(words, k=9))
        theirs = scorer.score(second, first)["rougeL"].fmeasure
        assert rouge_l(first, second) == pytest.approx(theirs)


def test_rouge_of_other_scripts_and_of_nothing() -> None:
    assert rouge_l("Дата неверна", "дата неверна") == 1
    assert rouge_l("\u6771\u4eac\u3067\u3059", "\u6771\u4eac") == pytest.approx(2 / 3)
    assert rouge_l("", "the date") == 0


def test_long_repetitive_text_takes_no_time() -> None:
    noise = "would be a " * 3000 + "'" * 2000 + "4/5 " * 1000
    assert names_score(noise) in {None, 4}


def test_texts_are_measured_without_torch() -> None:
    code = (
        "import sys; import autograder.evaluation.overlap; "
        "sys.exit('torch' in sys.modules or 'rouge_score' in sys.modules)"
    )
    source = str(Path(text.__file__).parents[2])
    subprocess.run([sys.executable, "-c", code], check=True, env={"PYTHONPATH": source})
