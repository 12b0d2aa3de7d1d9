"""Announcements that two rubrics grade differently, so that the rubric has to be read.

Items come in pairs with one `group`: the same five texts, and rubrics that look at other details
or want mistakes. Under both rubrics each score occurs once.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path

import pydantic.dataclasses

from autograder.dataset.families import compose, details
from autograder.dataset.families.details import SENTENCES, announce
from autograder.dataset.families.details_kinds import Kind
from autograder.dataset.words import STRICT, Phrases, read_phrases
from autograder.schema import SCORES, GradedResponse, Item

FAMILY = "same_answers"

_ALTERED = 0.5  # of the misses, as far as a text has room; the rest is left out
_PARTS = 4  # details that a rubric looks at; a text may have to state twice as many
_FACES = ((0, False), (1, False), (0, True), (1, True))
"""What a rubric may look at: the first or the second four details, right or wrong ones."""


@pydantic.dataclasses.dataclass(frozen=True, slots=True, config=STRICT)
class Sayings:
    """Prompts, and criteria that want right details or faulty ones."""

    asks: Phrases
    wanted: Phrases
    faulty: Phrases


@dataclass(frozen=True, slots=True)
class _Detail:
    """What a text says on one kind of detail: the value, another one (`altered`), or nothing."""

    kind: Kind
    value: str
    right: bool
    altered: str

    def finding(self, faulty: bool) -> compose.Finding:
        """What a rubric that wants right (or `faulty`) details has to say about it."""
        name = self.kind.name
        if self.right:
            long = short = f"the {name} is {self.value}" + " as in the prompt" * faulty
        elif self.altered:
            long = f"the {name} is given as {self.altered} instead of {self.value}"
            short = f"the {name} is {self.altered}"
        else:
            long, short = f"the {name} {self.value} is missing", f"the {name} is missing"
        return compose.Finding(self.right != faulty, long, short)


@dataclass(frozen=True, slots=True)
class _Pair:
    """What two items have in common; `texts` come with what they say on each detail."""

    event: details.Event
    orders: tuple[str, ...]
    texts: tuple[tuple[str, list[_Detail]], ...]
    faces: tuple[tuple[int, bool], ...]
    asks: tuple[str, ...]


def _counts(rng: random.Random) -> list[tuple[int, int]]:
    """How many of the first and of the second four details each of five texts has right."""
    while True:
        second = rng.sample(range(_PARTS + 1), _PARTS + 1)
        counts = list(enumerate(second))
        if all(a + b <= SENTENCES for a, b in counts):
            rng.shuffle(counts)
            return counts


def _details(
    rng: random.Random, chosen: list[Kind], values: list[str], counts: tuple[int, int]
) -> list[_Detail]:
    right = rng.sample(range(_PARTS), counts[0])
    right += [_PARTS + index for index in rng.sample(range(_PARTS), counts[1])]
    misses = [index for index in range(len(chosen)) if index not in right]
    altered = [index for index in misses if rng.random() < _ALTERED]
    altered = rng.sample(altered, min(len(altered), SENTENCES - len(right)))
    return [
        _Detail(
            kind, value, index in right, kind.alter(rng, value) if index in altered else ""
        )
        for index, (kind, value) in enumerate(zip(chosen, values, strict=True))
    ]  # fmt: skip


def _pair(rng: random.Random, say: Sayings, tables: details.Tables) -> _Pair:
    chosen = rng.sample(tables.kinds, 2 * _PARTS)
    values = [kind.draw(rng) for kind in chosen]
    event = rng.choice(tables.events)
    texts = []
    for counts, style in zip(_counts(rng), compose.styles(rng), strict=True):
        stated = _details(rng, chosen, values, counts)
        rows = [
            compose.capital(style.choice(each.kind.said).format(v=each.altered or each.value))
            for each in stated
            if each.right or each.altered
        ]
        texts.append((announce(style, tables.say, rows), stated))
    return _Pair(
        event,
        tuple(kind.order.format(v=value) for kind, value in zip(chosen, values, strict=True)),
        tuple(texts),
        tuple(rng.sample(_FACES, 2)),
        tuple(rng.sample(say.asks, 2)),
    )


def _item(
    rng: random.Random,
    say: Sayings,
    composer: compose.Composer,
    pair: _Pair,
    member: int,
    identity: str,
    group: str,
) -> Item:
    half, faulty = pair.faces[member]
    places = slice(half * _PARTS, (half + 1) * _PARTS)
    orders = rng.sample(pair.orders, len(pair.orders))
    listed = compose.join(orders)
    prompt = pair.asks[member].format(
        what=pair.event.what,
        event=pair.event.event,
        all=listed,
        All=compose.capital(listed),
        lines="\n".join(f"- {compose.capital(order)}" for order in orders),
    )
    names = [each.kind.name for each in pair.texts[0][1][places]]
    good, bad = ("wrong or missing", "right") if faulty else ("right", "wrong or missing")
    criterion = rng.choice(say.faulty if faulty else say.wanted).format(
        all=compose.join(rng.sample(names, _PARTS))
    )
    scale = composer.rule(rng, "detail", good, bad)
    responses = []
    for text, stated in pair.texts:
        findings = [each.finding(faulty) for each in stated[places]]
        score = 1 + sum(finding.right for finding in findings)
        reasoning = composer.explain(rng, "detail", good, findings)
        responses.append(GradedResponse(score, text, reasoning))
    responses.sort(key=lambda graded: graded.score)
    assert tuple(graded.score for graded in responses) == SCORES
    return Item(
        id=identity,
        category="writing",
        level=1,
        language="en",
        prompt=prompt,
        rubric=composer.rubric(rng, criterion, scale),
        responses=tuple(responses),
        source=FAMILY,
        group=group,
    )


def items(count: int, seed: int, words: Path) -> list[Item]:
    """Make `count` items; the first m are the same whatever `count` is."""
    say = read_phrases(words / FAMILY / "phrases.jsonl", Sayings)
    tables = details.read_tables(words)
    made: list[Item] = []
    for number in range(-(-count // 2)):
        rng = random.Random(f"{seed}/{FAMILY}/{number}")
        pair, group = _pair(rng, say, tables), f"{FAMILY}-pair-{number:04d}"
        made += [
            _item(rng, say, tables.composer, pair, k, f"{FAMILY}-{2 * number + k:04d}", group)
            for k in (0, 1)
        ]
    return made[:count]
