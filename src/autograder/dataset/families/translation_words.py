"""A phrase book in five languages: word lists, and a small grammar that combines them."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal

from pydantic.dataclasses import dataclass

from autograder.dataset.families import compose
from autograder.dataset.words import STRICT, Phrases, read_by_id, read_phrases, read_words
from autograder.errors import DataError

FAMILY = "translation"
LANGUAGES = {"en": "English", "de": "German", "fr": "French", "es": "Spanish", "it": "Italian"}
FOREIGN = ("de", "fr", "es", "it")
_PATTERNS = ("count", "clock", "day", "morning", "month")
_OTHER_ARTICLE = {
    "der": ("die", "das"), "die": ("der", "das"), "das": ("der", "die"),
    "le": ("la",), "la": ("le",), "el": ("la",), "il": ("la",),
}  # fmt: skip
_FEMININE_TO = {"fr": "le", "es": "el", "it": "il"}
_ACCENTED = {"dos": "dós", "tres": "trés", "seis": "séis"}  # after `veinti`


@dataclass(frozen=True, slots=True, config=STRICT)
class Word:
    """A word, or words, in every language."""

    en: str
    de: str
    fr: str
    es: str
    it: str

    def texts(self) -> dict[str, str]:
        return {language: getattr(self, language) for language in LANGUAGES}


@dataclass(frozen=True, slots=True, config=STRICT)
class Number(Word):
    """A number and its name; for tens in Spanish and Italian the part before the last digit."""

    value: int


@dataclass(frozen=True, slots=True, config=STRICT)
class Saying(Word):
    """A fixed phrase; those of one group, at least two, are easily confused."""

    group: str


@dataclass(frozen=True, slots=True, config=STRICT)
class Pattern(Word):
    """How a word goes into a phrase: with `{number}`, `{noun}`, `{day}` or `{month}`."""

    id: str

    def phrase(self, **words: Mapping[str, str]) -> dict[str, str]:
        """The phrase in every language, of words in every language."""
        return {
            language: pattern.format(**{name: texts[language] for name, texts in words.items()})
            for language, pattern in self.texts().items()
        }


@dataclass(frozen=True, slots=True, config=STRICT)
class Forms:
    """One thing and many."""

    one: str
    many: str


@dataclass(frozen=True, slots=True, config=STRICT)
class WithArticle(Forms):
    article: Literal["der", "die", "das", "le", "la", "el", "il"]


@dataclass(frozen=True, slots=True, config=STRICT)
class Noun:
    """A noun; none begins with a vowel in French or Italian, which would hide the gender."""

    en: Forms
    de: WithArticle
    fr: WithArticle
    es: WithArticle
    it: WithArticle


@dataclass(frozen=True, slots=True, config=STRICT)
class Gendered:
    masculine: str
    feminine: str


@dataclass(frozen=True, slots=True, config=STRICT)
class Colour:
    """A colour; in German the stem, which gets an `e`."""

    en: str
    de: str
    fr: Gendered
    es: Gendered
    it: Gendered


@dataclass(frozen=True, slots=True, config=STRICT)
class Sayings:
    """What prompts, rubrics and responses say.

    Attributes:
        asks: ask for translations from `{source}` into `{to}`, of a `{list}` or of `{lines}`.
        criteria: what a rubric says first.
        keys: stand before the right translations.
        lax, strict: accents do not count, or do.
        rows: how a response says that `{a}` is `{b}`.
    """

    asks: Phrases
    criteria: Phrases
    keys: Phrases
    lax: Phrases
    strict: Phrases
    rows: Phrases


@dataclasses.dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase in every language, `texts`; `misgendered` has the article of a wrong gender."""

    key: tuple[str, ...]
    texts: dict[str, str]
    misgendered: dict[str, str]


@dataclasses.dataclass(frozen=True, slots=True)
class Words:
    """What the family draws from.

    Attributes:
        book: phrases by key.
        kinds: for each kind of phrase the values that each part of its key can have.
    """

    say: Sayings
    book: Mapping[tuple[str, ...], Phrase]
    kinds: Mapping[str, tuple[tuple[str, ...], ...]]
    composer: compose.Composer


