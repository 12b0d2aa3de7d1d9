"""Translations: phrases are read back from the text and looked up; the book has known pairs."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

import pytest

from autograder.dataset.families import FAMILIES
from autograder.dataset.families.translation_words import FOREIGN, LANGUAGES, read
from autograder.schema import Item
from dataset.families_folder import WORDS

TABLES = read(WORDS)
BOOK = TABLES.book
CODES = {name: code for code, name in LANGUAGES.items()}
LABELLED = r'"?{}"?(?: = | is |: | - | means )"?([^"]+?)"?$'
KEY = re.compile(r"(?:Key|Expected|Right|Solution|Answers): ([^.\n]+)\.(?:\s|$)")
LAX = re.compile(r"umlauts do not matter|no mistake|without their accents are fine")
STRICT = re.compile(r"make a translation wrong|umlauts count|like any other")

# English, German, French, Spanish, Italian; one of each kind and each irregular form.
KNOWN = (
    ("the red table", "der rote Tisch", "la table rouge", "la mesa roja", "il tavolo rosso"),
    ("the white bridge", "die weiße Brücke", "le pont blanc", "el puente blanco",
     "il ponte bianco"),
    ("the grey horse", "das graue Pferd", "le cheval gris", "el caballo gris",
     "il cavallo grigio"),
    ("the blue key", "der blaue Schlüssel", "la clé bleue", "la llave azul", "la chiave blu"),
    ("the black cat", "die schwarze Katze", "le chat noir", "el gato negro", "il gatto nero"),
    ("three horses", "drei Pferde", "trois chevaux", "tres caballos", "tre cavalli"),
    ("seven apples", "sieben Äpfel", "sept pommes", "siete manzanas", "sette mele"),
    ("two suitcases", "zwei Koffer", "deux valises", "dos maletas", "due valigie"),
    ("twenty-two", "zweiundzwanzig", "vingt-deux", "veintidós", "ventidue"),
    ("twenty-three", "dreiundzwanzig", "vingt-trois", "veintitrés", "ventitré"),
    ("twenty-six", "sechsundzwanzig", "vingt-six", "veintiséis", "ventisei"),
    ("twenty-seven", "siebenundzwanzig", "vingt-sept", "veintisiete", "ventisette"),
    ("thirty-eight", "achtunddreißig", "trente-huit", "treinta y ocho", "trentotto"),
    ("forty-three", "dreiundvierzig", "quarante-trois", "cuarenta y tres", "quarantatré"),
    ("sixty-nine", "neunundsechzig", "soixante-neuf", "sesenta y nueve", "sessantanove"),
    ("at ten o'clock", "um zehn Uhr", "à dix heures", "a las diez", "alle dieci"),
    ("on Wednesday", "am Mittwoch", "mercredi", "el miércoles", "mercoledì"),
    ("on Sunday morning", "am Sonntagmorgen", "dimanche matin", "el domingo por la mañana",
     "domenica mattina"),
    ("in March", "im März", "en mars", "en marzo", "in marzo"),
    ("without sugar", "ohne Zucker", "sans sucre", "sin azúcar", "senza zucchero"),
    ("I am thirsty", "ich habe Durst", "j'ai soif", "tengo sed", "ho sete"),
    ("my sister", "meine Schwester", "ma sœur", "mi hermana", "mia sorella"),
)  # fmt: skip


def strip(text: str) -> str:
    parts = unicodedata.normalize("NFKD", text)
    return "".join(part for part in parts if unicodedata.category(part) != "Mn")


def fold(text: str) -> str:
    return text.strip(" .;").lower()


def dictionary(source: str, to: str) -> dict[str, str]:
    return {fold(p.texts[source]): fold(p.texts[to]) for p in BOOK.values()}


DICTIONARIES = {
    (a, b): dictionary(a, b) for a in LANGUAGES for b in LANGUAGES if "en" in (a, b) and a != b
}


def languages(item: Item) -> tuple[str, str]:
    """From which language into which, by looking the prompt's phrases up."""
    pairs = [pair for pair in DICTIONARIES if LANGUAGES[pair[1]] in item.prompt]
    return max(pairs, key=lambda pair: len(asked(item, pair)))


