"""What the stages wrote, read back and checked: all that the report page shows."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Generic, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict

from autograder.config import Config
from autograder.errors import DataError
from autograder.evaluation.result_models import (
    Count,
    Figure,
    Number,
    Prediction,
    Reasoned,
    of_each_score,
)
from autograder.evaluation.results import Measured
from autograder.evaluation.typed_files import read_jsonl, read_text
from autograder.jsonl import show
from autograder.schema import Example

Part = TypeVar("Part")
Table = list[dict[str, float | None]]


@dataclass(frozen=True)
class Graded:
    """A held-out example and the judge's distribution for it."""

    example: Example
    given: int
    probabilities: tuple[float, ...]

    @property
    def distance(self) -> int:
        return abs(self.given - self.example.score)

    @property
    def confidence(self) -> float:
        return self.probabilities[self.given - 1]


# --- files of other stages: what the pages need of them


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")


class Length(_Part):
    """How far the length of the responses gives their scores away."""

    num_examples: Count
    correlation: Figure
    accuracy: Figure


class _All(_Part, Generic[Part]):
    all: Part


class BySource(_Part, Generic[Part]):
    """Of all examples, and of each source."""

    all: _All[Part]
    source: dict[str, Part]


class Lengths(BySource[Length]):
    category: dict[str, Length]


class Guess(_Part):
    """How far some features give the scores away."""

    chance: Number
    accuracy: Figure
    correlation: Figure


class Variance(_Part):
    """The share of the score's variance that lies between prompts."""

    between: Figure
    by_chance: Figure


class Rubrics(_Part):
    """How many rubrics there are, and how many examples have the same one."""

    number: Count
    median_rows: Number
    with_ten_rows: Count
    largest_share: Number


class SameAnswers(_Part):
    """Answers that several rubrics grade."""

    num_pairs: Count
    different: Figure


class Finding(_Part):
    number: Count


Counts = dict[str, dict[str, Count]]
"""For each value of a field the number of examples of each score."""


class AuditCounts(_Part):
    category: Counts
    level: Counts
    language: Counts
    source: Counts


class Audit(_Part):
    """`reports/audit.json`."""

    num_examples: Count
    num_items: Count
    scores: Annotated[dict[str, Count], AfterValidator(of_each_score)]
    counts: AuditCounts
    length: Lengths
    format: BySource[Guess]
    prompt: BySource[Guess]
    variance: BySource[Variance]
    rubrics: BySource[Rubrics]
    same_answers: SameAnswers
    near_answers: Finding
    near_duplicates: Finding
    shared_prompts: Finding
    control_tokens: Finding
    over_limit: Finding
    token_limit: Count | None
    token_method: str
    warnings: list[str]


class Base(_Part):
    name: str
    pin: str | None


class Judge(_Part):
    """`judge.json`."""

    base: Base
    template_version: Count
    temperature: Number
    params: dict[str, Any]


@dataclass(frozen=True)
class Results:
    """Everything on the page.

    Attributes:
        config: the parameters of the run.
        measured: what evaluation found.
        audit: `reports/audit.json`.
        judge: `judge.json`.
        predictions: of the whole test split.
        reasonings: the generated sample.
        train, validation: the curves; None where a value is undefined.
    """

    config: Config
    measured: Measured
    audit: Audit
    judge: Judge
    predictions: list[Graded]
    reasonings: list[Reasoned]
    train: Table
    validation: Table


# --- tables


def read_curve(path: Path, columns: Sequence[str]) -> Table:
    """Read a CSV file of numbers; an empty cell is None, and a file without rows is fine.

    Raises:
        DataError: missing, a column is missing, or a cell is no number.
    """
    rows: Table = []
    reader = csv.DictReader(io.StringIO(read_text(path)), strict=True)
    try:
        lacking = [name for name in columns if name not in (reader.fieldnames or columns)]
        if lacking:
            raise DataError("missing column", path=str(path), line=1, field=lacking[0])
        for row in reader:
            values: dict[str, float | None] = {}
            for name, cell in row.items():
                place: dict[str, Any] = {
                    "path": str(path),
                    "line": reader.line_num,
                    "field": str(name),
                }
                if name is None or cell is None:
                    raise DataError("the row has more or fewer cells than the header", **place)
                values[name] = _number(cell, place)
            rows.append(values)
    except csv.Error as error:
        raise DataError(f"not CSV: {error}", path=str(path), line=reader.line_num) from None
    return rows


def read_predictions(path: Path, examples: Sequence[Example]) -> list[Graded]:
    """Read the predictions of some of these examples, or all, in their order.

    Raises:
        DataError: missing, malformed, or of other examples.
    """
    rows = {row.id: row for _, row in read_jsonl(path, Prediction)}
    graded = [(example, rows[example.id]) for example in examples if example.id in rows]
    same_scores = all(example.score == row.score for example, row in graded)
    if [row.id for _, row in graded] != list(rows) or not same_scores:
        raise DataError(
            "holds the predictions of another test split than build/splits/test.jsonl",
            path=str(path),
        )
    return [Graded(example, row.given, row.probabilities) for example, row in graded]


def read_reasonings(path: Path, examples: Sequence[Example]) -> list[Reasoned]:
    """Read the generated sample of these examples; it may be empty.

    Raises:
        DataError: missing, malformed, or of another example.
    """
    if not read_text(path).strip():
        return []
    known = {example.id for example in examples}
    rows = []
    for line, row in read_jsonl(path, Reasoned):
        if row.id not in known:
            raise DataError(
                f"{row.id!r} is not in build/splits/test.jsonl",
                path=str(path),
                line=line,
                field="id",
            )
        rows.append(row)
    return rows


def _number(cell: str, place: Mapping[str, Any]) -> float | None:
    if not cell:
        return None
    try:
        value = float(cell)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise DataError(f"expected a number, got {show(cell)}", **place)
    return value
