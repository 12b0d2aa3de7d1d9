"""The rubric of a benchmark's row as one text, in whichever of the usual ways it is written."""

from __future__ import annotations

from collections.abc import Mapping

from autograder.benchmark.fields import RUBRICS
from autograder.jsonl import Row
from autograder.schema import SCORES
from autograder.tables.layouts import anchored

_DESCRIPTION = "score{}_description"


def has_rubric(values: Mapping[str, object]) -> bool:
    return any(name in values for name in (*RUBRICS, "orig_criteria")) or _is_flat(values)


def rubric_text(row: Row, remedy: str) -> str:
    """The rubric of a row.

    Args:
        row: without empty cells.
        remedy: what to do about a row without a rubric.

    Raises:
        DataError: there is none, or a part of it is missing or is no text.
    """
    if "orig_criteria" in row.values:
        return _levels(row, "orig_criteria", f"orig_{_DESCRIPTION}")
    name = next((name for name in RUBRICS if name in row.values), None)
    if name is None:
        if _is_flat(row.values):
            return _levels(row, "criteria")
        raise row.error("rubric", f"missing; {remedy}")
    value = row.get(name)
    if isinstance(value, dict):
        return _levels(Row(value, row.path, row.line, prefix=f"{name}."), "criteria")
    return _levels(row, name) if "anchors" in row.values else row.text(name)


def _is_flat(values: Mapping[str, object]) -> bool:
    """A criterion and what the scores mean, in columns of their own."""
    return {"criteria", _DESCRIPTION.format(SCORES[0])} <= values.keys()


def _levels(row: Row, criteria: str, pattern: str = _DESCRIPTION) -> str:
    """A criterion and what each score means, as one text."""
    holder = row
    if "anchors" in row.values:
        prefix = f"{row.prefix}anchors."
        holder, pattern = Row(row.get("anchors"), row.path, row.line, prefix=prefix), "{}"
    descriptions = [holder.text(pattern.format(score)) for score in SCORES]
    return anchored(row.text(criteria), *descriptions)
