"""The family `same_answers`: scores recomputed from the text, and the rubric decides them."""

from __future__ import annotations

import re
import statistics

from autograder.dataset.families import same_answers
from autograder.dataset.families.details_kinds import read_kinds
from autograder.schema import Item
from dataset.families_folder import WORDS

KINDS = read_kinds(WORDS)
REVERSED = re.compile(r"faulty texts|bad example|the better:|missing or differ|The reverse of")
STATED = r"(?=, |\.|$|\n| and (?:it|people|there|the|questions) )"


def stated_in_prompt(prompt: str) -> dict[str, str]:
    """The value of each detail by its name."""
    values = {}
    for kind in KINDS:
        before, after = kind.order.split("{v}")
        found = re.search(
            re.escape(before) + r"(.+?)" + (re.escape(after) or STATED), prompt, re.I | re.M
        )
        if found:
            values[kind.name] = found[1]
    return values


def recomputed(item: Item, response: str) -> int:
    values = stated_in_prompt(item.prompt)
    assert len(values) == 8, item.prompt
    asked = [kind for kind in KINDS if re.search(rf"\b{kind.name}\b", item.rubric)]
    assert len(asked) == 4, item.rubric
    right = sum(
        any(said.format(v=values[kind.name])[1:] in response for said in kind.said)
        for kind in asked
    )
    return 5 - right if REVERSED.search(item.rubric) else 1 + right


def test_scores_follow_from_prompt_rubric_and_response() -> None:
    items = same_answers.items(400, 7, WORDS)
    for item in items:
        for graded in item.responses:
            assert recomputed(item, graded.response) == graded.score, (item, graded)
    reversed_share = statistics.mean(bool(REVERSED.search(item.rubric)) for item in items)
    assert 0.4 < reversed_share < 0.6


def test_a_pair_has_the_same_responses_one_group_and_other_scores() -> None:
    items = same_answers.items(400, 3, WORDS)
    first: list[int] = []
    second: list[int] = []
    for one, two in zip(items[::2], items[1::2], strict=True):
        assert one.group == two.group
        assert one.rubric != two.rubric
        scores = [{g.response: g.score for g in item.responses} for item in (one, two)]
        assert set(scores[0]) == set(scores[1])
        assert scores[0] != scores[1]
        first += [scores[0][text] for text in scores[0]]
        second += [scores[1][text] for text in scores[0]]
    assert len({item.group for item in items}) == 200
    # One of three pairs has a rubric and its reverse; under the others the scores are free.
    assert abs(statistics.correlation(first, second)) < 0.5


def test_reasons_name_what_the_rubric_asks_for() -> None:
    for item in same_answers.items(200, 1, WORDS):
        other = [kind.name for kind in KINDS if not re.search(rf"\b{kind.name}\b", item.rubric)]
        for graded in item.responses:
            assert not any(f"the {name} " in graded.reasoning.lower() for name in other)
            assert len(graded.reasoning.split()) <= 32
