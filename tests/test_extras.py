"""Who lacks an extra is told how to install it, and never sent to another project on PyPI."""

from __future__ import annotations

import doctest
import re
import tomllib
from pathlib import Path

from autograder import extras

ROOT = Path(__file__).parents[1]
FILES = [
    *ROOT.glob("*.md"),
    *(path for folder in ("docs", "examples", "bench") for path in ROOT.glob(f"{folder}/**/*.md")),
    *(path for folder in ("src", "bench") for path in ROOT.glob(f"{folder}/**/*.py")),
]


def test_the_examples_hold():
    assert doctest.testmod(extras).attempted > 0
    assert doctest.testmod(extras).failed == 0


def test_every_extra_that_is_named_exists() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    named: set[str] = set()
    for path in FILES:
        text = path.read_text(encoding="utf-8")
        for names in re.findall(r"(?:'\.|\.whl)\[([\w,]+)\]'", text):
            named |= set(names.split(","))
        named |= set(re.findall(r"how_to_install\(['\"](\w+)['\"]\)", text))
    assert {"serve", "ray", "inspect", "bench"} <= named <= set(project["optional-dependencies"])


def test_nobody_is_told_to_install_the_name_from_pypi() -> None:
    for path in FILES:
        found = re.search(r"pip install [^\n]*\bautograder\b(?!-)", path.read_text("utf-8"))
        assert found is None, f"{path}: {found}"
