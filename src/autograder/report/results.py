"""What training and evaluation wrote, read back and checked: all that the report page shows."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.config import Config
from autograder.errors import DataError
from autograder.evaluation.reasoning import Reasoned
from autograder.jsonl import Row, read_rows, show
from autograder.report.shapes import COUNT, MAYBE, NUMBER, TEXT, check_tree, is_number
from autograder.schema import SCORES, Example

Table = list[dict[str, float | None]]


@dataclass(frozen=True)
class Prediction:
    """The judge's distribution for one held-out example."""

    example: Example
    given: int
    probabilities: tuple[float, ...]

    @property
    def distance(self) -> int:
        return abs(self.given - self.example.score)

    @property
    def confidence(self) -> float:
        return self.probabilities[self.given - 1]


@dataclass(frozen=True)
class Results:
    """Everything on the page.

    Attributes:
        config: the parameters of the run.
        metrics: the tree of `reports/metrics.json`.
        audit: the tree of `reports/audit.json`.
        judge: the tree of `judge.json`.
        predictions: of the whole test split.
        reasonings: the generated sample.
        pairs: label and given score of each example.
        reliability: confidence, accuracy and number of examples of each bin.
        shares: for each kind (label, given, probability) the share of each score.
        train, validation: the curves; None where a value is undefined.
    """

    config: Config
    metrics: dict[str, Any]
    audit: dict[str, Any]
    judge: dict[str, Any]
    predictions: list[Prediction]
    reasonings: list[Reasoned]
    pairs: list[tuple[int, int]]
    reliability: list[tuple[float, float, int]]
    shares: dict[str, dict[int, float]]
    train: Table
    validation: Table


# --- files


@contextmanager
def made_by(stage: str) -> Iterator[None]:
    """Add to a `DataError` which stage writes the file anew."""
    try:
        yield
    except DataError as error:
        error.args = (f"{error}; run `dvc repro {stage}`",)
        raise


def read_tree(path: Path, shape: Mapping[str, Any]) -> dict[str, Any]:
    """Read a JSON file of a known shape.

    Raises:
        DataError: missing, not JSON, or of another shape.
    """
    try:
        values = json.loads(_text(path))
    except ValueError as error:
        raise DataError(f"not JSON: {error}", path=str(path)) from None
    except RecursionError:
        raise DataError("nested too deeply", path=str(path)) from None
    check_tree(values, shape, str(path))
    assert isinstance(values, dict)
    return values


def read_table(path: Path, columns: Sequence[str], texts: Sequence[str] = ()) -> list[Any]:
    """Read a CSV file of numbers; an empty cell is None, and a file without rows is fine.

    Raises:
        DataError: missing, a column is missing, or a cell is no number.
    """
    rows = []
    reader = csv.DictReader(io.StringIO(_text(path)), strict=True)
    try:
        lacking = [name for name in columns if name not in (reader.fieldnames or columns)]
        if lacking:
            raise DataError("missing column", path=str(path), line=1, field=lacking[0])
        for row in reader:
            values: dict[str, Any] = {}
            for name, cell in row.items():
                place: dict[str, Any] = {
                    "path": str(path),
                    "line": reader.line_num,
                    "field": str(name),
                }
                if name is None or cell is None:
                    raise DataError("the row has more or fewer cells than the header", **place)
                values[name] = cell if name in texts else _number(cell, place)
            rows.append(values)
    except csv.Error as error:
        raise DataError(f"not CSV: {error}", path=str(path), line=reader.line_num) from None
    return rows


def read_predictions(path: Path, examples: Sequence[Example]) -> list[Prediction]:
    """Read the predictions of exactly these examples, in their order.

    Raises:
        DataError: missing, malformed, or of other examples.
    """
    rows = [row for _, row in read_rows(path, _parse_prediction)]
    known = [(example.id, example.score) for example in examples]
    if [(name, label) for name, label, _, _ in rows] != known:
        raise DataError(
            "holds the predictions of another test split than build/splits/test.jsonl",
            path=str(path),
        )
    return [
        Prediction(example, given, probabilities)
        for example, (_, _, given, probabilities) in zip(examples, rows, strict=True)
    ]


def read_reasonings(path: Path, examples: Sequence[Example]) -> list[Reasoned]:
    """Read the generated sample of these examples; it may be empty.

    Raises:
        DataError: missing, malformed, or of another example.
    """
    if not _text(path).strip():
        return []
    known = {example.id for example in examples}
    rows = []
    for line, row in read_rows(path, _parse_reasoned):
        if row.id not in known:
            raise DataError(
                f"{row.id!r} is not in build/splits/test.jsonl",
                path=str(path),
                line=line,
                field="id",
            )
        rows.append(row)
    return rows


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise DataError("no such file", path=str(path)) from None
    except UnicodeDecodeError as error:
        raise DataError(f"not UTF-8 at byte {error.start}", path=str(path)) from None
    except OSError as error:
        raise DataError(f"cannot be read: {error.strerror}", path=str(path)) from None


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


def _parse_prediction(
    values: object, path: str, line: int
) -> tuple[str, int, int, tuple[float, ...]]:
    row = Row(values, path, line)
    found = row.get("probabilities")
    if not (isinstance(found, list) and len(found) == len(SCORES) and all(map(is_number, found))):
        raise row.error("probabilities", f"expected five numbers, got {show(found)}")
    return row.text("id"), row.whole("score", 1, 5), row.whole("given", 1, 5), tuple(found)


def _parse_reasoned(values: object, path: str, line: int) -> Reasoned:
    row = Row(values, path, line)
    shape = {
        "reasoning": TEXT,
        "named_score": COUNT + MAYBE,
        "invented": NUMBER + MAYBE,
        "rouge_l": NUMBER,
    }
    check_tree(row.values, shape, f"{path}:{line}")
    return Reasoned(
        id=row.text("id"),
        score=row.whole("score", 1, 5),
        reasoning=row.get("reasoning"),
        is_valid=bool(row.get("is_valid")),
        named_score=row.get("named_score"),
        invented=row.get("invented"),
        rouge_l=row.get("rouge_l"),
    )
