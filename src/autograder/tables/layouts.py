"""What columns mean: plain examples, Prometheus feedback, and preferences between two."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, fields, replace
from decimal import Decimal

from autograder.empty import is_empty
from autograder.errors import DataError
from autograder.jsonl import show
from autograder.schema import Example
from autograder.tables.conversation import CHATS
from autograder.tables.numbers import number, number_or_none, sole
from autograder.tables.scales import PairRule
from autograder.tables.values import by_usual_name

FIELDS = tuple(field.name for field in fields(Example))
ANCHORS = ("criteria", *(f"score{level}_description" for level in range(11)))
ANSWERS = ("response", "chosen", "rejected", "response_a", "response_b")
PAIR = ("chosen", "rejected", "response_a", "response_b", "winner")
_FILLED = {*FIELDS} - {"response", "reasoning", "reference"}
Inputs = Mapping[str, object]
_ALSO = {
    "prompt": ("instruction", *CHATS),
    "response": CHATS,
    "reference": ("reference_answer",),
    "chosen": ("better",),
    "rejected": ("worse",),
    "response_a": ("conversation_a", "answer_a", "output_1"),
    "response_b": ("conversation_b", "answer_b", "output_2"),
    "winner": ("preference",),
}
"""What fields are called in any layout where their own name lacks."""
_WINNERS = {
    **dict.fromkeys(("a", "response_a", "model_a", "answer_a", "assistant_a", "left"), "a"),
    **dict.fromkeys(("b", "response_b", "model_b", "answer_b", "assistant_b", "right"), "b"),
    **dict.fromkeys(("tie", "tied", "draw", "both_good"), "tie"),
    **dict.fromkeys(("both_bad", "bothbad", "tie_bothbad", "tie_both_bad"), "bad"),
}
"""In lower case, with `_` between words."""
_AROUND = " \"'`*.:()[]"
_BETWEEN = re.compile(r"[\s_()-]+")
_TWO_SIDES = re.compile(r"\d,\d")


def is_written(values: Mapping[str, object]) -> bool:
    """Whether a row is an example as `schema.example_line` writes it.

    There a response may say nothing, as a model's; in tables of others that is a fault.
    """
    return (
        _FILLED | {"response"} <= values.keys() <= {*FIELDS}
        and type(values["score"]) is int
        and not any(is_empty(values[name]) for name in _FILLED)
    )


@dataclass(frozen=True, slots=True)
class Part:
    """What one example of a row has for itself: what its id ends in, and its score.

    Attributes:
        suffix: empty where the row is one example.
        response: untrusted, of any type.
        score: of any type; still to be converted unless `is_final`.
        is_final: the score follows from a `PairRule`.
    """

    suffix: str
    response: object
    score: object
    is_final: bool = False


@dataclass(frozen=True, slots=True)
class Layout:
    """Where fields are found unless the user says otherwise.

    Attributes:
        name: for messages.
        columns: the usual column of each field that is looked for.
        required: fields without which no row makes an example.
    """

    name: str
    columns: Mapping[str, str]
    required: tuple[str, ...]

    @property
    def is_pairwise(self) -> bool:
        return "score" not in self.columns

    def among(self, columns: Collection[str]) -> Layout:
        """The layout of these columns: a field whose usual one lacks has another of its names.

        Capitals, and blanks between words, make no other name where no column has the very one.
        """

        others = by_usual_name(columns)

        def find(field: str, usual: str) -> str:
            names = (usual, field, *_ALSO.get(field, ()))
            spelled = (others[name] for name in names if name in others)
            return next((name for name in (*names, *spelled) if name in columns), usual)

        found = {name: find(name, usual) for name, usual in self.columns.items()}
        answer = found.get("chosen", found.get("response_a", ""))
        if found.get("prompt") not in columns and answer in columns:
            found["prompt"] = answer  # whose chat begins with it
        return replace(self, columns=found)

    def without(self, field: str) -> Layout:
        """The layout without the usual column of a field."""
        columns = {name: column for name, column in self.columns.items() if name != field}
        return replace(self, columns=columns)


_TEXTS = ("prompt", "response", "rubric", "score")
_SAME = {name: name for name in FIELDS}
_SHARED = {name: name for name in FIELDS if name not in {"response", "score"}}
_FLAT = {
    "prompt": "orig_instruction",
    "response": "orig_response",
    "score": "orig_score",
    "reasoning": "orig_feedback",
}

PLAIN = Layout("plain", _SAME, _TEXTS)
PROMETHEUS = Layout(
    "prometheus",
    {**_SAME, "prompt": "instruction", "reasoning": "feedback", "reference": "reference_answer"},
    _TEXTS,
)
PROMETHEUS_FLAT = Layout(
    "prometheus",
    _SAME | _FLAT | {"reference": "orig_reference_answer"},
    _TEXTS,
)
CHOSEN = Layout(
    "pairwise",
    {**_SHARED, "chosen": "chosen", "rejected": "rejected"},
    ("prompt", "rubric", "chosen", "rejected"),
)
WINNER = Layout(
    "pairwise",
    {**_SHARED, "response_a": "response_a", "response_b": "response_b", "winner": "winner"},
    ("prompt", "rubric", "response_a", "response_b", "winner"),
)


def find_layout(wanted: str, columns: Collection[str], given: Collection[str]) -> Layout:
    """The layout that the user names, else the one that the columns show.

    Args:
        wanted: `prometheus`, `pairwise`, or anything else to look at the columns.
        columns: of the source.
        given: fields that the user maps or sets.
    """

    columns = {*columns, *by_usual_name(columns)}

    def has(*names: str) -> bool:
        return all(name in columns or name in given for name in names)

    def has_any(*fields: str) -> bool:
        return all(any(map(has, (field, *_ALSO.get(field, ())))) for field in fields)

    if wanted == "prometheus":
        return PROMETHEUS_FLAT if has("orig_instruction") or has("criteria") else PROMETHEUS
    has_two_sides = has_any("response_a", "response_b") and not has_any("chosen", "rejected")
    if wanted == "pairwise":
        return WINNER if has_any("winner") or has_two_sides else CHOSEN
    if has("orig_instruction", "orig_criteria"):
        return PROMETHEUS_FLAT
    if has("instruction", "response", "rubric", "score") and (has("feedback") or not has("prompt")):
        return PROMETHEUS
    if "response" in columns or "response" in given:
        return PLAIN
    # Without a winner, its message asks for the column: a and b are no order of worth.
    if has_any("response_a", "response_b", "winner") or has_two_sides:
        return WINNER
    return CHOSEN if has_any("chosen", "rejected") else PLAIN


def parts_of(
    inputs: Inputs, rule: PairRule | None, fault: Callable[[str, str], DataError]
) -> list[Part]:
    """One part of a graded row, two of a pair.

    Raises:
        DataError: made by `fault` from a field and a message: the winner is unknown, there is
            a tie and no score for it, or both responses are the same.
    """
    if rule is None:
        return [Part("", inputs.get("response"), inputs.get("score"))]
    if "winner" not in inputs:
        suffixes = ("/chosen", "/rejected")
        responses = (inputs.get("chosen"), inputs.get("rejected"))
        scores = (rule.preferred, rule.other)
    else:
        suffixes = ("/a", "/b")
        responses = (inputs.get("response_a"), inputs.get("response_b"))
        try:
            winner = winner_of(inputs["winner"])
        except ValueError as error:
            raise fault("winner", str(error)) from None
        if winner == "tie":
            if rule.tied is None:
                raise fault("winner", "is a tie; --tied N gives both responses a score")
            scores = (rule.tied, rule.tied)
        elif winner == "bad":
            scores = (rule.other, rule.other)
        else:
            better, worse = rule.preferred, rule.other
            scores = (better, worse) if winner == "a" else (worse, better)
    if responses[0] == responses[1]:
        raise fault("response", "both responses of the pair are the same")
    return [
        Part(suffix, response, score, is_final=True)
        for suffix, response, score in zip(suffixes, responses, scores, strict=True)
    ]


def winner_of(value: object) -> str:
    """`a`, `b`, `tie` or `bad`, which is a tie of two bad answers.

    Numbers are those of alpaca_eval: 1 is the first, 2 the second, and 1.5 neither. A list of one
    value, as labelling tools write a choice, is that value; one of several is no winner.

    Raises:
        ValueError: it is no word or number for one of them, or may be two of them.
    """
    label = sole(value)
    expected = f"expected a, b, tie, both_bad or 1 to 2, got {show(value)}"
    if isinstance(label, str):
        text = label.strip().strip(_AROUND)
        word = _BETWEEN.sub("_", text.lower())
        if word in _WINNERS:
            return _WINNERS[word]
        # Both may be meant, or a number with a decimal comma.
        if _TWO_SIDES.fullmatch(text) and {*map(int, text.split(","))} <= {1, 2}:
            point = text.replace(",", ".")
            message = f"{expected}; write tie if both have won, or {point} if it is a number"
            raise ValueError(message)
    try:
        side = number(label)
    except ValueError:
        raise ValueError(expected) from None
    if side == 0:
        remedy = "write tie if neither has won, or a and b if 0 and 1 are the first and the second"
        raise ValueError(f"{expected}; {remedy}")
    if not 1 <= side <= 2:
        raise ValueError(expected)
    return "tie" if side == Decimal("1.5") else "a" if side < Decimal("1.5") else "b"


def winner_side(value: object) -> tuple[Decimal] | None:
    """The number that a winner is written as, fit or not; None if it is no number."""
    side = number_or_none(sole(value))
    return None if side is None else (side,)
