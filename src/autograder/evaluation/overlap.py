"""Measures of the reasoning that a judge writes: does it stay with the facts and its score.

All work on plain text, without a model, and are heuristics: read them as rates over many texts.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from autograder.schema import SCORES

if TYPE_CHECKING:
    from rouge_score.rouge_scorer import RougeScorer

_WORDS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5}
_TOP = SCORES[-1]

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_LIST_MARKER = re.compile(r"^\s*\d+[.)]\s", re.MULTILINE)
# Single quotes only where they can't be an apostrophe.
_QUOTE = re.compile(r"\"([^\"\n]+)\"|`([^`\n]+)`|(?<!\w)'([^\n]+?)'(?!\w)")
# Curly, low and angle quotes and corner brackets; dashes.
_PLAIN = str.maketrans(
    dict.fromkeys("\u201c\u201d\u201e\u00ab\u00bb\u300c\u300d", '"')
    | dict.fromkeys("\u2018\u2019\u201a", "'")
    | dict.fromkeys("\u2013\u2014", "-")
)
# Scripts that do not part words by spaces: Thai, Lao, Chinese, Japanese.
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u2e80-\uabff]")
_ELLIPSIS = re.compile(r"\[?(?:\.{3,}|…)\]?")
_EDGES = " \t.,;:!?"

# The number itself: not part of a longer one, of a range, of a fraction of something else,
# nor of a compound such as '5-step'.
_SCORE = (
    r"(?<![\w.,/+-])(?P<score>[1-5]|one|two|three|four|five)"
    rf"(?P<of>\s*/\s*{_TOP}|\s+out\s+of\s+(?:{_TOP}|five)\b)?"
    r"(?!\w|[.,/]\d|\s*/|\s+out\s+of\b|-\w|\s*%)"
)
_GIVER = r"(?:worth|deserv|earn|merit|warrant|receiv|get|giv|gave|assign|award|rat|scor|grad)\w*"
_LEAD = (
    rf"(?:(?:scores?|ratings?|grades?|verdict|marks?)\s*(?:[:=]|\bis\b|\bof\b|\bwould be\b)\s*"
    rf"(?:an?\s+)?|\b(?:rated|graded|scored)\s+(?:as\s+)?(?:it\s+)?(?:at\s+)?(?:an?\s+)?"
    rf"|\b{_GIVER}\s+(?:(?:it|this|the (?:response|answer))\s+)?(?:only\s+)?an?\s+(?:\w+\s+)?"
    rf"|\b(?:is|as|it's|that's)\s+(?:only\s+)?an?\s+(?:\w+\s+)?)"
)
_MENTION = re.compile(
    rf"(?:(?P<lead>{_LEAD})|(?P<article>\ban?\s+(?:\w+\s+)?))?{_SCORE}", re.IGNORECASE
)
# What may follow a score. Any other word makes it a count: '4 of the steps', '3 facts'.
_TAIL = re.compile(
    r"\s*(?:$|[^\w\s]|\n|(?:points?|stars?|scores?|ratings?|grades?|because|since|for|as|due|on|overall|and|but|given|so|"
    r"in|under|by|per|with|at|here|rather|not|instead|which|when|while|despite|although|though|"
    r"seems?|is|reflects|from)\b)",
    re.IGNORECASE,
)
# Before a score: it is the one that was not given.
_OTHERWISE = re.compile(
    r"(?:\bnot|n't|\bnever|\bcannot|\bthan|\binstead of|\bshort of|\breach\w*|\bbelow|\babove|"
    r"\bunder|\bover|\bbetween(?: \S+(?: out of \S+)? and)?|\bat (?:least|most)|\bfrom|\bfor|\bif|"
    r"\bto(?= (?:get|earn|deserve|merit|be|score))|(?<!\bI )\b(?:would|could|might)(?: have)?)"
    r"(?:\s+(?:be|an?|the|it|this|that|response|answer|worth|of|full|even|get|giv\w*|deserv\w*|"
    r"earn\w*|merit\w*|warrant\w*|receiv\w*|award\w*|assign\w*|scor\w*|rat(?:e|ed|ing)))*\s*$",
    re.IGNORECASE,
)
_REACH = 80  # how far back, in characters, such a phrase may start
_CONDITION = re.compile(r"\s+(?:would|could|needs?|requires?|if|only if|unless)\b", re.IGNORECASE)


def names_score(reasoning: str) -> int | None:
    """The score that an English reasoning says it gives.

    Understands 'Score: 4/5', '4 out of 5', 'a 4/5', 'deserves a 2', 'a rating of three'.
    Leaves out scores inside quotations (a forged 'Score: 5/5' of a response), other scales
    ('8/10', '4.5/5'), counts ('3 out of 5 steps') and scores that were not given ('not a 5',
    'a 5 would need').

    Returns:
        1 to 5; None if the text names no score or several.

    Example:
        >>> names_score("One date is wrong, so it deserves a 3 rather than a 5.")
        3
        >>> names_score("It says 'Score: 5/5' but answers nothing.") is None
        True
    """
    named = given_scores(reasoning)
    return named.pop() if len(named) == 1 else None


def given_scores(reasoning: str) -> set[int]:
    """All scores that an English reasoning says it gives, as `names_score` understands them.

    Example:
        >>> given_scores("It deserves a 3. Score: 4/5")
        {3, 4}
    """
    text = _QUOTE.sub(_keep_lone_digit, re.sub(r"[*_]{1,3}", "", _normalized(reasoning)))
    return {_value(mention) for mention in _mentions(text) if _is_given(mention)}


class Evidence(NamedTuple):
    """The numbers and quotations of a reasoning, each with whether it occurs in an input."""

    numbers: list[tuple[str, bool]]
    quotations: list[tuple[str, bool]]


def invented_evidence(reasoning: str, inputs: Iterable[str]) -> float | None:
    """Share of the numbers and quotations in a reasoning that occur in no input text.

    Args:
        reasoning: the generated text.
        inputs: what the judge was shown: prompt, response, rubric.

    Returns:
        0 to 1; None if the reasoning has neither number nor quotation.

    Example:
        >>> invented_evidence("'Paris' is right, but 1790 is not in it.", ["Paris, 1789"])
        0.5
    """
    numbers, quotations = evidence(reasoning, inputs)
    found = [occurs for _, occurs in (*numbers, *quotations)]
    return found.count(False) / len(found) if found else None


def evidence(reasoning: str, inputs: Iterable[str]) -> Evidence:
    """Look up each number and quotation of a reasoning in the input texts.

    A quotation counts once, as a whole; it occurs if its words do, in order, whatever their
    case and spacing; around an ellipsis each part must occur. A number occurs if an input holds
    the same value ('1,000' is '1000', '3.50' is '3.5', but '12' is not in '123'). The scores
    that the reasoning gives and the numbers of a list are no evidence and don't count.

    A number that the judge worked out itself (a count, a sum) counts as invented.

    Args:
        reasoning: the generated text.
        inputs: what the judge was shown: prompt, response, rubric.

    Example:
        >>> evidence("'Paris' is right, but 1790 is not in it.", ["Paris, 1789"])
        Evidence(numbers=[('1790', False)], quotations=[('Paris', True)])
    """
    sources = [_normalized(text) for text in inputs]
    numbers = {_number(found) for source in sources for found in _NUMBER.findall(source)}
    text = _LIST_MARKER.sub(" ", _normalized(reasoning))
    quotes = [next(filter(None, groups)) for groups in _QUOTE.findall(text)]
    rest = _QUOTE.sub(" ", text)
    for mention in reversed(_mentions(rest)):
        rest = rest[: mention.start()] + " " + rest[mention.end() :]
    return Evidence(
        [(number, _number(number) in numbers) for number in _NUMBER.findall(rest)],
        [(quote, _occurs(quote, sources)) for quote in quotes if quote.strip(_EDGES)],
    )


def rouge_l(reasoning: str, reference: str) -> float:
    """ROUGE-L F-measure (Lin, 2004): the longest common subsequence of words, without stemming.

    Words are those of any script, where rouge-score alone would see ASCII only; each Chinese or
    Japanese character is a word. On ASCII text the two agree.

    Returns:
        0 to 1; 0 if either text has no words.

    Example:
        >>> round(rouge_l("the date is wrong", "the year is wrong"), 2)
        0.75
    """
    return float(_scorer().score(reference, reasoning)["rougeL"].fmeasure)


class _Tokenizer:
    _word = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]|[^\W_\u3040-\u9fff]+")

    def tokenize(self, text: str) -> list[str]:
        return self._word.findall(unicodedata.normalize("NFKC", text).casefold())


@cache
def _scorer() -> RougeScorer:
    from rouge_score.rouge_scorer import RougeScorer  # takes a second to import

    return RougeScorer(["rougeL"], tokenizer=_Tokenizer())


def _normalized(text: str) -> str:
    return unicodedata.normalize("NFKC", text).translate(_PLAIN)


def _mentions(text: str) -> list[re.Match[str]]:
    """The places where the text speaks of a score, whether it gives it or not."""
    return [
        match
        for match in _MENTION.finditer(text)
        if (match["lead"] or match["article"] or match["of"])
        and (_TAIL.match(text, match.end()) or _CONDITION.match(text, match.end()))
    ]


def _is_given(mention: re.Match[str]) -> bool:
    if not (mention["lead"] or mention["of"]):
        return False
    start = mention.start("score")
    before = mention.string[max(0, start - _REACH) : start]
    return not (_OTHERWISE.search(before) or _CONDITION.match(mention.string, mention.end()))


def _value(match: re.Match[str]) -> int:
    score = match["score"].lower()
    return _WORDS.get(score) or int(score)


def _keep_lone_digit(quote: re.Match[str]) -> str:
    """A quoted digit alone ('a score of "4"') is no quotation."""
    inside = next(filter(None, quote.groups())).strip()
    return inside if re.fullmatch(r"[1-5]", inside) else " ~ "


def _number(text: str) -> Decimal | str:
    """The value, so that two spellings of one number are equal."""
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", text):
        text = text.replace(",", "")
    try:
        return Decimal(text.replace(",", "."))
    except InvalidOperation:  # a version or a date: 1.2.3
        return text


def _occurs(quote: str, sources: Iterable[str]) -> bool:
    parts = [part.strip(_EDGES) for part in _ELLIPSIS.split(quote)]
    patterns = [_pattern(part) for part in parts if part]
    return any(all(pattern.search(source) for pattern in patterns) for source in sources)


def _pattern(phrase: str) -> re.Pattern[str]:
    """Finds the phrase as whole words, in any case and spacing."""
    before = "" if _UNSPACED.match(phrase[0]) else r"(?<!\w)"
    after = "" if _UNSPACED.match(phrase[-1]) else r"(?!\w)"
    words = r"\s+".join(re.escape(word) for word in phrase.split())
    return re.compile(before + words + after, re.IGNORECASE)
