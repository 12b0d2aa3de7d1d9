"""What the documents say is what the program does."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest


def test_the_command_reference_is_current(request: pytest.FixtureRequest) -> None:
    script = request.config.rootpath / "docs" / "make_commands.py"
    done = subprocess.run([sys.executable, script, "--check"], check=False)
    assert done.returncode == 0, "docs/commands.md is old; run `make docs`"


def test_every_make_target_in_the_readme_exists(request: pytest.FixtureRequest) -> None:
    root = request.config.rootpath
    makefile = (root / "Makefile").read_text(encoding="utf-8")
    readme = (root / "README.md").read_text(encoding="utf-8")
    for target in re.findall(r"`?make ([a-z][a-z-]+)`?", readme):
        assert re.search(rf"^{target}:", makefile, flags=re.MULTILINE), target


def test_every_relative_link_leads_somewhere(request: pytest.FixtureRequest) -> None:
    root = request.config.rootpath
    pages = [root / "README.md", *sorted((root / "docs").glob("*.md"))]
    for page in pages:
        for link in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / link).exists(), f"{page.name}: {link}"


def test_the_readme_and_the_pipeline_stay_short(request: pytest.FixtureRequest) -> None:
    root = request.config.rootpath
    assert len((root / "README.md").read_text(encoding="utf-8").split()) <= 800
    assert len((root / "dvc.yaml").read_text(encoding="utf-8").splitlines()) <= 115
