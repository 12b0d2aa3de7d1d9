"""A grading killed with SIGKILL at any moment ends with the same bytes, every row once."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from helpers.tiny_judge import publish_tiny_judge
from scripts.forks import run_plan

SCRIPT = Path(__file__).parent / "scripts" / "grade_tiny.py"
NUM_ROWS, SKIPPED = 16, {4: "missing", 9: "too long"}

# A window is 6 rows, so 3 batches of 2; the rows that cannot be graded are appended before.
MOMENTS = {
    "before the first batch": "judging:1",
    "in the middle of the first line": "torn:1",
    "after a batch": "appended:2",
    "in the middle of a batch's second line": "torn:4",
    "before a window's last batch": "judging:3",
    "at a window's end": "synced:1",
    "in the second window": "appended:6",
    "before the last batch": "judging:8",
    "while the output is written": "joining:7",
    "while the rejects are written": "rejecting:2",
    "with all written, before it is noted": "finishing:1",
    "with all noted, before the first rename": "renaming:1",
    "between the renames": "renaming:2",
    "after the last rename": "renamed:2",
    "interrupted by control and C": "interrupt judging:4",
}


class Runs(NamedTuple):
    """What killed runs left behind, by moment, and what all runs wrote to standard error."""

    left: dict[str, list[str]]
    errors: str


@pytest.fixture(scope="module")
def folder(tiny_base, tmp_path_factory):
    root = tmp_path_factory.mktemp("grade")
    (root / "judge").mkdir()
    publish_tiny_judge(tiny_base, root / "judge")
    rows = [
        {
            "n": n,
            "prompt": f"Name metal {n % 4}.",
            "response": "iron, " * (1 + n % 5),
            "rubric": "long " * 300 if n == 9 else "Is it one?",
        }
        for n in range(NUM_ROWS)
    ]
    del rows[4]["response"]
    text = "".join(json.dumps(row) + "\n" for row in rows)
    (root / "in.jsonl").write_text(text, encoding="utf-8")
    return root


@pytest.fixture(scope="module")
def runs(folder):
    """One run never killed, and one for each moment, which then goes on."""
    plan = []
    for name, kill in {"never": None, **MOMENTS}.items():
        place = place_of(folder, name)
        place.mkdir()
        plan.append({"arguments": arguments(folder, place), "kill": kill})
    statuses, errors = run_plan(SCRIPT, folder, plan, hash_seed=1)
    assert statuses == [3] + [-9] * (len(MOMENTS) - 1) + [130], errors
    left = {
        name: sorted(path.name for path in place_of(folder, name).iterdir()) for name in MOMENTS
    }
    for values in plan:
        values["kill"] = None
    statuses, more = run_plan(SCRIPT, folder, plan[1:], hash_seed=2)
    assert statuses == [3] * len(MOMENTS), more
    return Runs(left, errors + more)


def place_of(folder, moment):
    return folder / moment.replace(" ", "-").replace("'", "")


def arguments(folder, place):
    options = ["--judge", folder / "judge", "--on-error", "skip", "--batch-size", 2]
    return [str(a) for a in (folder / "in.jsonl", place / "out.csv", *options)]


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_killed_run_ends_as_one_that_was_never_killed(folder, runs, moment):
    never, killed = place_of(folder, "never"), place_of(folder, moment)
    names = ["out.csv", "out.csv.rejected.jsonl"]
    assert sorted(path.name for path in killed.iterdir()) == names
    for name in names:
        assert (killed / name).read_bytes() == (never / name).read_bytes(), name


def test_every_row_is_there_once(folder, runs):
    with (place_of(folder, "never") / "out.csv").open(newline="") as file:
        rows = [int(row["n"]) for row in csv.DictReader(file)]
    assert rows == [n for n in range(NUM_ROWS) if n not in SKIPPED]
    rejects = (place_of(folder, "never") / "out.csv.rejected.jsonl").read_text().splitlines()
    assert [json.loads(line)["line"] - 1 for line in rejects] == list(SKIPPED)


def test_the_output_appears_when_all_is_done(runs):
    for moment, names in runs.left.items():
        assert ("out.csv" in names) == (moment == "after the last rename"), moment
        assert ".out.csv.part" in names, moment


def test_an_interrupted_run_says_that_it_can_go_on(runs):
    assert runs.errors.count("interrupted; the same command goes on from here") == 1


RANDOM = Path(__file__).parent / "scripts" / "grade_killed.py"


@pytest.mark.parametrize(
    ("num_kills", "form"),
    [
        (5, "jsonl"),
        pytest.param(40, "jsonl", marks=pytest.mark.slow),
        pytest.param(40, "parquet", marks=pytest.mark.slow),
    ],
)
def test_kills_at_random_moments_change_no_byte(judge_folder, tmp_path, num_kills, form):
    rows = [
        {
            "n": n,
            "prompt": f"Name metal {n % 7}.",
            "response": f"iron {n}, " * (1 + n % 5),
            "rubric": "Is it one?",
        }
        for n in range(150)
    ]
    file, place = tmp_path / "in.jsonl", tmp_path / "out"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    place.mkdir()
    plan = {"file": str(file), "folder": str(place), "judge": str(judge_folder)}
    plan |= {"form": form, "num_kills": num_kills, "seed": num_kills}
    done = subprocess.run(
        [sys.executable, RANDOM, json.dumps(plan)],
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert len(found["kills"]) == num_kills
    assert found["compared"] > 0
