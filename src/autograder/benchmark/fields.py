"""What the fields of a benchmark's rows are called, and which kind of row one is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from autograder.empty import is_empty
from autograder.tables.conversation import chat_in, holds_chat
from autograder.tables.rubrics import RUBRICS

SIDES = ("response_a", "response_b")
FIELDS = (
    *("prompt", "response", "rubric", "reference", "score"),
    *("better", "worse", *SIDES, "winner"),
    *("category", "id", "item"),
)
ALIASES: dict[str, tuple[str, ...]] = {
    "prompt": ("orig_instruction", "prompt", "instruction"),
    "response": ("orig_response", "response"),
    "rubric": (*RUBRICS, "orig_criteria", "criteria", "anchors"),
    "reference": ("orig_reference_answer", "reference_answer", "reference"),
    "score": ("orig_score", "score"),
    "better": ("better", "chosen"),
    "worse": ("worse", "rejected"),
    "response_a": ("response_a", "conversation_a", "answer_a", "output_1"),
    "response_b": ("response_b", "conversation_b", "answer_b", "output_2"),
    "winner": ("winner", "preference"),
}
"""The names of a field, the first of them first."""

SCORED = ("prompt", "response", "score")
RANKED = ("prompt", "better", "worse")
COMPARED = ("prompt", *SIDES, "winner")
ANSWERS = tuple(
    name for field in ("response", "better", "worse", *SIDES) for name in ALIASES[field]
)
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
        if names & {*ALIASES[SIDES[0]], *ALIASES[SIDES[1]]}:
            return COMPARED
        if names & {*ALIASES["score"]} and values.keys() & {*ALIASES["response"]}:
            return SCORED
    return SCORED


def with_chat(values: Mapping[str, Any]) -> dict[str, Any]:
    """The row with its chat as response and prompt, where it has none of its own."""
    found = dict(values)
    chat, messages = chat_in(values)
    if chat:
        found[chat] = messages
    if chat and not any(not is_empty(values.get(name)) for name in (*ANSWERS, "responses")):
        found["response"] = messages
    if all(is_empty(found.get(name)) for name in ALIASES["prompt"]):
        chats = [name for name in (*filter(None, [chat]), *ANSWERS) if holds_chat(found.get(name))]
        if chats:
            found["prompt"] = found[chats[0]]
    if chat and found.keys() - values.keys():
        del found[chat]
    return found
