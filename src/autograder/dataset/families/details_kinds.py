"""What an announcement may have to state: kinds of details, their values and wordings."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from pydantic.dataclasses import dataclass

from autograder.dataset.families import compose
from autograder.dataset.words import STRICT, Phrases, read_phrases, read_words
from autograder.errors import DataError

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = ("January", "March", "April", "May", "June", "August", "September", "October")
_NUMBERS = tuple(str(number) for number in range(2, 28))

Draw = Callable[[random.Random], str]
Alter = Callable[[random.Random, str], str]


@dataclasses.dataclass(frozen=True, slots=True)
class Kind:
    """A kind of detail.

    Attributes:
        name: in the rubric and in the explanation.
        order: how the prompt gives it, with `{v}` for the value.
        said: ways to state it.
        draw: a value.
        alter: a value that a careless writer might put in its place.
    """

    name: str
    order: str
    said: tuple[str, ...]
    draw: Draw
    alter: Alter


@dataclass(frozen=True, slots=True, config=STRICT)
class Names:
    """What people may be called."""

    first: Phrases
    last: Phrases


@dataclass(frozen=True, slots=True, config=STRICT)
class Numbers:
    """From `least` in steps of `step`, and smaller than `below`."""

    least: int
    below: int
    step: int


@dataclass(frozen=True, slots=True, config=STRICT)
class KindRow:
    """A `Kind`; its values are dates, times or people, or `texts` or `numbers` say what."""

    name: str
    order: str
    said: Phrases
    values: Literal["date", "time", "person", "text", "number"]
    texts: tuple[str, ...] = ()
    numbers: Numbers | None = None


def _pick(options: tuple[str, ...]) -> Draw:
    return lambda rng: rng.choice(options)


def _swap(options: tuple[str, ...]) -> Alter:
    return lambda rng, value: rng.choice([option for option in options if option != value])


def _number(numbers: Numbers) -> Draw:
    return lambda rng: str(rng.randrange(numbers.least, numbers.below, numbers.step))


def _near(rng: random.Random, value: str) -> str:
    return str(compose.near(rng, int(value)))


def _date(rng: random.Random) -> str:
    return f"{rng.choice(_DAYS)} {rng.choice(_NUMBERS)} {rng.choice(_MONTHS)}"


def _other_date(rng: random.Random, value: str) -> str:
    day, number, month = value.split()
    change = rng.randrange(3)
    if change == 0:
        return f"{_swap(_DAYS)(rng, day)} {number} {month}"
    if change == 1:
        return f"{day} {_swap(_NUMBERS)(rng, number)} {month}"
    return f"{day} {number} {_swap(_MONTHS)(rng, month)}"


def _time(rng: random.Random) -> str:
    return f"{rng.randint(8, 20)}:{rng.choice(('00', '15', '30', '45'))}"


def _other_time(rng: random.Random, value: str) -> str:
    hour, minute = value.split(":")
    if rng.random() < 0.5:
        return f"{int(hour) + rng.choice((-1, 1))}:{minute}"
    return f"{hour}:{_swap(('00', '15', '30', '45'))(rng, minute)}"


def _person(names: Names) -> Draw:
    return lambda rng: f"{rng.choice(names.first)} {rng.choice(names.last)}"


def _other_person(names: Names) -> Alter:
    def alter(rng: random.Random, value: str) -> str:
        first, last = value.split()
        if rng.random() < 0.5:
            return f"{_swap(names.first)(rng, first)} {last}"
        return f"{first} {_swap(names.last)(rng, last)}"

    return alter


def _values(row: KindRow, names: Names, path: Path) -> tuple[Draw, Alter]:
    """How the values of a kind are drawn and altered."""
    if row.values == "date":
        return _date, _other_date
    if row.values == "time":
        return _time, _other_time
    if row.values == "person":
        return _person(names), _other_person(names)
    if row.values == "number" and row.numbers:
        return _number(row.numbers), _near
    if row.values == "text" and len(row.texts) > 1:
        return _pick(row.texts), _swap(row.texts)
    message = f"{row.name!r} needs {row.values}s to draw from; give `texts`, or `numbers`"
    raise DataError(message, path=str(path), field="values")


def read_kinds(words: Path) -> tuple[Kind, ...]:
    """Read the kinds of details from the folder of the families' words.

    Raises:
        DataError: a table is faulty, or a kind does not say what its values are.
    """
    path = words / "details" / "kinds.jsonl"
    names = read_phrases(words / "details" / "names.jsonl", Names)
    return tuple(
        Kind(row.name, row.order, row.said, *_values(row, names, path))
        for row in read_words(path, KindRow)
    )
