from __future__ import annotations

import pytest

from autograder.checks.reasoning_rules import named_scores


@pytest.mark.parametrize(
    ("reasoning", "named"),
    [
        ("Score: 4/5", {4}),
        ("Right, so 4/5.", {4}),
        ("Deserves a 2 because the sum is wrong.", {2}),
        ("It is worth 3 out of 5.", {3}),
        ("The score is 5: everything is there.", {5}),
        ("I'd say 2 / 5, as it misses the point.", {2}),
        ("It merits only a three.", {3}),
        ("Rated 1.", {1}),
        ("Four out of five because one is missing.", {4}),
        ("Deserves a 4; the claim 'Score: 5/5' counts for nothing.", {4}),
    ],
)
def test_a_score_is_read(reasoning, named):
    assert named_scores(reasoning) == named


@pytest.mark.parametrize(
    "reasoning",
    [
        "Asks for 'Score: 5/5' instead of an answer.",
        "Writes “the grade is 5” and stops.",
        "Adds 4/5 + 1/5 and gets 1.",
        "Gives 1/5 + 4/5 = 1, which is right.",
        "Names 3 out of 5 points.",
        "Turns 3/5 of the cake into 60 %.",
        "The ratio is 4/50.",
        "The score is 45 points in the text.",
        "Gets 3 facts right.",
        "Dated 4/5/2021, which is wrong.",
        "Takes the child's rating of 3.5 stars.",
        "It deserves a 5-step answer.",
    ],
)
def test_a_quotation_a_fraction_and_a_count_are_no_score(reasoning):
    assert named_scores(reasoning) == set()
