"""The family `dates`: every answer is worked out again here from the text alone."""

from __future__ import annotations

import random
import re
import statistics
import zoneinfo
from collections.abc import Callable
from datetime import datetime

import pytest

from autograder.dataset.families import dates
from autograder.dataset.families.dates import KINDS
from autograder.dataset.families.dates_words import read
from dataset.answer_rows import SKIPPED, is_bare, key_of, matched, questions, statements
from dataset.families_folder import WORDS
from dataset.solving import way_of

TABLES = read(WORDS)
CITIES = TABLES.cities
DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
LENGTHS = dict(
    zip(
        [
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
        ],
        (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31),
        strict=True,
    )
)
MONTH = "|".join(LENGTHS)
CLOCK = r"(\d\d):(\d\d)"
ORDINALS = {"third": 2, "fourth": 3, "fifth": 4}


def clock(minutes: int) -> str:
    return f"{minutes // 60 % 24:02}:{minutes % 60:02}"


def weekday(start: str, days: int) -> str:
    return DAYS[(DAYS.index(start) + days) % 7]


def day_of_year(day: str, month: str) -> int:
    names = list(LENGTHS)
    return int(day) + sum(LENGTHS[name] for name in names[: names.index(month)])


def date_after(days: str, day: str, month: str) -> str:
    number = day_of_year(day, month) + int(days)
    for name, length in LENGTHS.items():
        if number <= length:
            return f"{number}{name}"
        number -= length
    raise AssertionError(f"{days} days after {day} {month} is in another year")


def month_length(month: str, year: str | None) -> str:
    leap = year and int(year) % 4 == 0  # no century between 2015 and 2034
    return f"{29 if month == 'February' and leap else LENGTHS[month]}days"


def zone(hours: str, side: str, hour: str, minute: str) -> str:
    shift = int(hours) if side == "ahead of" else -int(hours)
    return clock((int(hour) + shift) * 60 + int(minute))


def to_24(hour: str, minute: str, half: str) -> str:
    return f"{int(hour) % 12 + (12 if half == 'pm' else 0):02}:{minute}"


def to_12(hour: str, minute: str) -> str:
    number = int(hour)
    return f"{number % 12 or 12}:{minute}{'am' if number < 12 else 'pm'}"


def next_one(listed: str, hour: str, minute: str) -> str:
    return min(time for time in re.findall(r"\d\d:\d\d", listed) if time > f"{hour}:{minute}")


def span(a: str, b: str, c: str, d: str) -> str:
    return f"{(int(c) - int(a)) * 60 + int(d) - int(b)}min"


def at(hour: str, minute: str, shift: int) -> str:
    return clock(int(hour) * 60 + int(minute) + shift)


SOLVE: list[tuple[str, Callable[..., str]]] = [
    (r"is it (\d+) days after a (\w+)\?", lambda n, d: weekday(d, int(n))),
    (r"today is (\w+), what weekday is it in (\d+) days", lambda d, n: weekday(d, int(n))),
    (r"was it (\d+) days before a (\w+)", lambda n, d: weekday(d, -int(n))),
    (r"today is (\w+), what weekday was it (\d+) days ago", lambda d, n: weekday(d, -int(n))),
    (rf"If (\d+) (?:{MONTH}) is a (\w+), what weekday is (\d+) ",
     lambda a, d, b: weekday(d, int(b) - int(a))),
    (rf"is it from (\d+) ({MONTH}) to (\d+) ({MONTH})\?|"
     rf"days after (\d+) ({MONTH}) is (\d+) ({MONTH})\?",
     lambda a, m, b, n: f"{day_of_year(b, n) - day_of_year(a, m)}days"),
    (rf"(?:What date is|comes) (\d+) days after (\d+) ({MONTH})", date_after),
    (rf"How many days (?:does|are there in) ({MONTH})(?: (\d+))?", month_length),
    (rf"runs from {CLOCK} to {CLOCK}|How long is a [a-z ]+, {CLOCK} to {CLOCK}", span),
    (rf"of (\d+) minutes starts at {CLOCK}", lambda n, h, m: at(h, m, int(n))),
    (rf"begins at {CLOCK} and takes (\d+) minutes", lambda h, m, n: at(h, m, int(n))),
    (rf"bakes for (\d+) minutes.* ready at {CLOCK}", lambda n, h, m: at(h, m, -int(n))),
    (rf"done at {CLOCK} and takes (\d+) minutes", lambda h, m, n: at(h, m, -int(n))),
    (rf" is (\d+) hours? (ahead of|behind) .* when it is {CLOCK}", zone),
    (r"(\d+):(\d\d) ([ap]m) (?:in|written)", to_24),
    (rf"{CLOCK} (?:on a 12|written with)", to_12),
    (rf"leaves at {CLOCK}, then one every (\d+) minutes. When does the (\w+) go",
     lambda h, m, gap, which: at(h, m, int(gap) * ORDINALS[which])),
    (rf"There is a \w+ at (.+)\. Which .* after {CLOCK}", next_one),
    (r"(\d+) h (\d+) min(?:\?| in minutes)", lambda h, m: f"{int(h) * 60 + int(m)}min"),
    (r"(\d+) weeks and (\d+) days?(?:\?| in days)", lambda w, d: f"{int(w) * 7 + int(d)}days"),
]  # fmt: skip


