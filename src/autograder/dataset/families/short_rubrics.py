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
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from autograder.dataset.families import compose
from autograder.dataset.families import short_rubrics_answers as answers
from autograder.dataset.families.short_rubrics_facts import Fact, calculation
from autograder.dataset.families.short_rubrics_tables import Tables, read_tables
from autograder.schema import SCORES, GradedResponse, Item
from autograder.text import normalise

FAMILY = "short_rubrics"

_SINGLE, _SEVERAL = 0.55, 0.30  # shares of the kinds; four statements are the rest
_CALCULATED = 0.35  # of single questions
_BRIEF = 0.45  # of single questions: answers are as short as they can be
_SCRUFFY = 0.25  # of prompts: no capitals, no question marks, typing mistakes
_ASIDE, _BRIEF_ASIDE = 0.75, 0.2  # of answers that may do without a side remark
_REFERENCE_SHARE = 0.6  # of the questions come with a reference answer
_SKIPPED = 0.1  # of the misses among four answers
_MOST_WORDS = 60
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


def _fact(rng: random.Random, facts: Sequence[Fact]) -> Fact:
    return calculation(rng) if rng.random() < _CALCULATED else rng.choice(facts)


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


def _single(tables: Tables, rng: random.Random, identity: str) -> _Draft:
    say, fact = tables.say, _fact(rng, tables.facts)
    prompt = rng.choice(say.frames).format(question=rng.choice(fact.asks))
    prompt = _scruffy(rng, compose.capital(prompt))
    brief = rng.random() < _BRIEF
    words = rng.randint(12, 21)
    responses = []
    for score in SCORES:
        wrong = rng.choice(fact.wrongs)
        value, other = (fact.answer, wrong) if score > 3 else (wrong, fact.answer)
        text = (
            answers.hedge(rng, say, fact, wrong)
            if score == 3
            else answers.answer(rng, fact, value, other, brief)
        )
        aside = fact.false if score in (1, 4) else fact.true
        if score not in (2, 4) and rng.random() >= (_BRIEF_ASIDE if brief else _ASIDE):
            aside = ""
        parts = [text, aside] if aside else [text]
        if len(text.split()) > 2 and rng.random() < 0.3:
            parts.reverse()
        text = answers.pad(rng, say, parts, 0 if brief else words, undecided=score == 3)
        responses.append(
            GradedResponse(score, text, answers.reason(rng, say, fact, score, wrong, aside))
        )
    group = f"{FAMILY}-{fact.id or fact.topic.replace(' ', '')}"
    reference = rng.choice((compose.capital(fact.answer), f"{fact.sentence(fact.answer)}."))
    return _draft(rng, identity, prompt, say.for_questions, responses, group, reference)


def _four(
    rng: random.Random,
    composer: compose.Composer,
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
        text = composer.layout(style, rows, ordered=ordered)
        while len(text.split()) > _MOST_WORDS:  # a shorter opener or closer will do
            text = composer.layout(style, rows, ordered=ordered)
        responses.append(GradedResponse(score, text, composer.explain(rng, thing, good, findings)))
    return responses


def _several(tables: Tables, rng: random.Random, identity: str) -> _Draft:
    facts = [_fact(rng, tables.facts) for _ in range(4)]
    while len({fact.topic for fact in facts}) < 4:
        facts = [_fact(rng, tables.facts) for _ in range(4)]
    asks = [rng.choice(fact.asks) for fact in facts]
    mark = rng.choice(("{k}. ", "{k}) ", "- ", ""))
    rows = [mark.format(k=k + 1) + compose.capital(ask) for k, ask in enumerate(asks)]
    lead = rng.choice(tables.say.leads)
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

    responses = _four(rng, tables.composer, "answer", "right", write, ordered=True)
    reference = "\n".join(f"{k}. {compose.capital(fact.answer)}" for k, fact in enumerate(facts, 1))
    return _draft(rng, identity, prompt, tables.say.for_questions, responses, "", reference)


def _statements(tables: Tables, rng: random.Random, identity: str) -> _Draft:
    say = tables.say
    named = rng.random() < 0.5
    subject = rng.choice(
        [subject for subject in tables.subjects if subject.name and subject.topics >= named]
    )
    facts = rng.sample(subject.facts, 4)
    prompt = rng.choice(say.about).format(subject=subject.name)
    if named:
        topics = compose.join([fact.topic for fact in facts])
        prompt += " " + rng.choice(say.topics).format(topics=topics)
    prompt = _scruffy(rng, rng.choice(say.about_frames).format(request=prompt))

    def write(rng: random.Random, k: int, right: bool) -> tuple[str, compose.Finding]:
        fact = facts[k]
        value = fact.answer if right else rng.choice(fact.wrongs)
        text = fact.statement(value)
        if not named and rng.random() < 0.5:
            text = (fact.true if right else fact.false).rstrip(".")
        told = f"the one on {fact.topic}" if right else f'"{text}" is false'
        return _low(text), compose.Finding(right, told, told)

    responses = _four(rng, tables.composer, "statement", "true", write, ordered=False)
    group = f"{FAMILY}-about-{subject.name.replace(' ', '-').replace(',', '')}"
    return _draft(rng, identity, prompt, say.rubrics, responses, group, "")


def _draft(
    rng: random.Random,
    identity: str,
    prompt: str,
    rubrics: Sequence[str],
    responses: list[GradedResponse],
    group: str,
    reference: str,
) -> _Draft:
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


def _make(tables: Tables, rng: random.Random, identity: str) -> _Draft:
    kind = rng.random()
    if kind < _SINGLE:
        return _single(tables, rng, identity)
    return (_several if kind < _SINGLE + _SEVERAL else _statements)(tables, rng, identity)


def items(count: int, seed: int, words: Path) -> list[Item]:
    """Make `count` items; the first m are the same whatever `count` is."""
    make = partial(_make, read_tables(words))
    return [draft.item for draft in compose.build(FAMILY, make, count, seed)]
