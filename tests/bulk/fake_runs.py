"""Files of answers, and their grading by a fake judge."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from autograder.bulk.grade_file import Plan, Report, check, grade_file
from autograder.bulk.source import Source
from autograder.tables.formats import ImportOptions
from helpers.fake_judge import FakeJudge


def answers(num: int) -> list[dict[str, Any]]:
    return [
        {"id": n, "prompt": f"p{n % 3}", "response": "word " * (1 + n % 7), "rubric": f"r{n % 2}"}
        for n in range(num)
    ]


def write_jsonl(path: Path, rows: list[Any]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def read_jsonl(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def grade(
    path: Path,
    out: Path,
    judge: FakeJudge | None = None,
    fingerprint: str = "f",
    *,
    options: dict[str, Any] | None = None,
    **plan: Any,
) -> Report:
    chosen = Plan(Source.open(path, ImportOptions(**options or {})), out, **plan)
    judge = judge or FakeJudge(3)
    return grade_file(chosen, check(chosen), fingerprint, lambda: judge)


def names(folder):
    return sorted(path.name for path in folder.iterdir())


class StoppedError(Exception):
    pass


class Stopping(FakeJudge):
    """Grades so many batches, then dies."""

    def __init__(self, num_batches: int) -> None:
        super().__init__(3)
        self.left = num_batches

    def grade(self, requests, tokens):
        if not self.left:
            raise StoppedError
        self.left -= 1
        return super().grade(requests, tokens)
