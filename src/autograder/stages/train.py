"""Train: 4-bit base + LoRA on the train split -> build/checkpoints/, reports/train/."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from autograder import config
from autograder.bases.fetch import set_mirror
from autograder.errors import TrainingError
from autograder.stages import CHECKPOINTS, CURVES, PARAMS, SPLITS, START, run
from autograder.stages.inputs import run_fingerprint

CACHE = Path(".scratch/rows")
LOGS = Path("reports/logs")


def main() -> None:
    settings = config.load(PARAMS)
    set_mirror(settings.bases.mirror)
    before = run_fingerprint("train", settings)

    from autograder.training.encoded_rows import Rows

    train_rows = Rows.of_file(SPLITS / "train.jsonl", CACHE)
    validation_rows = Rows.of_file(SPLITS / "validation.jsonl", CACHE)

    # Only now, as it imports torch: a fault above is told within seconds.
    from autograder.training.outcome import Outputs
    from autograder.training.run import train

    def refuse_if_edited() -> None:
        if run_fingerprint("train", settings) != before:
            raise TrainingError(
                "a file that this training depends on was edited while it ran, so its result "
                "would be recorded under the wrong inputs; run `dvc repro` again"
            )

    scratch = Path(".scratch/train") / before[:16]
    train(
        settings,
        train_rows,
        validation_rows,
        scratch=scratch,
        outputs=Outputs(CHECKPOINTS, CURVES),
        logs=LOGS / before[:16],
        cache=CACHE,
        start=START if settings.train.start else None,
        before_writing=refuse_if_edited,
    )
    if not int(os.environ.get("LOCAL_RANK", "0")):
        shutil.rmtree(scratch, ignore_errors=True)


if __name__ == "__main__":
    run(main)
