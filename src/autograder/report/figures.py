"""Figures as a reader meets them: rounded honestly, with a reason where there is none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal

from markupsafe import Markup

from autograder.evaluation.result_models import Bounds, Figures

NAMES = {
    "exact": "Exact match",
    "within_1": "Within one",
    "mae": "Mean absolute error",
    "pearson": "Pearson",
    "spearman": "Spearman",
    "rps": "Ranked probability score",
    "ece": "Calibration error",
}
LOWER_IS_BETTER = {"mae", "rps", "ece"}
_SHARES = {"exact", "within_1", "pairs"}
# Where evaluation recorded no reason.
_REASONS = {
    "pairs": "no two answers to one request have different labels",
    "pairs_interval": "fewer than two items with answers of different labels",
}
_NOT_SHOWN = "not shown to be better"


@dataclass(frozen=True)
class Target:
    """A figure to reach: at least `limit`, or at most for those where lower is better."""

    name: str
    limit: float
    excellent: float | None = None

    def reached(self, value: float, limit: float) -> bool:
        return value <= limit if self.name in LOWER_IS_BETTER else value >= limit


TARGETS = {
    target.name: target
    for target in (
        Target("exact", 0.7, 0.9),
        Target("pearson", 0.8),
        Target("spearman", 0.8),
        Target("mae", 0.5),
    )
}


class Notes:
    """Collects the reasons of undefined figures, numbered in order of appearance."""

    def __init__(self) -> None:
        self.reasons: list[str] = []

    def undefined(self, reason: str) -> Markup:
        """A dash that names its reason and points to the footnote with it."""
        if reason not in self.reasons:
            self.reasons.append(reason)
        number = self.reasons.index(reason) + 1
        return Markup(
            '<span class="undefined" title="undefined: {0}">\N{EN DASH}<sup><a href="#note-{1}" '
            'aria-label="undefined, note {1}">{1}</a></sup></span>'
        ).format(reason, number)

    def figure(self, row: Figures, name: str) -> str:
        """A measure as text."""
        value = getattr(row, name)
        return self.undefined(_reason(row, name)) if value is None else number(name, value)

    def interval(self, row: Figures, name: str) -> str:
        if name == "pairs":
            place, bounds = "pairs_interval", row.pairs_interval
        else:
            place, bounds = f"interval.{name}", getattr(row.interval, name)
        if bounds is None:
            return self.undefined(_reason(row, place))
        return between(name, bounds)

    def share(self, value: float | None, reason: str) -> str:
        return self.undefined(reason) if value is None else percent(value)


def _reason(row: Figures, name: str) -> str:
    return row.undefined.get(name) or _REASONS.get(name, "no reason was recorded")


def number(name: str, value: float) -> str:
    """A measure as text; rounding never carries it over a target that it misses.

    Example:
        >>> number("exact", 0.6961), number("exact", 0.6999), number("mae", 0.5004)
        ('69.6 %', '69.9 %', '0.501')
    """
    scale, places = (Decimal(100), "0.1") if name in _SHARES else (Decimal(1), "0.001")
    exact = Decimal(str(value)) * scale
    shown = exact.quantize(Decimal(places), ROUND_HALF_EVEN)
    target = TARGETS.get(name)
    for limit in (target.limit, target.excellent) if target else ():
        if limit is None or target is None or target.reached(value, limit):
            continue
        if target.reached(float(shown / scale), limit):
            worse = ROUND_CEILING if name in LOWER_IS_BETTER else ROUND_FLOOR
            shown = exact.quantize(Decimal(places), worse)
    return _plain(shown) + (" %" if name in _SHARES else "")


def percent(value: float) -> str:
    return _plain((Decimal(str(value)) * 100).quantize(Decimal("0.1"))) + " %"


def between(name: str, bounds: Sequence[float]) -> str:
    low, high = (number(name, bound) for bound in bounds)
    return f"{low.removesuffix(' %')} to {high}"


def difference(name: str, value: float) -> str:
    """A signed difference: in points for shares."""
    scale, places = (100, "0.1") if name in _SHARES else (1, "0.001")
    shown = (Decimal(str(value)) * scale).quantize(Decimal(places))
    sign = "+" if shown > 0 else ""
    return sign + _plain(shown) + (" points" if name in _SHARES else "")


def difference_between(name: str, bounds: Sequence[float]) -> str:
    low, high = (difference(name, bound) for bound in bounds)
    return f"{low.removesuffix(' points')} to {high}"


def _plain(value: Decimal) -> str:
    text = f"{abs(value):,}"
    return f"\N{MINUS SIGN}{text}" if value < 0 else text


def limit_words(target: Target) -> str:
    """The target in words."""
    if target.excellent is not None:
        return f"at least {target.limit:.0%}; excellent: {target.excellent:.0%}".replace("%", " %")
    sign = "at most" if target.name in LOWER_IS_BETTER else "at least"
    return f"{sign} {target.limit:g}"


def target_words(target: Target, value: float, bounds: Sequence[float] | None) -> str:
    """What a figure says against its target, and what its interval says about that."""
    words = [_against(target, value)]
    if bounds is not None:
        worst, best = sorted(bounds, reverse=target.name in LOWER_IS_BETTER)
        is_reached = target.reached(value, target.limit)
        if is_reached and not target.reached(worst, target.limit):
            words.append("; the interval also holds values that miss it")
        elif not is_reached and target.reached(best, target.limit):
            words.append("; the interval also holds values that reach it")
    return "".join(words)


def _against(target: Target, value: float) -> str:
    shown = f"{target.limit:.0%}".replace("%", " %") if target.excellent else f"{target.limit:g}"
    if not target.reached(value, target.limit):
        return f"misses the target of {shown}"
    if target.excellent is None:
        return f"reaches the target of {shown}"
    best = f"{target.excellent:.0%}".replace("%", " %")
    if target.reached(value, target.excellent):
        return f"reaches the target of {shown} and {best}, which is excellent"
    return f"reaches the target of {shown}, misses {best} (excellent)"


def gain_words(name: str, bounds: Bounds) -> str:
    """'better' or 'worse' only if the paired interval excludes 0.

    Example:
        >>> gain_words("exact", (0.1, 0.2)), gain_words("mae", (0.1, 0.2))
        ('better', 'worse')
    """
    if bounds is None or bounds[0] <= 0 <= bounds[1]:
        return _NOT_SHOWN
    low, _ = bounds
    return "better" if (low > 0) != (name in LOWER_IS_BETTER) else "worse"
