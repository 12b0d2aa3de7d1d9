from __future__ import annotations

import itertools
import random

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
