"""The package's face: what it exports, and what importing it costs."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import autograder


def test_every_name_in_all_can_be_imported() -> None:
    for name in autograder.__all__:
        assert getattr(autograder, name).__name__ == name
    assert autograder.__all__ == sorted(autograder.__all__)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="nothing_of_the_kind"):
        _ = autograder.nothing_of_the_kind


@pytest.mark.parametrize(
    "statement",
    [
        "import autograder",
        "from autograder.cli import cli; cli(['--help'], standalone_mode=False)",
        "import autograder.config; autograder.config.load('params.yaml')",
    ],
)
def test_the_light_side_imports_nothing_heavy(
    statement: str, request: pytest.FixtureRequest
) -> None:
    check = "import sys; heavy = {'torch', 'transformers', 'lightning', 'peft', 'numpy'}"
    code = f"{statement}\n{check}; print('heavy:', sorted(heavy & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=request.config.rootpath,
    )
    assert done.stdout.splitlines()[-1] == "heavy: []"


def test_a_wheel_holds_every_file_that_the_package_reads(request: pytest.FixtureRequest) -> None:
    root = request.config.rootpath
    with (root / "pyproject.toml").open("rb") as file:
        patterns = tomllib.load(file)["tool"]["setuptools"]["package-data"]["autograder"]
    package = root / "src" / "autograder"
    packed = {path for pattern in patterns for path in package.glob(pattern)}
    other = {path for path in package.rglob("*") if path.is_file() and not is_python(path)}
    assert other == packed


def test_a_wheel_brings_the_judges_along_and_finds_them_by_name(
    request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    pytest.importorskip("setuptools", "77")
    root = request.config.rootpath
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copyfile(root / name, tmp_path / name)
    ignored = shutil.ignore_patterns("__pycache__", "*.egg-info")
    shutil.copytree(root / "src", tmp_path / "src", ignore=ignored)
    (tmp_path / "judges" / "judge-0.5b").mkdir(parents=True)
    (tmp_path / "judges" / "judge-0.5b" / "judge.json").write_text("{}")

    def python(*words: str, **environment: str) -> str:
        command = [sys.executable, *words]
        env = os.environ | {"PYTHONPATH": ""} | environment
        done = subprocess.run(
            command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    python("-c", "from setuptools.build_meta import build_wheel; build_wheel('.')")
    (wheel,) = tmp_path.glob("*.whl")
    prefix = tmp_path / "prefix"
    # Without --ignore-installed pip removes the one that runs this test.
    options = ("--no-deps", "--no-index", "--ignore-installed", "--prefix", str(prefix))
    python("-m", "pip", "install", *options, str(wheel))
    (site,) = prefix.glob("lib/*/site-packages")
    code = "from autograder.judging.naming import find_judge; print(find_judge('judge-0.5b'))"
    found = Path(python("-c", code, PYTHONPATH=str(site)))
    assert found.is_relative_to(prefix)
    assert (found / "judge.json").is_file()


def test_every_judge_of_the_box_is_in_the_wheel_and_they_fit(
    request: pytest.FixtureRequest,
) -> None:
    root = request.config.rootpath
    with (root / "pyproject.toml").open("rb") as file:
        places = tomllib.load(file)["tool"]["setuptools"]["data-files"]
    for folder in (path for path in (root / "judges").glob("*") if path.is_dir()):
        place = f"share/autograder/judges/{folder.name}"
        assert places[place] == [f"judges/{folder.name}/*"], folder
    files = [path for path in (root / "judges").rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) <= 100_000_000


def is_python(path: Path) -> bool:
    return path.suffix == ".py" or "__pycache__" in path.parts
