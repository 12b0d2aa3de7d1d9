"""The package's face: what it exports, and what importing it costs."""

from __future__ import annotations

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


def is_python(path: Path) -> bool:
    return path.suffix == ".py" or "__pycache__" in path.parts
