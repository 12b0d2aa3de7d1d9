"""Groups of examples: each measured once, and told once."""

from __future__ import annotations

from collections.abc import Sequence

from autograder.checks.grouping import Groups, distinct, group_by, measured
from autograder.schema import Example


def example(number: int, category: str, source: str) -> Example:
    return Example(f"r{number}", "i", "p", f"r{number}", "u", 3, "", category, 1, source=source)


ROWS = [example(1, "b", "x"), example(2, "a", "y"), example(3, "b", "x"), example(4, "b", "z")]
GROUPS: Groups = {
    "all": {"all": ROWS},
    "level": group_by(ROWS, "level"),
    "category": group_by(ROWS, "category"),
    "source": group_by(ROWS, "source"),
}


def test_values_stand_in_order_and_rows_as_they_came() -> None:
    assert {value: [row.id for row in rows] for value, rows in GROUPS["category"].items()} == {
        "a": ["r2"],
        "b": ["r1", "r3", "r4"],
    }
    assert list(GROUPS["category"]) == ["a", "b"]


def test_groups_of_the_same_examples_are_one() -> None:
    found = list(distinct(GROUPS))
    assert found == [
        ("all", "all"),
        ("category", "a"),
        ("category", "b"),
        *(("source", s) for s in "xz"),
    ]
    assert list(distinct({"source": GROUPS["source"]})) == [("source", name) for name in "xyz"]


def test_each_group_is_measured_once_and_stands_under_every_name() -> None:
    asked: list[int] = []

    def size(rows: Sequence[Example]) -> int:
        asked.append(len(rows))
        return len(rows)

    figures = measured(GROUPS, size)
    assert figures == {
        name: {value: len(rows) for value, rows in values.items()}
        for name, values in GROUPS.items()
    }
    assert len(asked) == len(list(distinct(GROUPS)))
