"""The number that a label says, as forms, judges and spreadsheets of several countries write it."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation

from autograder.jsonl import show
from autograder.tables.dates import is_date

_COMMA = re.compile(r"[+-]?\d+,\d+")
"""A decimal comma, as spreadsheets of many countries write it, unless it is of thousands."""
_GROUPED = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}")
"""Thousands, or a number with three decimals."""
_LABEL = re.compile(
    r"(?:(?:score|rating)\s*[:=]?\s*)?"
    r"(?P<number>[+-]?\d+(?:[.,]\d+)?)"
    r"(?:\s*(?:/|out of)\s*(?P<high>\d+(?:[.,]\d+)?)|\s*(?P<percent>%))?"
    r"\s*(?:stars?|points?|[-\u2013\u2014:=.(]\s*[^\W\d][^\d]*)?",
    re.IGNORECASE,
)
"""A number as forms and judges write it: `Score: 4/5`, `4 stars`, `4 - good`, `85%`."""
_NUM_LABEL = 100


class DoubtfulError(ValueError):
    """A label whose number is probably not the one that was meant, as its message explains."""


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


def number_where(fits: Callable[[Decimal], bool], value: object) -> Decimal:
    """As `number`, of a scale whose numbers fit: `1,000` and `1.000` are 1 or 1000, which does.

    Raises:
        DoubtfulError: both fit, or neither and it has a comma.
        ValueError: it is no number.
    """
    text = value.strip() if isinstance(value, str) else ""
    if not _GROUPED.fullmatch(text):
        return number(value)
    fitting = [*filter(fits, _readings(text))]
    if len(fitting) > 1:
        raise _doubtful(text)
    return fitting[0] if fitting else number(text)


def number_or_none(value: object) -> Decimal | None:
    """As `number`; None if it is none."""
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
