"""Evaluate: grade the held-out split -> reports/metrics.json and reports/eval/."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from autograder import config
from autograder.files import atomic_folder, atomic_write, json_text
from autograder.schema import read_examples
from autograder.stages import JUDGE, METRICS, PARAMS, SPLITS, TABLES, run


def main() -> None:
    settings = config.load(PARAMS)
    train = read_examples(SPLITS / "train.jsonl")
    test = read_examples(SPLITS / "test.jsonl")
    unseen = SPLITS / "holdout.jsonl"
    holdout = read_examples(unseen) if unseen.exists() else []

    from autograder.bases.fetch import set_mirror
    from autograder.evaluation import evaluate as evaluation
    from autograder.judging.judge import Judge

    set_mirror(settings.bases.mirror)
    judge = Judge.load(JUDGE)
    judge.batch_size = settings.evaluate.batch_size
    result = evaluation.evaluate(judge, train, test, holdout, settings.evaluate, settings.seed)
    probabilities = result.probabilities
    predictions = [
        {
            "id": example.id,
            "score": example.score,
            "given": max(range(5), key=row.__getitem__) + 1,
            "probabilities": [round(value, 6) for value in row],
        }
        for example, row in zip(test, probabilities.tolist(), strict=True)
    ]
    with atomic_folder(TABLES) as folder:
        _csv(folder / "confusion.csv", evaluation.confusion_rows(test, probabilities))
        _csv(folder / "reliability.csv", evaluation.reliability_rows(test, probabilities))
        _csv(folder / "scores.csv", evaluation.score_rows(result.metrics["distribution"]))
        _jsonl(folder / "predictions.jsonl", predictions)
        _jsonl(folder / "reasonings.jsonl", [asdict(row) for row in result.reasonings])
    atomic_write(METRICS, json_text(_rounded(result.metrics)))
    print(_summary(result.metrics), file=sys.stderr)
    if result.metrics["holdout"]:
        print("kinds of task that were in no training:", file=sys.stderr)
        print(_summary(result.metrics["holdout"]), file=sys.stderr)


def _rounded(values: Any) -> Any:
    """Six digits after the point: more would be noise in a diff."""
    if isinstance(values, float):
        return round(values, 6)
    if isinstance(values, dict):
        return {key: _rounded(value) for key, value in values.items()}
    if isinstance(values, list):
        return [_rounded(value) for value in values]
    return values


def _csv(path: Path, rows: Sequence[dict[str, Any]]) -> None:
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(_rounded(row) for row in rows)
    path.write_text(text.getvalue(), encoding="utf-8")


def _jsonl(path: Path, rows: Sequence[dict[str, Any]]) -> None:
    lines = (json.dumps(_rounded(row), ensure_ascii=False) + "\n" for row in rows)
    path.write_text("".join(lines), encoding="utf-8")


def _summary(metrics: dict[str, Any]) -> str:
    rows = {"judge": metrics["judge"], **metrics["baselines"]}
    names = ("exact", "within_1", "mae", "pearson", "spearman", "ece")
    lines = ["".join([f"{'':14}", *(f"{name:>10}" for name in names)])]
    for title, row in rows.items():
        cells = ("     -" if row[name] is None else f"{row[name]:.3f}" for name in names)
        lines.append("".join([f"{title:14}", *(f"{cell:>10}" for cell in cells)]))
    return "\n".join(lines)


if __name__ == "__main__":
    run(main)
