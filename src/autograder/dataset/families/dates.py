"""Four small questions on days, dates and clocks; the number of right answers decides."""

from __future__ import annotations

import random

from autograder.dataset.families import compose, dates_clock, dates_days, questions
from autograder.schema import Item

FAMILY = "dates"

SHEET = questions.Sheet(
    family=FAMILY,
    category="reasoning",
    leads=(
        "Some calendar and clock questions:",
        "Can you help me plan? I need these:",
        "{who} and I are filling in a rota. Please answer:",
        "Quick ones about days and times.",
        "My daughter {who} is learning the calendar. What are the answers?",
        "For our trip I have to know the following.",
        "Please work these out for {who}:",
        "Four questions from the quiz at {who}'s school:",
        "I always get muddled with dates and hours.",
        "{who} asked me these and I am not sure:",
        "Before I send the timetable round, answer these:",
        "Time puzzle of the day:",
    ),
    criteria=(
        "Check each of the four answers about dates and times.",
        "Only the four answers count.",
        "What matters is how many of the four questions are answered correctly.",
        "An answer that is off by a day, an hour or a minute is wrong.",
        "The response must give the right day, date or time for every question in the prompt.",
        "Judge the accuracy of the four answers; near misses are wrong.",
        "Work out all four questions and compare.",
    ),
)

KINDS = dates_days.KINDS + dates_clock.KINDS


def _make(rng: random.Random, identity: str) -> Item:
    asked = [kind(rng) for kind in rng.sample(KINDS, 4)]
    return questions.make(rng, identity, SHEET, asked)


def items(count: int, seed: int) -> list[Item]:
    """Make `count` items; the first m are the same whatever `count` is."""
    return compose.build(FAMILY, _make, count, seed)
