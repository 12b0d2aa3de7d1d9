from __future__ import annotations

import dataclasses
import os
import random
import subprocess
import sys
from collections import Counter

import pytest
from scipy.stats import binomtest

from autograder.checks.split import SPLITS, prove_disjoint, split
from autograder.config import SplitConfig
from autograder.errors import AuditError, DataError
from autograder.schema import Example

SHARES = SplitConfig(validation=0.1, test=0.2)


def item(name: str, category: str = "c", level: int = 1, size: int = 5) -> list[Example]:
    return [
        Example(f"{name}/{n}", name, f"p {name}", f"r{n}", "u", n, "w", category, level)
        for n in range(1, size + 1)
    ]


def many(count: int, categories: int = 4, sizes: tuple[int, ...] = (5,)) -> list[Example]:
    rng = random.Random(7)
    return [
        row
        for n in range(count)
        for row in item(f"i{n}", f"c{n % categories}", 1 + n % 3, rng.choice(sizes))
    ]


def test_every_example_is_on_one_side_and_items_stay_whole():
    examples = many(60, sizes=(1, 2, 5, 20))
    splits = split(examples, SHARES)
    assert list(splits) == ["train", "validation", "test"]
    assert sorted(e.id for rows in splits.values() for e in rows) == sorted(e.id for e in examples)
    items = [{e.item for e in rows} for rows in splits.values()]
    assert sum(map(len, items)) == len(set().union(*items))
    for rows in splits.values():
        assert [e for e in examples if e in rows] == rows


def test_whole_items_keep_each_split_balanced():
    for rows in split(many(60), SHARES).values():
        assert len(set(Counter(row.score for row in rows).values())) == 1


def test_the_shares_hold_as_nearly_as_chance_has_it():
    examples = many(2000, categories=4, sizes=(1,))
    splits = split(examples, SHARES)
    for name, share in (("test", 0.2), ("validation", 0.1)):
        assert binomtest(len(splits[name]), len(examples), share).pvalue > 0.001
        for field in ("category", "level"):
            for value, count in Counter(getattr(row, field) for row in examples).items():
                part = sum(getattr(row, field) == value for row in splits[name])
                assert binomtest(part, count, share).pvalue > 0.001


def sides(examples: list[Example], config: SplitConfig = SHARES) -> dict[str, str]:
    return {row.item: name for name, rows in split(examples, config).items() for row in rows}


def test_an_item_keeps_its_side_whatever_else_there_is():
    examples = many(200, categories=10)
    whole = sides(examples)
    assert sides(examples[500:]) == {name: whole[name] for name in sides(examples[500:])}
    assert sides(examples[::-1]) == whole
    assert whole.items() <= sides([*examples, *item("new", "c1")]).items()


def test_other_shares_move_only_the_items_between():
    examples = many(300)
    small, large = (sides(examples, SplitConfig(validation=0.1, test=t)) for t in (0.1, 0.15))
    moved = Counter((small[name], large[name]) for name in small if small[name] != large[name])
    assert moved.keys() == {("validation", "test"), ("train", "validation")}


CODE = """
from autograder.config import SplitConfig
from autograder.checks.split import split
from autograder.schema import Example
rows = [Example(f"{n}/{s}", str(n), f"p{n}", f"r{s}", "u", s, "w", f"c{n % 5}", 1 + n % 3)
        for n in range(40) for s in range(1, 6)]
print([[row.id for row in part] for part in split(rows, SplitConfig()).values()])
"""


def test_every_process_splits_alike():
    made = {
        subprocess.run(
            [sys.executable, "-c", CODE],
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("0", "99")
    }
    assert len(made) == 1


def test_three_items_are_enough_and_two_are_not():
    splits = split([*item("a"), *item("b"), *item("c")], SHARES)
    assert [len(rows) for rows in splits.values()] == [5, 5, 5]
    with pytest.raises(DataError, match=r"2 items are too few for train \+ validation \+ test"):
        split([*item("a"), *item("b")], SHARES)


def test_items_that_the_holdout_took_are_counted_where_too_few_are_left():
    examples = [*item("a"), *item("b", "sums"), *item("d", "poems"), *item("e", "sums")]
    config = SHARES.changed(holdout=("ordering", "sums", "poems"))
    with pytest.raises(DataError) as caught:
        split(examples, config)
    assert str(caught.value) == (
        "1 items are too few for train + validation + test with one item each; split.holdout took "
        "3 more (poems, sums); add items, or hold none out: -S 'split.holdout=[]'"
    )
    assert split(examples, config.changed(holdout=()))["train"]
    with pytest.raises(DataError, match=r"one item each; add items$"):
        split(examples[:5], config)


def test_no_validation_is_a_choice():
    splits = split(many(20), SplitConfig.model_construct(validation=0.0, test=0.2))
    assert splits["validation"] == []
    assert len(splits["test"]) == 20


@pytest.mark.parametrize("shares", [(0.1, 0.89), (0.9, 0.05), (0.01, 0.01), (0.0, 0.99)])
def test_no_split_is_empty_whatever_the_shares(shares):
    config = SplitConfig.model_construct(validation=shares[0], test=shares[1])
    for rows in split(many(3), config).values():
        assert rows or not shares[0]


def test_an_item_on_two_sides_is_named():
    one, two, *_ = item("a")
    with pytest.raises(AuditError, match=r"item 'a' stands in train \(a/1\) and in test \(a/2\)"):
        prove_disjoint({"train": [one], "test": [two]})


def test_the_same_answer_on_two_sides_is_named():
    one = Example("x", "a", "What is it?", "It's Rome.", "u", 4, "w", "c", 1)
    two = Example("y", "b", "what is it", "it's  rome", "other", 2, "w", "c", 1)
    with pytest.raises(AuditError, match="x in train and y in test have the same prompt and resp"):
        prove_disjoint({"train": [one], "validation": [], "test": [two]})


def test_whole_categories_and_sources_can_be_held_out():
    examples = [
        dataclasses.replace(row, category=f"kind-{number % 4}", source=f"family-{number % 3}")
        for number in range(24)
        for row in many(24)[5 * number : 5 * number + 5]
    ]
    config = SHARES.changed(holdout=("kind-1", "family-2", "unheard-of"))
    splits = split(examples, config)
    assert list(splits) == ["train", "validation", "test", "holdout"]
    assert sorted(row.id for rows in splits.values() for row in rows) == sorted(
        row.id for row in examples
    )
    for name, rows in splits.items():
        is_unseen = {row.category == "kind-1" or row.source == "family-2" for row in rows}
        assert is_unseen == {name == "holdout"}
    rest = [row for row in examples if row not in splits["holdout"]]
    assert {name: splits[name] for name in SPLITS} == split(rest, SHARES)


def test_an_item_with_one_held_out_example_is_held_out_whole():
    rows = many(6)
    rows[0] = dataclasses.replace(rows[0], category="unseen")
    splits = split(rows, SHARES.changed(holdout=("unseen",)))
    assert splits["holdout"] == rows[:5]
