"""What was measured -> reports/report.html, and what the data is -> reports/data-card.html

Two pages without a script that link to each other.
"""

from __future__ import annotations

import sys

from autograder import config
from autograder.evaluation.results import read_results
from autograder.evaluation.typed_files import made_by, read_json
from autograder.files import atomic_write
from autograder.report import data_card
from autograder.report import page_data as read
from autograder.report import results_page as report
from autograder.schema import Example, read_examples
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
    with made_by("split"):
        splits = _splits()
    with made_by("audit"):
        data = data_card.DataSet(settings, read_json(AUDIT, read.Audit), splits)
        data_card.check_audit(data, str(AUDIT))
    with made_by("publish"):
        judge = read_json(JUDGE / "judge.json", read.Judge)
    with made_by("train"):
        train = read.read_curve(CURVES / "train.csv", ("step", "score_loss"))
        validation = read.read_curve(CURVES / "validation.csv", ("step", "score_loss"))
    measured = read_results(METRICS, TABLES)
    with made_by("evaluate"):
        predictions = read.read_predictions(TABLES / "predictions.jsonl", splits["test"])
        reasonings = read.read_reasonings(TABLES / "reasonings.jsonl", splits["test"])
    results = read.Results(
        config=config.parse(judge.params, str(JUDGE / "judge.json")),
        measured=measured,
        audit=data.audit,
        judge=judge,
        predictions=predictions,
        reasonings=reasonings,
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


if __name__ == "__main__":
    run(main)
