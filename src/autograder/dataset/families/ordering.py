"""Four or five things to put in order; the rubric says how misplaced ones count."""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from autograder.dataset.families import compose
from autograder.dataset.families.ordering_rules import NO_THING, RULES, Rule, draw
from autograder.dataset.families.ordering_topics import FAMILY, Words, read
from autograder.schema import SCORES, GradedResponse, Item

_KEY = 0.68


@dataclass(frozen=True, slots=True)
class Task:
    """What to put in order: the prompt, the right sequence, names off the list, shown values."""

    prompt: str
    names: tuple[str, ...]
    strangers: tuple[str, ...]
    values: tuple[str, ...] = ()


def _mixed(rng: random.Random, things: Sequence[str]) -> list[str]:
    return rng.sample(things, len(things))


def _by_value(words: Words, rng: random.Random, size: int) -> Task:
    scale, named = rng.choice(words.scales)
    things = rng.sample(named, size + 2)
    numbers = sorted(rng.sample(range(scale.low, scale.high, scale.step), size))
    rising = rng.random() < 0.5
    by = scale.up if rising else scale.down
    shown = [scale.shown.format(v=number) for number in (numbers if rising else numbers[::-1])]
    names = things[:size]
    rows = _mixed(rng, [f"{a} ({v})" for a, v in zip(names, shown, strict=True)])
    prompt = compose.capital(rng.choice(words.say.by_value).format(by=by, all=", ".join(rows)))
    return Task(prompt, tuple(names), tuple(things[size:]), tuple(shown))


def _by_letter(words: Words, rng: random.Random, size: int) -> Task:
    what, named = rng.choice(words.lists)
    things = rng.sample(named, size + 2)
    rising = rng.random() < 0.75
    names = sorted(things[:size], reverse=not rising)
    by = "alphabetical order" if rising else "reverse alphabetical order"
    frame, listed = rng.choice(words.say.by_letter), ", ".join(_mixed(rng, names))
    prompt = frame.format(what=what, by=by, all=listed)
    return Task(compose.capital(prompt), tuple(names), tuple(things[size:]))


def _by_clues(words: Words, rng: random.Random, size: int) -> Task:
    if rng.random() < 0.6:
        process = rng.choice(words.processes)
        what, steps = process.what, process.steps
        kept = sorted(rng.sample(range(len(steps)), size))
        names = [steps[index] for index in kept]
        strangers = [step for step in steps if step not in names]
        frames, clues = words.say.steps, words.say.step_clues
    else:
        what, things = "", rng.sample(words.people, size + 2)
        names, strangers = things[:size], things[size:]
        frames, clues = words.say.races, words.say.race_clues
    chain = [rng.choice(clues).format(a=a, b=b) for a, b in itertools.pairwise(names)]
    listed = ", ".join(_mixed(rng, names))
    frame = rng.choice(frames)
    prompt = frame.format(what=what, all=listed, clues="; ".join(_mixed(rng, chain)))
    return Task(compose.capital(prompt), tuple(names), tuple(strangers))


def _layout(rng: random.Random, composer: compose.Composer, names: Sequence[str]) -> str:
    """The sequence in one of several shapes, all of which keep its order."""
    opener, closer = rng.choice(composer.openers), rng.choice(composer.closers)
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
    rng: random.Random,
    style: random.Random,
    composer: compose.Composer,
    task: Task,
    rule: Rule,
    score: int,
) -> GradedResponse:
    order = draw(rng, rule, score)
    strangers = iter(_mixed(rng, task.strangers) * 2)
    given = [next(strangers) if rank == NO_THING else task.names[rank] for rank in order]
    shown = given
    if task.values and not rule.free and style.random() < 0.35:
        shown = [f"{task.names[rank]} ({task.values[rank]})" for rank in order]
    text = _layout(style, composer, shown)
    return GradedResponse(score, text, rule.tell(composer, rng, task.names, given))


def _make(words: Words, rng: random.Random, identity: str) -> Item:
    composer, say = words.composer, words.say
    rule = rng.choice(RULES)
    task = rng.choice((_by_value, _by_value, _by_letter, _by_clues))(words, rng, rule.size)
    extra = ""
    if rng.random() < _KEY:
        extra = rng.choice(say.keys).format(key=", ".join(task.names))
    scale = rng.choice(words.rules[rule.name].texts)
    return Item(
        id=identity,
        category="reasoning",
        level=1,
        language="en",
        prompt=task.prompt,
        rubric=composer.rubric(rng, rng.choice(say.criteria), scale, extra, remark=False),
        responses=tuple(
            _respond(rng, style, composer, task, rule, score)
            for score, style in zip(SCORES, compose.styles(rng), strict=True)
        ),
        source=FAMILY,
    )


def items(count: int, seed: int, words: Path) -> list[Item]:
    """Make `count` items; the first m are the same whatever `count` is."""
    return compose.build(FAMILY, partial(_make, read(words)), count, seed)
