"""Scores from 1 to 5, by rules that the user states."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation, localcontext

from autograder.jsonl import show
from autograder.schema import SCORES

_LOW, _HIGH = SCORES[0], SCORES[-1]
_NUM_DIGITS = 50
SCALE_OPTION = "--scale LOW:HIGH converts other scales"
"""The remedy of a command that has the option."""


@dataclass(frozen=True, slots=True)
class Scale:
    """The linear rule that takes `low` to 1 and `high` to 5, rounding half up."""

    low: Decimal
    high: Decimal

    @classmethod
    def parse(cls, text: str) -> Scale:
        """Read `LOW:HIGH`.

        Raises:
            ValueError: not two numbers, or the first is not below the second.
        """
        low, colon, high = text.partition(":")
        if not colon:
            raise ValueError(f"{text!r} is not LOW:HIGH, e.g. 0:10")
        scale = cls(number(low), number(high))
        if scale.low >= scale.high:
            raise ValueError(f"{text!r}: LOW has to be below HIGH, e.g. 0:10")
        return scale

    def score(self, value: object) -> int:
        """The score of a value.

        Raises:
            ValueError: it is not a number between `low` and `high`.
        """
        given = number(value)
        if not self.low <= given <= self.high:
            raise ValueError(f"{show(value)} is outside the scale {self.low}:{self.high}")
        with localcontext(prec=_NUM_DIGITS):
            share = (_HIGH - _LOW) * (given - self.low) / (self.high - self.low)
            return int((_LOW + share).quantize(Decimal(1), ROUND_HALF_UP))


def whole_score(value: object, remedy: str = "") -> int:
    """The score that a cell holds: 4, "4" and the 4.0 of spreadsheets.

    Args:
        value: of any type.
        remedy: what the caller has for a number of another scale.

    Raises:
        ValueError: it is not a whole number from 1 to 5.
    """
    given = number(value)
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


def number(value: object) -> Decimal:
    """A finite number from a cell, exactly as it is written.

    Raises:
        ValueError: it is none.
    """
    if isinstance(value, str | int | float | Decimal) and not isinstance(value, bool):
        try:
            given = Decimal(str(value).strip())
        except InvalidOperation:
            given = Decimal("NaN")
        if given.is_finite():
            return given
    raise ValueError(f"expected a number, got {show(value)}")
