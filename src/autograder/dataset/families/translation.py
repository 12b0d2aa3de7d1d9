"""Four small phrases to translate; the response gets some of them right."""

from __future__ import annotations

import random
import unicodedata
from pathlib import Path

from autograder.dataset.families import compose
from autograder.dataset.families.translation_words import BOOK, FOREIGN, KINDS, LANGUAGES, Phrase
from autograder.schema import SCORES, GradedResponse, Item

FAMILY = "translation"

_KEY_SHARE = 0.7
_INTO_ENGLISH_SHARE = 0.25
_WEIGHTS = {"colour": 4, "count": 4, "number": 3, "clock": 1.5, "day": 2, "month": 1.5}
_PHRASE_WEIGHT = 0.6  # of each group of fixed phrases

_ASKS = (
    "Translate into {to}: {list}.",
    "How do you say these in {to}? {list}.",
    "Please put this into {to}: {list}.",
    "For my {to} class I need: {list}.",
    "What are these in {to}?\n{lines}",
    "Give me the {to} for each line.\n{lines}",
    "I need these four phrases in {to}:\n{lines}",
    "Phrase book, {source} to {to}:\n{lines}",
    "My {source} flash cards need a {to} side. Fill it in: {list}.",
    "We travel next month. Could you turn this into {to}: {list}?",
    "Write the {to} version of each:\n{lines}",
    "{source} to {to}, please: {list}.",
)
_CRITERIA = (
    "Each of the four phrases must be right in {to}: words, number and article.",
    "Check the four {to} translations; another word, number or gender makes one wrong.",
    "A translation is right if it is {to} and means the same.",
    "How many of the four translations into {to} are correct? Wrong language counts as wrong.",
    "Only a correct {to} version counts, the right article included.",
    "The {to} must say exactly what the {source} says.",
    "Four {to} translations are wanted; untranslated or altered ones are wrong.",
)
_KEYS = ("Key", "Expected", "Right", "Solution", "Answers")
_LAX = (
    "Missing accents and umlauts do not matter.",
    "Accents or umlauts left out are no mistake.",
    "Letters without their accents are fine.",
)
_STRICT = (
    "Missing accents or umlauts make a translation wrong.",
    "Accents and umlauts count: without them it is wrong.",
    "A lost accent or umlaut is a mistake like any other.",
)
_ROWS = ("{a} = {b}", '"{a}" is "{b}"', "{a}: {b}", "{a} - {b}", '"{a}" means "{b}"')


def strip_accents(text: str) -> str:
    """The letters without accents, umlauts and tildes."""
    parts = unicodedata.normalize("NFD", text)
    return "".join(part for part in parts if not unicodedata.combining(part))


def _same(one: str, other: str) -> bool:
    return strip_accents(one).casefold() == strip_accents(other).casefold()


def _draw(rng: random.Random) -> Phrase:
    weights = [_WEIGHTS.get(kind, _PHRASE_WEIGHT) for kind in KINDS]
    kind = rng.choices(list(KINDS), weights)[0]
    return BOOK[kind, *(rng.choice(values) for values in KINDS[kind])]


def _sibling(rng: random.Random, phrase: Phrase) -> Phrase:
    """A phrase that differs in one part: another number, colour, noun, day ..."""
    kind, *parts = phrase.key
    place = rng.randrange(len(parts))
    parts[place] = rng.choice([v for v in KINDS[kind][place] if v != parts[place]])
    return BOOK[kind, *parts]


