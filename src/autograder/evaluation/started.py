"""The judge that a training started from, graded on the same answers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from torch import Tensor

from autograder.judging.judge import Judge
from autograder.pacing import bar
from autograder.schema import Example


@dataclass(frozen=True)
class Start:
    """What the judge that a training started from says of held-out answers.

    Attributes:
        judge_sha256: its fingerprint.
        test, holdout: its distributions (N, 5) for the two sets.
    """

    judge_sha256: str
    test: Tensor
    holdout: Tensor


def grade_start(
    folder: Path, test: Sequence[Example], holdout: Sequence[Example], batch_size: int
) -> Start | None:
    """Grade with the judge that the stage `check` has copied; None where there is none.

    Nothing of it stays in memory, so call this before the new judge is loaded.

    Raises:
        ModelError, SourceError: see `Judge.load`.
    """
    about = json.loads((folder / "start.json").read_text(encoding="utf-8"))
    if about["start"] is None:
        return None
    judge = Judge.load(folder)
    judge.batch_size = batch_size
    parts = [[judge.encoder.encode_request(row) for row in rows] for rows in (test, holdout)]
    with bar(len(test) + len(holdout), f"evaluate {about['start']}", "answer") as shown:
        rows = [judge.probabilities(part, shown.update) for part in parts]
    return Start(about["judge_sha256"], *rows)
