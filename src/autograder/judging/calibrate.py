"""One temperature for a trained adapter, fitted on the validation split."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import torch

from autograder.judging.calibration import fit_temperature
from autograder.judging.judge import Judge
from autograder.judging.publish import publish
from autograder.pacing import bar
from autograder.schema import Example


def calibrate(adapter: Path, validation: Sequence[Example]) -> float:
    """The temperature of a trained adapter, by the very logits that a judge grades with.

    Raises:
        ModelError: the folder holds no adapter, or one of another template or tokenizer.
    """
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "judge"
        publish(adapter, 1.0, folder)
        judge = Judge.load(folder)
    encoded = [judge.encoder.encode_request(example) for example in validation]
    scores = torch.tensor([example.score for example in validation], dtype=torch.int64)
    with bar(len(encoded), "calibrate", "answer") as shown:
        return fit_temperature(judge.digit_logits(encoded, shown.update), scores)
