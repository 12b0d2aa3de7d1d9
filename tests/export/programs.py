"""Run what an export brings, in a process that cannot import our package."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from export.conftest import ANSWERS

_ALONE = """
import runpy, sys
sys.modules["autograder"] = None  # importing it is an error from here on
program, sys.argv[1:] = sys.argv[1], sys.argv[2:]
runpy.run_path(program, run_name="__main__")
"""


def run_example(
    folder: Path,
    *arguments: str,
    python: str = sys.executable,
    answers: Sequence[dict[str, str]] = ANSWERS,
    threads: int = 1,
) -> list[dict]:
    """The rows that the export's own program prints for the answers."""
    text = "".join(json.dumps(row) + "\n" for row in answers)
    command = [python, "-c", _ALONE, str(folder / "grade.py"), *arguments]
    done = run_alone(command, folder.parent, text, threads)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def run_alone(
    command: list[str], place: Path, text: str = "", threads: int = 1
) -> subprocess.CompletedProcess[str]:
    """Run a program with no network and without this project's modules."""
    environment = os.environ | {"HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": str(threads)}
    environment["PYTHONPATH"] = ""
    return subprocess.run(
        command,
        input=text,
        text=True,
        capture_output=True,
        check=False,
        cwd=place,
        env=environment,
    )
