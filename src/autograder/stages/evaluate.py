"""Evaluate: grade the held-out split -> reports/metrics.json and reports/eval/."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from autograder import config
from autograder.evaluation.result_models import Comparison, Gain, Prediction, Reasoned
from autograder.evaluation.results import Measured, rounded, to_json, to_jsonl
from autograder.files import atomic_folder, atomic_write
from autograder.schema import SCORES, read_examples
from autograder.stages import JUDGE, METRICS, PARAMS, SPLITS, START, TABLES, run


def main() -> None:
    settings = config.load(PARAMS)
    train = read_examples(SPLITS / "train.jsonl")
    validation = read_examples(SPLITS / "validation.jsonl")
    test = read_examples(SPLITS / "test.jsonl")
    unseen = SPLITS / "holdout.jsonl"
    holdout = read_examples(unseen) if unseen.exists() else []

    from autograder.bases.fetch import set_mirror
    from autograder.evaluation.evaluate import evaluate, measured_part
    from autograder.evaluation.started import grade_start
    from autograder.judging.folder import judge_fingerprint
    from autograder.judging.judge import Judge

    set_mirror(settings.bases.mirror)
    most = settings.evaluate.max_examples
    test, holdout = (measured_part(part, most) for part in (test, holdout))
    start = grade_start(START, test, holdout, settings.evaluate.batch_size)
    judge, sha256 = Judge.load(JUDGE), judge_fingerprint(JUDGE)
    judge.batch_size = settings.evaluate.batch_size
    found = evaluate(
        judge,
        train,
        validation,
        test,
        holdout,
        settings.evaluate,
        settings.seed,
        judge_sha256=sha256,
        start=start,
    )
    write(found.measured, found.predictions, found.reasonings)
    systems = found.measured.systems
    print(_summary(systems.test), file=sys.stderr)
    if systems.test.gain.start:
        print(f"gained over the start: {_gained(systems.test.gain.start)}", file=sys.stderr)
    if systems.start and systems.start.user:
        print(f"on the source user: {_gained(systems.start.user.gain)}", file=sys.stderr)
    if probe := systems.probe:
        print(
            f"linear_probe: after layer {probe.layer} of {probe.num_layers}, {probe.pooled}, "
            f"alpha {probe.alpha:.3g}, fitted on {probe.num_examples} training answers",
            file=sys.stderr,
        )
    if systems.holdout:
        print("kinds of task that were in no training:", file=sys.stderr)
        print(_summary(systems.holdout), file=sys.stderr)


def write(
    measured: Measured, predictions: Sequence[Prediction], reasonings: Sequence[Reasoned]
) -> None:
    """Write all that was measured, and CSV files of the same for `dvc plots`."""
    shares = measured.distribution
    kinds = {"label": shares.label, "given": shares.given, "probability": shares.probability}
    with atomic_folder(TABLES) as folder:
        measured.write(folder)
        (folder / "predictions.jsonl").write_text(to_jsonl(predictions), encoding="utf-8")
        (folder / "reasonings.jsonl").write_text(to_jsonl(reasonings), encoding="utf-8")
        pairs = [{"actual": row.score, "predicted": row.given} for row in predictions]
        _csv(folder / "confusion.csv", pairs)
        _csv(folder / "reliability.csv", [row.model_dump() for row in shares.reliability])
        scores = [
            {"score": score, "kind": kind, "share": share[str(score)]}
            for kind, share in kinds.items()
            for score in SCORES
        ]
        _csv(folder / "scores.csv", scores)
    atomic_write(METRICS, to_json(measured.headline()))


def _csv(path: Path, rows: Sequence[dict[str, Any]]) -> None:
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rounded(row) for row in rows)
    path.write_text(text.getvalue(), encoding="utf-8")


def _summary(compared: Comparison) -> str:
    rows = [("judge", compared.judge), *compared.baselines.items()]
    names = ("exact", "within_1", "mae", "pearson", "spearman", "ece")
    lines = ["".join([f"{'':14}", *(f"{name:>10}" for name in names)])]
    for title, row in rows:
        values = [getattr(row, name) for name in names]
        cells = ("     -" if value is None else f"{value:.3f}" for value in values)
        lines.append("".join([f"{title:14}", *(f"{cell:>10}" for cell in cells)]))
    return "\n".join(lines)


def _gained(gain: Gain) -> str:
    """Differences with their 95 % intervals; of errors a negative one is better."""
    parts = []
    for name in ("exact", "mae", "rps"):
        value, bounds = getattr(gain, name), getattr(gain, f"{name}_interval")
        interval = f" [{bounds[0]:+.3f}, {bounds[1]:+.3f}]" if bounds else ""
        parts.append(f"{name} {value:+.3f}{interval}" if value is not None else f"{name} -")
    return ", ".join(parts)


if __name__ == "__main__":
    run(main)
