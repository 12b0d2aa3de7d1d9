"""Four small calculations in one message; the number of right results decides."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from autograder.dataset.families import compose
from autograder.schema import SCORES, GradedResponse, Item

FAMILY = "arithmetic"


@dataclass(frozen=True, slots=True)
class Task:
    """One calculation.

    Attributes:
        short, phrase: two ways to ask for it, both usable as a noun.
        brief: the same in very few words, for the explanation.
        said: ways to state the result, with `{v}` for it.
        value, unit: the right result.
        slips: wrong results with a cause (other operation, wrong factor), likely ones first.
    """

    short: str
    phrase: str
    brief: str
    said: tuple[str, ...]
    value: int
    unit: str
    slips: tuple[int, ...]

    def wrong(self, rng: random.Random) -> int:
        slips = [slip for slip in self.slips if slip > 0 and slip != self.value]
        if slips and rng.random() < 0.4:
            return rng.choice(slips)
        return compose.near(rng, self.value)

    def amount(self, value: int) -> str:
        return f"{value} {self.unit}".rstrip()


def _sum(rng: random.Random) -> Task:
    a, b = rng.randint(11, 89), rng.randint(11, 89)
    said = (f"{a} + {b} = {{v}}", f"{a} plus {b} is {{v}}", f"the sum of {a} and {b} is {{v}}")
    short = f"{a} + {b}"
    return Task(short, f"the sum of {a} and {b}", short, said, a + b, "", (a + b - 10,))


def _difference(rng: random.Random) -> Task:
    b = rng.randint(11, 60)
    a = b + rng.randint(6, 39)
    said = (
        f"{a} - {b} = {{v}}",
        f"{a} minus {b} is {{v}}",
        f"the difference between {a} and {b} is {{v}}",
    )
    phrase = f"the difference between {a} and {b}"
    return Task(f"{a} - {b}", phrase, f"{a} - {b}", said, a - b, "", (a - b + 10, a + b))


def _product(rng: random.Random) -> Task:
    a, b = rng.randint(3, 15), rng.randint(3, 12)
    said = (
        f"{a} x {b} = {{v}}",
        f"{a} times {b} is {{v}}",
        f"the product of {a} and {b} is {{v}}",
    )
    slips = (a * (b + 1), a * (b - 1), a + b)
    return Task(f"{a} x {b}", f"the product of {a} and {b}", f"{a} x {b}", said, a * b, "", slips)


def _quotient(rng: random.Random) -> Task:
    b, value = rng.randint(3, 9), rng.randint(4, 25)
    a = b * value
    said = (f"{a} / {b} = {{v}}", f"{a} divided by {b} is {{v}}", f"{a} over {b} gives {{v}}")
    slips = (value + 1, value - 1)
    return Task(f"{a} / {b}", f"{a} divided by {b}", f"{a} / {b}", said, value, "", slips)


def _percentage(rng: random.Random) -> Task:
    percent, base = rng.choice((5, 10, 15, 20, 25, 30, 40, 50, 75)), 20 * rng.randint(2, 30)
    value = percent * base // 100
    said = (
        f"{percent}% of {base} = {{v}}",
        f"{percent}% of {base} is {{v}}",
        f"{percent}% of {base} comes to {{v}}",
    )
    slips = (value * 2, value // 2, base - value, value + 10)
    name = f"{percent}% of {base}"
    return Task(name, name, name, said, value, "", slips)


_UNITS = (
    ("metres", "centimetres", 100, 9, 10),
    ("kilometres", "metres", 1000, 9, 100),
    ("kilograms", "grams", 1000, 9, 100),
    ("litres", "millilitres", 1000, 9, 100),
    ("tonnes", "kilograms", 1000, 9, 100),
    ("centimetres", "millimetres", 10, 60, 100),
    ("hours", "minutes", 60, 9, 100),
    ("minutes", "seconds", 60, 9, 100),
    ("days", "hours", 24, 7, 12),
    ("weeks", "days", 7, 12, 5),
    ("years", "months", 12, 9, 10),
    ("feet", "inches", 12, 12, 10),
)


def _conversion(rng: random.Random) -> Task:
    large, small, factor, most, mistaken = rng.choice(_UNITS)
    a = rng.randint(2, most)
    said = (
        f"{a} {large} = {{v}} {small}",
        f"{a} {large} is {{v}} {small}",
        f"{a} {large} make {{v}} {small}",
    )
    value = a * factor
    slips = (a * mistaken, (a + 1) * factor, (a - 1) * factor)
    phrase = f"the number of {small} in {a} {large}"
    short = f"{a} {large} in {small}"
    return Task(short, phrase, short, said, value, small, slips)


def _price(rng: random.Random) -> Task:
    a, b = rng.randint(3, 12), rng.randint(3, 14)
    what = rng.choice(("tickets", "notebooks", "coffees", "chairs", "plants", "lamps", "shirts"))
    deal = f"{a} {what} at {b} euros each"
    said = (f"{deal} = {{v}} euros", f"{deal} cost {{v}} euros", f"{deal} come to {{v}} euros")
    slips = (a * b + b, a * b - b, a + b)
    return Task(f"{deal}", f"the cost of {deal}", f"{a} x {b} euros", said, a * b, "euros", slips)


def _change(rng: random.Random) -> Task:
    note = rng.choice((20, 50, 100))
    bill = rng.randint(note // 5, note - 2)
    said = (
        f"change from {note} euros on a bill of {bill} = {{v}} euros",
        f"the change from {note} euros on a bill of {bill} is {{v}} euros",
    )
    name = f"the change from {note} euros on a bill of {bill}"
    slips = (note - bill + 10, note - bill - 10)
    return Task(name, name, f"{note} - {bill} euros", said, note - bill, "euros", slips)


_KINDS: tuple[Callable[[random.Random], Task], ...] = (
    _sum, _difference, _product, _quotient, _percentage, _conversion, _price, _change
)  # fmt: skip

_LISTED = (
    "Please work these out for me:",
    "Can you give me the results of these four?",
    "Quick maths check, what do these come to?",
    "I need the answers to the following:",
    "My daughter has these on her worksheet. What are the answers?",
    "Calculate each of these:",
    "Without a calculator at hand, I am stuck on these:",
    "Four sums for today's warm-up:",
)
_RUNNING = (
    "Please tell me {all}.",
    "What are {all}?",
    "For a form I am filling in I need {all}. Can you work them out?",
    "Could you calculate {all} for me?",
    "I would like to know {all}.",
    "Help me check my homework: what are {all}?",
    "Find {all}.",
)
_CRITERIA = (
    "Check each of the four results.",
    "Only the four numbers count.",
    "What matters is how many of the four calculations have the right result.",
    "Verify all four calculations; a result is correct or wrong, nothing between.",
    "The response must give the right result for every calculation in the prompt.",
    "Judge the accuracy of the four results.",
)


def _prompt(rng: random.Random, tasks: list[Task]) -> str:
    if rng.random() < 0.4:
        return rng.choice(_RUNNING).format(all=compose.join([task.phrase for task in tasks]))
    mark = rng.choice(("1. ", "1) ", "a) ", "- "))
    rows = []
    for index, task in enumerate(tasks):
        lead = f"{index + 1}{mark[1:]}" if mark[0] == "1" else f"{'abcd'[index]}{mark[1:]}"
        rows.append(f"{mark if mark[0] == '-' else lead}{rng.choice((task.short, task.phrase))}")
    return "\n".join((rng.choice(_LISTED), *rows))


def _respond(
    rng: random.Random, style: random.Random, tasks: list[Task], score: int
) -> GradedResponse:
    kept = compose.draw_kept(rng, score)
    given = [
        task.value if right else task.wrong(rng) for task, right in zip(tasks, kept, strict=True)
    ]
    bare = style.random() < 0.25
    wording = style.randrange(6)
    rows, findings = [], []
    for task, value, right in zip(tasks, given, kept, strict=True):
        said = task.said[wording % len(task.said)]
        rows.append(task.amount(value) if bare else said.format(v=value))
        brief = f"{task.brief} is {task.value}"
        long = rng.choice(
            (
                f"{task.phrase} is given as {value} instead of {task.value}",
                f"{task.short} is {task.value}, not {value}",
                f"{task.phrase} should be {task.value}, not {value}",
            )
        )
        short = brief if right else f"{brief}, not {value}"
        findings.append(compose.Finding(right, long, short))
    if not bare and style.random() < 0.25:
        style.shuffle(rows)
    text = compose.layout(style, rows, ordered=bare)
    return GradedResponse(score, text, compose.explain(rng, "result", "right", findings))


def _make(rng: random.Random, identity: str) -> Item:
    tasks = [kind(rng) for kind in rng.sample(_KINDS, 4)]
    extra = ""
    if rng.random() < 0.75:
        answers = "; ".join(task.amount(task.value) for task in tasks)
        extra = rng.choice(("Right results in order: ", "Key: ", "Expected: ")) + answers + "."
    scale = compose.rule(rng, "result", rng.choice(("correct", "right")), "wrong")
    return Item(
        id=identity,
        category="arithmetic",
        level=1,
        language="en",
        prompt=_prompt(rng, tasks),
        rubric=compose.rubric(rng, rng.choice(_CRITERIA), scale, extra),
        responses=tuple(
            _respond(rng, style, tasks, score)
            for score, style in zip(SCORES, compose.styles(rng), strict=True)
        ),
        source=FAMILY,
    )


def items(count: int, seed: int, words: Path) -> list[Item]:  # noqa: ARG001
    """Make `count` items; the first m are the same whatever `count` is."""
    return compose.build(FAMILY, _make, count, seed)
