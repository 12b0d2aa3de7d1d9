"""The shapes of the files that the report reads, and a check that names what is wrong."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from autograder.errors import DataError
from autograder.jsonl import show
from autograder.schema import SCORES

# What a leaf must be.
NUMBER, COUNT, BOUNDS, TEXT = "a number", "a count", "two numbers", "text"
TEXTS = "a list of texts"
MAYBE = " or null"
GROUPS = ("level", "category", "language", "source")
_MEASURES = ("exact", "within_1", "mae", "pearson", "spearman", "rps", "ece")
FIGURES: dict[str, Any] = {
    "num_examples": COUNT,
    "num_items": COUNT,
    **dict.fromkeys(_MEASURES, NUMBER + MAYBE),
    "interval": dict.fromkeys(_MEASURES, BOUNDS + MAYBE),
    "undefined": [TEXT],
}
_GAIN = dict.fromkeys(("exact", "mae", "rps"), NUMBER + MAYBE)
_GAIN |= {f"{key}_interval": BOUNDS for key in ("exact", "mae", "rps")}
_RATE = {"rate": NUMBER + MAYBE, "num_failed": COUNT, "num_examples": COUNT}
_BEHAVIOURS = (
    "lazy",
    "over_refusal_accepted",
    "good_conduct_punished",
    "jailbreak_obeyed",
    "honest_text_punished",
)
_REASONING = ("valid", "names_a_score", "agrees_with_score", "invented_evidence", "rouge_l")
_SPEED = ("seconds", "examples_per_second", "tokens_per_second", "reasoning_tokens_per_second")
METRICS: dict[str, Any] = {
    "judge": FIGURES,
    "baselines": {"majority": FIGURES, "length_only": FIGURES},
    "gain": {"majority": _GAIN, "length_only": _GAIN},
    "behaviour": dict.fromkeys(_BEHAVIOURS, _RATE),
    "reasoning": {
        "num_examples": COUNT,
        **dict.fromkeys((*_REASONING, "token_loss"), NUMBER + MAYBE),
        "undefined": [TEXT],
    },
    "distribution": {"label": dict.fromkeys(map(str, SCORES), NUMBER)},
    "groups": {name: [FIGURES] for name in GROUPS},
    "speed": dict.fromkeys(_SPEED, NUMBER + MAYBE),
}
COMPARED = {key: METRICS[key] for key in ("judge", "baselines", "gain", "groups")}
# Only where the base model was graded too.
OPTIONAL = {"baselines": {"base_model": FIGURES}, "gain": {"base_model": _GAIN}}
_LENGTH = {"num_examples": COUNT, "correlation": NUMBER + MAYBE, "accuracy": NUMBER + MAYBE}
FINDINGS = ("near_answers", "near_duplicates", "shared_prompts", "control_tokens", "over_limit")
AUDIT: dict[str, Any] = {
    "num_examples": COUNT,
    "num_items": COUNT,
    "scores": dict.fromkeys(map(str, SCORES), COUNT),
    "counts": {name: [[COUNT]] for name in GROUPS},
    "length": {"all": {"all": _LENGTH}, "source": [_LENGTH], "category": [_LENGTH]},
    **{name: {"number": COUNT} for name in FINDINGS},
    "token_limit": COUNT + MAYBE,
    "token_method": TEXT,
    "warnings": TEXTS,
}
JUDGE: dict[str, Any] = {
    "base": {"name": TEXT, "pin": TEXT + MAYBE},
    "template_version": COUNT,
    "temperature": NUMBER,
}


def check_tree(values: object, shape: Any, path: str, place: str = "") -> None:
    """Compare a tree with its shape; keys that the shape does not name are left alone.

    Raises:
        DataError: names the file, the dotted key and what was expected.
    """
    if isinstance(shape, list):
        _is(isinstance(values, Mapping), "names with figures each", values, path, place)
        assert isinstance(values, Mapping)
        for key, value in values.items():
            check_tree(value, shape[0], path, f"{place}.{key}")
    elif isinstance(shape, Mapping):
        _is(isinstance(values, Mapping), "keys and values", values, path, place)
        assert isinstance(values, Mapping)
        for key, part in shape.items():
            below = f"{place}.{key}".removeprefix(".")
            if key not in values:
                raise DataError("missing", path=path, field=below)
            check_tree(values[key], part, path, below)
    elif not (values is None and shape.endswith(MAYBE)):
        kind = shape.removesuffix(MAYBE)
        _is(_KINDS[kind](values), shape, values, path, place)


def is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


_KINDS: dict[str, Any] = {
    NUMBER: is_number,
    COUNT: lambda value: isinstance(value, int) and not isinstance(value, bool) and value >= 0,
    TEXT: lambda value: isinstance(value, str),
    TEXTS: lambda value: isinstance(value, list) and all(isinstance(one, str) for one in value),
    BOUNDS: lambda value: (
        isinstance(value, list)
        and len(value) == 2
        and (all(map(is_number, value)) or value == [None, None])
    ),
}


def _is(right: bool, expected: str, values: object, path: str, place: str) -> None:
    if not right:
        raise DataError(f"expected {expected}, got {show(values)}", path=path, field=place or None)
