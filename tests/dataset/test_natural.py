"""The natural items: each file holds together, and all of them together are what they should be."""

from __future__ import annotations

import re
from collections import Counter
from itertools import combinations
from pathlib import Path
from statistics import median

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


LEAST = {
    "first-tests": 350,
    "one-fact": 400,
    "long-answers": 250,
    "small-models": 250,
    "contexts": 150,
    "refusals-and-attacks": 300,
    "quick-facts": 850,
    "instructions": 100,
    "golden-answers": 240,
    "everyday": 150,
    "empty-answers": 180,
    "quoted-attacks": 120,
    "good-conduct": 170,
    "error-added": 180,
    "off-target": 210,
    "delicate-requests": 190,
    "begging": 190,
    "assistants": 190,
}
"""Items of each kind; where answers stand under several rubrics, groups count."""


def test_there_are_enough_of_each_kind() -> None:
    by_kind = {file.stem: read_items(file) for file in FILES}
    for kind, least in LEAST.items():
        assert len(by_kind[kind]) >= least, kind
    groups = Counter(item.group for item in by_kind["other-rubrics"])
    assert len(groups) >= 150
    assert all(2 <= count <= 4 for count in groups.values())
    opposite = Counter(item.group for item in by_kind["opposite-rubrics"])
    assert len(opposite) >= 75
    assert set(opposite.values()) == {2}
    turned = Counter(item.group for item in by_kind["level-rubrics"])
    assert len(turned) >= 100
    assert set(turned.values()) == {2}
    aspects = Counter(item.group for item in by_kind["aspects"])
    assert len(aspects) >= 110
    assert set(aspects.values()) == {2, 3}
    long = [graded for item in by_kind["long-answers"] for graded in item.responses]
    assert sum(3 <= len(item.responses) <= 5 for item in by_kind["long-answers"]) >= 250
    assert median(len(graded.response.split()) for graded in long) >= 80
    assert sum(len(item.responses) for item in by_kind["small-models"]) >= 1200


def test_pairs_that_differ_in_one_fact_are_alike_but_for_it() -> None:
    pairs = [
        (first, second)
        for item in read_items(DATA / "natural/one-fact.jsonl")
        for first, second in combinations(item.responses, 2)
    ]
    assert sum(first.score != second.score for first, second in pairs) >= 400
    lengths = [sorted((len(first.response), len(second.response))) for first, second in pairs]
    assert sum(short >= 0.8 * long for short, long in lengths) >= 0.9 * len(lengths)


def test_the_same_answers_earn_the_opposite_under_the_other_rubric() -> None:
    groups: dict[str, list[Item]] = {}
    for item in read_items(DATA / "natural/opposite-rubrics.jsonl"):
        groups.setdefault(item.group, []).append(item)
    for group, (first, second) in groups.items():
        scores = [{r.response: r.score for r in item.responses} for item in (first, second)]
        assert scores[0].keys() == scores[1].keys(), group
        assert any(abs(scores[0][text] - scores[1][text]) >= 2 for text in scores[0]), group


def test_an_answer_that_says_nothing_mostly_earns_a_1() -> None:
    items = read_items(DATA / "natural/empty-answers.jsonl")
    blank = [r.score for item in items for r in item.responses if not r.response.strip()]
    assert len(blank) >= 50
    assert blank.count(1) >= 0.85 * len(blank)


def test_there_are_enough_in_all(items: list[Item]) -> None:
    assert len(items) >= 1500
    assert sum(len(item.responses) for item in items) >= 6000
    languages = Counter(item.language for item in items)
    assert len(languages) >= 13
    assert languages.total() - languages["en"] >= 200


def test_scores_and_rubrics_are_many(items: list[Item]) -> None:
    scores = Counter(graded.score for item in items for graded in item.responses)
    total = sum(scores.values())
    assert min(scores[score] for score in SCORES) >= 0.06 * total
    assert max(scores.values()) <= 0.42 * total
    rows: Counter[str] = Counter()
    for item in items:
        rows[normalise(item.rubric)] += len(item.responses)
    assert len(rows) >= 900
    assert max(rows.values()) <= 0.02 * total
    several = [item for item in items if len(item.responses) > 1]
    same = [item for item in several if len({graded.score for graded in item.responses}) == 1]
    assert len(same) >= 0.04 * len(several)


def test_the_data_card_counts_what_there_is(items: list[Item]) -> None:
    page = (DATA.parent / "docs/data-card.md").read_text(encoding="utf-8")
    row = re.compile(r"^\| `([\w-]+)` \| [^|]+ \| (\d.+) \|$", re.MULTILINE)
    shown = dict(row.findall(page))
    for file in FILES:
        graded = [graded for item in read_items(file) for graded in item.responses]
        scores = Counter(entry.score for entry in graded)
        words = median(len(entry.response.split()) for entry in graded)
        each = ", ".join(str(scores[score]) for score in SCORES)
        assert shown[file.stem] == f"{len(read_items(file))} | {len(graded):,} | {each} | {words:g}"
    rows = sum(len(item.responses) for item in items)
    rubrics = len({item.rubric for item in items})
    languages = len({item.language for item in items})
    sizes = f"{len(items):,} items, {rows:,} responses, {rubrics:,} rubrics, {languages} languages"
    assert sizes in page
    assert f"{sum(item.language != 'en' for item in items)} natural items are in other" in page
