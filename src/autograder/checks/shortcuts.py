"""How much of the score a judge could guess from the format of a response, or without one."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence

import numpy as np
from scipy.sparse import csr_array

from autograder.checks.guess import GuessFigures, guess
from autograder.schema import Example
from autograder.text import SIGNS

_BULLET = re.compile(r"^\s*[-*\u2022]\s", re.MULTILINE)
_NUMBERED = re.compile(r"^\s*\d+[.)]\s", re.MULTILINE)
_HEADING = re.compile(r"^#{1,6}\s", re.MULTILINE)
_BOLD = re.compile(r"\*\*\S|__\S")
_ENDED = re.compile(r"[.!?\u2026\u3002\uff01\uff1f][\"'\u201d\u2019)\]]*\s*\Z")
_WORD = re.compile(rf"[{SIGNS}]|[^\W{SIGNS}]+")
Word = tuple[str, str]
"""A word and where it stands: `prompt` or `rubric`."""


def by_format(examples: Sequence[Example]) -> GuessFigures:
    """Guess from layout and punctuation of the responses, without their words."""
    features = np.array([format_features(row.response) for row in examples])
    spread = features.std(axis=0)
    standard = (features - features.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    return guess(examples, csr_array(standard), "format")


def format_features(response: str) -> list[float]:
    """Bullets, numbered lines, headings, bold, code, lines; how it begins, ends and exclaims."""
    text = response.strip()
    return [
        *(math.log1p(len(kind.findall(text))) for kind in (_BULLET, _NUMBERED, _HEADING, _BOLD)),
        float("```" in text),
        math.log1p(len([line for line in text.splitlines() if line.strip()])),
        float(_ENDED.search(text) is not None),
        float(text[:1].isupper()),
        float("?" in text),
        math.log1p(text.count("!")),
    ]


def by_prompt(examples: Sequence[Example]) -> GuessFigures:
    """Guess from the words of prompt and rubric, without the response.

    Some of a score can be seen without it where people grade: a hard task is answered worse.
    """
    return guess(examples, word_features(examples), "prompt")


def word_features(examples: Sequence[Example]) -> csr_array:
    """Which words stand in prompt and rubric: (examples, words), each row of length 1.

    A word weighs log(rows / rows with it); one that stands in a single item cannot be learned
    from and is left out. The same word in a prompt and in a rubric is two.
    """
    rows = [_words(row.prompt, row.rubric) for row in examples]
    often = Counter(word for words in rows for word in words)
    items: dict[Word, set[str]] = {}
    for row, words in zip(examples, rows, strict=True):
        for word in words:
            items.setdefault(word, set()).add(row.item)
    column = {word: at for at, word in enumerate(w for w in sorted(items) if len(items[w]) > 1)}
    weight = {word: math.log(len(rows) / often[word]) for word in column}
    places, values, starts = [], [], [0]
    for words in rows:
        shown = [word for word in words if word in column]
        size = math.sqrt(sum(weight[word] ** 2 for word in shown)) or 1.0
        places += [column[word] for word in shown]
        values += [weight[word] / size for word in shown]
        starts.append(len(places))
    return csr_array((np.array(values), places, starts), shape=(len(rows), len(column)))


def _words(prompt: str, rubric: str) -> list[Word]:
    parts = {"prompt": prompt, "rubric": rubric}
    return sorted(
        {(part, word) for part, text in parts.items() for word in _WORD.findall(text.casefold())}
    )
