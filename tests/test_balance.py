from __future__ import annotations

import doctest

import pytest

from autograder import balance as module
from autograder.balance import apportion, balance, score_counts
from autograder.errors import DataError
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


def test_the_surplus_of_each_source_is_dropped():
    given = rows("a", 11, 10, 10, 10, 12) + rows("b", 2, 2, 2, 2, 2)
    kept, dropped = balance(given, seed=17)
    assert dropped == {"a": 3}
    assert [row for row in given if row in kept] == kept
    for source, each in (("a", 10), ("b", 2)):
        counts = score_counts([row for row in kept if row.source == source])
        assert set(counts.values()) == {each}


def test_the_seed_chooses_and_another_row_does_not_change_the_choice():
    given = rows("a", 9, 2, 2, 2, 2)
    kept = {seed: {row.id for row in balance(given, seed)[0]} for seed in range(20)}
    assert len(set(map(frozenset, kept.values()))) > 5
    more = [*given, *rows("b", 1, 1, 1, 1, 1)]
    assert {row.id for row in balance(more, 3)[0] if row.source == "a"} == kept[3]


def test_a_source_without_a_score_cannot_be_balanced():
    with pytest.raises(DataError, match=r"source 'a' has no example with score 2, 4, so"):
        balance(rows("a", 3, 0, 3, 0, 3), seed=1)
