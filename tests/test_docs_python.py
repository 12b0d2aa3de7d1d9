"""The Python in the docs runs as printed, on the tiny judge."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from helpers.tiny_judge import publish_tiny_judge

ROOT = Path(__file__).parents[1]


@pytest.fixture
def folder(tiny_base, tmp_path, monkeypatch):
    publish_tiny_judge(tiny_base, tmp_path / "build" / "judge")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def blocks(name: str) -> list[str]:
    return re.findall(r"^```python\n(.*?)^```", (ROOT / name).read_text("utf-8"), re.S | re.M)


@pytest.mark.parametrize(("name", "num"), [("README.md", 1), ("docs/python.md", 4)])
def test_the_blocks_run_one_after_the_other(folder, name, num):
    known: dict[str, Any] = {
        "rows": [{"question": "What is 2+2?", "answer": "2+2=5"}] * 3,
        "prompt": "Name a metal.",
        "answer": "Iron.",
        "answer_a": "Iron.",
        "answer_b": "Wood.",
        "rubric": "A metal.",
        "facts": "Facts.",
        "tone": "Tone.",
    }
    found = blocks(name)
    assert len(found) == num
    for block in found:
        exec(compile(block, name, "exec"), known)
    assert known["verdict"].score in range(1, 6)
