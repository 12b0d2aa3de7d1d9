"""House rules with numbers and a customer's four questions; a reply decides each, or fails to."""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from autograder.dataset.families import compose
from autograder.dataset.families.policy_places import FAMILY, Place, Rule, Sayings, Words, read
from autograder.schema import SCORES, GradedResponse, Item

_PROMPT_WORDS, _RUBRIC_WORDS = 105, 68
_CITED_SHARE = 0.3  # of the items, whose replies must name the rule's number too
_KEY_SHARE = 0.6
_FAR_SHARE = 0.6  # of the customer's numbers, which are far from the limit
_OPEN_SHARE = 0.3  # of the misses


@dataclass(frozen=True, slots=True)
class _Case:
    """A question, the number `place` of the rule that decides it, and the two numbers."""

    rule: Rule
    place: int
    limit: int
    asked: int

    @property
    def allowed(self) -> bool:
        if self.rule.kind == "most":
            return self.asked <= self.limit
        return self.asked >= self.limit

    @property
    def amount(self) -> int:
        return self.limit * self.asked

    def key(self, cited: bool) -> str:
        decision = "yes" if self.allowed else "no"
        if self.rule.kind == "each":
            decision = f"{self.amount} euros"
        return f"{self.rule.topic} {decision}" + (f" (rule {self.place})" if cited else "")


def _asked(rng: random.Random, rule: Rule, limit: int) -> int:
    """The customer's number: never the limit itself, which people read in two ways."""
    if rule.kind == "each":
        return rng.randint(2, 9)
    above = rng.random() < 0.5
    if rng.random() < _FAR_SHARE:
        return limit * 2 + rng.randint(0, 3) if above else max(1, limit // 2 - rng.randint(0, 1))
    return limit + rng.randint(1, 2) if above else limit - rng.randint(1, 2)


def _decide(
    say: Sayings,
    rng: random.Random,
    style: random.Random,
    case: _Case,
    right: bool,
    cite: str,
    places: int,
) -> tuple[str, compose.Finding]:
    rule, topic, number = case.rule, case.rule.topic, case.place
    slip = not right and bool(cite) and rng.random() < 0.35
    if slip:
        number = rng.choice([place for place in range(1, places + 1) if place != case.place])
    elif not right and rng.random() < _OPEN_SHARE:
        told = f"the {topic} is left open"
        return style.choice(say.open).format(topic=topic), compose.Finding(False, told, told)
    if rule.kind == "each":
        value = case.amount if right or slip else compose.near(rng, case.amount)
        text = style.choice(say.amount).format(say=rule.say, v=value)
        short = f"{topic} {case.amount} euros"
        long = f"the {topic} is {case.limit} x {case.asked} = {case.amount} euros, not {value}"
        brief = f"{topic} is {case.amount}, not {value}"
    else:
        said_yes = case.allowed if right or slip else not case.allowed
        text = style.choice(say.yes if said_yes else say.no).format(say=rule.say)
        short = f"{topic} rightly {'granted' if said_yes else 'refused'}"
        done, does = ("refused", "allows") if case.allowed else ("granted", "forbids")
        pair = f"{case.asked}, limit {case.limit}"
        long = f"the {topic} is {done}, but rule {case.place} {does} it ({pair})"
        brief = f"{topic} {done} against rule {case.place}"
    if slip:
        long = f"the {topic} falls under rule {case.place}, not rule {number}"
        brief = f"{topic}: rule {case.place}, not {number}"
    if cite:
        text = cite.format(row=text, k=number)
    return text, compose.Finding(right, short, short) if right else compose.Finding(
        False, long, brief
    )


def _respond(
    words: Words,
    rng: random.Random,
    style: random.Random,
    cases: list[_Case],
    cited: bool,
    places: int,
    score: int,
) -> GradedResponse:
    kept = compose.draw_kept(rng, score)
    cite = style.choice(words.say.cites) if cited else ""
    decided = [
        _decide(words.say, rng, style, case, right, cite, places)
        for case, right in zip(cases, kept, strict=True)
    ]
    text = words.composer.layout(style, [row for row, _ in decided])
    findings = [finding for _, finding in decided]
    reason = words.composer.explain(rng, "decision", "right", findings)
    return GradedResponse(score, text, reason)


def _prompt(
    say: Sayings,
    rng: random.Random,
    place: Place,
    rules: list[str],
    cases: list[_Case],
    cited: bool,
) -> str:
    name = rng.choice(say.names)
    mark = rng.choice(say.rule_marks)
    lines = [mark.format(k=k) + text for k, text in enumerate(rules, start=1)]
    asks = " ".join(case.rule.ask.format(x=case.asked) for case in cases)
    if asks.startswith("I ") or rng.random() < 0.5:
        message = rng.choice(say.messages).format(name=name, asks=asks)
    else:
        message = f"{asks} {rng.choice(say.farewells)}, {name}"
    task = rng.choice(say.tasks).format(name=name, staff=place.staff)
    if cited:
        task = f"{task} {rng.choice(say.cite_tasks)}"
    title = rng.choice(say.titles).format(place=place.name)
    blocks = ["\n".join((title, *lines)), message, task]
    if rng.random() < 0.3:
        blocks = [task, *blocks[:2]]
    return "\n\n".join(blocks)


def _rubric(words: Words, rng: random.Random, cases: list[_Case], cited: bool) -> str:
    say, composer, extra = words.say, words.composer, []
    if cited:
        extra.append(rng.choice(say.cite_rules))
    if rng.random() < _KEY_SHARE:
        key = "; ".join(case.key(cited) for case in cases)
        extra.append(f"{rng.choice(('Key', 'Expected', 'Right decisions'))}: {key}.")
    while True:
        scale = composer.rule(rng, "decision", "right", "wrong or open")
        text = composer.rubric(
            rng, rng.choice(say.criteria), scale, " ".join(extra), remark=len(extra) < 2
        )
        if len(text.split()) <= _RUBRIC_WORDS:
            return text


def _make(words: Words, rng: random.Random, identity: str) -> Item:
    cited = rng.random() < _CITED_SHARE
    number = rng.choice((4, 5, 5))
    while True:
        place = rng.choice(words.places)
        rules = rng.sample(place.rules, number)
        limits = [rng.choice(rule.numbers) for rule in rules]
        texts = [rule.text.format(n=limit) for rule, limit in zip(rules, limits, strict=True)]
        order = rng.sample(range(len(rules)), 4)
        cases = [_Case(rules[i], i + 1, limits[i], _asked(rng, rules[i], limits[i])) for i in order]
        prompt = _prompt(words.say, rng, place, texts, cases, cited)
        if len(prompt.split()) <= _PROMPT_WORDS:
            break
        number = 4
    return Item(
        id=identity,
        category="customer_support",
        level=2,
        language="en",
        prompt=prompt,
        rubric=_rubric(words, rng, cases, cited),
        responses=tuple(
            _respond(words, rng, style, cases, cited, len(rules), score)
            for score, style in zip(SCORES, compose.styles(rng), strict=True)
        ),
        source=FAMILY,
    )


def items(count: int, seed: int, words: Path) -> list[Item]:
    """Make `count` items; the first m are the same whatever `count` is."""
    return compose.build(FAMILY, partial(_make, read(words)), count, seed)
