"""The order of a rubric's scores is read for certain, or not at all."""

from __future__ import annotations

import pytest

from autograder.rubric_layout import Ladder, read_ladder, turn_anchors


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("5: a. 4: b. 3: c. 2: d. 1: f.", "1: f. 2: d. 3: c. 4: b. 5: a."),
        ("Facts.\n5 - a\n4 - b\n3 - c\n2 - d\n1 - f", "Facts.\n1 - f\n2 - d\n3 - c\n4 - b\n5 - a"),
        ("1: f; 2: d; 3: c; 4: b; 5: a", "5: a; 4: b; 3: c; 2: d; 1: f"),
        (
            "Q?\n- 5: a\n- 4: b\n- 3: c\n- 2: d\n- 1: f",
            "Q?\n- 1: f\n- 2: d\n- 3: c\n- 4: b\n- 5: a",
        ),
        (
            "Score 1: f\nScore 2: d\nScore 3: c\nScore 4: b\nScore 5: a",
            "Score 5: a\nScore 4: b\nScore 3: c\nScore 2: d\nScore 1: f",
        ),
        ("5: a. 4: b. 3: c. 2: d. 1: anything else.", None),
        ("5: a. 4: same, but late. 3: c. 2: d. 1: f.", None),
        ("5: a. 4: b. 3: c. 2: d. 1: f. A wrong date costs one.", None),
        ("5 - no miss\n4 - one\n3 - two\n2 - three\n1 - four", None),
        ("5: a. 4: b. 2: d. 1: f.", None),
        ("5: a. 4: b. 3: c. 2: d. 1: f. And 5: x. 4: y. 3: z. 2: v. 1: w.", None),
        ("Answers: 5: 3 and 4: 2.", None),
    ],
)
def test_anchors_are_turned_only_where_each_stands_alone(before: str, after: str | None) -> None:
    assert turn_anchors(before) == (after or before)


def test_a_ladder_is_its_parts() -> None:
    rubric = "Facts?\n5 - four\n3 - two\n1 - none.\n"
    ladder = read_ladder(rubric)
    assert ladder is not None
    assert ladder == Ladder("Facts?\n", ("5 - four", "3 - two", "1 - none"), "\n", ".\n")
    assert ladder.text == rubric
    assert ladder.descriptions == ("four", "two", "none")
    assert ladder.turned.text == "Facts?\n1 - none\n3 - two\n5 - four.\n"


@pytest.mark.parametrize(
    "rubric",
    [
        "",
        "Is it right?",
        "5: a. 4: b. 3: c.",  # no 1
        "5: a. 1: b. 3: c.",
        "5: a. 3: b, 1: c.",
        "Between 1 - 5: is it right?",
        "5: a\n1: b\nBe strict.",
        "5: a. Score 1: b.",
    ],
)
def test_what_cannot_be_read_for_certain_is_no_ladder(rubric: str) -> None:
    assert read_ladder(rubric) is None
