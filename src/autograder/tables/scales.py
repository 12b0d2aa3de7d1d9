"""Scores from 1 to 5, by rules that the user states."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext
from functools import partial

from autograder.jsonl import show
from autograder.schema import SCORES
from autograder.tables.numbers import (
    DoubtfulError,
    label,
    number,
    number_or_none,
    number_where,
    sole,
)

_LOW, _HIGH = SCORES[0], SCORES[-1]
_NUM_DIGITS = 50
_TRUTHS = ("false", "true")
SCALE_OPTION = "--scale LOW:HIGH converts other scales, --scale bad,ok,good words"
"""The remedy of a command that has the option."""


@dataclass(frozen=True, slots=True)
class Scale:
    """The linear rule that takes `low` to 1 and `high` to 5, rounding half up.

    Attributes:
        low, high: as labels have them; `low` is the larger one where the lowest label is the best.
        words: labels from the worst to the best, in lower case, if they are no numbers; then
            `low` is 0 and `high` the place of the last.
    """

    low: Decimal
    high: Decimal
    words: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Scale:
        """Read `LOW:HIGH`, or words from the worst to the best with commas between them.

        As in CSV, a word that holds a comma stands in quotation marks.

        Raises:
            ValueError: neither; or both numbers are the same; or a word is there twice.
        """
        if "," in text:
            words = tuple(word.strip().casefold() for word in _cells(text))
            if "" in words or len({*words}) < len(words) or len(words) < 2:
                raise ValueError(f"{text!r}: write each word once, e.g. bad,ok,good")
            return cls(Decimal(0), Decimal(len(words) - 1), words)
        low, colon, high = text.partition(":")
        if not colon:
            raise ValueError(f"{text!r} is not LOW:HIGH, e.g. 0:10, nor words, e.g. bad,ok,good")
        scale = cls(number(low), number(high))
        if scale.low == scale.high:
            raise ValueError(f"{text!r}: LOW and HIGH have to differ, e.g. 0:10")
        return scale

    @property
    def is_reversed(self) -> bool:
        """Whether the lowest label is the best, as of school marks and ranks."""
        return self.low > self.high

    @property
    def ends(self) -> tuple[Decimal, Decimal]:
        """The lowest and the highest label."""
        return min(self.low, self.high), max(self.low, self.high)

    def holds(self, given: Decimal | int) -> bool:
        """Whether a number is on the scale."""
        lowest, highest = self.ends
        return lowest <= given <= highest

    def score(self, value: object) -> int:
        """The score of a label.

        Raises:
            ValueError: as of `rating`.
        """
        return _rounded(self.rating(value))

    def rating(self, value: object) -> Decimal:
        """A label from 1 to 5, not rounded; on 0:1 true and false are labels too.

        Raises:
            ValueError: it is not a number on the scale, or none of the words.
        """
        value = sole(value)
        word = str(value).strip().casefold()
        if self.words:
            return self._rating(Decimal(self._place(value, word)))
        if [*self.ends] == [0, 1] and word in _TRUTHS:
            return self._rating(Decimal(_TRUTHS.index(word)))
        try:
            given = label(value, self.ends[1], partial(number_where, self.holds))
        except DoubtfulError:
            raise
        except ValueError as error:
            raise ValueError(f"{error}; --scale bad,ok,good is of words") from None
        if not self.holds(given):
            raise ValueError(f"{show(value)} is outside the scale {self.low}:{self.high}")
        return self._rating(given)

    def _place(self, value: object, word: str) -> int:
        """Which of the words a label is; 1.0 is the 1 of a list of numbers."""
        if word in self.words:
            return self.words.index(word)
        given = number_or_none(value)
        for place, other in enumerate(self.words):
            if given is not None and given == number_or_none(other):
                return place
        known = ", ".join(f'"{word}"' if "," in word else word for word in self.words)
        remedy = ""
        if "," in word and any(part.strip() in self.words for part in word.split(",")):
            remedy = "; --scale takes a word that holds a comma in quotation marks, as in CSV"
        raise ValueError(f"{show(value)} is none of {known}{remedy}")

    def placed(self, given: Decimal) -> int:
        """The score of a number on the scale."""
        return _rounded(self._rating(given))

    def _rating(self, given: Decimal) -> Decimal:
        with localcontext(prec=_NUM_DIGITS):
            return _LOW + (_HIGH - _LOW) * (given - self.low) / (self.high - self.low)


def _cells(text: str) -> list[str]:
    try:
        return next(csv.reader([text], skipinitialspace=True, strict=True))
    except csv.Error as error:
        raise ValueError(f'{text!r}: {error}; put a word with a comma in two " marks') from None


def _rounded(rating: Decimal) -> int:
    return int(rating.quantize(Decimal(1), ROUND_HALF_UP))


def whole_score(value: object, remedy: str = "") -> int:
    """The score that a cell holds: 4, "4", the 4.0 of spreadsheets, and "4/5"; see `label`.

    Args:
        value: of any type.
        remedy: what the caller has for a number of another scale.

    Raises:
        ValueError: it is not a whole number from 1 to 5.
    """
    try:
        given = label(value, Decimal(_HIGH))
    except DoubtfulError:
        raise
    except ValueError:
        given = Decimal(0)
    if not _LOW <= given <= _HIGH or given != given.to_integral_value():
        message = f"expected a whole number from {_LOW} to {_HIGH}, got {show(value)}"
        raise ValueError(f"{message}; {remedy}" if remedy else message)
    return int(given)


@dataclass(frozen=True, slots=True)
class PairRule:
    """The scores of a pair's preferred and other response, and of both in a tie."""

    preferred: int
    other: int
    tied: int | None = None

    def __post_init__(self) -> None:
        if self.preferred <= self.other:
            raise ValueError(
                f"the preferred response's score {self.preferred} has to be above the other's, "
                f"{self.other}"
            )
