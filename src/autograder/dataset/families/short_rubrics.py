"""Simple questions under rubrics of a few words, as hurried people write them: "Correctness".

No such rubric says how to count, so the degrees are what a careful reader would make of it. For
one question: 5 right, 4 right beside a false side remark, 3 undecided between right and wrong,
2 wrong beside a true remark, 1 wrong and nothing else. For four questions, and for four
statements: 1 plus the number of right ones.

Most questions come with the right answer as a reference; without one the judge has to know it.

Items on one fact, one calculation or one subject share a `group`; four mixed questions stand alone.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from autograder.dataset.families import compose
from autograder.dataset.families import short_rubrics_facts as tables
from autograder.dataset.families.short_rubrics_facts import FACTS, SUBJECTS, Fact
from autograder.dataset.text import normalise
from autograder.schema import SCORES, GradedResponse, Item

FAMILY = "short_rubrics"

_SINGLE, _SEVERAL = 0.55, 0.30  # shares of the kinds; four statements are the rest
_CALCULATED = 0.35  # of single questions
_BRIEF = 0.45  # of single questions: answers are as short as they can be
_SCRUFFY = 0.25  # of prompts: no capitals, no question marks, typing mistakes
_ASIDE, _BRIEF_ASIDE = 0.75, 0.2  # of answers that may do without a side remark
_MOST_FILLERS = 2  # more of them would be found again in other items
_REFERENCE_SHARE = 0.6  # of the questions come with a reference answer
_SKIPPED = 0.1  # of the misses among four answers
_MOST_WORDS, _MOST_REASON_WORDS = 60, 36
_SLIPS = {"which": "wich", "capital": "captial", "many": "mnay", "does": "deos"}
_SKIPS = ("not sure", "no idea", "I do not know")
_LOW = re.compile(  # first words that are no names
    r"(?:The|An?|There|To|At|In|Two|Most|Yes|No|Water|Glass|Paper|Oxygen|Food|Sunlight|Red|Blue"
    r"|Diamonds|Snakes|Raisins|Normal|Giant|Light|Sound|Steam|Ice|Snow|Like|Tears|Air)\b"
)


@dataclass(frozen=True, slots=True)
class _Draft:
    """An item; `prompt` is what must be distinct, so that none differ in capitals only."""

    prompt: str
    item: Item


def _fact(rng: random.Random) -> Fact:
    return tables.calculation(rng) if rng.random() < _CALCULATED else rng.choice(FACTS)


def _scruffy(rng: random.Random, prompt: str) -> str:
    if rng.random() >= _SCRUFFY:
        return prompt
    text = prompt.lower().replace("what is", "whats").replace("'", "")
    for word, slip in _SLIPS.items():
        if rng.random() < 0.25:
            text = text.replace(word, slip)
    return text.replace("?", "") if " = ?" not in text else text


def _low(text: str) -> str:
    return text[0].lower() + text[1:] if _LOW.match(text) else text


def _answer(style: random.Random, fact: Fact, value: str, other: str, brief: bool) -> str:
    """One answer, given without a doubt."""
    said = f"{fact.sentence(value)}."
    bare = compose.capital(value) + style.choice(("", "."))
    if fact.id == "":
        bare = style.choice((bare, said.rstrip(".")))
    forms = [bare, bare, said, f"The answer is {value}.", f"Answer: {value}."]
    if brief:
        forms = [bare, bare, bare, said]
    elif not fact.closed:
        forms += [said, f"{compose.capital(value)}, not {other}.", f"It must be {value}."]
    return style.choice(forms)


def _hedge(rng: random.Random, fact: Fact, wrong: str) -> str:
    first, second = rng.sample((fact.answer, wrong), 2)
    forms = tables.HEDGES[: 12 if fact.closed else None]
    return rng.choice(forms).format(
        a=first, b=second, A=compose.capital(first), s=fact.sentence(first)
    )


def _pad(rng: random.Random, parts: list[str], words: int, undecided: bool) -> str:
    """Put empty phrases around the parts until there are about so many words."""
    fillers = list(tables.FILLERS)
    if not undecided:
        fillers += tables.SURE
    rng.shuffle(fillers)
    opener = rng.choice(tables.OPENERS)
    room = words - sum(len(part.split()) for part in parts)
    if room > 1 and rng.random() < 0.4:
        parts = [opener, *parts]
        room -= len(opener.split())
    for filler in fillers[:_MOST_FILLERS]:
        if room > 1:
            parts = [*parts, filler]
            room -= len(filler.split())
    closed = [part if part[-1] in ".!?" else f"{part}." for part in parts[:-1]]
    return rng.choice((" ", " ", " ", "\n")).join([*closed, parts[-1]])


def _reason(rng: random.Random, fact: Fact, score: int, wrong: str, aside: str) -> str:
    told = f'"{aside.rstrip(".")}"'
    holds = "holds too" if score == 5 else "is false as well"
    clause = f", and the remark {told} {holds}" if aside else ""
    texts = [
        reason.format(
            truth=fact.sentence(fact.answer),
            right=fact.answer,
            Right=compose.capital(fact.answer),
            wrong=wrong,
            told=told,
            aside=clause,
            aside_or_fine=clause or ", and nothing beside it is wrong",
            aside_or_bad=clause or ", and nothing else in it is right",
        )
        for reason in tables.REASONS[score]
    ]
    return rng.choice([text for text in texts if len(text.split()) <= _MOST_REASON_WORDS])


def _single(rng: random.Random, identity: str) -> _Draft:
    fact = _fact(rng)
    prompt = rng.choice(tables.FRAMES).format(q=rng.choice(fact.asks))
    prompt = _scruffy(rng, compose.capital(prompt))
    brief = rng.random() < _BRIEF
    words = rng.randint(12, 21)
    responses = []
    for score in SCORES:
        wrong = rng.choice(fact.wrongs)
        value, other = (fact.answer, wrong) if score > 3 else (wrong, fact.answer)
        text = _hedge(rng, fact, wrong) if score == 3 else _answer(rng, fact, value, other, brief)
        aside = fact.false if score in (1, 4) else fact.true
        if score not in (2, 4) and rng.random() >= (_BRIEF_ASIDE if brief else _ASIDE):
            aside = ""
        parts = [text, aside] if aside else [text]
        if len(text.split()) > 2 and rng.random() < 0.3:
            parts.reverse()
        text = _pad(rng, parts, 0 if brief else words, undecided=score == 3)
        responses.append(GradedResponse(score, text, _reason(rng, fact, score, wrong, aside)))
    group = f"{FAMILY}-{fact.id or fact.topic.replace(' ', '')}"
    reference = rng.choice((compose.capital(fact.answer), f"{fact.sentence(fact.answer)}."))
    return _draft(rng, identity, prompt, responses, group, reference, questions=True)


def _four(
    rng: random.Random,
    thing: str,
    good: str,
    write: Callable[[random.Random, int, bool], tuple[str, compose.Finding]],
    ordered: bool,
) -> list[GradedResponse]:
    """Responses of four parts, of which `score - 1` are right."""
    responses = []
    for score, style in zip(SCORES, compose.styles(rng), strict=True):
        parts = [write(rng, k, right) for k, right in enumerate(compose.draw_kept(rng, score))]
        rows, findings = [row for row, _ in parts], [finding for _, finding in parts]
        text = compose.layout(style, rows, ordered=ordered)
        while len(text.split()) > _MOST_WORDS:  # a shorter opener or closer will do
            text = compose.layout(style, rows, ordered=ordered)
        responses.append(GradedResponse(score, text, compose.explain(rng, thing, good, findings)))
    return responses


def _several(rng: random.Random, identity: str) -> _Draft:
    facts = [_fact(rng) for _ in range(4)]
    while len({fact.topic for fact in facts}) < 4:
        facts = [_fact(rng) for _ in range(4)]
    asks = [rng.choice(fact.asks) for fact in facts]
    mark = rng.choice(("{k}. ", "{k}) ", "- ", ""))
    rows = [mark.format(k=k + 1) + compose.capital(ask) for k, ask in enumerate(asks)]
    lead = rng.choice(tables.SEVERAL)
    prompt = _scruffy(rng, (" " if not mark and rng.random() < 0.5 else "\n").join([lead, *rows]))
    bare = rng.random() < 0.5 or sum(len(fact.said.split()) + 2 for fact in facts) > 46

    def write(rng: random.Random, k: int, right: bool) -> tuple[str, compose.Finding]:
        fact = facts[k]
        value = fact.answer if right else rng.choice(fact.wrongs)
        if not right and bare and rng.random() < _SKIPPED:
            told = f"{fact.topic} is left open (right: {fact.answer})"
            return rng.choice(_SKIPS), compose.Finding(False, told, told)
        truth = _low(fact.statement(fact.answer))
        spelling = fact.topic == fact.answer
        brief = f"the spelling {value}" if spelling else f"{value} for {fact.topic}"
        long = f"{truth}, {'against the stated' if fact.closed else 'not'} {value}"
        finding = compose.Finding(right, long, brief if right else f"{brief} is wrong")
        return value if bare else _low(fact.sentence(value)), finding

    responses = _four(rng, "answer", "right", write, ordered=True)
    reference = "\n".join(f"{k}. {compose.capital(fact.answer)}" for k, fact in enumerate(facts, 1))
    return _draft(rng, identity, prompt, responses, "", reference, questions=True)


def _statements(rng: random.Random, identity: str) -> _Draft:
    named = rng.random() < 0.5
    subject = rng.choice(
        [subject for subject in SUBJECTS if subject.name and subject.topics >= named]
    )
    facts = rng.sample(subject.facts, 4)
    prompt = rng.choice(tables.ABOUT).format(s=subject.name)
    if named:
        topics = compose.join([fact.topic for fact in facts])
        prompt += " " + rng.choice(tables.TOPICS).format(t=topics)
    prompt = _scruffy(rng, rng.choice(tables.ABOUT_FRAMES).format(q=prompt))

    def write(rng: random.Random, k: int, right: bool) -> tuple[str, compose.Finding]:
        fact = facts[k]
        value = fact.answer if right else rng.choice(fact.wrongs)
        text = fact.statement(value)
        if not named and rng.random() < 0.5:
            text = (fact.true if right else fact.false).rstrip(".")
        told = f"the one on {fact.topic}" if right else f'"{text}" is false'
        return _low(text), compose.Finding(right, told, told)

    responses = _four(rng, "statement", "true", write, ordered=False)
    group = f"{FAMILY}-about-{subject.name.replace(' ', '-').replace(',', '')}"
    return _draft(rng, identity, prompt, responses, group, "", questions=False)


def _draft(
    rng: random.Random,
    identity: str,
    prompt: str,
    responses: list[GradedResponse],
    group: str,
    reference: str,
    *,
    questions: bool,
) -> _Draft:
    rubrics = tables.RUBRICS + tables.QUESTION_RUBRICS * questions
    item = Item(
        id=identity,
        category="factual_qa",
        level=1,
        language="en",
        prompt=prompt,
        rubric=rng.choice(rubrics),
        responses=tuple(responses),
        source=FAMILY,
        group=group,
        reference=reference if rng.random() < _REFERENCE_SHARE else "",
    )
    return _Draft(normalise(prompt), item)


def _make(rng: random.Random, identity: str) -> _Draft:
    kind = rng.random()
    if kind < _SINGLE:
        return _single(rng, identity)
    return (_several if kind < _SINGLE + _SEVERAL else _statements)(rng, identity)


def items(count: int, seed: int, words: Path) -> list[Item]:  # noqa: ARG001
    """Make `count` items; the first m are the same whatever `count` is."""
    return [draft.item for draft in compose.build(FAMILY, _make, count, seed)]
