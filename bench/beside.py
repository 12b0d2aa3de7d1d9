"""A judge beside the last run, on the very answers that its `evaluate` has measured.

    python bench/beside.py judge-1.5b

A released judge has its own figures in `judges/NAME/metrics.json`, of the test answers as they were
when it was made. New data brings other answers, so two judges are compared on those of one run.
Run it where `dvc repro` has ended: it reads `params.yaml`, `build/splits` and `reports/eval`.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor

from autograder import config as configuration
from autograder.errors import AutograderError, DataError
from autograder.evaluation.behaviour import FAULTS, behaviour
from autograder.evaluation.evaluate import measured_part
from autograder.evaluation.measure import measure, measure_gain
from autograder.evaluation.result_models import FIRST_TESTS, NATURAL, Figures, Prediction
from autograder.evaluation.typed_files import read_jsonl
from autograder.judging.judge import Judge
from autograder.model.scores import integer_score
from autograder.pacing import bar
from autograder.schema import Example, read_examples

PREDICTIONS = Path("reports/eval/predictions.jsonl")
SPLITS = Path("build/splits")


def of_last_run(examples: Sequence[Example]) -> Tensor:
    """The last run's distributions (N, 5) over the scores of the examples.

    Raises:
        DataError: it has measured others.
    """
    known = {row.id: row.probabilities for _, row in read_jsonl(PREDICTIONS, Prediction)}
    if known.keys() != {row.id for row in examples}:
        message = f"has other answers than {SPLITS}; run `dvc repro evaluate`"
        raise DataError(message, path=str(PREDICTIONS))
    return torch.tensor([known[row.id] for row in examples])


def row_of(title: str, figures: Figures) -> str:
    """A line of the table."""

    def shown(value: float | None, bounds: Sequence[float] | None) -> str:
        if value is None:
            return "-"
        return f"{value:.3f}" + (f" ({bounds[0]:.3f} to {bounds[1]:.3f})" if bounds else "")

    cells = [
        shown(getattr(figures, name), getattr(figures.interval, name))
        for name in ("exact", "mae", "pearson", "rps")
    ]
    cells.append(shown(figures.pairs, figures.pairs_interval))
    return f"| {title} ({figures.num_examples}) | {' | '.join(cells)} |"


def main() -> None:
    parser = argparse.ArgumentParser(description="A judge beside the last run.")
    parser.add_argument("judge", help="the name of a judge in judges/, or a folder")
    name = parser.parse_args().judge
    try:
        report(name)
    except FileNotFoundError as error:
        parser.error(f"{error.filename}: is not there; run `dvc repro` first")
    except AutograderError as error:
        parser.error(str(error))


def report(name: str) -> None:
    """Grade, and print the figures."""
    config = configuration.load(Path("params.yaml"))
    test, holdout = (
        measured_part(read_examples(SPLITS / f"{part}.jsonl"), config.evaluate.max_examples)
        for part in ("test", "holdout")
    )
    last = of_last_run(test)
    judge = Judge.load(name)
    encoded = [judge.encoder.encode_request(row) for row in (*test, *holdout)]
    with bar(len(encoded), "grade", "answer") as shown:
        found = judge.probabilities(encoded, shown.update)
    ours, unseen = found[: len(test)], found[len(test) :]

    def part(title: str, rows: Tensor, examples: Sequence[Example], at: Sequence[int]) -> None:
        if at:
            chosen = [examples[place] for place in at]
            figures = measure(
                rows[at], chosen, resamples=config.evaluate.bootstrap, seed=config.seed
            )
            print(row_of(title, figures))

    print("| answers | exact | MAE | Pearson | RPS | pairs |\n" + "|---" * 6 + "|")
    part("all", ours, test, range(len(test)))
    natural = [at for at, row in enumerate(test) if row.source.startswith(NATURAL)]
    part("natural items", ours, test, natural)
    first = [at for at, row in enumerate(test) if row.source in FIRST_TESTS]
    part("first tests", ours, test, first)
    part("kinds never trained on", unseen, holdout, range(len(holdout)))
    gain = measure_gain(ours, last, test, resamples=config.evaluate.bootstrap, seed=config.seed)
    print(f"\ngain over the last run: {gain.model_dump_json()}")
    failures = behaviour(test, integer_score(ours).tolist())
    for fault in FAULTS:
        rate = getattr(failures, fault)
        print(f"{fault}: {rate.num_failed} of {rate.num_examples}")


if __name__ == "__main__":
    main()
