"""House rules with numbers and a customer's four questions; a reply decides each, or fails to."""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path

from autograder.dataset.families import compose
from autograder.dataset.families.policy_places import PLACES, Rule
from autograder.schema import SCORES, GradedResponse, Item

FAMILY = "policy"

_PROMPT_WORDS, _RUBRIC_WORDS = 105, 68
_CITED_SHARE = 0.3  # of the items, whose replies must name the rule's number too
_KEY_SHARE = 0.6
_FAR_SHARE = 0.6  # of the customer's numbers, which are far from the limit
_OPEN_SHARE = 0.3  # of the misses

_YES = ("yes, you can {say}", "you may {say}", "it is fine to {say}", "you are allowed to {say}")
_NO = (
    "no, you cannot {say}",
    "you may not {say}",
    "we cannot let you {say}",
    "you are not allowed to {say}",
)
_AMOUNT = (
    "that makes {v} euros for {say}",
    "for {say} it is {v} euros",
    "the amount for {say} is {v} euros",
)
_OPEN = (
    "I am not sure about the {topic} at present",
    "please ask a colleague about the {topic}",
    "I leave the {topic} open for now",
)
_CITES = ("{row} (rule {k})", "under rule {k}, {row}", "{row}, see rule {k}")

_NAMES = ("Amira", "Boris", "Carla", "Dmitri", "Ewa", "Felipe", "Greta", "Hassan", "Ivy", "Jonas",
          "Keiko", "Liam", "Mona", "Nils", "Olga", "Pablo", "Rosa", "Stefan", "Tilda", "Umut",
          "Vera", "Walid", "Yara", "Zoe")  # fmt: skip
_TITLES = ("House rules of {place}", "{place}: our rules", "Rules at {place}", "Policy of {place}")
_MESSAGES = (
    "{name} writes: {asks}",
    'Message from {name}: "{asks}"',
    "{name} wants to know: {asks}",
    "Hello! {asks} Thanks, {name}",
    "A mail from {name}:\n{asks}",
    "{name} asks at the counter: {asks}",
)
_TASKS = (
    "Reply for {staff}.",
    "You are {staff}. Answer {name}.",
    "Decide the four points as {staff}.",
    "Write what {staff} should answer.",
    "Answer {name} by the rules.",
    "What is the right reply to {name}?",
    "Draft the reply of {staff}, please.",
    "Go by the rules and settle all four questions.",
    "Help {staff} to answer this.",
    "Apply the rules to {name}'s case.",
)
_CITE_TASKS = (
    "Name the rule each time.",
    "Give the number of the rule for each answer.",
    "Say which rule each answer rests on.",
)
_CRITERIA = (
    "Four points have to be decided as the rules say; an open point counts as wrong.",
    "Compare each decision with the policy; leaving one open is wrong.",
    "The reply must agree with the written rules on all four questions. Undecided is wrong.",
    "Does the yes, the no or the amount follow from the rules? No answer is a wrong answer.",
    "Check the four decisions against the policy, sums included; an unanswered point fails.",
    "Each decision must be the one that the rules lead to, and none may be left open.",
    "Four questions, four decisions: only what agrees with the rules is right, evasion is not.",
)
_CITE_RULES = (
    "A decision is right only with the number of its rule.",
    "The number of the rule must be right too.",
    "Decision and rule number must both be right.",
)


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
    rng: random.Random, style: random.Random, case: _Case, right: bool, cite: str, places: int
) -> tuple[str, compose.Finding]:
    rule, topic, number = case.rule, case.rule.topic, case.place
    slip = not right and bool(cite) and rng.random() < 0.35
    if slip:
        number = rng.choice([place for place in range(1, places + 1) if place != case.place])
    elif not right and rng.random() < _OPEN_SHARE:
        told = f"the {topic} is left open"
        return style.choice(_OPEN).format(topic=topic), compose.Finding(False, told, told)
    if rule.kind == "each":
        value = case.amount if right or slip else compose.near(rng, case.amount)
        text = style.choice(_AMOUNT).format(say=rule.say, v=value)
        short = f"{topic} {case.amount} euros"
        long = f"the {topic} is {case.limit} x {case.asked} = {case.amount} euros, not {value}"
        brief = f"{topic} is {case.amount}, not {value}"
    else:
        said_yes = case.allowed if right or slip else not case.allowed
        text = style.choice(_YES if said_yes else _NO).format(say=rule.say)
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
    rng: random.Random,
    style: random.Random,
    cases: list[_Case],
    cited: bool,
    places: int,
    score: int,
) -> GradedResponse:
    kept = compose.draw_kept(rng, score)
    cite = style.choice(_CITES) if cited else ""
    decided = [
        _decide(rng, style, case, right, cite, places)
        for case, right in zip(cases, kept, strict=True)
    ]
    text = compose.layout(style, [row for row, _ in decided])
    findings = [finding for _, finding in decided]
    return GradedResponse(score, text, compose.explain(rng, "decision", "right", findings))


