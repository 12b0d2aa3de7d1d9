"""Variants change the form and nothing else, and only where the form is free."""

from __future__ import annotations

import dataclasses
import random

import pytest

from autograder.robustness.texts import Padding
from autograder.robustness.variants import (
    form_is_free,
    markdown,
    padded,
    rubric_case,
    rubric_order,
    small_letters,
    typos,
    white_space,
)
from autograder.schema import Example

PLAIN = Example(
    id="a",
    item="a",
    prompt="Why is the sky blue?",
    response="Sunlight is scattered by molecules of the atmosphere. Shorter waves scatter more.",
    rubric="5: names scattering. 4: mentions air. 3: vague. 2: odd. 1: wrong.",
    score=5,
    reasoning="",
    category="factual_qa",
    level=1,
)


def changed(**fields: str) -> Example:
    return dataclasses.replace(PLAIN, **fields)  # type: ignore[arg-type]  # fields of any type


def rng() -> random.Random:
    return random.Random(1)


def test_white_space_keeps_the_words() -> None:
    code = changed(response="def f():\n    return 1")
    for row in (PLAIN, code):
        request = white_space(rng(), row)
        assert request.response != row.response
        assert request.response.split() == row.response.split()
    assert "\n    return 1" in white_space(rng(), code).response


@pytest.mark.parametrize(
    ("rubric", "turned"),
    [
        ("5: names it. 1: does not.", "5: NAMES it. 1: does not."),
        ("CORRECT sums", "correct sums"),
        ("3 = 4", "3 = 4"),
    ],
)
def test_the_first_word_of_the_rubric_changes_its_case(rubric: str, turned: str) -> None:
    assert rubric_case(rng(), changed(rubric=rubric)).rubric == turned


def test_the_lines_of_the_rubric_are_turned_round() -> None:
    request = rubric_order(rng(), PLAIN)
    assert request.rubric.startswith("1: wrong. 2: odd.")
    assert request.response == PLAIN.response


def test_markdown_keeps_the_words_in_order() -> None:
    for seed in range(9):
        request = markdown(random.Random(seed), PLAIN)
        assert request
        words = [word.strip("*>#") for word in request.response.split()]
        assert " ".join(filter(None, words)).endswith(PLAIN.response)


def test_small_letters_begin_sentences_and_symbols_stay() -> None:
    request = small_letters(rng(), changed(response="Lead is heavy. Its symbol is Pb. Pb, yes."))
    assert request
    assert request.response == "lead is heavy. its symbol is Pb. Pb, yes."


def test_typos_swap_two_letters_of_words_that_are_not_asked_for() -> None:
    request = typos(rng(), PLAIN)
    assert request
    pairs = zip(PLAIN.response.split(), request.response.split(), strict=True)
    wrong = [(old, new) for old, new in pairs if old != new]
    assert len(wrong) == 1
    for old, new in wrong:
        assert sorted(old) == sorted(new)
        assert old[0] == new[0]
        assert "scatter" not in old or old == "scattered"


def test_padding_stands_on_its_side() -> None:
    before = padded([Padding(place="before", text="Sure.")])(rng(), PLAIN)
    after = padded([Padding(place="after", text="Bye.")])(rng(), PLAIN)
    assert before
    assert after
    assert before.response == f"Sure. {PLAIN.response}"
    assert after.response == f"{PLAIN.response} Bye."


@pytest.mark.parametrize(
    "row",
    [
        changed(rubric="5: at most ten words."),
        changed(prompt="Write it as JSON: why is the sky blue?"),
        changed(response="`print(1)` does it."),
        changed(language="de"),
    ],
)
def test_where_form_may_matter_it_stays(row: Example) -> None:
    variants = (markdown, typos, small_letters, padded([Padding(place="after", text="Bye.")]))
    assert [variant(rng(), row) for variant in variants] == [None] * 4
    assert form_is_free(PLAIN)
