"""Calendar questions of the family `dates`: each with its answer, slips and gross misses.

Days without a year never fall in February, so that leap years matter only where they are asked.
"""

from __future__ import annotations

import calendar
import random
from datetime import date, timedelta

from autograder.dataset.families.dates_words import Calendar, Make, Words
from autograder.dataset.families.questions import Question


def _month_first(text: str) -> str:
    return " ".join(reversed(text.split()))


def _weekday_question(
    ask: str, label: str, brief: str, right: str, rng: random.Random, names: Calendar
) -> Question:
    said = (f"{label} is {{v}}", f"{brief}: {{v}}", f"{{v}} is {label}")
    near, far = names.near_days(right), names.far_days(rng, right)
    return Question(ask, label, brief, said, right, near, far)


def _days_after(rng: random.Random, words: Words) -> Question:
    names = words.calendar
    start, days = rng.randrange(7), rng.randint(2, 20)
    day = names.days[start]
    ask = rng.choice(
        (
            f"What weekday is it {days} days after a {day}?",
            f"If today is {day}, what weekday is it in {days} days?",
        )
    )
    label = f"the weekday {days} days after {day}"
    right = names.weekday(start, days)
    return _weekday_question(ask, label, f"{day} + {days} days", right, rng, names)


def _days_before(rng: random.Random, words: Words) -> Question:
    names = words.calendar
    start, days = rng.randrange(7), rng.randint(2, 15)
    day = names.days[start]
    ask = rng.choice(
        (
            f"What weekday was it {days} days before a {day}?",
            f"If today is {day}, what weekday was it {days} days ago?",
        )
    )
    label = f"the weekday {days} days before {day}"
    right = names.weekday(start, -days)
    return _weekday_question(ask, label, f"{day} - {days} days", right, rng, names)


def _in_month(rng: random.Random, words: Words) -> Question:
    names = words.calendar
    start, first = rng.randrange(7), rng.randint(2, 6)
    then = rng.randint(first + 3, 28)
    month = rng.choice(names.months)
    ask = f"If {first} {month} is a {names.days[start]}, what weekday is {then} {month}?"
    label, right = f"the weekday of {then} {month}", names.weekday(start, then - first)
    return _weekday_question(ask, label, f"{then} {month}", right, rng, names)


def _some_day(rng: random.Random) -> date:
    return date(2023, rng.choice((1, 3, 4, 5, 6, 7, 8, 9, 10, 11)), rng.randint(1, 28))


def _days_between(rng: random.Random, words: Words) -> Question:
    names = words.calendar
    if rng.random() < 0.7:
        start = date(2023, rng.choice((1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)), rng.randint(1, 14))
        end = start.replace(day=rng.randint(start.day + 3, 30))
    else:
        start = date(2023, rng.choice((3, 4, 5, 6, 7, 8, 9, 10, 11)), rng.randint(20, 29))
        end = start + timedelta(days=rng.randint(10, 18))
    days = (end - start).days
    a, b = names.on(start), names.on(end)
    ask = rng.choice((f"How many days is it from {a} to {b}?", f"How many days after {a} is {b}?"))
    label = f"the time from {a} to {b}"
    said = (f"from {a} to {b} it is {{v}}", f"{label} is {{v}}", f"{a} to {b}: {{v}}")
    near = tuple(f"{n} days" for n in (days - 1, days + 1, days + 2, days + 1))
    far = tuple(f"{n} days" for n in (days * 2, days + 30, days * 10, days + 100))
    return Question(ask, label, f"{a} to {b}", said, f"{days} days", near, far)


def _date_after(rng: random.Random, words: Words) -> Question:
    names = words.calendar
    start, days = _some_day(rng), rng.randint(3, 21)
    if start.month == 1:  # not into February
        start = start.replace(day=rng.randint(1, 10))
    end = start + timedelta(days=days)
    a = names.on(start)
    ask = rng.choice(
        (f"What date is {days} days after {a}?", f"Which date comes {days} days after {a}?")
    )
    label = f"the date {days} days after {a}"
    said = (f"{days} days after {a} is {{v}}", f"{label} is {{v}}", f"{a} + {days} days: {{v}}")
    near = tuple(names.on(end + timedelta(days=slip)) for slip in (-1, 1, 2, -2))
    far = tuple(names.on(end + timedelta(days=slip)) for slip in (45, 70, 100, 150))
    brief = f"{a} + {days} days"
    return Question(ask, label, brief, said, names.on(end), near, far, _month_first)


def _month_length(rng: random.Random, words: Words) -> Question:
    names = words.calendar
    month, year = rng.randint(1, 12), rng.randint(2015, 2034)
    name = f"February {year}" if month == 2 else names.months[month - 1]
    days = calendar.monthrange(year, month)[1]
    ask = rng.choice((f"How many days does {name} have?", f"How many days are there in {name}?"))
    label = f"the length of {name}"
    said = (f"{name} has {{v}}", f"{label} is {{v}}", f"{name}: {{v}}")
    near = ("28 days", "29 days") if month == 2 else ("30 days", "31 days")
    far = tuple(f"{n} days" for n in (21, 25, 35, 52, 60, 12))
    return Question(ask, label, name, said, f"{days} days", near, far)


def _weeks(rng: random.Random, _: Words) -> Question:
    weeks, rest = rng.randint(2, 9), rng.randint(1, 6)
    total = (timedelta(weeks=weeks) + timedelta(days=rest)).days
    length = f"{weeks} weeks and {rest} day{'s' if rest > 1 else ''}"
    ask = rng.choice((f"How many days are {length}?", f"What is {length} in days?"))
    said = (f"{length} = {{v}}", f"{length} is {{v}}", f"{length} makes {{v}}")
    near = tuple(f"{n} days" for n in (total - rest, total + 1, total - 1, total + 7, total - 7))
    far = tuple(f"{n} days" for n in (total * 3, weeks + rest, total + 100, total * 10))
    return Question(ask, f"{length} in days", length, said, f"{total} days", near, far)


KINDS: tuple[Make, ...] = (
    _days_after, _days_before, _in_month, _days_between, _date_after, _month_length, _weeks
)  # fmt: skip
