"""A stage killed at any moment: nothing half-written looks whole, and `dvc repro` ends the same.

`AUTOGRADER_KILLS=N` tries N moments for each stage and way to kill it, 3 without it;
`AUTOGRADER_BASE=smollm2-135m-instruct` does so with real weights instead of the tiny model's.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from pipeline.project import Project

pytestmark = [pytest.mark.pipeline, pytest.mark.slow, pytest.mark.timeout(7200)]

NUM_KILLS = int(os.environ.get("AUTOGRADER_KILLS", "3"))
BASE = os.environ.get("AUTOGRADER_BASE")
BEFORE = {"train": "split", "publish": "calibrate", "evaluate": "publish"}
OUTPUTS = {
    "train": ("build/checkpoints/adapter", "reports/train"),
    "publish": ("build/judge",),
    "evaluate": ("reports/eval", "reports/metrics.json"),
}
"""Each appears whole or not at all."""


class Made(NamedTuple):
    """Projects that are done up to a stage, how long the stage takes, and the finished project."""

    before: dict[str, Project]
    seconds: dict[str, float]
    whole: Project


def started(project: Project, target: str, stage: str, log: Path) -> subprocess.Popen[bytes]:
    """`dvc repro` of a target, in a session of its own, once the stage runs."""
    with log.open("wb") as file:
        process = subprocess.Popen(
            ["dvc", "repro", target],
            cwd=project.folder,
            env=project.environment | {"PYTHONUNBUFFERED": "1"},
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    while f"Running stage '{stage}'" not in log.read_text(errors="replace"):
        assert process.poll() is None, log.read_text(errors="replace")
        time.sleep(0.02)
    return process


@pytest.fixture(scope="module")
def made(make_project: Callable[[], Project], tmp_path_factory: pytest.TempPathFactory) -> Made:
    project, root = make_project(), tmp_path_factory.mktemp("stages")
    if BASE:
        project.set(model__name=BASE, train__share=1.0)
        project.commit()
    before, seconds = {}, {}
    for stage, last in BEFORE.items():
        assert started(project, last, last, root / "log").wait() == 0
        before[stage] = copy_of(project, root / stage)
        start = started(project, stage, stage, root / "log")
        began = time.monotonic()
        assert start.wait() == 0
        seconds[stage] = time.monotonic() - began
    assert started(project, "report", "report", root / "log").wait() == 0
    return Made(before, seconds, project)


def copy_of(project: Project, folder: Path) -> Project:
    shutil.copytree(project.folder, folder, symlinks=True)
    return Project(folder, project.environment)


def kill_all(process: subprocess.Popen[bytes]) -> None:
    os.killpg(process.pid, signal.SIGKILL)


def kill_the_stage(process: subprocess.Popen[bytes]) -> None:
    """As the system does for want of memory: DVC lives on."""
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            group = os.getpgid(int(entry.name))
            command = (entry / "cmdline").read_bytes()
        except OSError:
            continue
        if group == process.pid and b"autograder.stages." in command:
            os.kill(int(entry.name), signal.SIGKILL)


def interrupt(process: subprocess.Popen[bytes]) -> None:
    """Control and C reach everything in the terminal."""
    os.killpg(process.pid, signal.SIGINT)


def content(project: Project, names: tuple[str, ...]) -> dict[str, bytes]:
    """The files of outputs, those that are not there left out."""
    found: dict[str, bytes] = {}
    for name in names:
        path = project.folder / name
        files = [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.is_file())
        found |= {str(file.relative_to(project.folder)): file.read_bytes() for file in files}
    return found


@pytest.mark.parametrize("kill", [kill_all, kill_the_stage, interrupt])
@pytest.mark.parametrize("stage", BEFORE)
def test_a_killed_stage_leaves_nothing_half_and_ends_the_same(
    made: Made, tmp_path: Path, stage: str, kill: Callable[[subprocess.Popen[bytes]], None]
) -> None:
    # Ctrl-C is ignored in the children of a shell that has started the tests in the background.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    chosen = random.Random(f"{stage} {kill.__name__}")
    for number in range(NUM_KILLS):
        project = copy_of(made.before[stage], tmp_path / str(number))
        process = started(project, stage, stage, tmp_path / "log")
        after_s = chosen.uniform(0, made.seconds[stage])
        time.sleep(after_s)
        kill(process)
        code = process.wait()
        for name in OUTPUTS[stage]:
            left = content(project, (name,))
            assert left in ({}, content(made.whole, (name,))), f"{name}, {after_s:.2f} s"
        again = started(project, "report", stage if code else "report", tmp_path / "log")
        assert again.wait() == 0, (tmp_path / "log").read_text(errors="replace")
        names = tuple(name for each in OUTPUTS.values() for name in each)
        assert content(project, names) == content(made.whole, names), f"{after_s:.2f} s"
        shutil.rmtree(project.folder)
