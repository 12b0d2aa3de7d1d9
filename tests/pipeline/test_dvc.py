"""DVC in use, on the tiny model: what reruns, what does not, and what a bad value costs."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from safetensors.numpy import load_file, save_file

from pipeline.project import Project

pytestmark = [pytest.mark.pipeline, pytest.mark.timeout(600)]

STAGES = (
    "check", "generate", "audit", "split", "train", "calibrate", "publish", "evaluate", "report"
)  # fmt: skip


LATER = ("calibrate", "publish", "evaluate", "report")


@pytest.fixture(scope="module")
def finished(make_project: Callable[[], Project]) -> Project:
    """A project in which `dvc repro` has run to the end and is committed."""
    project = make_project()
    said = project.run("dvc", "repro")
    assert ran(said) == list(STAGES)
    project.commit()
    return project


def ran(said: str) -> list[str]:
    return [stage for stage in STAGES if f"Running stage '{stage}'" in said]


def test_a_second_repro_runs_nothing(finished: Project) -> None:
    said = finished.run("dvc", "repro")
    assert ran(said) == []
    assert "up to date" in said


def test_metrics_hold_judge_and_baselines_and_no_nan(finished: Project) -> None:
    metrics = json.loads(finished.read("reports/metrics.json"), parse_constant=pytest.fail)
    assert set(metrics["baselines"]) == {"majority", "length_only", "base_model", "linear_probe"}
    assert 0 <= metrics["judge"]["exact"] <= 1
    assert num_leaves(metrics) <= 64
    assert "<html" in finished.read("reports/report.html")


def num_leaves(values: object) -> int:
    if isinstance(values, dict | list):
        below = values.values() if isinstance(values, dict) else values
        return sum(map(num_leaves, below))
    return 1


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"lora__r": 8}, ["check", "train", *LATER]),
        ({"evaluate__bootstrap": 30}, ["check", "evaluate", "report"]),
        ({"audit__max_length_accuracy": 0.5}, ["check", "audit", "split", "train", *LATER]),
        ({"run__logger": "dvclive", "run__checkpoint_every": 3, "run__devices": 1}, ["check"]),
    ],
)
def test_only_what_reads_a_parameter_reruns(
    finished: Project, change: dict[str, object], expected: list[str]
) -> None:
    finished.set(**change)
    try:
        said = finished.run("dvc", "repro", "--dry")
    finally:
        finished.run("git", "checkout", "-q", "params.yaml")
    assert [stage for stage in ran(said) if stage in expected] == ran(said)
    assert ran(said)[:2] == expected[:2]


ROOMS = {
    "training": ["train", *LATER],
    "judging": ["check", *LATER],  # it copies a judge to start from
    "evaluation": ["evaluate", "report"],
    "report": ["report"],
    "checks": ["audit", "split"],
}


@pytest.mark.parametrize(
    "room", [*ROOMS, "serve", "bulk", "benchmark", "robustness", "tables", "export", "cli"]
)
def test_only_the_stages_that_use_a_room_are_out_of_date(finished: Project, room: str) -> None:
    """A touched file of `judging` does not train anew, one of `serve` reruns nothing."""
    path = finished.folder / "src" / "autograder" / room / "__init__.py"
    whole = path.read_text(encoding="utf-8")
    try:
        path.write_text(whole + "# touched\n", encoding="utf-8")
        changed = json.loads(finished.run("dvc", "status", "--json"))
    finally:
        path.write_text(whole, encoding="utf-8")
    assert set(changed) <= set(ROOMS.get(room, []))
    assert set(ROOMS.get(room, [])[:1]) <= set(changed)


def test_a_changed_line_of_data_reruns_all_from_the_check(finished: Project) -> None:
    path = finished.folder / "data" / "starter.jsonl"
    whole = path.read_text(encoding="utf-8")
    try:
        path.write_text(whole.replace("2", "3", 1), encoding="utf-8")
        said = finished.run("dvc", "repro", "--dry")
    finally:
        path.write_text(whole, encoding="utf-8")
    assert ran(said)[:2] == ["check", "generate"]  # sources that a setting names are in the data


@pytest.mark.parametrize(
    ("setting", "fault"),
    [
        ("lora.r=abc", "lora.r: 'abc' is not a whole number"),
        ("train.lr=-1", "train.lr: -1 is out of range"),
        ("dataset.recipe=everything", "dataset.recipe: 'everything' is out of range"),
    ],
)
def test_a_bad_value_stops_a_stage_before_anything_is_loaded(
    finished: Project, setting: str, fault: str
) -> None:
    said = finished.run("dvc", "exp", "run", "--temp", "-S", setting, code=255)
    assert fault in said
    assert "Traceback" not in said


def test_a_bad_value_removes_nothing(finished: Project) -> None:
    """DVC removes what a stage makes before it starts it: the check stands before all others."""
    before = made(finished)
    finished.set(lora__r="abc")
    try:
        said = finished.run("dvc", "repro", code=255)
    finally:
        finished.run("git", "checkout", "-q", "params.yaml")
    assert "lora.r: 'abc' is not a whole number" in said
    build = finished.folder / "build"
    assert before - made(finished) == {build / "params.checked", build / "start" / "start.json"}
    finished.run("dvc", "checkout", "-q")


def made(project: Project) -> set[Path]:
    """The files that stages have made."""
    folders = (project.folder / "build", project.folder / "reports")
    return {path for folder in folders for path in folder.rglob("*") if path.is_file()}


def test_an_unknown_key_is_refused(finished: Project) -> None:
    said = finished.run("dvc", "exp", "run", "--temp", "-S", "lora.rr=8", code=255)
    assert "rr" in said


def test_a_temporary_experiment_runs_its_own_code(finished: Project) -> None:
    """Code edited in the workspace travels; the installed package does not stand in for it."""
    path = finished.folder / "src" / "autograder" / "stages" / "generate.py"
    whole = path.read_text(encoding="utf-8")
    try:
        changed = whole.replace(
            'if __name__ == "__main__":',
            'if __name__ == "__main__":\n    print("the code of this tree")',
        )
        path.write_text(changed, encoding="utf-8")
        said = finished.run("dvc", "exp", "run", "--temp", "-S", "seed=18", "generate")
    finally:
        path.write_text(whole, encoding="utf-8")
    assert "the code of this tree" in said


def test_an_experiment_changes_the_metrics_and_can_be_compared(finished: Project) -> None:
    finished.run("dvc", "exp", "run", "--temp", "-n", "wider", "-S", "lora.r=8")
    diff = json.loads(finished.run("dvc", "exp", "diff", "HEAD", "wider", "--json"))
    assert diff["params"]["params.yaml"]["lora.r"] == {"old": 4, "new": 8, "diff": 4}
    assert any(name.startswith("judge.") for name in diff["metrics"]["reports/metrics.json"])


def test_a_judge_is_continued_and_measured_beside_itself(finished: Project) -> None:
    """The last test here: what it makes stays in the workspace."""
    before = json.loads(finished.read("reports/metrics.json"))["judge"]
    mine = finished.folder / "judges" / "mine"
    shutil.copytree(finished.folder / "build" / "judge", mine)
    finished.run("dvc", "repro")  # another judge in the folder is none to start from
    said = finished.run("dvc", "exp", "run", "-S", "train.start=mine", "-S", "train.lr=5e-5")
    assert ran(said) == ["check", "train", *LATER]
    start = json.loads(finished.read("reports/metrics.json"))["start"]
    assert {name: before[name] for name in ("exact", "mae", "rps")} == {
        name: start[name] for name in ("exact", "mae", "rps")
    }
    assert "The judge before" in finished.read("reports/report.html")
    assert ran(finished.run("dvc", "repro")) == []

    (mine / "README.md").write_text("another card", encoding="utf-8")
    assert ran(finished.run("dvc", "repro")) == ["check"]

    path = mine / "adapter_model.safetensors"
    (mine / "SHA256SUMS").unlink()
    save_file({name: value / 2 for name, value in load_file(path).items()}, path)
    finished.run("dvc", "repro", "check")
    assert "train" in json.loads(finished.run("dvc", "status", "--json"))
