"""A rubric as one text, in whichever of the usual ways it is written."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal

from autograder.empty import is_empty
from autograder.jsonl import Row, show, unique_keys
from autograder.schema import SCORES
from autograder.tables.scales import Scale
from autograder.tables.values import usual_name

RUBRICS = ("rubric", "score_rubric")
CRITERIA = ("orig_criteria", "criteria")
_DESCRIPTION = re.compile(r"(?:orig_)?score(\d+)_description")
_ANCHOR = re.compile(r"(\d+)")
_OWN = {SCORES[0], SCORES[-1]}
_PYTHON = re.compile(r"\{\s*'(?:criteria|anchors|(?:orig_)?score\d+_description)'\s*:")


def level_columns(columns: Iterable[str]) -> dict[str, str]:
    """The columns that describe a level, by their field, such as `score3_description`.

    Capitals, and blanks between words, make no other name.
    """
    usual = {name: usual_name(name) for name in columns}
    return {n.removeprefix("orig_"): name for name, n in usual.items() if is_level(n)}


def is_level(field: str) -> bool:
    """Whether a field describes a level."""
    return _DESCRIPTION.fullmatch(field) is not None


def has_rubric(values: Mapping[str, object]) -> bool:
    return any(name in values for name in (*RUBRICS, "orig_criteria")) or _is_flat(values)


def rubric_text(
    row: Row, scale: Scale | None = None, *, is_scored: bool = False, remedy: str = ""
) -> str:
    """The rubric of a row: what is asked for, then what earns each score, the best first.

    Descriptions of other levels than 1 to 5 are put on 1 to 5 by the scale of the scores. Where
    a row has no score, the lowest level is a 1 and the highest a 5; a level whose description is
    empty in this row is one of them. Descriptions without a criterion stand below the rubric.

    Args:
        row: without empty cells but those of descriptions.
        scale: of its score; None: the score is from 1 to 5.
        is_scored: whether the row has a score.
        remedy: what to do about a row without a rubric.

    Raises:
        DataError: there is none, a part of it is missing or is no text, or the levels are not
            those of the scores.
    """
    rule = _Placing(scale, is_scored)
    if "orig_criteria" in row.values:
        return _levels(row, "orig_criteria", rule)
    name = next((name for name in RUBRICS if name in row.values), None)
    if name is None:
        if _is_flat(row.values):
            return _levels(row, "criteria", rule)
        raise row.error("rubric", f"missing; {remedy}" if remedy else "missing")
    value = row.get(name)
    if isinstance(value, str):
        if _PYTHON.match(value.lstrip()):
            remedy = "this is how Python shows an object; write the column with json.dumps"
            raise row.error(name, f"expected text or JSON, got {show(value)}; {remedy}")
        value = _object(value)
    if isinstance(value, dict):
        return _levels(Row(value, row.path, row.line, prefix=f"{name}."), "criteria", rule)
    is_described = "criteria" not in row.values and any(
        is_level(field) and not is_empty(value) for field, value in row.values.items()
    )
    return _levels(row, name, rule) if is_described or "anchors" in row.values else row.text(name)


def _object(text: str) -> object:
    """The object of a criterion and its levels that a text is the JSON of, else the text."""
    try:
        value = json.loads(text, object_pairs_hook=unique_keys) if text.lstrip()[:1] == "{" else {}
    except (ValueError, RecursionError):
        return text
    parts = value.keys() - {"criteria"}
    is_rubric = "criteria" in value and parts and all(p == "anchors" or is_level(p) for p in parts)
    return value if is_rubric else text


def _is_flat(values: Mapping[str, object]) -> bool:
    """A criterion and what the scores mean, in columns of their own."""
    return "criteria" in values and any(map(is_level, values))


class _Placing:
    """Which of the scores 1 to 5 a level is."""

    def __init__(self, scale: Scale | None, is_scored: bool) -> None:
        self.scale, self.is_scored = scale, is_scored

    def score(self, row: Row, level: int, levels: set[int]) -> int:
        low, high = min(levels), max(levels)
        if self.scale and (self.scale.is_reversed or {*map(str, levels)} <= {*self.scale.words}):
            return self._on(self.scale, row, level)
        if levels <= {*SCORES} and (levels >= _OWN or (high == SCORES[-1] and not self.scale)):
            return level
        if self.scale is None and self.is_scored:
            message = f"describes the scores {low} to {high}; describe 1 to 5, or --scale "
            message += f"{low}:{high} puts descriptions and scores on 1 to 5"
            raise row.error(_field(row), message)
        scale = self.scale or Scale(Decimal(low), Decimal(high))
        if scale.words and high - low == scale.high:  # a level for each word
            return scale.placed(Decimal(level - low))
        return self._on(scale, row, level)

    @staticmethod
    def _on(scale: Scale, row: Row, level: int) -> int:
        if str(level) in scale.words:
            return scale.score(level)
        if not scale.holds(level):
            message = f"describes the score {level}, outside the scale {scale.low}:{scale.high}"
            raise row.error(_field(row), message)
        return scale.placed(Decimal(level))


def _field(row: Row) -> str | None:
    return None if row.prefix else "rubric"


def _levels(row: Row, criteria: str, rule: _Placing) -> str:
    """A criterion and what each score means, as one text."""
    holder, pattern, usual = row, _DESCRIPTION, "score{}_description"
    if "anchors" in row.values:
        prefix = f"{row.prefix}anchors."
        holder, pattern, usual = Row(row.get("anchors"), row.path, row.line, prefix), _ANCHOR, "{}"
    elif criteria == "orig_criteria":
        usual = f"orig_{usual}"
    # An empty description is of a level all the same, and makes no other scale of the others.
    levels = {int(found[1]): name for name in holder.values if (found := pattern.fullmatch(name))}
    names = {n: name for n, name in levels.items() if not is_empty(holder.values[name])}
    if len(names) < 2:  # a single description is that of a rubric which has lost the others
        missing = usual.format(next(score for score in SCORES if score not in names))
        if holder is row and criteria in RUBRICS:
            message = "is the only description of a score; describe two scores or more, or none"
            raise row.error(next(iter(names.values())), message)
        if missing in holder.values:
            raise holder.error(missing, "is empty; describe two scores or more")
        holder.get(missing)
    texts: dict[int, list[str]] = defaultdict(list)
    for level in sorted(names):
        texts[rule.score(row, level, {*levels})].append(holder.text(names[level]).strip())
    lines = [f"{score}: {' / '.join(texts[score])}" for score in sorted(texts, reverse=True)]
    return "\n".join([row.text(criteria).strip(), *lines])
