"""What pydantic refuses in a configuration, in words: path, value, what is allowed."""

from __future__ import annotations

import difflib
import types
from collections.abc import Mapping
from typing import Any, Literal, get_args, get_origin

import annotated_types
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

_MISSING = object()
_NAMES = {
    int: "a whole number",
    float: "a number",
    str: "text",
    bool: "true or false",
    type(None): "null",
}
_LIMITS = {
    annotated_types.Ge: ("ge", "at least"),
    annotated_types.Le: ("le", "at most"),
    annotated_types.Gt: ("gt", "more than"),
    annotated_types.Lt: ("lt", "less than"),
}


def complete(model: type[BaseModel], values: object) -> object:
    """Mark each key that is not there, so that it is refused although the model has a default."""
    if not isinstance(values, Mapping):
        return values
    marked = dict(values)
    for name, field in model.model_fields.items():
        group, value = _group(field), values.get(name, _MISSING)
        marked[name] = complete(group, value) if group else value
    return marked


def in_words(model: type[BaseModel], values: object, error: ValidationError) -> list[str]:
    """One line for each faulty key, in the order of the model's fields.

    Args:
        model: what the values were checked against.
        values: what was checked, as `complete` marked it.
        error: what pydantic found.
    """
    found: dict[str, str] = {}
    for fault in error.errors(include_url=False):
        path, words = _fault(model, values, fault)
        found.setdefault(path, words)  # a union or a list may have several faults
    return [f"{path or 'the file'}: {words}" for path, words in found.items()]


def _fault(model: type[BaseModel], value: Any, fault: ErrorDetails) -> tuple[str, str]:
    place: list[str] = []
    rest = list(fault["loc"])
    while rest:
        key = rest.pop(0)
        place.append(str(key))
        path = ".".join(place)
        field = model.model_fields.get(str(key))
        if field is None:
            return path, _unknown(str(key), list(model.model_fields))
        value = value[key]
        group = _group(field)
        if group is None:
            return (path, _told(fault)) if _told(fault) else _value(path, field, value, rest)
        model = group
    path = ".".join(place)
    if value is _MISSING:
        return path, "missing group"
    return path, _told(fault) or f"expected keys and values, got {value!r}"


def _told(fault: ErrorDetails) -> str:
    """What a model's own check says of values that do not go together."""
    return str(fault["ctx"]["error"]) if fault["type"] == "value_error" else ""


def _unknown(key: str, known: list[str]) -> str:
    close = difflib.get_close_matches(key, known, n=1)
    return f"unknown key; {f'did you mean {close[0]}?' if close else 'known: ' + ', '.join(known)}"


def _value(path: str, field: FieldInfo, value: Any, rest: list[int | str]) -> tuple[str, str]:
    """What is wrong with a value that is no group; `rest` leads further into it."""
    kind = get_origin(field.annotation)
    if value is _MISSING:
        return path, f"missing; the default is {field.get_default(call_default_factory=True)!r}"
    if kind is Mapping:
        if not rest:
            return path, f"expected names with a weight each, got {value!r}"
        inner = f"{path}.{rest[0]}"
        if rest[1:]:
            return inner, f"{rest[0]!r} is not a name; allowed: text"
        return inner, f"{value[rest[0]]!r} is not a weight; allowed: 0 or more"
    if kind is tuple:
        return path, f"{value!r} is not a list of names"
    allowed = _types(field)
    if type(value) in allowed or (type(value) is int and float in allowed):
        return path, f"{value!r} is out of range; {_allowed(field)}"
    names = " or ".join(_NAMES[option] for option in allowed)
    return path, ", ".join(filter(None, (f"{value!r} is not {names}", _allowed(field))))


def _group(field: FieldInfo) -> type[BaseModel] | None:
    kind = field.annotation
    return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None


def _types(field: FieldInfo) -> list[Any]:
    kind: Any = field.annotation
    if get_origin(kind) is Literal:
        return [type(get_args(kind)[0])]
    return list(get_args(kind)) if isinstance(kind, types.UnionType) else [kind]


def _allowed(field: FieldInfo) -> str:
    parts = [
        f"{words} {getattr(limit, name)}"
        for limit in field.metadata
        for kind, (name, words) in _LIMITS.items()
        if isinstance(limit, kind)
    ]
    if get_origin(field.annotation) is Literal:
        parts = [" | ".join(map(str, get_args(field.annotation)))]
    return f"allowed: {', '.join(parts)}" if parts else ""
