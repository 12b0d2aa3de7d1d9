"""Changes that must move a score in a known direction, and answers of known worth.

None of them needs a new label: a true sentence that the rubric asks for lowers no score, a false
one raises none, and a rubric whose levels are numbered in reverse turns the order of two answers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations, islice

from autograder.robustness.sample import Case, Sample
from autograder.robustness.texts import Addition, Falsehood, Texts
from autograder.robustness.variants import form_is_free, may_change
from autograder.schema import Example, Request

_LEVEL = re.compile(r"(?:^|(?<=[\s(\[]))[1-5](?=\s?[:=\])]|\s[-\u2013]\s|\s(?:if|for)\b)", re.M)
_NUMBER = re.compile(r"(?<![\w.,])[1-5](?!\w|[.,]\w)")
# A rubric that says so adds something to its levels, and that does not turn with them.
_SIDE = re.compile(
    r"\b(?:better|best|worse|worst|low\w*|high\w*|earn\w*|deserv\w*|cost\w*|minus|plus"
    r"|add\w*|subtract\w*|deduct\w*|tak(?:e|es|ing) (?:off|away)|off|extra|capp?\w*|full marks?)\b",
    re.IGNORECASE,
)
_GAP = 2  # between two labels, so that nobody doubts which answer is better

_LACK = r"(?:none|neither|nothing|no|not|wrong|anything else|all else|everything else|otherwise)\b"
# A rubric that gives a 1 to what lacks everything; others may find something in any answer.
_ONE_FOR_LACK = re.compile(
    rf"(?<![\w.,])1\s*(?:[:=\])]|-|\u2013|if|for)?\s*(?:if |for )?{_LACK}"
    r"|\b(?:none|neither|wrong|everything else|anything else)\s*(?:[:=,]|is|gets|gives)?\s*1\b",
    re.IGNORECASE,
)


def directions(sample: Sample, texts: Texts) -> Iterator[Case]:
    """The cases of all these measures."""
    yield from _added(texts.additions)
    yield from _falsehoods(sample, texts.falsehoods)
    yield from _turned(sample)
    yield from _references(sample)
    yield from _answers_to_others(sample, texts.additions)


def _added(additions: Sequence[Addition]) -> Iterator[Case]:
    for row in additions:
        plain = Request(row.prompt, row.response, row.rubric)
        right = replace(plain, response=f"{row.response} {row.right}")
        wrong = replace(plain, response=f"{row.response} {row.wrong}")
        yield Case("right point", "what the rubric asks for", row.id, right, plain)
        yield Case("error", "about what the rubric asks for", row.id, wrong, plain)


def _falsehoods(sample: Sample, falsehoods: Sequence[Falsehood]) -> Iterator[Case]:
    # A 5 cannot be raised.
    rows = sample.one_each(lambda row: row.score < 5 and may_change(row))
    for number, example in enumerate(rows):
        text = falsehoods[number % len(falsehoods)].text
        is_prose = example.response.endswith((".", "!", "?")) and "\n" not in example.response
        joint = " " if is_prose else "\n\n"
        changed = replace(example.request, response=f"{example.response}{joint}{text}")
        yield Case("error", "beside the point", example.item, changed, example.request)


def _turned(sample: Sample) -> Iterator[Case]:
    """Of two answers, the worse one has to come out above the better one."""
    pairs = filter(None, (_pair(sample.by_item[item]) for item in sample.items))
    for pair in islice(pairs, sample.limit):
        # The reference is the best answer to the rubric as it was.
        turned = {"rubric": turn_levels(pair[0].rubric) or "", "reference": ""}
        better, worse = (replace(row.request, **turned) for row in pair)
        yield Case("turned rubric", "levels numbered in reverse", pair[0].item, worse, better)


def _pair(rows: Sequence[Example]) -> tuple[Example, Example] | None:
    """Two answers to a prompt whose rubric can be turned, farthest apart; the better one first."""
    pairs = [
        (a, b) if a.score > b.score else (b, a)
        for a, b in combinations((row for row in rows if row.language == "en"), 2)
        if (a.prompt, a.rubric) == (b.prompt, b.rubric)
        and abs(a.score - b.score) >= _GAP
        and turn_levels(a.rubric)
    ]
    return max(pairs, key=lambda pair: pair[0].score - pair[1].score, default=None)


def turn_levels(rubric: str) -> str | None:
    """The rubric with the text of each level k at 6 - k.

    The texts stay where they are, so that "the same" and "one more" still mean what they did.

    Returns:
        None where the rubric has no levels from 5 to 1 or 1 to 5 that can be read for certain, or
        says more about scores than its levels do.

    Example:
        >>> turn_levels("5: four facts. 4: three. 3: two. 2: one. 1: none.")
        '1: four facts. 2: three. 3: two. 4: one. 5: none.'
        >>> turn_levels("5: right. 1: wrong. A false year costs 2.")
    """
    levels = [int(match[0]) for match in _LEVEL.finditer(rubric)]
    is_ladder = len(set(levels)) == len(levels) and levels in (sorted(levels), sorted(levels)[::-1])
    if not is_ladder or not {1, 5} <= set(levels):
        return None
    if len(_NUMBER.findall(rubric)) != len(levels) or _SIDE.search(rubric):
        return None
    return _LEVEL.sub(lambda match: str(6 - int(match[0])), rubric)


def _references(sample: Sample) -> Iterator[Case]:
    for example in sample.one_each(lambda row: bool(row.reference)):
        changed = replace(example.request, response=example.reference)
        yield Case("reference", "the reference answer itself", example.item, changed)


def _answers_to_others(sample: Sample, additions: tuple[Addition, ...]) -> Iterator[Case]:
    # An answer to something else may have the form that a rubric asks for.
    good = sample.one_each(
        lambda row: row.score >= 4 and form_is_free(row) and gives_1_for_nothing(row.rubric)
    )
    for example, other in zip(good, good[1:] + good[:1], strict=True):
        if other.prompt != example.prompt:
            changed = replace(example.request, response=other.response)
            yield Case("other prompt", "held-out items", example.item, changed)
    for row, next_row in zip(additions, additions[1:] + additions[:1], strict=True):
        if row.id != next_row.id:
            changed = Request(row.prompt, f"{next_row.response} {next_row.right}", row.rubric)
            yield Case("other prompt", "hand-written ones", row.id, changed)


def gives_1_for_nothing(rubric: str) -> bool:
    """Whether the rubric, in English, says that a 1 is for what has nothing of the wanted.

    Example:
        >>> gives_1_for_nothing("5: both right. 3: one. 1: neither.")
        True
        >>> gives_1_for_nothing("No factual errors")
        False
    """
    return bool(_ONE_FOR_LACK.search(rubric))