def _prompt(
    rng: random.Random, place: str, staff: str, rules: list[str], cases: list[_Case], cited: bool
) -> str:
    name = rng.choice(_NAMES)
    mark = rng.choice(("{k}. ", "{k}. ", "Rule {k}: ", "({k}) ", "{k}) "))
    lines = [mark.format(k=k) + text for k, text in enumerate(rules, start=1)]
    asks = " ".join(case.rule.ask.format(x=case.asked) for case in cases)
    if asks.startswith("I ") or rng.random() < 0.5:
        message = rng.choice(_MESSAGES).format(name=name, asks=asks)
    else:
        message = (
            f"{asks} {rng.choice(('Regards', 'Best wishes', 'Thank you', 'Many thanks'))}, {name}"
        )
    task = rng.choice(_TASKS).format(name=name, staff=staff)
    if cited:
        task = f"{task} {rng.choice(_CITE_TASKS)}"
    title = rng.choice(_TITLES).format(place=place)
    blocks = ["\n".join((title, *lines)), message, task]
    if rng.random() < 0.3:
        blocks = [task, *blocks[:2]]
    return "\n\n".join(blocks)


def _rubric(rng: random.Random, cases: list[_Case], cited: bool) -> str:
    extra = []
    if cited:
        extra.append(rng.choice(_CITE_RULES))
    if rng.random() < _KEY_SHARE:
        key = "; ".join(case.key(cited) for case in cases)
        extra.append(f"{rng.choice(('Key', 'Expected', 'Right decisions'))}: {key}.")
    while True:
        scale = compose.rule(rng, "decision", "right", "wrong or open")
        text = compose.rubric(
            rng, rng.choice(_CRITERIA), scale, " ".join(extra), remark=len(extra) < 2
        )
        if len(text.split()) <= _RUBRIC_WORDS:
            return text


def _make(rng: random.Random, identity: str) -> Item:
    cited = rng.random() < _CITED_SHARE
    number = rng.choice((4, 5, 5))
    while True:
        place, staff = rng.choice(list(PLACES))
        rules = rng.sample(PLACES[place, staff], number)
        limits = [rng.choice(rule.numbers) for rule in rules]
        texts = [rule.text.format(n=limit) for rule, limit in zip(rules, limits, strict=True)]
        order = rng.sample(range(len(rules)), 4)
        cases = [_Case(rules[i], i + 1, limits[i], _asked(rng, rules[i], limits[i])) for i in order]
        prompt = _prompt(rng, place, staff, texts, cases, cited)
        if len(prompt.split()) <= _PROMPT_WORDS:
            break
        number = 4
    return Item(
        id=identity,
        category="customer_support",
        level=2,
        language="en",
        prompt=prompt,
        rubric=_rubric(rng, cases, cited),
        responses=tuple(
            _respond(rng, style, cases, cited, len(rules), score)
            for score, style in zip(SCORES, compose.styles(rng), strict=True)
        ),
        source=FAMILY,
    )


def items(count: int, seed: int, words: Path) -> list[Item]:  # noqa: ARG001
    """Make `count` items; the first m are the same whatever `count` is."""
    return compose.build(FAMILY, _make, count, seed)
