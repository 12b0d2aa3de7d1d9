"""What the fields of a benchmark's rows are called, and which kind of row one is."""

from __future__ import annotations

from collections.abc import Mapping

from autograder.tables.values import is_empty

SIDES = ("response_a", "response_b")
FIELDS = (
    *("prompt", "response", "rubric", "reference", "score"),
    *("better", "worse", *SIDES, "winner"),
    *("category", "id", "item"),
)
RUBRICS = ("rubric", "score_rubric")
ALIASES: dict[str, tuple[str, ...]] = {
    "prompt": ("orig_instruction", "prompt", "instruction"),
    "response": ("orig_response", "response"),
    "rubric": (*RUBRICS, "orig_criteria", "criteria", "anchors"),
    "reference": ("orig_reference_answer", "reference_answer", "reference"),
    "score": ("orig_score", "score"),
    "better": ("better", "chosen"),
    "worse": ("worse", "rejected"),
}
"""The names of a field, the first of them first."""

SCORED = ("prompt", "response", "score")
RANKED = ("prompt", "better", "worse")
COMPARED = ("prompt", *SIDES, "winner")
"""The kinds of row, each by the fields that it cannot lack: an answer, and two sorts of pair."""


def name_of(values: Mapping[str, object], field: str) -> str:
    """The name of a field in a row: the first that is filled, else the first that is there."""
    names = [name for name in ALIASES.get(field, (field,)) if name in values]
    filled = [name for name in names if not is_empty(values[name])]
    return (filled or names or [field])[0]


def kind_of(values: Mapping[str, object]) -> tuple[str, ...]:
    """`SCORED`, `RANKED` or `COMPARED`, by the cells that are filled.

    A file of CSV gives a row the fields of all kinds, so names decide only where no cell does.
    One answer of a pair alone is taken for a pair that lacks the other.
    """
    filled = {name for name, value in values.items() if not is_empty(value)}
    if {"better", "worse"} <= filled:
        return RANKED
    for names in (filled, {*values}):
        if names & {*ALIASES["response"]}:
            return SCORED
        if names & {*ALIASES["better"], *ALIASES["worse"]}:
            return RANKED
        if names & {*SIDES}:
            return COMPARED
        if names & {*ALIASES["score"]} and values.keys() & {*ALIASES["response"]}:
            return SCORED
    return SCORED
