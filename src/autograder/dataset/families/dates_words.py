"""What the questions of the family `dates` are about."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Annotated

from pydantic import Field
from pydantic.dataclasses import dataclass

from autograder.dataset.families.questions import Question, Sheet, read_sheet
from autograder.dataset.words import STRICT, Phrases, read_phrases, read_words

FAMILY = "dates"
_MONDAY = date(2024, 1, 1)


@dataclass(frozen=True, slots=True, config=STRICT)
class City:
    """A city that does not change its clocks in summer, and its hours from UTC."""

    city: str
    hours_from_utc: int


@dataclass(frozen=True, slots=True, config=STRICT)
class Things:
    """What takes time; each kind has its own, so that no answer could belong to two questions.

    Attributes:
        running, starting: events.
        regular, listed: what one rides on.
        baked: dishes.
    """

    running: Phrases
    starting: Phrases
    regular: Phrases
    listed: Phrases
    baked: Phrases


@dataclass(frozen=True, slots=True, config=STRICT)
class Calendar:
    """The names of days, Monday first, and months; `calendar`'s follow the machine's locale."""

    days: Annotated[tuple[str, ...], Field(min_length=7, max_length=7)]
    months: Annotated[tuple[str, ...], Field(min_length=12, max_length=12)]

    def weekday(self, start: int, days: int) -> str:
        return self.days[(_MONDAY + timedelta(days=start + days)).weekday()]

    def on(self, day: date) -> str:
        return f"{day.day} {self.months[day.month - 1]}"

    def far_days(self, rng: Random, right: str) -> tuple[str, ...]:
        here = self.days.index(right)
        wrong = (self.days[(here + step) % 7] for step in (2, 3, 4, 5))
        return (*wrong, *rng.sample(self.months, 2))

    def near_days(self, right: str) -> tuple[str, ...]:
        here = self.days.index(right)
        return self.days[(here + 1) % 7], self.days[here - 1]


@dataclasses.dataclass(frozen=True, slots=True)
class Words:
    """What the family draws from; `cities` are hours from UTC."""

    sheet: Sheet
    things: Things
    calendar: Calendar
    cities: Mapping[str, int]


Make = Callable[[Random, Words], Question]


def read(words: Path) -> Words:
    folder = words / FAMILY
    cities = read_words(folder / "cities.jsonl", City)
    return Words(
        read_sheet(words, FAMILY, category="reasoning"),
        read_phrases(folder / "things.jsonl", Things),
        read_phrases(folder / "calendar.jsonl", Calendar),
        {each.city: each.hours_from_utc for each in cities},
    )
