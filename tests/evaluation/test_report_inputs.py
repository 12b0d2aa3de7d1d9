"""The report stage: what it says of missing and malformed inputs, and what it does without."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from autograder.errors import DataError
from autograder.stages import report as stage

ROOT = Path(__file__).parents[2]


@pytest.fixture
def inside(project: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(project)
    return project


def edit(path: Path, change: Callable[[Any], None]) -> None:
    values = json.loads(path.read_text(encoding="utf-8"))
    change(values)
    path.write_text(json.dumps(values), encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "maker"),
    [
        ("reports/metrics.json", "evaluate"),
        ("reports/audit.json", "audit"),
        ("reports/eval/confusion.csv", "evaluate"),
        ("reports/eval/reliability.csv", "evaluate"),
        ("reports/eval/scores.csv", "evaluate"),
        ("reports/eval/predictions.jsonl", "evaluate"),
        ("reports/eval/reasonings.jsonl", "evaluate"),
        ("reports/train/train.csv", "train"),
        ("reports/train/validation.csv", "train"),
        ("build/splits/test.jsonl", "split"),
        ("build/judge/judge.json", "train"),
    ],
)
@pytest.mark.parametrize("content", [None, "{", "a,b\n1\n", "\xff", "[" * 20_000])
def test_missing_or_malformed_input(
    inside: Path, name: str, maker: str, content: str | None
) -> None:
    path = inside / name
    path.unlink() if content is None else path.write_bytes(content.encode("latin-1"))
    with pytest.raises(DataError, match=rf"^{re.escape(name)}.*run `dvc repro {maker}`$") as caught:
        stage.main()
    assert caught.value.path in {name, f"{name}:1"}
    assert not (inside / "reports/report.html").exists()


@pytest.mark.parametrize(
    ("place", "value", "message"),
    [
        ("judge.exact", "0.9", r"judge\.exact: expected a number or null, got \"0\.9\""),
        (
            "judge.interval.mae",
            [1],
            r"judge\.interval\.mae: expected two numbers or null, got \[1\]",
        ),
        ("baselines.base_model.mae", {}, r"baselines\.base_model\.mae: expected a number"),
        ("groups.language.de", 3, r"groups\.language\.de: expected keys and values, got 3"),
        ("behaviour.lazy.num_failed", True, r"behaviour\.lazy\.num_failed: expected a count"),
        ("judge.pearson", float("nan"), r"judge\.pearson: expected a number or null, got NaN"),
        ("gain", None, r"gain: expected keys and values, got null"),
    ],
)
def test_wrong_metrics_are_named(inside: Path, place: str, value: Any, message: str) -> None:
    def change(metrics: Any) -> None:
        *path, last = place.split(".")
        for key in path:
            metrics = metrics[key]
        metrics[last] = value

    edit(inside / "reports/metrics.json", change)
    with pytest.raises(DataError, match=message):
        stage.main()


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        ("eval/predictions.jsonl", '"score": 1', '"score": 2', "of another test split"),
        ("eval/reasonings.jsonl", '"id": "script/1"', '"id": "x"', "'x' is not in build/splits"),
        ("eval/confusion.csv", "1,5", "1,6", "expected a score 1 to 5, got 6"),
        ("eval/scores.csv", "1,label", "2,label", "for each score 1 to 5"),
        ("train/train.csv", "score_loss", "other", "score_loss: missing"),
        ("train/train.csv", "0.0002", "nan", "expected a number"),
    ],
)
def test_wrong_tables_are_named(inside: Path, name: str, old: str, new: str, message: str) -> None:
    path = inside / "reports" / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DataError, match=message):
        stage.main()


def test_stage_needs_no_torch_and_names_its_output(project: Path) -> None:
    code = (
        "import sys; from autograder.stages.report import main; main(); "
        "assert not {'torch', 'numpy', 'transformers'} & set(sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=project,
        env=os.environ | {"PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == "reports/report.html: open it in a browser\n"
    assert done.stdout == ""


def test_same_inputs_make_the_same_page(inside: Path) -> None:
    pages = []
    for _ in range(2):
        stage.main()
        pages.append((inside / "reports/report.html").read_bytes())
    assert pages[0] == pages[1]
