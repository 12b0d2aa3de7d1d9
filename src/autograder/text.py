"""When two texts are the same, and when nearly so."""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain, groupby
from unicodedata import combining

# Chinese and Japanese are written without spaces; each of their signs is a word.
SIGNS = r"\u3040-\u30ff\u3400-\u9fff"
"""These signs, for a class of characters in a regular expression."""
_MARKS = "'\"\u2018\u2019\u201c\u201d\u201e\u00ab\u00bb"
_QUOTES = re.compile(rf"(?<!\w)[{_MARKS}]+|[{_MARKS}]+(?!\w)")
_STOP = r"[.,;:!?\u2026\u3002\u3001\uff01\uff1f]"
# Begins only where a row of them does: from each of its marks on, a long row would take for ever.
_STOPS = re.compile(rf"(?<!{_STOP}){_STOP}+(?=\s|$)")
_MANY_ACCENTS = re.compile(r"[\u0300-\U0010ffff]{64}")
"""Accents and other signs that Unicode reorders all have these numbers."""
_CODE = re.compile(r"`|=|\w\(|\w\[|[{}\[\]]|\n(?: {2,}|\t)\S")
_MOST_CANDIDATES = 32


def normalise(text: str, *, fold_case: bool = True) -> str:
    """Fold case, white space, quotation marks and the punctuation that ends a word.

    Without `fold_case` capitals stay what they are. Signs inside and before words stay, as `-5`
    and `0.5` mean something else without. In what looks like code everything means something:
    only the ends of lines are folded.
    """
    composed = _composed(text)
    if _CODE.search(composed):
        return "\n".join(line.rstrip() for line in composed.strip().splitlines())
    letters = composed.casefold() if fold_case else composed
    visible = "".join(c for c in letters if c.isspace() or _is_visible(c))
    bare = _STOPS.sub(" ", _QUOTES.sub(" ", visible))
    return " ".join(bare.split()) or " ".join(visible.split())


def _composed(text: str) -> str:
    """The text in NFC, in linear time: Python alone takes the square of a row of accents."""
    if _MANY_ACCENTS.search(text):
        parts = "".join(map(_decomposed, text))
        # Their order is the one by class, and within a class as they are written.
        rows = (sorted(row, key=combining) for _, row in groupby(parts, lambda c: not combining(c)))
        text = "".join(chain.from_iterable(rows))
    return unicodedata.normalize("NFC", text)


@lru_cache(maxsize=4096)
def _decomposed(character: str) -> str:
    return unicodedata.normalize("NFD", character)


def _is_visible(character: str) -> bool:
    return character.isascii() or unicodedata.category(character) != "Cf"


def near_pairs(
    texts: Sequence[str], owners: Sequence[object], least: float, n: int = 5
) -> Iterator[tuple[int, int, float]]:
    """Find texts that share at least `least` of their word n-grams (Jaccard index).

    Each text is reported once at most, with one before it that has another owner. A text
    shorter than n words is one n-gram. Texts are looked up by their rarest n-grams (prefix
    filtering, Bayardo et al. 2007), so the time grows with the rows and not with their square;
    of very many candidates only the first few are looked at.

    Args:
        texts: normalised.
        owners: one a text; texts of one owner are not compared.
        least: 0 to 1.

    Yields:
        the later index, the earlier index, the index of Jaccard.
    """
    numbers: dict[tuple[str, ...], int] = {}
    grams = []
    for text in texts:
        words = text.split()
        spans = {tuple(words[k : k + n]) for k in range(max(1, len(words) - n + 1))}
        grams.append({numbers.setdefault(span, len(numbers)) for span in sorted(spans)})
    often = Counter(gram for each in grams for gram in each)
    index: dict[int, list[int]] = {}
    for later, mine in enumerate(grams):
        rare = sorted(mine, key=lambda gram: (often[gram], gram))
        prefix = rare[: len(rare) - math.ceil(least * len(rare)) + 1]
        for earlier in _candidates(prefix, index, owners, owners[later]):
            common = len(mine & grams[earlier])
            overlap = common / (len(mine) + len(grams[earlier]) - common)
            if overlap >= least:
                yield later, earlier, overlap
                break
        for gram in prefix:
            index.setdefault(gram, []).append(later)


def _candidates(
    prefix: list[int], index: dict[int, list[int]], owners: Sequence[object], owner: object
) -> list[int]:
    found: dict[int, None] = {}
    for gram in prefix:
        for earlier in index.get(gram, ()):
            if owners[earlier] != owner:
                found[earlier] = None
                if len(found) == _MOST_CANDIDATES:
                    return list(found)
    return list(found)
