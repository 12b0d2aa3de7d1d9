"""A grading killed with SIGKILL at any moment ends with the same bytes, every row once."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pytest
from pyarrow import parquet

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
FORMS = ("jsonl", "parquet")
IN_OTHER_FORMS = {
    "in the middle of a line": "torn:4",
    "while the output is written": "joining {}:7",
    "while the rejects are written": "rejecting:2",
    "with all noted, before the first rename": "renaming:1",
    "between the renames": "renaming:2",
    "after the last rename": "renamed:2",
}
KILLS = {
    **{(moment, "csv"): kill for moment, kill in MOMENTS.items()},
    **{
        (moment, form): kill.format(form)
        for form in FORMS
        for moment, kill in IN_OTHER_FORMS.items()
    },
}
"""What ends a run, by the moment's name and the output's ending."""


class Runs(NamedTuple):
    """What killed runs left behind, by moment and form, and what all wrote to standard error."""

    left: dict[tuple[str, str], list[str]]
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
    """One run of each form never killed, and one for each moment, which then goes on."""
    never = {("never", form): None for form in ("csv", *FORMS)}
    plan = []
    for key, kill in {**never, **KILLS}.items():
        place_of(folder, *key).mkdir()
        plan.append({"arguments": arguments(folder, *key), "kill": kill})
    statuses, errors = run_plan(SCRIPT, folder, plan, hash_seed=1)
    ends = [130 if kill.startswith("interrupt") else -9 for kill in KILLS.values()]
    assert statuses == [3] * len(never) + ends, errors
    left = {key: sorted(path.name for path in place_of(folder, *key).iterdir()) for key in KILLS}
    for values in plan:
        values["kill"] = None
    statuses, more = run_plan(SCRIPT, folder, plan[len(never) :], hash_seed=2)
    assert statuses == [3] * len(KILLS), more
    return Runs(left, errors + more)


def place_of(folder, moment, form):
    return folder / f"{form}-{moment}".replace(" ", "-").replace("'", "")


def arguments(folder, moment, form):
    options = ["--judge", folder / "judge", "--on-error", "skip", "--batch-size", 2]
    out = place_of(folder, moment, form) / f"out.{form}"
    return [str(a) for a in (folder / "in.jsonl", out, *options)]


@pytest.mark.parametrize(("moment", "form"), KILLS)
def test_a_killed_run_ends_as_one_that_was_never_killed(folder, runs, moment, form):
    never, killed = place_of(folder, "never", form), place_of(folder, moment, form)
    names = [f"out.{form}", f"out.{form}.rejected.jsonl"]
    assert sorted(path.name for path in killed.iterdir()) == names
    for name in names:
        assert (killed / name).read_bytes() == (never / name).read_bytes(), name


def test_every_row_is_there_once(folder, runs):
    outs = {form: place_of(folder, "never", form) / f"out.{form}" for form in ("csv", *FORMS)}
    with outs["csv"].open(newline="") as file:
        rows = {"csv": [int(row["n"]) for row in csv.DictReader(file)]}
    rows["jsonl"] = [json.loads(line)["n"] for line in outs["jsonl"].read_text().splitlines()]
    rows["parquet"] = parquet.read_table(outs["parquet"])["n"].to_pylist()
    for form, out in outs.items():
        assert rows[form] == [n for n in range(NUM_ROWS) if n not in SKIPPED]
        rejects = out.with_name(f"out.{form}.rejected.jsonl").read_text().splitlines()
        assert [json.loads(line)["line"] - 1 for line in rejects] == list(SKIPPED)


def test_the_output_appears_when_all_is_done(runs):
    for (moment, form), names in runs.left.items():
        assert (f"out.{form}" in names) == (moment == "after the last rename"), moment
        assert f".out.{form}.part" in names, moment


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
    file, place = tmp_path / f"in.{form}", tmp_path / "out"
    if form == "parquet":
        parquet.write_table(pa.Table.from_pylist(rows), file)
    else:
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
