"""What was measured -> reports/report.html, and what the data is -> reports/data-card.html

Two pages without a script that link to each other.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from autograder import config
from autograder.errors import DataError
from autograder.files import atomic_write
from autograder.report import data_card
from autograder.report import results as read
from autograder.report import results_page as report
from autograder.report.shapes import AUDIT as AUDIT_SHAPE
from autograder.report.shapes import COMPARED, OPTIONAL, check_tree
from autograder.report.shapes import JUDGE as JUDGE_SHAPE
from autograder.report.shapes import METRICS as METRICS_SHAPE
from autograder.schema import SCORES, Example, read_examples
from autograder.stages import (
    AUDIT,
    CURVES,
    DATA_CARD,
    JUDGE,
    METRICS,
    PARAMS,
    REPORT,
    SPLITS,
    TABLES,
    run,
)


def main() -> None:
    settings = config.load(PARAMS)
    with read.made_by("split"):
        splits = _splits()
    with read.made_by("audit"):
        data = data_card.DataSet(settings, read.read_tree(AUDIT, AUDIT_SHAPE), splits)
        data_card.check_audit(data, str(AUDIT))
    with read.made_by("train"):
        judge = read.read_tree(JUDGE / "judge.json", JUDGE_SHAPE)
        train = read.read_table(CURVES / "train.csv", ("step", "score_loss"))
        validation = read.read_table(CURVES / "validation.csv", ("step", "score_loss"))
    with read.made_by("evaluate"):
        results = read.Results(
            config=config.parse(judge["params"], str(JUDGE / "judge.json")),
            metrics=_metrics(),
            audit=data.audit,
            judge=judge,
            predictions=read.read_predictions(TABLES / "predictions.jsonl", splits["test"]),
            reasonings=read.read_reasonings(TABLES / "reasonings.jsonl", splits["test"]),
            pairs=_pairs(TABLES / "confusion.csv"),
            reliability=_reliability(TABLES / "reliability.csv"),
            shares=_shares(TABLES / "scores.csv"),
            train=train,
            validation=validation,
        )
    pages = {REPORT: report.render(results), DATA_CARD: data_card.render(data)}
    for path, page in pages.items():
        atomic_write(path, page)
    print(f"{REPORT} and {DATA_CARD}: open them in a browser", file=sys.stderr)


def _splits() -> dict[str, list[Example]]:
    """The examples by split; kinds are held out only where the parameters ask for it."""
    splits = {
        name: read_examples(SPLITS / f"{name}.jsonl") for name in ("train", "validation", "test")
    }
    unseen = SPLITS / "holdout.jsonl"
    return splits | ({"holdout": read_examples(unseen)} if unseen.exists() else {})


def _metrics() -> dict[str, Any]:
    tree = read.read_tree(METRICS, METRICS_SHAPE)
    _optional(tree, "")
    if tree.get("holdout"):
        check_tree(tree["holdout"], COMPARED, str(METRICS), "holdout")
        _optional(tree["holdout"], "holdout.")
    return tree


def _optional(tree: dict[str, Any], place: str) -> None:
    for key, shape in OPTIONAL.items():
        for name, part in shape.items():
            if name in tree[key]:
                check_tree(tree[key][name], part, str(METRICS), f"{place}{key}.{name}")


def _pairs(path: Path) -> list[tuple[int, int]]:
    rows = read.read_table(path, ("actual", "predicted"))
    return [
        (_score(row, "actual", path, at), _score(row, "predicted", path, at))
        for at, row in enumerate(rows, start=2)
    ]


def _reliability(path: Path) -> list[tuple[float, float, int]]:
    rows = read.read_table(path, ("confidence", "accuracy", "num_examples"))
    for at, row in enumerate(rows, start=2):
        for name in ("confidence", "accuracy", "num_examples"):
            if row[name] is None:
                raise DataError("is empty", path=str(path), line=at, field=name)
    return [(row["confidence"], row["accuracy"], int(row["num_examples"])) for row in rows]


def _shares(path: Path) -> dict[str, dict[int, float]]:
    shares: dict[str, dict[int, float]] = {}
    rows = read.read_table(path, ("score", "kind", "share"), texts=("kind",))
    for at, row in enumerate(rows, start=2):
        score = _score(row, "score", path, at)
        shares.setdefault(row["kind"], {})[score] = row["share"] or 0.0
    for kind, share in shares.items():
        if sorted(share) != list(SCORES):
            raise DataError(f"expected {kind!r} for each score 1 to 5", path=str(path))
    return shares


def _score(row: dict[str, Any], name: str, path: Path, line: int) -> int:
    if row[name] not in SCORES:
        raise DataError(
            f"expected a score 1 to 5, got {row[name]}", path=str(path), line=line, field=name
        )
    return int(row[name])


if __name__ == "__main__":
    run(main)
