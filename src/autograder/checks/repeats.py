"""Texts that come again: nearly alike, in other items, or under another rubric."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from autograder.checks.faults import Texts
from autograder.schema import Example
from autograder.text import near_pairs


@dataclass(frozen=True)
class NearPair:
    """Two rows that are nearly the same: their ids, their scores, and what they share."""

    rows: tuple[str, str]
    scores: tuple[int, int]
    overlap: float


@dataclass(frozen=True)
class SameAnswers:
    """One response to one prompt under several rubrics: what only the rubric can decide.

    Attributes:
        num_answers: prompts with a response that stand under two or more rubrics.
        num_pairs: pairs of such rows with two rubrics.
        different: share of the pairs with two scores, 0 to 1; None without a pair.
    """

    num_answers: int
    num_pairs: int
    different: float | None


def near_answers(
    examples: Sequence[Example], texts: Sequence[Texts], least: float
) -> list[NearPair]:
    """Responses to one prompt under one rubric that are nearly alike, with different scores."""
    together: dict[tuple[str, str], list[int]] = {}
    for number, text in enumerate(texts):
        together.setdefault((text.prompt, text.rubric), []).append(number)
    found = []
    for numbers in together.values():
        rows = [examples[number] for number in numbers]
        answers = [texts[number].response for number in numbers]
        pairs = near_pairs(answers, [row.score for row in rows], least)
        found += [_pair(rows[earlier], rows[later], share) for later, earlier, share in pairs]
    return found


def near_duplicates(
    examples: Sequence[Example], texts: Sequence[Texts], least: float
) -> list[NearPair]:
    """Prompts with responses that are nearly alike, in different items."""
    whole = [f"{text.prompt} {text.response}" for text in texts]
    pairs = near_pairs(whole, [row.item for row in examples], least)
    return [_pair(examples[earlier], examples[later], share) for later, earlier, share in pairs]


def shared_prompts(examples: Sequence[Example], texts: Sequence[Texts]) -> list[list[str]]:
    """For each prompt that stands in several items, the items."""
    items: dict[str, dict[str, None]] = {}
    for row, text in zip(examples, texts, strict=True):
        items.setdefault(text.prompt, {})[row.item] = None
    return [list(names) for names in items.values() if len(names) > 1]


def same_answers(examples: Sequence[Example], texts: Sequence[Texts]) -> SameAnswers:
    """Count the responses that several rubrics grade."""
    graded: dict[tuple[str, str], list[tuple[str, int]]] = {}
    for row, text in zip(examples, texts, strict=True):
        graded.setdefault((text.prompt, text.response), []).append((text.rubric, row.score))
    answers = [rows for rows in graded.values() if len({rubric for rubric, _ in rows}) > 1]
    differs = [
        score != other_score
        for rows in answers
        for (rubric, score), (other_rubric, other_score) in combinations(rows, 2)
        if rubric != other_rubric
    ]
    share = round(sum(differs) / len(differs), 4) if differs else None
    return SameAnswers(len(answers), len(differs), share)


def _pair(first: Example, second: Example, overlap: float) -> NearPair:
    return NearPair((first.id, second.id), (first.score, second.score), round(overlap, 4))
