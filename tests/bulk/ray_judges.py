"""Judges without a model that workers on a Ray cluster can import."""

from __future__ import annotations

import hashlib
import os
import signal
from dataclasses import replace
from pathlib import Path

from autograder.schema import Request, Verdict
from helpers.fake_judge import FakeJudge, verdict_of


class ExactJudge(FakeJudge):
    """What it says of an answer depends on all that are graded with it."""

    def __init__(self) -> None:
        super().__init__(3)

    def grade(self, requests: list[Request], tokens: int | None) -> list[Verdict]:
        together = hashlib.sha256(repr(sorted(r.texts for r in requests)).encode()).hexdigest()
        return [
            verdict_of(
                replace(request, reference=together),
                None if tokens is None else f"because {request.response}",
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

    def grade(self, requests: list[Request], tokens: int | None) -> list[Verdict]:
        if any("deadly" in request.response for request in requests):
            deaths = [self.folder / f"death {k}" for k in range(self.num_deaths)]
            if left := [death for death in deaths if not death.exists()]:
                left[0].touch()
                os.kill(os.getpid(), signal.SIGKILL)
        return super().grade(requests, tokens)
