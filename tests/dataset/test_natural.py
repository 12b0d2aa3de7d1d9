"""The natural items: each file holds together, and all of them together are what they should be."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from autograder.checks.faults import find_faults, texts_of
from autograder.schema import SCORES, Item, read_items
from autograder.text import normalise

DATA = Path(__file__).parents[2] / "data"
FILES = sorted((DATA / "natural").glob("*.jsonl"))


@pytest.fixture(scope="module")
def items() -> list[Item]:
    return [item for file in FILES for item in read_items(file)]


def test_no_item_stands_twice(items: list[Item]) -> None:
    bank = [item.id for file in (DATA / "bank").glob("*.jsonl") for item in read_items(file)]
    assert max(Counter([*bank, *(item.id for item in items)]).values()) == 1
    prompts: dict[str, set[str]] = {}
    for item in items:
        prompts.setdefault(normalise(item.prompt), set()).add(item.group or item.id)
    assert {prompt: found for prompt, found in prompts.items() if len(found) > 1} == {}


def test_items_of_a_group_ask_the_same_and_differ_in_their_rubrics(items: list[Item]) -> None:
    groups: dict[str, list[Item]] = {}
    for item in items:
        if item.group:
            groups.setdefault(item.group, []).append(item)
    for group, members in groups.items():
        assert len(members) > 1, group
        assert len({item.prompt for item in members}) == 1, group
        assert len({item.rubric for item in members}) == len(members), group


def test_there_is_no_hard_fault(items: list[Item]) -> None:
    examples = [example for item in items for example in item.examples()]
    assert find_faults(examples, texts_of(examples)) == []


def test_scores_rubrics_and_languages_are_many(items: list[Item]) -> None:
    scores = Counter(graded.score for item in items for graded in item.responses)
    total = sum(scores.values())
    assert min(scores[score] for score in SCORES) >= 0.12 * total
    assert max(scores.values()) <= 0.34 * total
    rows: Counter[str] = Counter()
    for item in items:
        rows[normalise(item.rubric)] += len(item.responses)
    assert len(rows) >= 900
    assert max(rows.values()) <= 0.02 * total
    assert len({item.language for item in items}) >= 13
