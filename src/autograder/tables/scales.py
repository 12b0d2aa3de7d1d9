"""Scores from 1 to 5, by rules that the user states."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation, localcontext

from autograder.jsonl import show
from autograder.schema import SCORES
from autograder.tables.dates import is_date

_LOW, _HIGH = SCORES[0], SCORES[-1]
_NUM_DIGITS = 50
_COMMA = re.compile(r"[+-]?\d+,\d+")
"""A decimal comma, as spreadsheets of many countries write it, unless it is of thousands."""
_GROUPED = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}")
"""Thousands, or a number with three decimals."""
_TRUTHS = ("false", "true")
_LABEL = re.compile(
    r"(?:(?:score|rating)\s*[:=]?\s*)?"
    r"(?P<number>[+-]?\d+(?:[.,]\d+)?)"
    r"(?:\s*(?:/|out of)\s*(?P<high>\d+(?:[.,]\d+)?)|\s*(?P<percent>%))?"
    r"\s*(?:stars?|points?|[-\u2013\u2014:=.(]\s*[^\W\d][^\d]*)?",
    re.IGNORECASE,
)
"""A number as forms and judges write it: `Score: 4/5`, `4 stars`, `4 - good`, `85%`."""
_NUM_LABEL = 100
SCALE_OPTION = "--scale LOW:HIGH converts other scales, --scale bad,ok,good words"
"""The remedy of a command that has the option."""


class DoubtfulError(ValueError):
    """A label that holds a number which is probably not the one that was meant."""


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

        Raises:
            ValueError: neither; or both numbers are the same; or a word is there twice.
        """
        if "," in text:
            words = tuple(word.strip().casefold() for word in text.split(","))
            if "" in words or len({*words}) < len(words):
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
        if self.ends == (0, 1) and word in _TRUTHS:
            return self._rating(Decimal(_TRUTHS.index(word)))
        try:
            given = label(value, self.ends[1], self._number)
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
        given = _number_of(value)
        for place, other in enumerate(self.words):
            if given is not None and given == _number_of(other):
                return place
        raise ValueError(f"{show(value)} is none of {', '.join(self.words)}")

    def _number(self, value: object) -> Decimal:
        """As `number`; `1,000` and `1.000` are the one that is on this scale.

        Raises:
            ValueError: it is no number, or both are on the scale.
        """
        text = value.strip() if isinstance(value, str) else ""
        if not _GROUPED.fullmatch(text):
            return number(value)
        fitting = [each for each in _readings(text) if self.holds(each)]
        if len(fitting) > 1:
            raise _doubtful(text)
        return fitting[0] if fitting else number(text)

    def placed(self, given: Decimal) -> int:
        """The score of a number on the scale."""
        return _rounded(self._rating(given))

    def _rating(self, given: Decimal) -> Decimal:
        with localcontext(prec=_NUM_DIGITS):
            return _LOW + (_HIGH - _LOW) * (given - self.low) / (self.high - self.low)


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


def sole(value: object) -> object:
    """A list of one value, as labelling tools write a choice, is that value."""
    return value[0] if isinstance(value, list | tuple) and len(value) == 1 else value


def label(value: object, high: Decimal, read: Callable[[object], Decimal] | None = None) -> Decimal:
    """The number of a label on a scale up to `high`, also with words around it.

    Args:
        value: of any type.
        high: what the label may say that its number is out of.
        read: what reads its numbers; by default `number`.

    Raises:
        ValueError: it has none, or is out of another number than `high`.
    """
    given, *most = _numbers(value, read or number)
    if most and most != [high]:
        raise ValueError(f"expected a number up to {high}, got {show(value)}")
    return given


def parsed(value: object) -> tuple[Decimal, ...] | None:
    """The number of a label, and that which it is out of, if it says one; None if it has none."""
    try:
        return _numbers(value, number)
    except ValueError:
        return None


def _numbers(value: object, read: Callable[[object], Decimal]) -> tuple[Decimal, ...]:
    value = sole(value)
    if is_date(value):
        raise DoubtfulError(
            f"{show(value)} is a date, as spreadsheets make of scores such as 4/5 or 4.5; format "
            "the column as text and enter the scores again"
        )
    text = value.strip() if isinstance(value, str) else ""
    found = _LABEL.fullmatch(text) if len(text) <= _NUM_LABEL else None
    if found is None:
        return (read(value),)
    most = "100" if found["percent"] else found["high"]
    return tuple(map(read, filter(None, (found["number"], most))))


def number(value: object) -> Decimal:
    """A finite number from a cell, exactly as it is written.

    Raises:
        DoubtfulError: its comma may be one of thousands.
        ValueError: it is none.
    """
    if isinstance(value, str | int | float | Decimal) and not isinstance(value, bool):
        text = str(value).strip()
        if _COMMA.fullmatch(text):
            if _GROUPED.fullmatch(text):
                raise _doubtful(text)
            text = text.replace(",", ".")
        try:
            # Python alone reads 1_0 as 10; in a file it may be two numbers.
            given = Decimal("NaN" if "_" in text else text)
        except InvalidOperation:
            given = Decimal("NaN")
        if given.is_finite():
            return given
    raise ValueError(f"expected a number, got {show(value)}")


def _number_of(value: object) -> Decimal | None:
    try:
        return number(value)
    except ValueError:
        return None


def _readings(text: str) -> tuple[Decimal, Decimal]:
    """What a `_GROUPED` number is with decimals, and what it is with thousands."""
    return Decimal(text.replace(",", ".")), Decimal(text.replace(",", "").replace(".", ""))


def _doubtful(text: str) -> DoubtfulError:
    decimal, thousands = _readings(text)
    mark = "comma" if "," in text else "point"
    plain = f"{decimal.normalize():f}"
    return DoubtfulError(
        f"{show(text)} is {plain} if its {mark} is one of decimals, and {thousands} if it is one "
        f"of thousands; write {plain} or {thousands}"
    )
