"""Four small calculations in one message; the number of right results decides."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pydantic.dataclasses

from autograder.dataset.families import compose
from autograder.dataset.words import STRICT, Phrases, read_phrases, read_words
from autograder.schema import SCORES, GradedResponse, Item

FAMILY = "arithmetic"


@pydantic.dataclasses.dataclass(frozen=True, slots=True, config=STRICT)
class _Unit:
    """Two units, of which the larger is `factor` smaller ones.

    Attributes:
        most: the largest number of large units that a prompt asks about.
        mistaken_factor: what somebody who errs may take for the factor.
    """

    large: str
    small: str
    factor: int
    most: int
    mistaken_factor: int


@pydantic.dataclasses.dataclass(frozen=True, slots=True, config=STRICT)
class _Phrases:
    """Ways to ask for a list of calculations, to ask in one sentence (`{all}`), and to grade."""

    listed: Phrases
    running: Phrases
    criteria: Phrases
    goods: Phrases


@dataclass(frozen=True, slots=True)
class _Words:
    say: _Phrases
    units: tuple[_Unit, ...]
    composer: compose.Composer


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


def _sum(rng: random.Random, _: _Words) -> Task:
    a, b = rng.randint(11, 89), rng.randint(11, 89)
    said = (f"{a} + {b} = {{v}}", f"{a} plus {b} is {{v}}", f"the sum of {a} and {b} is {{v}}")
    short = f"{a} + {b}"
    return Task(short, f"the sum of {a} and {b}", short, said, a + b, "", (a + b - 10,))


def _difference(rng: random.Random, _: _Words) -> Task:
    b = rng.randint(11, 60)
    a = b + rng.randint(6, 39)
    said = (
        f"{a} - {b} = {{v}}",
        f"{a} minus {b} is {{v}}",
        f"the difference between {a} and {b} is {{v}}",
    )
    phrase = f"the difference between {a} and {b}"
    return Task(f"{a} - {b}", phrase, f"{a} - {b}", said, a - b, "", (a - b + 10, a + b))


def _product(rng: random.Random, _: _Words) -> Task:
    a, b = rng.randint(3, 15), rng.randint(3, 12)
    said = (
        f"{a} x {b} = {{v}}",
        f"{a} times {b} is {{v}}",
        f"the product of {a} and {b} is {{v}}",
    )
    slips = (a * (b + 1), a * (b - 1), a + b)
    return Task(f"{a} x {b}", f"the product of {a} and {b}", f"{a} x {b}", said, a * b, "", slips)


def _quotient(rng: random.Random, _: _Words) -> Task:
    b, value = rng.randint(3, 9), rng.randint(4, 25)
    a = b * value
    said = (f"{a} / {b} = {{v}}", f"{a} divided by {b} is {{v}}", f"{a} over {b} gives {{v}}")
    slips = (value + 1, value - 1)
    return Task(f"{a} / {b}", f"{a} divided by {b}", f"{a} / {b}", said, value, "", slips)


def _percentage(rng: random.Random, _: _Words) -> Task:
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


def _conversion(rng: random.Random, words: _Words) -> Task:
    unit = rng.choice(words.units)
    large, small = unit.large, unit.small
    a = rng.randint(2, unit.most)
    said = (
        f"{a} {large} = {{v}} {small}",
        f"{a} {large} is {{v}} {small}",
        f"{a} {large} make {{v}} {small}",
    )
    value = a * unit.factor
    slips = (a * unit.mistaken_factor, (a + 1) * unit.factor, (a - 1) * unit.factor)
    short = f"{a} {large} in {small}"
    return Task(short, f"the number of {small} in {a} {large}", short, said, value, small, slips)


def _price(rng: random.Random, words: _Words) -> Task:
    a, b = rng.randint(3, 12), rng.randint(3, 14)
    what = rng.choice(words.say.goods)
    deal = f"{a} {what} at {b} euros each"
    said = (f"{deal} = {{v}} euros", f"{deal} cost {{v}} euros", f"{deal} come to {{v}} euros")
    slips = (a * b + b, a * b - b, a + b)
    return Task(f"{deal}", f"the cost of {deal}", f"{a} x {b} euros", said, a * b, "euros", slips)


def _change(rng: random.Random, _: _Words) -> Task:
    note = rng.choice((20, 50, 100))
    bill = rng.randint(note // 5, note - 2)
    said = (
        f"change from {note} euros on a bill of {bill} = {{v}} euros",
        f"the change from {note} euros on a bill of {bill} is {{v}} euros",
    )
    name = f"the change from {note} euros on a bill of {bill}"
    slips = (note - bill + 10, note - bill - 10)
    return Task(name, name, f"{note} - {bill} euros", said, note - bill, "euros", slips)


_KINDS: tuple[Callable[[random.Random, _Words], Task], ...] = (
    _sum, _difference, _product, _quotient, _percentage, _conversion, _price, _change
)  # fmt: skip


def _prompt(rng: random.Random, say: _Phrases, tasks: list[Task]) -> str:
    if rng.random() < 0.4:
        return rng.choice(say.running).format(all=compose.join([task.phrase for task in tasks]))
    mark = rng.choice(("1. ", "1) ", "a) ", "- "))
    rows = []
    for index, task in enumerate(tasks):
        lead = f"{index + 1}{mark[1:]}" if mark[0] == "1" else f"{'abcd'[index]}{mark[1:]}"
        rows.append(f"{mark if mark[0] == '-' else lead}{rng.choice((task.short, task.phrase))}")
    return "\n".join((rng.choice(say.listed), *rows))


def _respond(
    rng: random.Random,
    style: random.Random,
    composer: compose.Composer,
    tasks: list[Task],
    score: int,
) -> GradedResponse:
    kept = compose.draw_kept(rng, score)
    pairs = zip(tasks, kept, strict=True)
    given = [task.value if right else task.wrong(rng) for task, right in pairs]
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
    text = composer.layout(style, rows, ordered=bare)
    return GradedResponse(score, text, composer.explain(rng, "result", "right", findings))


def _make(words: _Words, rng: random.Random, identity: str) -> Item:
    say, composer = words.say, words.composer
    tasks = [kind(rng, words) for kind in rng.sample(_KINDS, 4)]
    extra = ""
    if rng.random() < 0.75:
        answers = "; ".join(task.amount(task.value) for task in tasks)
        extra = rng.choice(("Right results in order: ", "Key: ", "Expected: ")) + answers + "."
    scale = composer.rule(rng, "result", rng.choice(("correct", "right")), "wrong")
    return Item(
        id=identity,
        category="arithmetic",
        level=1,
        language="en",
        prompt=_prompt(rng, say, tasks),
        rubric=composer.rubric(rng, rng.choice(say.criteria), scale, extra),
        responses=tuple(
            _respond(rng, style, composer, tasks, score)
            for score, style in zip(SCORES, compose.styles(rng), strict=True)
        ),
        source=FAMILY,
    )


def _read(words: Path) -> _Words:
    folder = words / FAMILY
    say = read_phrases(folder / "phrases.jsonl", _Phrases)
    return _Words(say, read_words(folder / "units.jsonl", _Unit), compose.composer(words))


def items(count: int, seed: int, words: Path) -> list[Item]:
    """Make `count` items; the first m are the same whatever `count` is."""
    return compose.build(FAMILY, partial(_make, _read(words)), count, seed)
