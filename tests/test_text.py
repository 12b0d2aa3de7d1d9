from __future__ import annotations

import itertools
import random
import re
import unicodedata

import pytest

from autograder.text import near_pairs, normalise


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Yes, it is.", "yes it is"),
        ("  It  is\nso! ", "it is so"),
        ("“Quoted”", '"quoted"'),
        ("caf\u00e9", "cafe\u0301"),
        ("zero\u200bwidth", "zerowidth"),
        ("x = 1  \n", "x = 1"),
    ],
)
def test_the_same(one, other):
    assert normalise(one) == normalise(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("-5", "5"),
        ("0.5 kg", "05 kg"),
        ("It is 12.", "It is 13."),
        ("[1, 2]", "[1 2]"),
        ("print('1')", "print(1)"),
        ("`True`", "`true`"),
        ("if x:\n    y()\nz()", "if x:\n    y()\n    z()"),
        ("?!", "..."),
    ],
)
def test_not_the_same(one, other):
    assert normalise(one) != normalise(other)


MILLION, HALF = 10**6, 500_000
STOPS = "[.,;:!?\u2026\u3002\u3001\uff01\uff1f]+"


def without_stops(text: str) -> str:
    """The plain pattern, which looks at every mark of a row of them anew."""
    composed = unicodedata.normalize("NFC", text).casefold()
    bare = re.sub(rf"{STOPS}(?=\s|$)", " ", composed)
    return " ".join(bare.split()) or " ".join(composed.split())


def test_punctuation_and_accents_are_folded_as_the_plain_rules_say():
    rng = random.Random(8)
    accents = "\u0301\u0316\u0345\u0f73\u0f71\u0f72\u0344\u093c\u0340"
    alphabets = [".,!?\u3002 \tab", f"e\u00e9\ud55c\u4e2d. {accents}", f"a{accents}"]
    for _ in range(3000):
        text = "".join(rng.choices(rng.choice(alphabets), k=rng.randrange(200)))
        assert normalise(text) == without_stops(text), ascii(text)


@pytest.mark.parametrize(
    ("text", "normalised"),
    [
        ("." * MILLION + "a", "." * MILLION + "a"),
        ("b" + "?" * MILLION, "b"),
        ("'" * MILLION + "a", "a"),
        ("a" + "\u0301\u0316" * HALF, "\u00e1" + "\u0316" * HALF + "\u0301" * (HALF - 1)),
    ],
)
def test_a_million_signs_are_done(text, normalised):
    assert normalise(text) == normalised


def shares(one: str, other: str) -> float:
    grams = []
    for text in (one, other):
        words = text.split()
        grams.append({tuple(words[k : k + 5]) for k in range(max(1, len(words) - 4))})
    return len(grams[0] & grams[1]) / len(grams[0] | grams[1])


@pytest.mark.parametrize("least", [0.3, 0.6, 0.9, 1.0])
def test_every_row_with_a_near_one_before_it_is_found(least):
    rng = random.Random(5)
    texts = []
    for _ in range(60):
        base = rng.choices("abcdefgh", k=rng.randint(1, 40))
        texts.append(" ".join(base))
        base[rng.randrange(len(base))] = "z"
        texts.append(" ".join(base))
    expected = {
        later
        for earlier, later in itertools.combinations(range(len(texts)), 2)
        if shares(texts[earlier], texts[later]) >= least
    }
    found = list(near_pairs(texts, range(len(texts)), least))
    assert {later for later, _, _ in found} == expected
    for later, earlier, overlap in found:
        assert earlier < later
        assert overlap == pytest.approx(shares(texts[earlier], texts[later]))


def test_texts_of_one_owner_are_not_compared():
    assert list(near_pairs(["a b", "a b", "a b"], [1, 1, 2], 0.9)) == [(2, 0, 1.0)]
