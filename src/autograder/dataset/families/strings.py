"""Four small operations on words, names and codes; the number of right results decides."""

from __future__ import annotations

import random

from autograder.dataset.families import compose, questions
from autograder.dataset.families.strings_kinds import KINDS
from autograder.dataset.families.strings_words import WORDS
from autograder.schema import Item

FAMILY = "strings"

SHEET = questions.Sheet(
    family=FAMILY,
    category="instruction_following",
    leads=(
        "Do these with the given words:",
        "Four word tasks for {who}'s puzzle page.",
        "I am testing a text tool and need the expected outputs.",
        "Help {who} with these letter games:",
        "Please answer each of these exactly:",
        "Spelling bee warm-up:",
        "For a scavenger hunt with {who} I need these:",
        "Without writing a program, what are these?",
        "Word play for a long train ride with {who}:",
        "These go into our label printer, so be exact.",
        "My class does text functions today. Solve these:",
        "Quick string questions:",
    ),
    criteria=(
        "Check each of the four results letter by letter.",
        "Only the four results count, capitals included.",
        "What matters is how many of the four tasks are solved exactly.",
        "A result with one wrong, missing or extra character is wrong.",
        "The response must give the exact result for every task in the prompt.",
        "Compare the four results with what the operations give; upper and lower case matter.",
        "Every result has to be exact; quotation marks around it are free.",
    ),
)


def _make(rng: random.Random, identity: str) -> Item:
    words = rng.sample(WORDS, 4)  # distinct, so that no answer could belong to two questions
    asked = [kind(rng, word) for kind, word in zip(rng.sample(KINDS, 4), words, strict=True)]
    return questions.make(rng, identity, SHEET, asked)


def items(count: int, seed: int) -> list[Item]:
    """Make `count` items; the first m are the same whatever `count` is."""
    return compose.build(FAMILY, _make, count, seed)
