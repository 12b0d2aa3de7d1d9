"""Faults that no training may start with: each names its rows and the remedy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from autograder.checks.reasoning_rules import named_scores
from autograder.schema import Example
from autograder.text import normalise


@dataclass(frozen=True, slots=True)
class Texts:
    """A row's normalised texts, which decide what counts as the same.

    The reference is one of them: another one can earn the same response another score.
    """

    prompt: str
    response: str
    rubric: str
    reference: str


def texts_of(examples: Sequence[Example]) -> list[Texts]:
    """Normalise every row once."""
    known: dict[str, str] = {}

    def fold(text: str) -> str:
        if text not in known:
            known[text] = normalise(text)
        return known[text]

    return [Texts(*map(fold, row.request.texts)) for row in examples]


def find_faults(examples: Sequence[Example], texts: Sequence[Texts]) -> list[str]:
    """One sentence for every hard fault."""
    return [*_clashes(examples, texts), *_leaks(examples, texts), *_misnamed(examples)]


def _clashes(examples: Sequence[Example], texts: Sequence[Texts]) -> Iterator[str]:
    first: dict[tuple[Texts, str], Example] = {}
    for row, text in zip(examples, texts, strict=True):
        # A capital can be what the rubric asks for; the rest of `text` ignores it.
        other = first.setdefault((text, normalise(row.response, fold_case=False)), row)
        if other is row:
            continue
        both = f"{other.id} and {row.id}: the same prompt, response and rubric"
        if other.score == row.score:
            yield f"{both} stand twice; remove one of the rows"
        else:
            yield f"{both} have scores {other.score} and {row.score}; keep one of the rows"


def _leaks(examples: Sequence[Example], texts: Sequence[Texts]) -> Iterator[str]:
    """The same answer to the same prompt in two items (under two rubrics)."""
    first: dict[tuple[str, str], Example] = {}
    known = set()
    for row, text in zip(examples, texts, strict=True):
        other = first.setdefault((text.prompt, text.response), row)
        # Under one rubric too it is a clash, and said already.
        if other.item != row.item and text not in known:
            yield (
                f"{other.id} and {row.id}: the same prompt and response stand in two items, so "
                f"the split could part them; give both one `item`, e.g. {other.item!r}"
            )
        known.add(text)


def _misnamed(examples: Sequence[Example]) -> Iterator[str]:
    for row in examples:
        named = named_scores(row.reasoning) - {row.score}
        if named:
            shown = " and ".join(map(str, sorted(named)))
            yield f"{row.id}: its score is {row.score}, its reasoning names {shown}; mend one"
