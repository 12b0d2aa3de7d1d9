"""Four small phrases to translate; the response gets some of them right."""

from __future__ import annotations

import random
import unicodedata
from functools import partial
from pathlib import Path

from autograder.dataset.families import compose
from autograder.dataset.families.translation_words import (
    FAMILY,
    FOREIGN,
    LANGUAGES,
    Phrase,
    Words,
    read,
)
from autograder.schema import SCORES, GradedResponse, Item

_KEY_SHARE = 0.7
_INTO_ENGLISH_SHARE = 0.25
_WEIGHTS = {"colour": 4, "count": 4, "number": 3, "clock": 1.5, "day": 2, "month": 1.5}
_PHRASE_WEIGHT = 0.6  # of each group of fixed phrases


def strip_accents(text: str) -> str:
    """The letters without accents, umlauts and tildes."""
    parts = unicodedata.normalize("NFD", text)
    return "".join(part for part in parts if not unicodedata.combining(part))


def _same(one: str, other: str) -> bool:
    return strip_accents(one).casefold() == strip_accents(other).casefold()


def _draw(words: Words, rng: random.Random) -> Phrase:
    weights = [_WEIGHTS.get(kind, _PHRASE_WEIGHT) for kind in words.kinds]
    kind = rng.choices(list(words.kinds), weights)[0]
    return words.book[kind, *(rng.choice(values) for values in words.kinds[kind])]


def _sibling(words: Words, rng: random.Random, phrase: Phrase) -> Phrase:
    """A phrase that differs in one part: another number, colour, noun, day ..."""
    kind, *parts = phrase.key
    place = rng.randrange(len(parts))
    parts[place] = rng.choice([v for v in words.kinds[kind][place] if v != parts[place]])
    return words.book[kind, *parts]


def _miss(
    words: Words, rng: random.Random, phrase: Phrase, source: str, to: str, strict: bool
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
            spoken = rng.choice([name for name in FOREIGN if name not in (source, to)])
            given = phrase.texts[spoken]
            long = f'"{asked}" is given in {LANGUAGES[spoken]}, not {LANGUAGES[to]}'
        elif kind == "untranslated":
            given, long = asked, f'"{asked}" is not translated'
        elif kind == "gender":
            given = phrase.misgendered[to]
            long = f'the article in "{given}" is wrong, it is {right}'
        else:
            other = _sibling(words, rng, phrase) if kind == "sibling" else _draw(words, rng)
            given = other.texts[to]
            long = f'"{asked}" is {right}, not {given}'
        if not _same(given, right):
            short = long if kind == "untranslated" else f"{right}, not {given}"
            return given, compose.Finding(False, long, short)
        kinds = (*kinds, "sibling")


def _respond(
    words: Words,
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
    row = style.choice(words.say.rows)
    rows, findings = [], []
    for phrase, right in zip(phrases, compose.draw_kept(rng, score), strict=True):
        given, finding = phrase.texts[to], compose.Finding(True, "", phrase.texts[to])
        if not right:
            given, finding = _miss(words, rng, phrase, source, to, accents == "strict")
        given = strip_accents(given) if plain else given
        rows.append(given if bare else row.format(a=phrase.texts[source], b=given))
        findings.append(finding)
    text = words.composer.layout(style, rows, ordered=bare)
    reason = words.composer.explain(rng, "translation", "right", findings)
    return GradedResponse(score, text, reason)


def _make(words: Words, rng: random.Random, identity: str) -> Item:
    say, composer = words.say, words.composer
    source, to = "en", rng.choice(FOREIGN)
    if rng.random() < _INTO_ENGLISH_SHARE:
        source, to = to, source
    phrases: list[Phrase] = []
    while len(phrases) < 4:
        phrase = _draw(words, rng)
        if phrase not in phrases:
            phrases.append(phrase)
    names = {"source": LANGUAGES[source], "to": LANGUAGES[to]}
    asked = [phrase.texts[source] for phrase in phrases]
    mark = rng.choice(("- ", "* ", "{n}. ", "{n}) ", ""))
    lines = [f"{mark.format(n=n)}{text}" for n, text in enumerate(asked, start=1)]
    prompt = rng.choice(say.asks).format(list="; ".join(asked), lines="\n".join(lines), **names)
    accents = rng.choices(("", "lax", "strict"), (5, 2, 2))[0] if source == "en" else ""
    extra = []
    if accents:
        extra.append(rng.choice(say.lax if accents == "lax" else say.strict))
    if rng.random() < _KEY_SHARE:
        key = "; ".join(phrase.texts[to] for phrase in phrases)
        extra.append(f"{rng.choice(say.keys)}: {key}.")
    criterion = rng.choice(say.criteria).format(**names)
    scale = composer.rule(rng, "translation", "right", "wrong")
    return Item(
        id=identity,
        category="multilingual",
        level=1,
        language="en",
        prompt=prompt,
        rubric=composer.rubric(rng, criterion, scale, " ".join(extra), remark=not extra),
        responses=tuple(
            _respond(words, rng, style, phrases, (source, to), accents, score)
            for score, style in zip(SCORES, compose.styles(rng), strict=True)
        ),
        source=FAMILY,
    )


def items(count: int, seed: int, words: Path) -> list[Item]:
    """Make `count` items; the first m are the same whatever `count` is."""
    return compose.build(FAMILY, partial(_make, read(words)), count, seed)
