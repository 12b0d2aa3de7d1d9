"""A copy of this project in a folder of its own, with Git and DVC, on the tiny model."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.project import Project

ROOT = Path(__file__).resolve().parents[2]
COPIED = (
    "src", "data", "data.dvc", "dvc.yaml", "params.yaml", ".gitignore", ".dvcignore", "judges"
)  # fmt: skip


@pytest.fixture(scope="session")
def make_project(
    tmp_path_factory: pytest.TempPathFactory, tiny_base: Path
) -> Callable[[], Project]:
    """Makes projects; the starter recipe on the tiny model takes seconds."""

    def make() -> Project:
        folder = tmp_path_factory.mktemp("project")
        ignore = shutil.ignore_patterns("__pycache__", "*.egg-info")
        for name in COPIED:
            source = ROOT / name
            if source.is_dir():
                shutil.copytree(source, folder / name, ignore=ignore)
            else:
                shutil.copyfile(source, folder / name)
        environment = {
            **os.environ,
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_AUTHOR_NAME": "test",
            "GIT_AUTHOR_EMAIL": "test@example.invalid",
            "GIT_COMMITTER_NAME": "test",
            "GIT_COMMITTER_EMAIL": "test@example.invalid",
            "DVC_NO_ANALYTICS": "1",
        }
        project = Project(folder, environment)
        project.set(
            dataset__recipe="starter",
            model__name=str(tiny_base),
            model__max_length=2048,
            lora__r=4,
            train__epochs=1,
            evaluate__num_reasonings=2,
            evaluate__max_reasoning_tokens=8,
            evaluate__bootstrap=20,
        )
        project.run("git", "init", "-q", "-b", "main")
        project.run("dvc", "init", "-q")
        project.commit()
        return project

    return make
