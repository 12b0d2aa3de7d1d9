"""An announcement that must state four details as given; how many it does decides."""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pydantic.dataclasses

from autograder.dataset.families import compose
from autograder.dataset.families.details_kinds import Kind, read_kinds
from autograder.dataset.words import STRICT, Phrases, read_phrases, read_words
from autograder.schema import SCORES, GradedResponse, Item

FAMILY = "details"

SENTENCES = 6  # of every response, so that an omission does not show in the length
_ALTERED = 0.5  # of the misses; the rest is left out


@pydantic.dataclasses.dataclass(frozen=True, slots=True, config=STRICT)
class Event:
    """What an announcement is about, and the announcement, as a rubric and a prompt name them."""

    event: str
    what: str


@pydantic.dataclasses.dataclass(frozen=True, slots=True, config=STRICT)
class Sayings:
    """The phrases.

    Attributes:
        asks, criteria: of prompts and of rubrics.
        openers, fillers, closers: what stands around the details in an announcement.
    """

    asks: Phrases
    criteria: Phrases
    openers: Phrases
    fillers: Phrases
    closers: Phrases


@dataclass(frozen=True, slots=True)
class Tables:
    """All of it."""

    kinds: tuple[Kind, ...]
    events: tuple[Event, ...]
    say: Sayings
    composer: compose.Composer


def read_tables(words: Path) -> Tables:
    """Read what lies in `details/` in the folder of the families' words."""
    folder = words / FAMILY
    return Tables(
        read_kinds(words),
        read_words(folder / "events.jsonl", Event),
        read_phrases(folder / "phrases.jsonl", Sayings),
        compose.composer(words),
    )


def announce(style: random.Random, say: Sayings, rows: list[str]) -> str:
    """An announcement of these sentences, filled up to the length of all of them."""
    rows = [*rows, *style.sample(say.fillers, SENTENCES - len(rows))]
    style.shuffle(rows)
    opener, closer = style.choice(say.openers), style.choice(say.closers)
    shape = style.randrange(4)
    if shape == 0:
        mark = style.choice(("- ", "* ", "• "))
        return "\n".join(part for part in (opener, *(mark + row for row in rows), closer) if part)
    if shape == 1:
        halves = (" ".join(rows[:3]), " ".join(rows[3:]))
        return "\n\n".join(part for part in (opener, *halves, closer) if part)
    return " ".join(part for part in (opener, *rows, closer) if part)


def _respond(
    rng: random.Random,
    style: random.Random,
    tables: Tables,
    chosen: list[Kind],
    values: list[str],
    score: int,
) -> GradedResponse:
    kept = compose.draw_kept(rng, score)
    rows, findings = [], []
    for kind, value, right in zip(chosen, values, kept, strict=True):
        altered = "" if right or rng.random() >= _ALTERED else kind.alter(rng, value)
        if right:
            told = f"the {kind.name} is {value}"
        elif altered:
            told = f"the {kind.name} is given as {altered} instead of {value}"
        else:
            told = f"the {kind.name} {value} is missing"
        findings.append(compose.Finding(right, told, told))
        if right or altered:
            said = style.choice(kind.said).format(v=altered or value)
            rows.append(compose.capital(said))
    text = announce(style, tables.say, rows)
    return GradedResponse(score, text, tables.composer.explain(rng, "detail", "right", findings))


def _make(tables: Tables, rng: random.Random, identity: str) -> Item:
    chosen = rng.sample(tables.kinds, 4)
    values = [kind.draw(rng) for kind in chosen]
    event = rng.choice(tables.events)
    orders = [kind.order.format(v=value) for kind, value in zip(chosen, values, strict=True)]
    ask = rng.choice(tables.say.asks)
    prompt = ask.format(
        what=event.what,
        all=compose.join(orders),
        lines="\n".join(f"- {compose.capital(order)}" for order in orders),
    )
    names = compose.join([kind.name for kind in rng.sample(chosen, 4)])
    criterion = rng.choice(tables.say.criteria).format(all=names)
    if rng.random() < 0.3:
        criterion = compose.capital(f"a text on the {event.event}. {criterion}")
    scale = tables.composer.rule(rng, "detail", "right", "missing or wrong")
    return Item(
        id=identity,
        category="writing",
        level=1,
        language="en",
        prompt=prompt,
        rubric=tables.composer.rubric(rng, criterion, scale),
        responses=tuple(
            _respond(rng, style, tables, chosen, values, score)
            for score, style in zip(SCORES, compose.styles(rng), strict=True)
        ),
        source=FAMILY,
    )


def items(count: int, seed: int, words: Path) -> list[Item]:
    """Make `count` items; the first m are the same whatever `count` is."""
    return compose.build(FAMILY, partial(_make, read_tables(words)), count, seed)
