"""A passage of invented facts; a response keeps, alters or invents what it was asked to state.

Nothing in a passage is true of the world, so only reading it can tell right from wrong.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path

from autograder.dataset.families import compose
from autograder.dataset.families.groundedness_topics import TOPICS, Fact, Topic
from autograder.schema import SCORES, GradedResponse, Item

FAMILY = "groundedness"

_TOWNS = ("Tormund", "Velsa", "Harrowby", "Ostrava Bay", "Lindau Cross", "Mirfield", "Pontarel",
          "Skarholm", "Weyburn", "Casterby", "Dunvale", "Elmhurst", "Port Nerin", "Rauma Falls",
          "Saltney", "Greywater")  # fmt: skip
_GIVEN = ("Ada", "Bilal", "Chiara", "David", "Esther", "Femi", "Gita", "Henrik", "Irene", "Jamal",
          "Katya", "Luis", "Maren", "Noor", "Oskar", "Priya", "Ruth", "Samuel", "Tomas",
          "Yuki")  # fmt: skip
_LAST = ("Abara", "Bergman", "Castell", "Dietrich", "Eriksen", "Farouk", "Grant", "Holloway",
         "Ito", "Jansen", "Kovac", "Larsson", "Mbeki", "Novak", "Okafor", "Prentice")  # fmt: skip
_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August",
           "September", "October", "November", "December")  # fmt: skip
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_WORDS = {
    "town": _TOWNS,
    "month": _MONTHS,
    "weekday": _DAYS,
    "colour": ("dark green", "sky blue", "black", "cream", "brick red", "silver", "yellow"),
    "material": ("oak", "scrap steel", "linen", "wool", "cork", "copper", "bamboo", "leather"),
    "solid": ("steel", "copper", "hard plastic", "bamboo", "brass", "titanium", "ceramic"),
}
_RANGES = {"year": (1921, 2016), "count": (115, 985), "small": (12, 96), "price": (21, 480)}


def _sample(rng: random.Random, kind: str) -> str:
    if kind in _WORDS:
        return rng.choice(_WORDS[kind])
    if kind == "person":
        return f"{rng.choice(_GIVEN)} {rng.choice(_LAST)}"
    return str(rng.randint(*_RANGES[kind]))


@dataclass(frozen=True, slots=True)
class Scene:
    """A topic with its values.

    The passage tells all facts but `hidden` and, so that no claim is wrong as such, one of the
    topic's claims; `denies` allows responses to call a told fact missing.
    """

    topic: Topic
    name: str
    values: dict[str, str]
    hidden: Fact | None
    claim: tuple[str, str] | None
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
        if fact.kind in _RANGES:
            return str(compose.near(rng, int(value)))
        while True:
            if fact.kind == "person" and rng.random() < 0.5:
                given, last = value.split()
                swap = rng.random() < 0.5
                found = f"{rng.choice(_GIVEN)} {last}" if swap else f"{given} {rng.choice(_LAST)}"
            else:
                found = _sample(rng, fact.kind)
            if found != value:
                return found


NOT_TOLD = (
    "the text does not say {ask}",
    "the passage leaves open {ask}",
    "it is not stated {ask}",
)
_ASKED = (
    "From the text, state {all}.",
    "Using only the passage, tell me {all}.",
    "Read the passage and say {all}.",
    "What does the passage say about the following: {all}?",
    "I want to know {all}. Stick to the text.",
)
_FREE = (
    "Give four facts about {name} that the text states.",
    "Name four things the passage tells us about {name}.",
    "List four facts about the {noun} from the passage, and nothing that is not in it.",
    "Sum up four details about {name}, using the text only.",
    "What are four things we learn about {name} here?",
)
_CRITERIA = (
    "Every statement must be supported by the passage.",
    "Compare each of the four facts with the passage; altered or added details are unsupported.",
    "Only what the passage says counts, outside knowledge or invention does not.",
    "A fact is supported if the passage gives it with the same value.",
    "The four facts must agree with the passage in name, number and date.",
)
_HIDDEN_RULE = (
    "Where the passage is silent, saying so is the supported answer.",
    "If the passage lacks a detail, only saying that it is not given is supported.",
)


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
        claim = compose.capital(scene.claim[0].format(s=short))
        sentences.insert(rng.randrange(1, len(sentences) + 1), f"{claim}.")
    text = " ".join(sentences)
    return text if scene.name.lower() in text.lower() else f"This is about {scene.name}. {text}"


def _state(
    rng: random.Random, scene: Scene, fact: Fact, right: bool, subject: str
) -> tuple[str, compose.Finding]:
    value, said = scene.values[fact.brief], rng.choice(fact.said)
    if not scene.told(fact):
        if right:
            text = rng.choice(NOT_TOLD).format(ask=fact.ask)
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
        text = rng.choice(NOT_TOLD).format(ask=fact.ask)
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
    kept = compose.draw_kept(rng, score)
    facts = asked or rng.sample([f for f in scene.topic.facts if scene.told(f)], 4)
    invented = rng.sample([c for c in scene.topic.claims if c is not scene.claim], 4)
    quoting = kept.index(True) if scene.claim and score > 1 and rng.random() < 0.75 else -1
    subject = style.choice((scene.name, f"the {scene.topic.noun}", "it"))
    rows, findings = [], []
    for index, (fact, right) in enumerate(zip(facts, kept, strict=True)):
        if asked is None and scene.claim and index == quoting:
            rows.append(scene.claim[0].format(s=subject))
            findings.append(compose.Finding(True, scene.claim[1], scene.claim[1]))
            continue
        if asked is None and not right and rng.random() < 0.3:
            claim, brief = invented[index]
            rows.append(claim.format(s=subject))
            long = f"the passage never mentions {brief}"
            findings.append(compose.Finding(False, long, f"{brief} is invented"))
            continue
        text, finding = _state(rng, scene, fact, right, subject)
        rows.append(text)
        findings.append(finding)
    if asked is None:
        order = rng.sample(range(4), 4)
        rows, findings = [rows[i] for i in order], [findings[i] for i in order]
    text = compose.layout(style, rows)
    return GradedResponse(score, text, compose.explain(rng, "fact", "supported", findings))


def _make(rng: random.Random, identity: str) -> Item:
    topic = rng.choice(TOPICS)
    name = f"the {rng.choice(topic.names)}" if topic.noun != "company" else rng.choice(topic.names)
    people: list[str] = []
    values = {}
    for fact in topic.facts:
        value = _sample(rng, fact.kind)
        while value in people:
            value = _sample(rng, fact.kind)
        people.append(value)
        values[fact.brief] = value
    form = rng.choice(("asked", "asked", "silent", "free", "free"))
    hidden = rng.choice(topic.facts) if form != "asked" or rng.random() < 0.5 else None
    claim = rng.choice(topic.claims) if rng.random() < 0.85 else None
    scene = Scene(topic, name, values, hidden, claim, denies=form != "free")
    asked = None
    if form == "free":
        question = rng.choice(_FREE).format(name=name, noun=topic.noun)
    else:
        asked = rng.sample([fact for fact in topic.facts if scene.told(fact)], 4)
        if form == "silent" and hidden:
            asked[rng.randrange(4)] = hidden
        question = rng.choice(_ASKED).format(all=compose.join([fact.ask for fact in asked]))
    passage = _passage(rng, scene)
    prompt = f"{question}\n\n{passage}" if rng.random() < 0.3 else f"{passage}\n\n{question}"
    scale = compose.rule(rng, "fact", "supported", "unsupported")
    extra = rng.choice(_HIDDEN_RULE) if form == "silent" else ""
    return Item(
        id=identity,
        category="groundedness",
        level=2,
        language="en",
        prompt=prompt,
        rubric=compose.rubric(rng, rng.choice(_CRITERIA), scale, extra),
        responses=tuple(
            _respond(rng, style, scene, asked, score)
            for score, style in zip(SCORES, compose.styles(rng), strict=True)
        ),
        source=FAMILY,
    )


def items(count: int, seed: int, words: Path) -> list[Item]:  # noqa: ARG001
    """Make `count` items; the first m are the same whatever `count` is."""
    return compose.build(FAMILY, _make, count, seed)
