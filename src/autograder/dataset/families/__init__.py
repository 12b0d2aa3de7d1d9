"""Families: programs that make items whose labels are right by construction.

`FAMILIES` maps the source name of an item to the function that makes such items:
`FAMILIES[name](count, seed, words)`, where a larger `count` only adds items at the end and
`words` is the folder of the families' words, `data/families`.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from autograder.dataset.families import (
    arithmetic,
    citations,
    code_tests,
    constraints,
    dates,
    degrees,
    details,
    groundedness,
    injection,
    ordering,
    policy,
    refusal,
    same_answers,
    short_rubrics,
    sql,
    strings,
    table_lookup,
    translation,
)
from autograder.schema import Item

Maker = Callable[[int, int, Path], list[Item]]
"""Makes `count` items from a seed and the folder of the families' words."""

FAMILIES: dict[str, Maker] = {
    "arithmetic": arithmetic.items,
    "groundedness": groundedness.items,
    "constraints": constraints.items,
    "details": details.items,
    "table_lookup": table_lookup.items,
    "refusal": refusal.items,
    "injection": injection.items,
    "same_answers": same_answers.items,
    "short_rubrics": short_rubrics.items,
    "degrees": degrees.items,
    "dates": dates.items,
    "ordering": ordering.items,
    "strings": strings.items,
    "code_tests": code_tests.items,
    "sql": sql.items,
    "citations": citations.items,
    "policy": policy.items,
    "translation": translation.items,
}
