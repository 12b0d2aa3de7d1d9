from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from autograder.schema import read_examples

ROOT = Path(__file__).parents[2]
STAGES = ("generate", "audit", "split")
OUTPUTS = (
    "build/dataset/examples.jsonl",
    "reports/audit.json",
    "build/splits/train.jsonl",
    "build/splits/validation.jsonl",
    "build/splits/test.jsonl",
)


@pytest.fixture
def project(tmp_path):
    shutil.copytree(ROOT / "data", tmp_path / "data")
    params = (ROOT / "params.yaml").read_text(encoding="utf-8")
    lines = [
        "  recipe: starter" if line.startswith("  recipe:") else line for line in params.split("\n")
    ]
    text = "\n".join(lines).replace("  balance: 3.0 ", "  balance: 1.0 ")
    (tmp_path / "params.yaml").write_text(text, encoding="utf-8")
    return tmp_path


def call(project: Path, stage: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", f"autograder.stages.{stage}"],
        cwd=project,
        env=os.environ | {"PYTHONPATH": str(ROOT / "src")} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_the_stages_write_their_files_the_same_way_each_time(project):
    made = []
    for seed in ("1", "2"):
        for stage in STAGES:
            done = call(project, stage, PYTHONHASHSEED=seed)
            assert done.returncode == 0, done.stderr
            assert done.stderr == ""
        made.append([(project / name).read_bytes() for name in OUTPUTS])
    assert made[0] == made[1]
    assert len(read_examples(project / OUTPUTS[0])) == 50
    assert sum(len(read_examples(project / name)) for name in OUTPUTS[2:]) == 50
    assert json.loads(made[0][1])["num_examples"] == 50


def test_generate_says_what_it_made(project):
    first, second = call(project, "generate").stdout.splitlines()
    assert first == (
        "dropped 3 of 53 examples of the recipe starter so that no score is more than 1 times "
        "as frequent as the rarest (dataset.balance=null keeps them): starter 3"
    )
    assert second == (
        "build/dataset/examples.jsonl: 50 examples, 24 items; "
        "scores 1: 10, 2: 10, 3: 10, 4: 10, 5: 10; sources starter: 50"
    )


def test_generate_from_the_starter_set_takes_about_a_second(project):
    start = time.perf_counter()
    call(project, "generate")
    assert time.perf_counter() - start < 5


@pytest.mark.parametrize(
    ("name", "old", "new", "says"),
    [
        ("data/starter.jsonl", '"score": 4', '"score": 6', "starter.jsonl:5: score: "),
        ("params.yaml", "  r: 16", "  r: abc", "lora.r: 'abc' is not a whole number"),
    ],
)
def test_a_fault_is_named_and_writes_nothing(project, name, old, new, says):
    edit(project / name, old, new)
    done = call(project, "generate")
    assert done.returncode == 1
    assert done.stderr.startswith("error: ")
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert not (project / "build").exists()


def test_a_contradiction_stops_the_audit_and_writes_nothing(project):
    call(project, "generate")
    path = project / OUTPUTS[0]
    row = json.loads(path.read_text(encoding="utf-8").splitlines()[0])
    row |= {"id": "planted", "score": row["score"] % 5 + 1}
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(row) + "\n")
    done = call(project, "audit")
    assert done.returncode == 1
    assert "planted: the same prompt, response and rubric have scores" in done.stderr
    assert not (project / OUTPUTS[1]).exists()


def test_a_stage_before_its_input_names_the_missing_file(project):
    done = call(project, "split")
    assert done.returncode == 1
    assert done.stderr == "error: build/dataset/examples.jsonl: no such file\n"


def test_split_refuses_rows_that_nearly_repeat_another_split(project):
    call(project, "generate")
    path = project / OUTPUTS[0]
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    row = max(rows, key=lambda row: len(row["response"].split()))
    with path.open("a", encoding="utf-8") as file:
        for n in range(6):  # not all of which the draw puts on one side
            response = f"{row['response']} And {n} more."
            twin = row | {"id": f"twin-{n}", "item": f"twin-{n}", "response": response}
            file.write(json.dumps(twin) + "\n")
    call(project, "audit")
    done = call(project, "split")
    assert done.returncode == 1
    assert "nearly repeat a row of another split" in done.stderr
    assert "twin-" in done.stderr
    assert not (project / OUTPUTS[2]).exists()


def test_split_says_how_far_apart_the_splits_are(project):
    call(project, "generate")
    call(project, "audit")
    last = call(project, "split").stdout.splitlines()[-1]
    assert last.startswith("no split nearly repeats another; ")
