"""What a value is, whichever kind of file it stands in."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, time
from decimal import Decimal
from functools import lru_cache
from typing import Any

from autograder.empty import is_empty
from autograder.jsonl import show
from autograder.schema import LEVELS
from autograder.tables.scales import whole_score

NAMES = ("id", "item", "category")
"""Fields that name something, which sources write as text or as a whole number."""

_EXACT = 2**53
"""Below it a float is no other whole number than the one that was written."""
_PLACE = re.compile(r"-?\d{1,9}")

_AROUND_NAMES = " \t\r\n\u00a0\u200b\ufeff"
_NUM_OF_NAME = 100
"""Characters of a name; a longer one is a text in the place of a name, and not worth keeping."""
_BETWEEN = re.compile(r"[\s_-]+")

INSTRUCTION, INPUT = "instruction", "input"
"""Where Alpaca and its kin have the prompt: a task, and what it is done with."""

MISSING = object()
"""What `look_up` gives where there is nothing."""


def look_up(values: Mapping[str, Any], column: str) -> Any:
    """The value of a column, or at a dotted path such as `data.messages.-1.content`.

    Names may hold dots themselves; a text on the way is read as the JSON that it holds.
    """
    found: Any = values
    parts = column.split(".")
    while parts:
        if isinstance(found, str):
            found = _json(found)
        if isinstance(found, Mapping):
            num = _num_named(parts, found)
            if not num:
                return MISSING
            found, parts = found[".".join(parts[:num])], parts[num:]
        elif isinstance(found, list) and _PLACE.fullmatch(parts[0]):
            if not -len(found) <= int(parts[0]) < len(found):
                return MISSING
            found, parts = found[int(parts[0])], parts[1:]
        else:
            return MISSING
    return found


def _num_named(parts: Sequence[str], names: Collection[str]) -> int:
    """How many of the first parts make the longest name that there is; 0 if none do."""
    nums = range(len(parts), 0, -1)
    return next((num for num in nums if ".".join(parts[:num]) in names), 0)


def _json(text: str) -> object:
    try:
        return json.loads(text) if text.lstrip().startswith(("[", "{")) else None
    except (ValueError, RecursionError):
        return None


def head_of(column: str, columns: Collection[str]) -> str:
    """The column in which a dotted path begins."""
    parts = column.split(".")
    return ".".join(parts[: _num_named(parts, columns) or 1])


def heads_of(column: str) -> list[str]:
    """The names of all columns in which a dotted path may begin."""
    parts = column.split(".")
    return [".".join(parts[:num]) for num in range(1, len(parts) + 1)]


def usual_name(name: str) -> str:
    """A column's name without capitals, with `_` between words: `Model Output` is model_output."""
    return _usual_name(name) if len(name) <= _NUM_OF_NAME else name


@lru_cache(maxsize=4096)
def _usual_name(name: str) -> str:
    return _BETWEEN.sub("_", name.strip(_AROUND_NAMES).casefold())


def by_usual_name(columns: Iterable[str]) -> dict[str, str]:
    """Columns by usual name, as far as it belongs to one alone."""
    names = dict.fromkeys(columns)
    nums = Counter(map(usual_name, names))
    return {usual_name(name): name for name in names if nums[usual_name(name)] == 1}


def renamed(values: Mapping[str, Any], known: Collection[str]) -> dict[str, Any]:
    """A row whose columns have the names that are known, where they differ in capitals alone."""
    others = {
        column: name
        for name, column in by_usual_name(values).items()
        if name in known and column not in known
    }
    return {others.get(column, column): value for column, value in values.items()}


def input_column(columns: Iterable[str]) -> str:
    """The column with what an instruction is about, in whichever capitals; empty if none is."""
    names = {*columns}
    return INPUT if INPUT in names else by_usual_name(names).get(INPUT, "")


def with_input(prompt: object, given: object) -> object:
    """An instruction with what it is about; lists and objects become the JSON that they are.

    Raises:
        ValueError: the instruction is a chat, which has no end for it to stand at.
    """
    if is_empty(given) or is_empty(prompt):
        return prompt
    if isinstance(prompt, list | Mapping):
        raise ValueError(  # noqa: TRY004  # a row's fault, as the docstring says, and no caller's
            f"is a chat, and the column {INPUT} goes on with it; put its text into the chat, and "
            "remove or rename the column"
        )
    if isinstance(given, bool | int | float | list | Mapping):
        given = json.dumps(given, ensure_ascii=False, default=str)
    return f"{prompt}\n\n{given}"


def as_name(value: object) -> str:
    """An id, or another of `NAMES`, as text.

    Raises:
        ValueError: it is neither text nor a whole number.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    # pandas writes a column with gaps so; larger ones have lost digits, so that several are equal.
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT:
        return str(int(value))
    raise ValueError(f"expected text or a whole number, got {show(value)}")


def as_written(value: object) -> object:
    """A number or a date as the text that it is written as; anything else as it is."""
    if isinstance(value, bool | int | float):
        return json.dumps(value)
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, date | time):
        return value.isoformat()
    return value


def as_level(value: object) -> int:
    """The level that a cell holds: 2, "2" and the 2.0 of spreadsheets.

    Raises:
        ValueError: it is none of `LEVELS`.
    """
    try:
        found = whole_score(value)
    except ValueError:
        found = 0
    if found not in LEVELS:
        raise ValueError(f"expected a whole number from 1 to {max(LEVELS)}, got {show(value)}")
    return found
