"""Dates that spreadsheets make of scores: `4/5` becomes `5-Apr`, and `4.5` becomes `04. Mai`."""

from __future__ import annotations

import re
from datetime import date
from itertools import chain
from unicodedata import combining, normalize

_MONTHS = (
    # English
    "january february march april may june july august september october november december "
    "jan feb mar apr jun jul aug sep sept oct nov dec",
    # German
    "januar jänner februar feber märz maerz mai juni juli oktober dezember mrz mär okt dez",
    # French
    "janvier février mars avril juin juillet août septembre octobre novembre décembre "
    "janv févr fév avr juil juill",
    # Spanish
    "enero febrero marzo abril mayo junio julio agosto septiembre setiembre octubre noviembre "
    "diciembre ene abr ago set dic",
    # Italian
    "gennaio febbraio aprile maggio giugno luglio settembre ottobre dicembre gen mag giu lug ott",
    # Dutch
    "januari februari maart mei augustus mrt",
    # Portuguese
    "janeiro fevereiro março maio junho julho setembro outubro novembro dezembro fev out",
    # Danish, Norwegian, Swedish
    "marts maj augusti desember des",
    # Polish
    "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada "
    "grudnia sty lut kwi cze lip sie wrz paź lis gru",
    # Russian
    "января февраля марта апреля мая июня июля августа сентября октября ноября декабря "
    "янв фев мар апр май июн июл авг сен окт ноя дек",
)
_AROUND = {"de", "del", "di", "er", "st", "nd", "rd", "th", "am", "pm"}
"""What else dates are written with: `5 de mayo`, `1er mai`, `5th May`."""
_PART = re.compile(r"\d+|[^\W\d_]+")
_OF_NUMBERS = re.compile(r"\d{1,4}([-/.])\d{1,2}\1\d{1,4}(?:[T ].*)?", re.DOTALL)
"""`2026-05-01`, `5/1/2026` and `01.05.2026`, also with a time."""
_NUM_CHARACTERS = 40
_MOST_NUMBERS = 6


def is_date(value: object) -> bool:
    """Whether a cell is a date: one of numbers, or a month's name with a day or a year.

    Example:
        >>> is_date("5-Jan"), is_date("04. Mai"), is_date("2026-05-01"), is_date("4 - good")
        (True, True, True, False)
    """
    if not isinstance(value, str):
        return isinstance(value, date)
    text = value.strip()
    if len(text) > _NUM_CHARACTERS:
        return False
    if _OF_NUMBERS.fullmatch(text):
        return True
    parts = _PART.findall(_plain(text))
    words = [part for part in parts if not part.isdigit()]
    months = [word for word in words if word in _NAMES]
    is_known = {*words} <= {*months, *_AROUND}
    return len(months) == 1 and is_known and 1 <= len(parts) - len(words) <= _MOST_NUMBERS


def _plain(text: str) -> str:
    """A text without capitals and accents, which a Mac writes as characters of their own."""
    return "".join(c for c in normalize("NFKD", text.casefold()) if not combining(c))


_NAMES = frozenset(chain.from_iterable(_plain(names).split() for names in _MONTHS))