def asked(item: Item, pair: tuple[str, str]) -> list[str]:
    text = re.sub(r"^(?:[-*]|\d[.)]) ", "", item.prompt, flags=re.MULTILINE)
    pieces = [fold(part) for part in re.split(r"\n|; |: |\? (?=\S)", text.rstrip(".?"))]
    return [piece for piece in pieces if piece in DICTIONARIES[pair]]


def answers(response: str, wanted: list[str]) -> list[str]:
    """The four translations of a response, in the order of the prompt."""
    for opener in TABLES.composer.openers:
        response = response.removeprefix(opener).strip() if opener else response
    for closer in TABLES.composer.closers:
        response = response.removesuffix(closer).strip() if closer else response
    response = re.sub(r"^(?:[-*•]|\d[.)]|[a-d]\)) ", "", response, flags=re.MULTILINE)
    parts = re.split(r"\n|(?<=[.;]) ", response)
    assert len(parts) == 4, response
    given = []
    for part, phrase in zip(parts, wanted, strict=True):
        row = part.strip(" .;")
        match = re.match(LABELLED.format(re.escape(phrase)), row, re.IGNORECASE)
        given.append(fold(match[1] if match else row))
    return given


def test_scores_follow_from_the_text() -> None:
    modes: Counter[str] = Counter()
    for item in FAMILIES["translation"](500, 7, WORDS):
        pair = languages(item)
        wanted = asked(item, pair)
        assert len(wanted) == 4, item.prompt
        lax, strict = LAX.search(item.rubric), STRICT.search(item.rubric)
        modes["lax" if lax else "strict" if strict else "silent"] += 1
        key = KEY.search(item.rubric)
        expected = [DICTIONARIES[pair][phrase] for phrase in wanted]
        if key:
            modes["key"] += 1
            assert [fold(part) for part in key[1].split("; ")] == expected
        for graded in item.responses:
            given = answers(graded.response, wanted)
            right = [
                (strip(one) == strip(other)) if lax else one == other
                for one, other in zip(given, expected, strict=True)
            ]
            assert graded.score == 1 + sum(right), (item.prompt, item.rubric, graded)
            if not strict:
                # No miss hangs on an accent unless the rubric says that accents count.
                pairs = zip(given, expected, right, strict=True)
                assert all(ok or strip(a) != strip(b) for a, b, ok in pairs)
    assert 300 < modes["key"] < 400
    assert min(modes["lax"], modes["strict"]) > 40


@pytest.mark.parametrize("known", KNOWN, ids=[row[0] for row in KNOWN])
def test_the_book_has_known_pairs(known: tuple[str, ...]) -> None:
    (phrase,) = (p for p in BOOK.values() if p.texts["en"] == known[0])
    assert tuple(phrase.texts[code] for code in ("en", *FOREIGN)) == known


def test_no_two_phrases_have_one_translation() -> None:
    for language in LANGUAGES:
        texts = [fold(strip(phrase.texts[language])) for phrase in BOOK.values()]
        assert len(set(texts)) == len(texts) > 400


def test_a_noun_keeps_its_article_and_the_misgendered_has_another() -> None:
    articles = {
        "de": {"der", "die", "das"}, "fr": {"le", "la"}, "es": {"el", "la"}, "it": {"il", "la"},
    }  # fmt: skip
    for language, allowed in articles.items():
        of_noun: dict[str, set[str]] = {}
        for phrase in BOOK.values():
            if phrase.key[0] != "colour":
                assert not phrase.misgendered
                continue
            article, rest = phrase.texts[language].split(" ", 1)
            wrong, same = phrase.misgendered[language].split(" ", 1)
            assert same == rest and wrong != article and {wrong, article} <= allowed
            of_noun.setdefault(phrase.key[1], set()).add(article)
        assert len(of_noun) == 20 and all(len(found) == 1 for found in of_noun.values())


def test_a_miss_in_another_language_is_called_by_its_name() -> None:
    seen = 0
    for item in FAMILIES["translation"](200, 3, WORDS):
        for graded in item.responses:
            for phrase, name in re.findall(r'"([^"]+)" is given in (\w+)', graded.reasoning):
                pair = languages(item)
                (entry,) = (p for p in BOOK.values() if p.texts[pair[0]] == phrase)
                foreign = fold(entry.texts[CODES[name]])
                assert strip(foreign) in fold(strip(graded.response))
                seen += 1
    assert seen > 40
