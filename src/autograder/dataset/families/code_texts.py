"""Small functions on texts for `code_tests`, right and wrong ones.

A wrong version must fail on the test beside it; the run in the sandbox tells where one does not.
"""

from __future__ import annotations

import random
from functools import partial

from autograder.dataset.families.code_parts import Make, Part, function
from autograder.dataset.families.code_words import Words


def _vowels(words: Words, rng: random.Random) -> Part:
    word = rng.choice(words.say.words) + rng.choice(("au", "oe", "ia", "eau"))
    count = sum(letter in "aeiou" for letter in word)
    slips = [f"return sum(c not in 'aeiou' for c in {{v}}) + {len(word)}"]
    slips += [
        f"return sum(c in '{'aeiou'.replace(gone, '')}' for c in {{v}})"
        for gone in "aeiou" if gone in word
    ]  # fmt: skip
    v = rng.choice(("s", "text", "word"))
    return function(
        rng.choice(("count_vowels", "num_vowels")), v,
        f"how many of the letters in {v} are vowels (aeiou)", (word,), count,
        (f"return sum(c in 'aeiou' for c in {v})", f"return len([c for c in {v} if c in 'aeiou'])"),
        tuple(text.format(v=v) for text in slips[1:]),
        (slips[0].format(v=v), f"return [c for c in {v} if c in 'aeiou']", f"return len({v}) * 2"),
    )  # fmt: skip


def _words(words: Words, rng: random.Random) -> Part:
    a = rng.sample(words.say.words, 3)
    v = rng.choice(("s", "text", "line"))
    spot, other, word = rng.choice(((0, -1, "first"), (-1, 0, "last"), (1, 2, "second")))
    return function(
        f"{word}_word", v, f"the {word} word of {v}", (" ".join(a),), a[spot],
        (f"return {v}.split()[{spot}]", f"parts = {v}.split()\nreturn parts[{spot}]"),
        (f"return {v}.split()[{other}]", f"return {v}[{spot}]",
         f"return {v}.split()[{spot}:]", f"return {v}.split()[{spot}][1:]"),
        (f"return len({v}.split())", f"return {v}.upper()"),
    )  # fmt: skip


def _longest(words: Words, rng: random.Random) -> Part:
    a = rng.sample(words.say.words, 3)
    sizes = sorted(map(len, a))
    while sizes[0] == sizes[1] or sizes[1] == sizes[2] or len(max(a)) == sizes[2]:
        a = rng.sample(words.say.words, 3)
        sizes = sorted(map(len, a))
    return function(
        rng.choice(("longest", "longest_word")), "words", "the word with the most letters", (a,),
        max(a, key=len),
        ("return max(words, key=len)", "return sorted(words, key=len)[-1]"),
        ("return max(words)", "return min(words, key=len)", "return sorted(words, key=len)[1]",
         "return len(max(words, key=len))"),
        ("return words", "return len(words)", "return ' '.join(words)"),
    )  # fmt: skip


def _initials(words: Words, rng: random.Random) -> Part:
    a = rng.sample(words.say.words, rng.randint(2, 3))
    v = rng.choice(("name", "text"))
    return function(
        rng.choice(("initials", "abbreviate")), v,
        "the first letter of each word, in capitals", (" ".join(a),),
        "".join(word[0] for word in a).upper(),
        (f"return ''.join(w[0].upper() for w in {v}.split())",
         f"return ''.join(w[0] for w in {v}.split()).upper()"),
        (f"return ''.join(w[0] for w in {v}.split())",
         f"return ''.join(w[1].upper() for w in {v}.split())", f"return {v}[0].upper()",
         f"return [w[0].upper() for w in {v}.split()]"),
        (f"return {v}.upper()", f"return len({v}.split())"),
    )  # fmt: skip


def _palindrome(words: Words, rng: random.Random) -> Part:
    v = rng.choice(("s", "text", "word"))
    return function(
        rng.choice(("is_palindrome", "same_backwards")), v,
        f"True if {v} reads the same backwards, ignoring case",
        (rng.choice(words.say.palindromes),), True,
        (f"return {v}.lower() == {v}.lower()[::-1]",
         f"low = {v}.lower()\nreturn low == low[::-1]"),
        (f"return {v} == {v}[::-1]", f"return {v}.lower() == {v}[::-1]",
         f"return {v}.lower() == reversed({v}.lower())"),
        (f"return {v}.isdigit()", f"return {v}[::-1]", "return False"),
    )  # fmt: skip


def _repeat(words: Words, rng: random.Random) -> Part:
    k, word = rng.randint(3, 4), rng.choice(words.say.words)[:4]
    v = rng.choice(("s", "text"))
    body = f"return {v} * times"
    slips = [(f"{v}, times={other}", body) for other in (k - 1, k + 1)]
    return function(
        rng.choice(("repeat", "echo")), f"{v}, times={k}",
        f"{v} repeated, {k} times by default", (word,), word * k,
        (body, f"return ''.join([{v}] * times)"),
        (*slips, f"return {v} * (times - 1)", f"return ' '.join([{v}] * times)",
         (f"{v}, times", body)),
        (f"return {v}.upper()", f"return {v} + times"),
    )  # fmt: skip


def _join(words: Words, rng: random.Random) -> Part:
    a, mark = rng.sample(words.say.words, 2), rng.choice("-/_+")
    return function(
        rng.choice(("join_words", "glue")), "words",
        f"the words joined by '{mark}'", (a,), mark.join(a),
        (f"return '{mark}'.join(words)", f"return '{mark}'.join(w for w in words)"),
        ("return ''.join(words)", f"return '{mark}'.join(words) + '{mark}'",
         f"return '{mark}'.join(words[1:])", "return ' '.join(words)"),
        ("return len(words)", "return words[0]", f"return words + '{mark}'"),
    )  # fmt: skip


_ALL = (_vowels, _words, _longest, _initials, _palindrome, _repeat, _join)


def texts(words: Words) -> tuple[Make, ...]:
    """All functions on texts."""
    return tuple(partial(make, words) for make in _ALL)
