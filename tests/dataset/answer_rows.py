"""Read the four statements of a response back from its text, whatever its shape."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from autograder.dataset.families.compose import composer
from autograder.schema import Item
from dataset.families_folder import WORDS

SHARED = composer(WORDS)
MARK = re.compile(r"^(?:\d[.)]|[a-d]\)|[-*•]) (?=\S)", re.MULTILINE)
SKIPPED = re.compile(r"\b(?:not sure|no idea|do not know|could not work)\b", re.IGNORECASE)


def is_bare(rows: list[str]) -> bool:
    """Whether the rows are answers alone, so that their order says what they answer."""
    return all(
        len(row.split()) == 1 or re.fullmatch(rf"(?:I )?{SKIPPED.pattern}(?: it out)?", row, re.I)
        for row in rows
    )


def statements(response: str) -> list[str]:
    """The rows of a response, without its opener, closer, marks and full stops."""
    text = response
    for opener in sorted(filter(None, SHARED.openers), key=len, reverse=True):
        if text.startswith(opener):
            text = text[len(opener) :].lstrip()
            break
    for closer in filter(None, SHARED.closers):
        text = text.removesuffix(closer).rstrip()
    rows = re.split(r"\n" if "\n" in text else r"(?<=[.;]) ", text)
    return [MARK.sub("", row).rstrip(".;") for row in rows]


def questions(prompt: str, leads: Sequence[str], ends: str = "?") -> list[str]:
    """The questions of a prompt, each up to one of the characters `ends` and a space."""
    lead = "|".join(re.escape(lead).replace(r"\{who\}", r"\w+") for lead in leads)
    asked = re.sub(rf"\A(?:{lead})\s", "", prompt)
    assert asked != prompt
    if "\n" in asked:
        return MARK.sub("", asked).split("\n")
    return re.split(rf"(?<=[{re.escape(ends)}]) ", asked)


def matched(rows: list[str], asked: list[str]) -> list[int]:
    """For each row the question it answers: the assignment that shares most words with them.

    Words that several questions have weigh less. Equally good assignments keep the order.
    """
    bags = [set(re.findall(r"\w+(?::\w+)*", question.lower())) for question in asked]
    told = [set(re.findall(r"\w+(?::\w+)*", row.lower())) for row in rows]

    def shared(row: set[str], bag: set[str]) -> float:
        return sum(1 / sum(word in other for other in bags) ** 2 for word in row & bag)

    weights = [[shared(row, bag) for bag in bags] for row in told]
    return list(
        max(
            itertools.permutations(range(len(asked))),
            key=lambda order: sum(w[q] for w, q in zip(weights, order, strict=True)),
        )
    )


def key_of(item: Item) -> str:
    """The answers that the rubric gives away, or an empty text."""
    lead = r"(?:Right answers in order:|Key:|Expected:|Solutions:|The answers are)"
    found = re.search(rf"{lead} ([^\n]+)", item.rubric)
    return found[1] if found else ""