def _miss(
    rng: random.Random, phrase: Phrase, source: str, to: str, strict: bool
) -> tuple[str, compose.Finding]:
    """A wrong translation: half are plainly wrong, half near misses."""
    right, asked = phrase.texts[to], phrase.texts[source]
    kinds: tuple[str, ...] = ("language", "language", "untranslated", "unrelated")
    if rng.random() < 0.5:
        kinds = ("sibling", "gender") if to in phrase.misgendered else ("sibling",)
        if strict and strip_accents(right) != right:
            kinds = (*kinds, "accent", "accent")
    while True:
        kind = rng.choice(kinds)
        if kind == "accent":
            given = strip_accents(right)
            long = f'"{asked}" needs its accents: {right}'
            return given, compose.Finding(False, long, f"{right}, not {given}")
        if kind == "language":
            other = rng.choice([name for name in FOREIGN if name not in (source, to)])
            given = phrase.texts[other]
            long = f'"{asked}" is given in {LANGUAGES[other]}, not {LANGUAGES[to]}'
        elif kind == "untranslated":
            given, long = asked, f'"{asked}" is not translated'
        elif kind == "gender":
            given = phrase.misgendered[to]
            long = f'the article in "{given}" is wrong, it is {right}'
        else:
            given = (_draw(rng) if kind == "unrelated" else _sibling(rng, phrase)).texts[to]
            long = f'"{asked}" is {right}, not {given}'
        if not _same(given, right):
            short = long if kind == "untranslated" else f"{right}, not {given}"
            return given, compose.Finding(False, long, short)
        kinds = (*kinds, "sibling")


def _respond(
    rng: random.Random,
    style: random.Random,
    phrases: list[Phrase],
    pair: tuple[str, str],
    accents: str,
    score: int,
) -> GradedResponse:
    source, to = pair
    plain = accents == "lax" and rng.random() < 0.6
    bare = style.random() < 0.4
    row = style.choice(_ROWS)
    rows, findings = [], []
    for phrase, right in zip(phrases, compose.draw_kept(rng, score), strict=True):
        given, finding = phrase.texts[to], compose.Finding(True, "", phrase.texts[to])
        if not right:
            given, finding = _miss(rng, phrase, source, to, accents == "strict")
        given = strip_accents(given) if plain else given
        rows.append(given if bare else row.format(a=phrase.texts[source], b=given))
        findings.append(finding)
    text = compose.layout(style, rows, ordered=bare)
    return GradedResponse(score, text, compose.explain(rng, "translation", "right", findings))


def _make(rng: random.Random, identity: str) -> Item:
    source, to = "en", rng.choice(FOREIGN)
    if rng.random() < _INTO_ENGLISH_SHARE:
        source, to = to, source
    phrases: list[Phrase] = []
    while len(phrases) < 4:
        phrase = _draw(rng)
        if phrase not in phrases:
            phrases.append(phrase)
    names = {"source": LANGUAGES[source], "to": LANGUAGES[to]}
    asked = [phrase.texts[source] for phrase in phrases]
    mark = rng.choice(("- ", "* ", "{n}. ", "{n}) ", ""))
    lines = [f"{mark.format(n=n)}{text}" for n, text in enumerate(asked, start=1)]
    prompt = rng.choice(_ASKS).format(list="; ".join(asked), lines="\n".join(lines), **names)
    accents = rng.choices(("", "lax", "strict"), (5, 2, 2))[0] if source == "en" else ""
    extra = []
    if accents:
        extra.append(rng.choice(_LAX if accents == "lax" else _STRICT))
    if rng.random() < _KEY_SHARE:
        key = "; ".join(phrase.texts[to] for phrase in phrases)
        extra.append(f"{rng.choice(_KEYS)}: {key}.")
    criterion = rng.choice(_CRITERIA).format(**names)
    scale = compose.rule(rng, "translation", "right", "wrong")
    return Item(
        id=identity,
        category="multilingual",
        level=1,
        language="en",
        prompt=prompt,
        rubric=compose.rubric(rng, criterion, scale, " ".join(extra), remark=not extra),
        responses=tuple(
            _respond(rng, style, phrases, (source, to), accents, score)
            for score, style in zip(SCORES, compose.styles(rng), strict=True)
        ),
        source=FAMILY,
    )


def items(count: int, seed: int, words: Path) -> list[Item]:  # noqa: ARG001
    """Make `count` items; the first m are the same whatever `count` is."""
    return compose.build(FAMILY, _make, count, seed)
