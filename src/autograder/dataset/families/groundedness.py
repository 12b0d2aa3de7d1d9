"""A passage of invented facts; a response keeps, alters or invents what it was asked to state.

Nothing in a passage is true of the world, so only reading it can tell right from wrong.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from autograder.dataset.families import compose
from autograder.dataset.families.groundedness_topics import (
    FAMILY,
    PERSON,
    Claim,
    Fact,
    Topic,
    Words,
    read,
)
from autograder.schema import SCORES, GradedResponse, Item


@dataclass(frozen=True, slots=True)
class Scene:
    """A topic with its values.

    The passage tells all facts but `hidden` and, so that no claim is wrong as such, one of the
    topic's claims; `denies` allows responses to call a told fact missing.
    """

    words: Words
    topic: Topic
    name: str
    values: dict[str, str]
    hidden: Fact | None
    claim: Claim | None
    denies: bool

    def told(self, fact: Fact) -> bool:
        return fact is not self.hidden

    def alter(self, rng: random.Random, fact: Fact) -> str:
        """Another value, now and then one that the passage gives for something else."""
        value = self.values[fact.brief]
        others = [
            self.values[other.brief]
            for other in self.topic.facts
            if other.kind == fact.kind and self.told(other)
        ]
        others = [other for other in others if other != value]
        if others and rng.random() < 0.4:
            return rng.choice(others)
        if fact.kind in self.words.ranges:
            return str(compose.near(rng, int(value)))
        names = self.words.names
        while True:
            if fact.kind == PERSON and rng.random() < 0.5:
                given, last = value.split()
                if rng.random() < 0.5:
                    given = rng.choice(names.given)
                else:
                    last = rng.choice(names.last)
                found = f"{given} {last}"
            else:
                found = self.words.sample(rng, fact.kind)
            if found != value:
                return found


def _passage(rng: random.Random, scene: Scene) -> str:
    facts = [fact for fact in scene.topic.facts if scene.told(fact)]
    rng.shuffle(facts)
    short = rng.choice((f"the {scene.topic.noun}", "it"))
    sentences = []
    for index, fact in enumerate(facts):
        told = rng.choice(fact.told)
        if not index and "{s}" not in told:
            told = fact.told[0] if "{s}" in fact.told[0] else fact.told[-1]
        subject = scene.name if not index or rng.random() < 0.2 else short
        value = scene.values[fact.brief]
        sentences.append(compose.capital(told.format(s=subject, v=value)))
    if scene.claim:
        claim = compose.capital(scene.claim.said.format(s=short))
        sentences.insert(rng.randrange(1, len(sentences) + 1), f"{claim}.")
    text = " ".join(sentences)
    return text if scene.name.lower() in text.lower() else f"This is about {scene.name}. {text}"


def _state(
    rng: random.Random, scene: Scene, fact: Fact, right: bool, subject: str
) -> tuple[str, compose.Finding]:
    value, said = scene.values[fact.brief], rng.choice(fact.said)
    not_told = scene.words.say.not_told
    if not scene.told(fact):
        if right:
            text = rng.choice(not_told).format(ask=fact.ask)
            short = f"{fact.brief} rightly called missing"
            return text, compose.Finding(True, short, short)
        given = scene.alter(rng, fact)
        long = f"the {fact.brief} is given as {given}, but the passage gives none"
        finding = compose.Finding(False, long, f"{fact.brief} {given} is invented")
        return said.format(s=subject, v=given), finding
    if right:
        short = f"{fact.brief} {value}"
        return said.format(s=subject, v=value), compose.Finding(True, short, short)
    if scene.denies and rng.random() < 0.12:
        text = rng.choice(not_told).format(ask=fact.ask)
        long = f"it calls the {fact.brief} missing, though the passage gives {value}"
        return text, compose.Finding(False, long, f"{fact.brief} {value} is overlooked")
    given = scene.alter(rng, fact)
    long = rng.choice(
        (
            f"the passage gives the {fact.brief} as {value}, not {given}",
            f"the {fact.brief} is {value} in the passage, but the response says {given}",
            f"the {fact.brief} is changed from {value} to {given}",
        )
    )
    finding = compose.Finding(False, long, f"{fact.brief} is {value}, not {given}")
    return said.format(s=subject, v=given), finding


def _respond(
    rng: random.Random, style: random.Random, scene: Scene, asked: list[Fact] | None, score: int
) -> GradedResponse:
    composer, kept = scene.words.composer, compose.draw_kept(rng, score)
    facts = asked or rng.sample([f for f in scene.topic.facts if scene.told(f)], 4)
    invented = rng.sample([c for c in scene.topic.claims if c is not scene.claim], 4)
    quoting = kept.index(True) if scene.claim and score > 1 and rng.random() < 0.75 else -1
    subject = style.choice((scene.name, f"the {scene.topic.noun}", "it"))
    rows, findings = [], []
    for index, (fact, right) in enumerate(zip(facts, kept, strict=True)):
        if asked is None and scene.claim and index == quoting:
            rows.append(scene.claim.said.format(s=subject))
            findings.append(compose.Finding(True, scene.claim.brief, scene.claim.brief))
            continue
        if asked is None and not right and rng.random() < 0.3:
            claim = invented[index]
            rows.append(claim.said.format(s=subject))
            long = f"the passage never mentions {claim.brief}"
            findings.append(compose.Finding(False, long, f"{claim.brief} is invented"))
            continue
        text, finding = _state(rng, scene, fact, right, subject)
        rows.append(text)
        findings.append(finding)
    if asked is None:
        order = rng.sample(range(4), 4)
        rows, findings = [rows[i] for i in order], [findings[i] for i in order]
    text = composer.layout(style, rows)
    return GradedResponse(score, text, composer.explain(rng, "fact", "supported", findings))


def _make(words: Words, rng: random.Random, identity: str) -> Item:
    say, composer = words.say, words.composer
    topic, names = rng.choice(words.topics)
    name = ("the " if topic.with_article else "") + rng.choice(names)
    people: list[str] = []
    values = {}
    for fact in topic.facts:
        value = words.sample(rng, fact.kind)
        while value in people:
            value = words.sample(rng, fact.kind)
        people.append(value)
        values[fact.brief] = value
    form = rng.choice(("asked", "asked", "silent", "free", "free"))
    hidden = rng.choice(topic.facts) if form != "asked" or rng.random() < 0.5 else None
    claim = rng.choice(topic.claims) if rng.random() < 0.85 else None
    scene = Scene(words, topic, name, values, hidden, claim, denies=form != "free")
    asked = None
    if form == "free":
        question = rng.choice(say.free).format(name=name, noun=topic.noun)
    else:
        asked = rng.sample([fact for fact in topic.facts if scene.told(fact)], 4)
        if form == "silent" and hidden:
            asked[rng.randrange(4)] = hidden
        question = rng.choice(say.asked).format(all=compose.join([fact.ask for fact in asked]))
    passage = _passage(rng, scene)
    prompt = f"{question}\n\n{passage}" if rng.random() < 0.3 else f"{passage}\n\n{question}"
    scale = composer.rule(rng, "fact", "supported", "unsupported")
    extra = rng.choice(say.hidden_rule) if form == "silent" else ""
    return Item(
        id=identity,
        category="groundedness",
        level=2,
        language="en",
        prompt=prompt,
        rubric=composer.rubric(rng, rng.choice(say.criteria), scale, extra),
        responses=tuple(
            _respond(rng, style, scene, asked, score)
            for score, style in zip(SCORES, compose.styles(rng), strict=True)
        ),
        source=FAMILY,
    )


def items(count: int, seed: int, words: Path) -> list[Item]:
    """Make `count` items; the first m are the same whatever `count` is."""
    return compose.build(FAMILY, partial(_make, read(words)), count, seed)
