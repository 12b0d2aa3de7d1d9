"""Train: 4-bit base + LoRA on the train split -> build/checkpoints/, reports/train/."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from autograder import config
from autograder.bases.fetch import set_mirror
from autograder.errors import TrainingError
from autograder.schema import read_examples
from autograder.stages import CHECKPOINTS, CURVES, PARAMS, SPLITS, run
from autograder.stages.inputs import run_fingerprint


def main() -> None:
    settings = config.load(PARAMS)
    set_mirror(settings.bases.mirror)
    before = run_fingerprint("train", settings)
    train_examples = read_examples(SPLITS / "train.jsonl")
    validation_examples = read_examples(SPLITS / "validation.jsonl")

    # Only now: a fault above is told within a second.
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
        train_examples,
        validation_examples,
        scratch=scratch,
        outputs=Outputs(CHECKPOINTS, CURVES),
        before_writing=refuse_if_edited,
    )
    if not int(os.environ.get("LOCAL_RANK", "0")):
        shutil.rmtree(scratch, ignore_errors=True)


if __name__ == "__main__":
    run(main)