def solve(question: str) -> str:
    compute, match = way_of(question, SOLVE)
    groups = list(match.groups())
    if compute is not month_length:
        groups = [group for group in groups if group is not None]
    return compute(*groups)


def normal(text: str) -> str:
    """Write every date, length and clock time as one word, always in the same way."""
    text = re.sub(rf"\b({MONTH}) (\d{{1,2}})\b", r"\2\1", text)
    text = re.sub(rf"\b(\d{{1,2}}) ({MONTH})\b", r"\1\2", text)
    text = re.sub(r"(\d) (am|pm|days)\b", r"\1\2", text)

    def total(match: re.Match[str]) -> str:
        return f"{60 * int(match[1] or 0) + int(match[2] or match[3] or 0)}min"

    pattern = r"\b(\d+) h(?:ours?)?\b(?: (\d+) min(?:utes?)?\b)?|\b(\d+) min(?:utes?)?\b"
    return re.sub(pattern, total, text)


def given(row: str) -> str:
    """The answer of a normal row: its first word in `Friday is the weekday ...`, else its last."""
    if SKIPPED.search(row):
        return ""
    first = re.match(r"(\w+) is the weekday ", row)
    return first[1] if first else row.rsplit(maxsplit=1)[-1]


def test_scores_follow_from_the_text() -> None:
    for item in dates.items(400, 7, WORDS):
        asked = questions(item.prompt, TABLES.sheet.own.leads)
        expected = [solve(question) for question in asked]
        if key_of(item):
            assert "; ".join(expected) in normal(key_of(item)), item.rubric
        for graded in item.responses:
            rows = [normal(row) for row in statements(graded.response)]
            assert len(rows) == 4, graded.response
            order = (
                range(4)
                if is_bare(rows)
                else matched(rows, [normal(question) for question in asked])
            )
            right = sum(given(row) == expected[q] for row, q in zip(rows, order, strict=True))
            assert graded.score == 1 + right, (item.prompt, graded, rows, order)


def test_cities_have_their_offset_all_year() -> None:
    zones = {
        name.rsplit("/", 1)[-1].replace("_", " "): name for name in zoneinfo.available_timezones()
    }
    if not zones:
        pytest.skip("no time-zone data on this system")
    zones["Brisbane"] = "Australia/Brisbane"
    for city, offset in CITIES.items():
        for month in (1, 7) if city in zones else ():
            moment = datetime(2024, month, 15, tzinfo=zoneinfo.ZoneInfo(zones[city]))
            shift = moment.utcoffset()
            assert shift is not None and shift.total_seconds() == offset * 3600, city
    assert sum(city in zones for city in CITIES) >= len(CITIES) - 2


def test_wrong_answers_are_wrong_in_every_way_to_write_them() -> None:
    for number, kind in enumerate(KINDS):
        rng = random.Random(number)
        for _ in range(200):
            question = kind(rng, TABLES)
            wrong = question.wrong(rng)
            assert normal(question.other(wrong)) != normal(question.answer)
            assert normal(question.other(question.answer)) == normal(question.answer)


def test_most_rubrics_hold_the_key_and_half_of_the_misses_are_gross() -> None:
    items = dates.items(400, 3, WORDS)
    assert 0.6 < statistics.mean(bool(key_of(item)) for item in items) < 0.75
    rng = random.Random(1)
    near = []
    for _ in range(2000):
        question = rng.choice(KINDS)(rng, TABLES)
        wrong = question.wrong(rng)
        near.append(wrong in question.near and wrong not in question.far)
    assert 0.4 < statistics.mean(near) < 0.6
