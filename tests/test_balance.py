from __future__ import annotations

import doctest
from collections import Counter
from dataclasses import replace

import pytest

from autograder import balance as module
from autograder.balance import apportion, balance, score_counts
from autograder.schema import Example


def rows(source: str, *counts: int) -> list[Example]:
    return [
        Example(f"{source}-{score}-{n}", "i", "p", "r", "u", score, "w", "c", 1, "en", source)
        for score, count in enumerate(counts, start=1)
        for n in range(count)
    ]


def test_examples_in_docstrings():
    assert doctest.testmod(module).failed == 0


@pytest.mark.parametrize("total", range(0, 60, 7))
@pytest.mark.parametrize("weights", [(4, 1, 1, 1), (0.1, 0.2, 0.7), (1,), (0, 1, 0, 3), (1e-9, 1)])
def test_whole_numbers_add_up_and_are_less_than_one_from_the_share(weights, total):
    named = {str(place): weight for place, weight in enumerate(weights)}
    counts = apportion(named, total)
    assert sum(counts.values()) == total
    for name, weight in named.items():
        assert abs(counts[name] - weight * total / sum(weights)) < 1
        assert weight or not counts[name]


def test_the_whole_set_is_balanced_and_a_source_need_not_be():
    given = rows("a", 11, 10, 10, 10, 12) + rows("b", 2, 0, 0, 0, 7)
    kept, dropped = balance(given, seed=17)
    assert set(score_counts(kept).values()) == {10}
    assert [row for row in given if row in kept] == kept
    assert sum(dropped.values()) == len(given) - len(kept)
    assert dropped == {
        source: count
        for source in ("a", "b")
        if (count := sum(row.source == source and row not in kept for row in given))
    }


def test_sets_of_two_or_three_scores_are_balanced_over_these():
    for counts in ((7, 0, 0, 0, 30), (4, 0, 9, 0, 6), (0, 0, 3, 0, 0)):
        kept, _ = balance(rows("a", *counts), seed=1)
        occur = [count for count in counts if count]
        assert score_counts(kept) == {
            score: min(occur) if count else 0 for score, count in enumerate(counts, start=1)
        }
    assert balance([], seed=1) == ([], {})


def test_a_score_may_be_so_many_times_as_frequent_as_the_rarest():
    kept, _ = balance(rows("a", 30, 7, 12, 4, 8), seed=1, ratio=2.5)
    assert score_counts(kept) == {1: 10, 2: 7, 3: 10, 4: 4, 5: 8}


def test_an_item_loses_all_that_is_too_frequent_or_stays_whole():
    pairs = [replace(row, id=f"{n}/{row.score}", item=str(n))
             for n in range(60) for row in rows("a", 1, 0, 0, 0, 1)]  # fmt: skip
    kept, _ = balance(pairs + rows("b", 20, 20, 20, 20, 20), seed=2)
    left = Counter(row.item for row in kept if row.source == "a")
    assert sum(count == 1 for count in left.values()) <= 1
    assert len(left) < 60


def test_the_seed_chooses_and_the_order_of_the_rows_does_not():
    given = [replace(row, item=row.id) for row in rows("a", 9, 2, 2, 2, 2)]
    kept = {seed: {row.id for row in balance(given, seed)[0]} for seed in range(20)}
    assert len(set(map(frozenset, kept.values()))) > 5
    assert {row.id for row in balance(given[::-1], 3)[0]} == kept[3]
