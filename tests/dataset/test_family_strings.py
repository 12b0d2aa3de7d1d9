"""The family `strings`: every operation is done again here from the text alone."""

from __future__ import annotations

import random
import re
import statistics
from collections import Counter
from collections.abc import Callable

from autograder.dataset.families import strings
from autograder.dataset.families.strings_kinds import KINDS
from autograder.dataset.families.strings_words import Vocabulary
from autograder.dataset.words import read_phrases, read_texts
from dataset.answer_rows import SKIPPED, is_bare, key_of, matched, questions, statements
from dataset.families_folder import WORDS
from dataset.solving import way_of

ORDINALS = ["first", "second", "third", "fourth", "fifth"]
SIGNS = {"a hyphen": "-", "a slash": "/", "a plus sign": "+", "an underscore": "_"}
Q = r'"([^"]+)"'


def keep(text: str, wanted: str) -> str:
    return re.sub(r"[^0-9]" if wanted == "digits" else r"[^A-Z]", "", text)


def joined(listed: str, sign: str) -> str:
    return SIGNS[sign].join(re.findall(Q, listed))


# The answers by other means than the family's: regular expressions, translate, iterators.
SOLVE: list[tuple[str, Callable[..., object]]] = [
    (rf"Write {Q} backwards|What is {Q} reversed", lambda w: "".join(reversed(w))),
    (rf"Write {Q} in capital|Put {Q} in upper", str.upper),
    (rf"Write {Q} in small|Put {Q} in lower", str.lower),
    (rf"(?:the letter {Q} occur|Count the letter {Q}) in {Q}", lambda c, w: Counter(w)[c]),
    (rf"letters does {Q} have|Count the letters of {Q}", lambda w: sum(1 for _ in w)),
    (rf"first (\d) letters of {Q}", lambda n, w: re.findall(rf"^.{{{n}}}", w)[0]),
    (rf"last (\d) letters of {Q}", lambda n, w: re.findall(rf".{{{n}}}$", w)[0]),
    (rf"initials of {Q}", lambda w: "".join(re.findall(r"\b[A-Z]", w))),
    (rf"vowels from {Q}|left of {Q} without", lambda w: re.sub("[aeiou]", "", w)),
    (rf"letters of {Q} (?:alphabetically|in alphabetical)", lambda w: "".join(sorted(w))),
    (r"Join (.+) with (an? [a-z ]+)\.", joined),
    (rf"every {Q} in {Q} with {Q}", lambda c, w, d: w.translate({ord(c): d})),
    (rf"Write {Q} with {Q} instead of each {Q}", lambda w, d, c: w.translate({ord(c): d})),
    (rf"(?:is|Name) the (\w+) letter (?:of|in) {Q}", lambda nth, w: list(w)[ORDINALS.index(nth)]),
    (rf"the first and the last letter of {Q}|{Q} with its first and last letter",
     lambda w: re.sub(r"^(.)(.*)(.)$", r"\3\2\1", w)),
    (rf"only the (\w+) of the code {Q}|the (\w+) in {Q}", lambda what, w: keep(w, what)),
    (rf"every word of {Q} with a capital", str.title),
    (rf"words of {Q} in reverse", lambda w: " ".join(reversed(w.split()))),
]  # fmt: skip


def solve(question: str) -> str:
    """The right answer as a key shows it."""
    compute, match = way_of(question, SOLVE)
    answer = compute(*(group for group in match.groups() if group is not None))
    return str(answer) if isinstance(answer, int) else f'"{answer}"'


def normal(text: str) -> str:
    """Quote everything with `"`, without spaces inside."""
    return re.sub(r'["`]([^"`]*)["`]', lambda match: f'"{match[1].replace(" ", "~")}"', text)


def subject(row: str) -> str:
    """What a row is about: its quoted words without the answer at its end."""
    told = row if SKIPPED.search(row) else row.rsplit(" ", 1)[0]
    return " ".join(re.findall(Q, told)).replace("~", " ")


def test_scores_follow_from_the_text() -> None:
    keys = []
    leads = read_texts(WORDS / "strings" / "phrases.jsonl")["leads"]
    for item in strings.items(400, 7, WORDS):
        asked = questions(item.prompt, leads, ends=".?")
        expected = [solve(question) for question in asked]
        keys.append(bool(key_of(item)))
        if keys[-1]:
            assert "; ".join(expected) in key_of(item), item.rubric
        right_answers = [normal(answer) for answer in expected]
        for graded in item.responses:
            rows = [normal(row) for row in statements(graded.response)]
            assert len(asked) == len(rows) == 4, graded.response
            order = (
                range(4)
                if is_bare(rows)
                else matched(list(map(subject, rows)), [" ".join(re.findall(Q, q)) for q in asked])
            )
            right = sum(
                not SKIPPED.search(row) and row.split()[-1:] == [right_answers[q]]
                for row, q in zip(rows, order, strict=True)
            )
            assert graded.score == 1 + right, (item.prompt, graded, rows, order)
    assert 0.6 < statistics.mean(keys) < 0.75


def test_half_of_the_misses_are_near() -> None:
    rng = random.Random(1)
    near = []
    vocabulary = read_phrases(WORDS / "strings" / "words.jsonl", Vocabulary)
    for kind in KINDS:
        for _ in range(150):
            question = kind(rng, vocabulary, rng.choice(vocabulary.words))
            wrong = question.wrong(rng)
            assert wrong != question.answer == solve(question.ask)
            near.append(wrong in question.near and wrong not in question.far)
    assert 0.4 < statistics.mean(near) < 0.6


def test_a_layout_cannot_change_an_answer() -> None:
    for item in strings.items(100, 2, WORDS):
        for graded in item.responses:
            for row in statements(graded.response):
                assert row[-1] in '"`0123456789' or SKIPPED.search(row), row
