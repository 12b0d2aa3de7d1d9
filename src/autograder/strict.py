"""Fill a frozen dataclass from plain values, and collect every fault on the way."""

from __future__ import annotations

import difflib
import math
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, field, fields, is_dataclass
from typing import Any


def bounded(
    default: Any,
    *,
    low: float | None = None,
    high: float | None = None,
    above: float | None = None,
    below: float | None = None,
) -> Any:
    """A number with inclusive (`low`, `high`) or exclusive (`above`, `below`) bounds."""
    limits = {"low": low, "high": high, "above": above, "below": below}
    return field(default=default, metadata=limits)


def choice(default: str, *choices: str) -> Any:
    """One of some words."""
    return field(default=default, metadata={"choices": choices})


_NAMES = {int: "a whole number", float: "a number", str: "text", bool: "true or false"}


class Reader:
    """Walks a mapping and a dataclass side by side and collects every fault."""

    def __init__(self) -> None:
        self.faults: list[str] = []

    def group(self, cls: type[Any], values: object, path: str) -> Any:
        if not isinstance(values, Mapping):
            self.faults.append(f"{path or 'the file'}: expected keys and values, got {values!r}")
            return cls()
        known = {entry.name: entry for entry in fields(cls)}
        hints = typing.get_type_hints(cls)
        for key in values:
            if key not in known:
                close = difflib.get_close_matches(str(key), known, n=1)
                hint = f"did you mean {close[0]}?" if close else f"known: {', '.join(known)}"
                self.faults.append(f"{_join(path, str(key))}: unknown key; {hint}")
        chosen = {}
        for name, entry in known.items():
            place = _join(path, name)
            if name not in values:
                if path or not is_dataclass(hints[name]):
                    self.faults.append(f"{place}: missing; the default is {_default(entry)!r}")
                else:
                    self.faults.append(f"{place}: missing group")
                continue
            value = values[name]
            if is_dataclass(hints[name]):
                chosen[name] = self.group(typing.cast(type, hints[name]), value, place)
            else:
                number = len(self.faults)
                converted = self.value(hints[name], entry, value, place)
                if len(self.faults) == number:
                    chosen[name] = converted
        return cls(**chosen)

    def value(self, kind: Any, entry: Field[Any], value: object, path: str) -> Any:
        origin = typing.get_origin(kind)
        if origin is Mapping:
            return self.weights(value, path)
        if origin is tuple:
            named = isinstance(value, list) and all(isinstance(v, str) for v in value)
            if named and (value or entry.metadata.get("may_be_empty")):
                return tuple(typing.cast("list[str]", value))
            self.faults.append(f"{path}: {value!r} is not a list of names")
            return None
        allowed = typing.get_args(kind) if origin is types.UnionType else (kind,)
        if float in allowed and isinstance(value, int) and not isinstance(value, bool):
            value = float(value)
        if type(value) not in allowed:
            names = " or ".join(_NAMES[option] for option in allowed)
            self.faults.append(f"{path}: {value!r} is not {names}{_allowed(entry, ', ')}")
            return None
        if not _within(entry, value):
            self.faults.append(f"{path}: {value!r} is out of range{_allowed(entry, '; ')}")
        return value

    def weights(self, value: object, path: str) -> dict[str, float]:
        if not isinstance(value, Mapping):
            self.faults.append(f"{path}: expected names with a weight each, got {value!r}")
            return {}
        for name, weight in value.items():
            if (
                isinstance(weight, bool)
                or not isinstance(weight, int | float)
                or not 0 <= weight < math.inf
            ):
                self.faults.append(
                    f"{_join(path, str(name))}: {weight!r} is not a weight; allowed: 0 or more"
                )
        return {str(name): weight for name, weight in value.items()}


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _default(entry: Field[Any]) -> Any:
    if entry.default_factory is not MISSING:
        return entry.default_factory()
    return entry.default


_CHECKS: dict[str, tuple[Callable[[Any, Any], bool], str]] = {
    "low": (lambda value, limit: value >= limit, "at least {}"),
    "high": (lambda value, limit: value <= limit, "at most {}"),
    "above": (lambda value, limit: value > limit, "more than {}"),
    "below": (lambda value, limit: value < limit, "less than {}"),
    "choices": (lambda value, limit: value in limit, "{}"),
}


def _within(entry: Field[Any], value: object) -> bool:
    # NaN fails every comparison, and infinity is never meant.
    return not (isinstance(value, float) and not math.isfinite(value)) and all(
        check(value, entry.metadata[name])
        for name, (check, _) in _CHECKS.items()
        if entry.metadata.get(name) is not None
    )


def _allowed(entry: Field[Any], lead: str) -> str:
    parts = []
    for name, (_, wording) in _CHECKS.items():
        limit = entry.metadata.get(name)
        if limit is not None:
            shown = " | ".join(map(str, limit)) if name == "choices" else limit
            parts.append(wording.format(shown))
    return f"{lead}allowed: {', '.join(parts)}" if parts else f"{lead}allowed: a finite number"
