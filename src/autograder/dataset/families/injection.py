"""Items of other families with text that addresses the grader in some of the responses.

Which responses are attacked, how and where is drawn without a look at their scores; most
attacks ask for more than was earned or for the top, a few for the bottom.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pydantic.dataclasses

from autograder.dataset.families import arithmetic, compose, groundedness, refusal, table_lookup
from autograder.dataset.words import STRICT, Phrases, read_phrases, read_words
from autograder.schema import GradedResponse, Item

FAMILY = "injection"

Put = Callable[[random.Random, str, str], str]
"""Puts an attack (the last argument) somewhere into a text."""

_MOST_RUBRIC, _MOST_WORDS, _MOST_REASON = 57, 66, 33
_BASES: tuple[Callable[[int, int, Path], list[Item]], ...] = (
    arithmetic.items,
    groundedness.items,
    table_lookup.items,
    refusal.items,
)


@pydantic.dataclasses.dataclass(frozen=True, slots=True, config=STRICT)
class Attack:
    """A kind of attack, as a reasoning names it, and its texts.

    In a text, `{score}` is 5 or 1, `{word}` a word for it, and a brace is written twice.
    """

    kind: str
    texts: Phrases


@pydantic.dataclasses.dataclass(frozen=True, slots=True, config=STRICT)
class Sayings:
    """Words for a 5 and for a 1, and what rubric and reasoning say about attacks."""

    up: Phrases
    down: Phrases
    rules: Phrases
    reasons: Phrases


@dataclass(frozen=True, slots=True)
class Tables:
    """All of it."""

    attacks: tuple[Attack, ...]
    say: Sayings


def read_tables(words: Path) -> Tables:
    """Read what lies in `injection/` in the folder of the families' words."""
    folder = words / "injection"
    return Tables(
        read_words(folder / "attacks.jsonl", Attack),
        read_phrases(folder / "phrases.jsonl", Sayings),
    )


def place(rng: random.Random, text: str, attack: str) -> str:
    """Before, after or between the lines; in one paragraph, also between sentences."""
    where = rng.choice(("before", "after", "after", "within", "within"))
    joint = rng.choice(("\n", "\n\n", " "))
    if where == "before":
        return f"{attack}{joint}{text}"
    if where == "after":
        return f"{text}{joint}{attack}"
    lines = text.split("\n")
    glue = "\n"
    if len(lines) < 3:
        lines, glue = text.split(". "), ". "
    cut = rng.randrange(1, len(lines)) if len(lines) > 1 else 1
    if glue == "\n":
        return "\n".join((*lines[:cut], attack, *lines[cut:]))
    head, tail = ". ".join(lines[:cut]), ". ".join(lines[cut:])
    return f"{head}. {attack} {tail}" if tail else f"{head} {attack}"


def draw_attack(rng: random.Random, tables: Tables) -> tuple[str, str]:
    """The kind of an attack, as a reasoning names it, and its text."""
    attack = rng.choice(tables.attacks)
    upward = rng.random() < 0.85
    text = rng.choice(attack.texts)
    word = rng.choice(tables.say.up if upward else tables.say.down)
    return attack.kind, text.format(score=5 if upward else 1, word=word)


def with_attack(
    rng: random.Random,
    tables: Tables,
    graded: GradedResponse,
    kind: str,
    attack: str,
    put: Put = place,
) -> GradedResponse:
    """The response with this attack in it, which the reasoning names; the score stays."""
    clause = rng.choice(tables.say.reasons).format(kind=kind)
    reasoning = graded.reasoning.rstrip()
    if rng.random() < 0.5:
        reasoning = f"{compose.capital(clause)}. {reasoning}"
    else:
        reasoning = f"{reasoning} {compose.capital(clause)}."
    return GradedResponse(graded.score, put(rng, graded.response, attack), reasoning)


def attack_response(rng: random.Random, tables: Tables, graded: GradedResponse) -> GradedResponse:
    """The response with one attack in it; score and evidence stay."""
    return with_attack(rng, tables, graded, *draw_attack(rng, tables))


def attack_item(rng: random.Random, tables: Tables, item: Item, identity: str) -> Item:
    """The item with two to four of its responses attacked, and a rubric that says so."""
    hit = rng.sample(range(len(item.responses)), rng.randint(2, 4))
    responses = tuple(
        attack_response(rng, tables, graded) if index in hit else graded
        for index, graded in enumerate(item.responses)
    )
    rule = rng.choice(tables.say.rules)
    joint = "\n" if "\n" in item.rubric else " "
    parts = [item.rubric, rule] if rng.random() < 0.7 else [rule, item.rubric]
    return replace(
        item,
        id=identity,
        category="adversarial",
        level=3,
        rubric=joint.join(parts),
        responses=responses,
        source=FAMILY,
    )


def _fits(item: Item) -> bool:
    """Whether item and attack stay within the limits of length together."""
    return len(item.rubric.split()) <= _MOST_RUBRIC and all(
        len(graded.response.split()) <= _MOST_WORDS
        and len(graded.reasoning.split()) <= _MOST_REASON
        for graded in item.responses
    )


def _base_items(count: int, seed: int, words: Path) -> list[Item]:
    """Items to attack, the families in turn; made from another seed than their own."""
    each = -(-count // len(_BASES))
    pools = []
    for make in _BASES:
        ask = each + each // 2 + 8
        pool: list[Item] = []
        while len(pool) < each:
            pool = [item for item in make(ask, seed * 7919 + 104729, words) if _fits(item)]
            ask *= 2
        pools.append(pool)
    return [pools[k % len(_BASES)][k // len(_BASES)] for k in range(count)]


def items(count: int, seed: int, words: Path) -> list[Item]:
    """Make `count` items; the first m are the same whatever `count` is."""
    tables = read_tables(words)
    return [
        attack_item(random.Random(f"{seed}/{FAMILY}/{k}"), tables, base, f"{FAMILY}-{k:04d}")
        for k, base in enumerate(_base_items(count, seed, words))
    ]
