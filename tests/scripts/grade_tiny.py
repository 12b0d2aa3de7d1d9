"""Grades with the tiny judge outside pytest: `python grade_tiny.py PLAN.json`.

A plan is a list of runs of `autograder grade`: its arguments, and perhaps a moment at which the
process kills itself.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

# Loaded once, before the forks.
from transformers import AutoTokenizer, Qwen2ForCausalLM  # noqa: F401  # loaded once, before the forks

from autograder import cli
from autograder.bulk import grade_file, output
from autograder.bulk import source as bulk_source
from autograder.bulk.part import Part, Record
from autograder.judging.judge import Judge
from autograder.model.lora import fuse_lora  # noqa: F401  # likewise
from scripts.forks import die, run_each

bulk_source.WINDOW = 6  # batches of 2 with a few rows a window


def at_call(owner: Any, name: str, number: int, end: Callable[[], None], *, after: bool) -> None:
    """Come to an end before or after the call of that number, counted from 1."""
    function, left = getattr(owner, name), [number]

    def mortal(*args: Any, **named: Any) -> Any:
        left[0] -= 1
        if not left[0] and not after:
            end()
        result = function(*args, **named)
        if not left[0] and after:
            end()
        return result

    setattr(owner, name, mortal)


def tear(number: int) -> None:
    """Die in the middle of the record of that number."""
    append, seen = Part.append, [0]

    def torn(self: Part, records: Iterable[Record]) -> None:
        known, start = list(records), self.path.stat().st_size
        append(self, known)
        if seen[0] < number <= seen[0] + len(known):
            lines = [record.line() for record in known[: number - seen[0]]]
            os.truncate(self.path, start + sum(map(len, lines)) - 20)
            die()
        seen[0] += len(known)

    Part.append = torn  # type: ignore[method-assign]  # dies in the middle of a line


def interrupt() -> None:
    os.kill(os.getpid(), signal.SIGINT)


PLACES: dict[str, tuple[Any, str, bool]] = {
    "judging": (Judge, "_verdicts", False),
    "appended": (Part, "append", True),
    "synced": (Part, "sync", True),
    "joining": (output, "_csv_line", False),
    "joining jsonl": (output, "json_line", False),
    "joining parquet": (output, "_cast", False),
    "rejecting": (grade_file, "reject_line", False),
    "finishing": (Part, "finish", False),
    "finished": (Part, "finish", True),
    "renaming": (grade_file, "replace", False),
    "renamed": (grade_file, "replace", True),
}


def grade(values: dict[str, Any]) -> None:
    if moment := values.get("kill"):
        end = interrupt if moment.startswith("interrupt ") else die
        name, _, number = moment.removeprefix("interrupt ").partition(":")
        if name == "torn":
            tear(int(number))
        else:
            owner, function, after = PLACES[name]
            at_call(owner, function, int(number), end, after=after)
    cli.main(["grade", *values["arguments"]])


if __name__ == "__main__":
    run_each(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")), grade)