def _tens(tens: Word, unit: Word) -> dict[str, str]:
    """A number from 22 to 69 whose last digit is 2 to 9, so that French needs no `et`."""
    spanish = f"{tens.es} y {unit.es}"
    if tens.es == "veinti":
        spanish = f"{tens.es}{_ACCENTED.get(unit.es, unit.es)}"
    italian = tens.it + ("tré" if unit.it == "tre" else unit.it)
    if unit.it == "otto":
        italian = tens.it[:-1] + unit.it
    return {
        "en": f"{tens.en}-{unit.en}",
        "de": f"{unit.de}und{tens.de}",
        "fr": f"{tens.fr}-{unit.fr}",
        "es": spanish,
        "it": italian,
    }


def _coloured(noun: Noun, colour: Colour) -> Phrase:
    name = noun.en.one
    texts, misgendered = {"en": f"the {colour.en} {name}"}, {}
    for language in FOREIGN:
        forms: WithArticle = getattr(noun, language)
        shade: Gendered | str = getattr(colour, language)
        others = _OTHER_ARTICLE[forms.article]
        if isinstance(shade, str):
            rest = f"{shade}e {forms.one}"
        elif forms.article == "la":
            rest, others = f"{forms.one} {shade.feminine}", (_FEMININE_TO[language],)
        else:
            rest = f"{forms.one} {shade.masculine}"
        texts[language] = f"{forms.article} {rest}"
        misgendered[language] = f"{others[len(name) % len(others)]} {rest}"
    return Phrase(("colour", name, colour.en), texts, misgendered)


def _phrase(kind: str, *key: str, texts: dict[str, str]) -> Phrase:
    return Phrase((kind, *key), texts, {})


def _phrases(folder: Path) -> Iterator[Phrase]:
    patterns = read_by_id(folder / "patterns.jsonl", Pattern, _PATTERNS)
    numbers = read_words(folder / "numbers.jsonl", Number)
    colours = read_words(folder / "colours.jsonl", Colour)
    for noun in read_words(folder / "nouns.jsonl", Noun):
        for colour in colours:
            yield _coloured(noun, colour)
        many = {language: getattr(noun, language).many for language in LANGUAGES}
        for number in numbers:
            texts = patterns["count"].phrase(number=number.texts(), noun=many)
            yield _phrase("count", noun.en.many, number.en, texts=texts)
    for tens in read_words(folder / "tens.jsonl", Number):
        for unit in (number for number in numbers if 2 <= number.value <= 9):
            yield _phrase("number", tens.en, unit.en, texts=_tens(tens, unit))
    for number in numbers:
        yield _phrase("clock", number.en, texts=patterns["clock"].phrase(number=number.texts()))
    for day in read_words(folder / "days.jsonl", Word):
        yield _phrase("day", day.en, "", texts=patterns["day"].phrase(day=day.texts()))
        yield _phrase("day", day.en, "morning", texts=patterns["morning"].phrase(day=day.texts()))
    for month in read_words(folder / "months.jsonl", Word):
        yield _phrase("month", month.en, texts=patterns["month"].phrase(month=month.texts()))
    for saying in read_words(folder / "sayings.jsonl", Saying):
        yield _phrase(f"phrase {saying.group}", saying.en, texts=saying.texts())


def read(words: Path) -> Words:
    folder = words / FAMILY
    book = {phrase.key: phrase for phrase in _phrases(folder)}
    kinds: dict[str, tuple[tuple[str, ...], ...]] = {}
    for kind in dict.fromkeys(key[0] for key in book):
        parts = zip(*(key[1:] for key in book if key[0] == kind), strict=True)
        kinds[kind] = tuple(tuple(dict.fromkeys(values)) for values in parts)
        if any(len(values) < 2 for values in kinds[kind]):
            raise DataError(f"there is only one {kind}; write another like it", path=str(folder))
    say = read_phrases(folder / "phrases.jsonl", Sayings)
    return Words(say, book, kinds, compose.composer(words))
