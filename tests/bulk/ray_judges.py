"""Judges without a model that workers on a Ray cluster can import."""

from __future__ import annotations

import hashlib
import os
import signal
from pathlib import Path

from autograder.schema import Verdict
from bulk.fake_judge import FakeJudge, verdict_of


class ExactJudge(FakeJudge):
    """What it says of an answer depends on all that are graded with it."""

    def grade(self, requests: list[tuple[str, ...]], reasoning: bool) -> list[Verdict]:
        together = hashlib.sha256(repr(sorted(requests)).encode()).hexdigest()
        return [
            verdict_of(
                *request[:3], together, reasoning=f"because {request[1]}" if reasoning else None
            )
            for request in requests
        ]


class MortalJudge(ExactJudge):
    """Leaves its process number in a folder, and dies so many times of a deadly text."""

    def __init__(self, folder: Path, num_deaths: int = 0) -> None:
        super().__init__()
        self.folder = folder
        self.num_deaths = num_deaths
        (folder / str(os.getpid())).touch()

    def grade(self, requests: list[tuple[str, ...]], reasoning: bool) -> list[Verdict]:
        if any("deadly" in request[1] for request in requests):
            deaths = [self.folder / f"death {k}" for k in range(self.num_deaths)]
            if left := [death for death in deaths if not death.exists()]:
                left[0].touch()
                os.kill(os.getpid(), signal.SIGKILL)
        return super().grade(requests, reasoning)
