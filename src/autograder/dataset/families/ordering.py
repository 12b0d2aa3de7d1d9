"""Four or five things to put in order; the rubric says how misplaced ones count."""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.dataset.families import compose
from autograder.dataset.families.ordering_rules import NO_THING, RULES, Rule, draw
from autograder.dataset.families.ordering_topics import (
    LISTS,
    PEOPLE,
    PROCESSES,
    RACE_CLUES,
    SCALES,
    STEP_CLUES,
)
from autograder.schema import SCORES, GradedResponse, Item

FAMILY = "ordering"
_KEY = 0.68

_BY_VALUE = (
    "Put these in order, {by}: {all}.",
    "Sort the following, {by}: {all}.",
    "{by}, please: {all}.",
    "I need a list, {by}, of these: {all}.",
    "Can you arrange these for me, {by}? {all}.",
    "Rank them, {by}.\n{all}",
    "For the notice board, {by}:\n{all}",
    "Here are my notes: {all}. Give me the names, {by}.",
    "Which order do these go in, {by}?\n{all}",
)
_BY_LETTER = (
    "Put these {what} in {by}: {all}.",
    "Sort these {what} in {by}: {all}.",
    "I am making an index. Bring these {what} into {by}: {all}.",
    "{all}: what is the {by} of these {what}?",
    "Our register lists {what} in {by}. Arrange {all}.",
)
_STEPS = (
    "These steps of {what} are mixed up: {all}. What is known: {clues}. Give the right order.",
    "Order the steps of {what}.\nSteps: {all}\nClues: {clues}",
    "For a leaflet on {what} I have {all}. Sort them, given: {clues}.",
    "{what}: {clues}. In which order do these come: {all}?",
)
_RACES = (
    "In a race with {all}, {clues}. List them from first to last.",
    "Who came in when? {clues}. The runners were {all}.",
    "Runners: {all}. {clues}. Give the order in which they finished.",
)
_CRITERIA = (
    "Only the order counts.",
    "Compare the list with the right order.",
    "Check the order that the prompt asks for.",
    "What matters is the sequence, not the wording.",
    "Judge the sequence alone.",
    "The entries must stand in the order that follows from the prompt.",
    "Grade the order; layout and tone are free.",
)
_KEYS = ("Right order: {key}.", "Key: {key}.", "Correct sequence: {key}.", "It should be {key}.")


@dataclass(frozen=True, slots=True)
class Task:
    """What to put in order: the prompt, the right sequence, names off the list, shown values."""

    prompt: str
    names: tuple[str, ...]
    strangers: tuple[str, ...]
    values: tuple[str, ...] = ()


def _mixed(rng: random.Random, things: Sequence[str]) -> list[str]:
    return rng.sample(things, len(things))


def _by_value(rng: random.Random, size: int) -> Task:
    scale = rng.choice(SCALES)
    things = rng.sample(scale.things, size + 2)
    numbers = sorted(rng.sample(range(scale.low, scale.high, scale.step), size))
    rising = rng.random() < 0.5
    by = scale.up if rising else scale.down
    shown = [scale.shown.format(v=number) for number in (numbers if rising else numbers[::-1])]
    names = things[:size]
    rows = _mixed(rng, [f"{a} ({v})" for a, v in zip(names, shown, strict=True)])
    prompt = compose.capital(rng.choice(_BY_VALUE).format(by=by, all=", ".join(rows)))
    return Task(prompt, tuple(names), tuple(things[size:]), tuple(shown))


def _by_letter(rng: random.Random, size: int) -> Task:
    what, words = rng.choice(LISTS)
    things = rng.sample(words, size + 2)
    rising = rng.random() < 0.75
    names = sorted(things[:size], reverse=not rising)
    by = "alphabetical order" if rising else "reverse alphabetical order"
    prompt = rng.choice(_BY_LETTER).format(what=what, by=by, all=", ".join(_mixed(rng, names)))
    return Task(compose.capital(prompt), tuple(names), tuple(things[size:]))


def _by_clues(rng: random.Random, size: int) -> Task:
    if rng.random() < 0.6:
        what, steps = rng.choice(PROCESSES)
        kept = sorted(rng.sample(range(len(steps)), size))
        names = [steps[index] for index in kept]
        strangers = [step for step in steps if step not in names]
        frames: tuple[str, ...] = _STEPS
        clues: tuple[str, ...] = STEP_CLUES
    else:
        what, things = "", rng.sample(PEOPLE, size + 2)
        names, strangers = things[:size], things[size:]
        frames, clues = _RACES, RACE_CLUES
    chain = [rng.choice(clues).format(a=a, b=b) for a, b in itertools.pairwise(names)]
    listed = ", ".join(_mixed(rng, names))
    frame = rng.choice(frames)
    prompt = frame.format(what=what, all=listed, clues="; ".join(_mixed(rng, chain)))
    return Task(compose.capital(prompt), tuple(names), tuple(strangers))


def _layout(rng: random.Random, names: Sequence[str]) -> str:
    """The sequence in one of several shapes, all of which keep its order."""
    opener, closer = rng.choice(compose.OPENERS), rng.choice(compose.CLOSERS)
    shape = rng.choice(("numbered", "numbered", "lines", "commas", "arrows", "then"))
    if shape in ("numbered", "lines"):
        mark = rng.choice((". ", ") ")) if shape == "numbered" else ""
        rows = [f"{n}{mark}{name}" if mark else name for n, name in enumerate(names, 1)]
        return "\n".join(part for part in (opener, *rows, closer) if part)
    if shape == "then":
        body = f"First {names[0]}, then {', then '.join(names[1:-1])} and last {names[-1]}."
    else:
        sign = ", " if shape == "commas" else rng.choice((" > ", " -> ", " → "))
        body = sign.join(names) + "."
    return " ".join(part for part in (opener, compose.capital(body), closer) if part)


def _respond(
    rng: random.Random, style: random.Random, task: Task, rule: Rule, score: int
) -> GradedResponse:
    order = draw(rng, rule, score)
    strangers = iter(_mixed(rng, task.strangers) * 2)
    given = [next(strangers) if rank == NO_THING else task.names[rank] for rank in order]
    shown = given
    if task.values and not rule.free and style.random() < 0.35:
        shown = [f"{task.names[rank]} ({task.values[rank]})" for rank in order]
    return GradedResponse(score, _layout(style, shown), rule.tell(rng, task.names, given))


def _make(rng: random.Random, identity: str) -> Item:
    rule = rng.choice(RULES)
    task = rng.choice((_by_value, _by_value, _by_letter, _by_clues))(rng, rule.size)
    extra = ""
    if rng.random() < _KEY:
        extra = rng.choice(_KEYS).format(key=", ".join(task.names))
    scale = rng.choice(rule.wordings)
    return Item(
        id=identity,
        category="reasoning",
        level=1,
        language="en",
        prompt=task.prompt,
        rubric=compose.rubric(rng, rng.choice(_CRITERIA), scale, extra, remark=False),
        responses=tuple(
            _respond(rng, style, task, rule, score)
            for score, style in zip(SCORES, compose.styles(rng), strict=True)
        ),
        source=FAMILY,
    )


def items(count: int, seed: int, words: Path) -> list[Item]:  # noqa: ARG001
    """Make `count` items; the first m are the same whatever `count` is."""
    return compose.build(FAMILY, _make, count, seed)
