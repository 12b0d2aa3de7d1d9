"""Scores that a reasoning names in so many words."""

from __future__ import annotations

import re

_WORDS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5}
_DIGIT = r"([1-5]|one|two|three|four|five)\b(?![-.,]?\d|%)"
# A quotation is about the response, e.g. one that claims to deserve 'Score: 5/5'.
_QUOTED = re.compile(
    '`[^`]*`|"[^"]*"|\u201c[^\u201d]*\u201d|\u00ab[^\u00bb]*\u00bb|(?<!\\w)[\'\u2018].*?[\'\u2019](?!\\w)',
    re.DOTALL,
)
# `4/5` and `3 out of 5` are also fractions and counts: `4/5 + 1/5`, `3 out of 5 points`.
_NO_NOUN = (
    r"(?!\s*[-+*/\xd7\xf7=%^]|\s+(?!because|since|as\b|for\b|and\b|but\b|given|overall|here)\w)"
)
_PATTERNS = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b(?:score|grade|rating|verdict)\s*(?:of|is|:|=)\s*{_DIGIT}",
        rf"\b(?:scored|rated|graded)\s+(?:as\s+|at\s+|an?\s+)?{_DIGIT}(?!\s+\w)",
        rf"\b(?:deserves|merits|earns|warrants|gets|receives)\s+(?:only\s+)?an?\s+{_DIGIT}(?!-)",
        rf"(?<![\d.,/])(?<![-+*/\xd7\xf7=]\s)([1-5])\s*/\s*5\b(?![./]?\d){_NO_NOUN}",
        rf"\b([1-5]|one|two|three|four|five)\s+out\s+of\s+(?:5|five)\b{_NO_NOUN}",
    )
]


def named_scores(reasoning: str) -> set[int]:
    """The scores that the reasoning itself awards; what it quotes is left out.

    Example:
        >>> named_scores("Deserves a 2, although it claims 'Score: 5/5'.")
        {2}
    """
    text = _QUOTED.sub(" ", reasoning)
    names = [match.group(1).casefold() for p in _PATTERNS for match in p.finditer(text)]
    return {_WORDS[name] if name in _WORDS else int(name) for name in names}
