"""What pydantic refuses in a configuration, in words: path, value, what is allowed."""

from __future__ import annotations

import difflib
import json
import types
from collections.abc import Mapping
from typing import Any, Literal, get_args, get_origin

import annotated_types
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

_LONGEST = 200
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


def shown(value: object) -> str:
    """A value as it stands in a message: in one line, and not longer than can be read."""
    try:
        text = repr(value)
    except ValueError:  # Python writes out no number of more than 4,300 digits
        return "a number of thousands of digits"
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


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
            told = "" if value is _MISSING else _told(fault)
            return (path, told) if told else _value(path, field, value, rest)
        model = group
    path = ".".join(place)
    if value is _MISSING:
        return path, f"missing group; add it with its keys: {', '.join(model.model_fields)}"
    return path, _told(fault) or f"expected keys and values, got {shown(value)}"


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
        return path, f"missing; add it, for example `{_example(path.rpartition('.')[2], field)}`"
    if kind is Mapping:
        if not rest:
            return path, f"expected names with a weight each, got {shown(value)}"
        inner = f"{path}.{rest[0]}"
        if rest[1:]:
            return inner, f"{rest[0]!r} is not a name; allowed: text"
        (weight,) = get_args(get_args(field.annotation)[1])[1:]
        return inner, f"{shown(value[rest[0]])} is not a weight; {_allowed(weight)}"
    if kind is tuple:
        return path, f"{shown(value)} is not a list of names"
    allowed = _types(field)
    if type(value) in allowed or (type(value) is int and float in allowed):
        return path, f"{shown(value)} is out of range; {_allowed(field)}"
    names = " or ".join(_NAMES[option] for option in allowed)
    return path, ", ".join(filter(None, (f"{shown(value)} is not {names}", _allowed(field))))


def _example(name: str, field: FieldInfo) -> str:
    """A line of YAML with a value that is allowed; what the project has may be another."""
    value = field.get_default(call_default_factory=True)
    if isinstance(value, Mapping):
        value = dict([next(iter(value.items()))])
    return f"{name}: {value if isinstance(value, str) else json.dumps(value)}"


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
