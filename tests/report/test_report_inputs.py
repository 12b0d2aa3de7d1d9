"""The report stage: what it says of missing and malformed inputs, and what it does without."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from autograder.errors import ConfigError, DataError
from autograder.stages import report as stage
from report.page import edit

ROOT = Path(__file__).parents[2]


@pytest.fixture
def inside(project: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(project)
    return project


@pytest.mark.parametrize(
    ("name", "maker"),
    [
        ("reports/metrics.json", "evaluate"),
        ("reports/audit.json", "audit"),
        ("reports/eval/systems.json", "evaluate"),
        ("reports/eval/groups.json", "evaluate"),
        ("reports/eval/distribution.json", "evaluate"),
        ("reports/eval/behaviour.json", "evaluate"),
        ("reports/eval/reasoning.json", "evaluate"),
        ("reports/eval/predictions.jsonl", "evaluate"),
        ("reports/eval/reasonings.jsonl", "evaluate"),
        ("reports/train/train.csv", "train"),
        ("reports/train/validation.csv", "train"),
        ("build/splits/train.jsonl", "split"),
        ("build/splits/validation.jsonl", "split"),
        ("build/splits/test.jsonl", "split"),
        ("build/judge/judge.json", "publish"),
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
    assert not list((inside / "reports").glob("*.html"))


@pytest.mark.parametrize(
    ("name", "place", "value", "message"),
    [
        ("metrics", "judge.exact", "0.9", 'expected a number, got "0.9"'),
        ("metrics", "judge.interval.mae", [1], r"missing"),
        ("metrics", "judge.pearson", float("nan"), "expected a number, got NaN"),
        ("metrics", "judge.extra", 1, "unknown field"),
        ("metrics", "baselines.base_model.mae", {}, "expected a number"),
        ("eval/systems", "test.judge.num_examples", 1.5, "expected a whole number, got 1.5"),
        ("eval/systems", "test.gain", None, "expected an object, got null"),
        ("eval/groups", "test.language.de", 3, "expected an object, got 3"),
        ("eval/behaviour", "lazy.num_failed", True, "expected a whole number, got true"),
        ("eval/behaviour", "lazy.num_failed", -1, "expected greater than or equal to 0, got -1"),
        ("eval/distribution", "label", {"1": 0.5}, "expected a number for each score 1 to 5"),
    ],
)
def test_wrong_figures_are_named(
    inside: Path, name: str, place: str, value: Any, message: str
) -> None:
    def change(values: Any) -> None:
        *path, last = place.split(".")
        for key in path:
            values = values[key]
        values[last] = value

    edit(inside / f"reports/{name}.json", change)
    where = rf"^reports/{name}\.json: {re.escape(place)}(\.1)?: {message}"
    with pytest.raises(DataError, match=rf"{where}.*; run `dvc repro evaluate`$"):
        stage.main()


@pytest.mark.parametrize(
    ("place", "value", "message"),
    [
        ("warnings", ["a", 1], r"warnings\.1: expected a string, got 1"),
        ("warnings", None, "warnings: expected a list, got null"),
        ("over_limit", {"number": -1}, r"over_limit\.number: expected .* equal to 0, got -1"),
        ("length", {"all": {}}, r"length\.all\.all: missing"),
        ("token_limit", 1.5, "token_limit: expected a whole number, got 1.5"),
    ],
)
def test_wrong_audits_are_named(inside: Path, place: str, value: Any, message: str) -> None:
    edit(inside / "reports/audit.json", lambda audit: audit.update({place: value}))
    with pytest.raises(DataError, match=rf"{message}; run `dvc repro audit`$"):
        stage.main()


@pytest.mark.parametrize("name", ["train", "holdout"])
def test_an_audit_of_other_examples_is_refused(inside: Path, name: str) -> None:
    path = inside / f"build/splits/{name}.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(lines[1:]), encoding="utf-8")
    message = (
        r"^reports/audit\.json: counts other examples .* by category and score; run `dvc repro aud"
    )
    with pytest.raises(DataError, match=message):
        stage.main()


def test_faulty_parameters_are_named(inside: Path) -> None:
    path = inside / "params.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("seed: 17", "seed: x"), encoding="utf-8")
    with pytest.raises(ConfigError, match="seed: 'x' is not a whole number"):
        stage.main()
    path.unlink()
    with pytest.raises(ConfigError, match="no such file"):
        stage.main()


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        ("eval/predictions.jsonl", '"score": 1', '"score": 2', "of another test split"),
        ("eval/reasonings.jsonl", '"id": "script/1"', '"id": "x"', "'x' is not in build/splits"),
        (
            "eval/predictions.jsonl",
            '"given": 5',
            '"given": 6',
            "given: expected less",
        ),
        (
            "eval/distribution.json",
            '"2":',
            '"6":',
            "label: expected a number for each score 1 to 5",
        ),
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


def test_a_part_of_the_test_split_may_be_measured_in_its_order(inside: Path) -> None:
    path = inside / "reports/eval/predictions.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    reasons = (inside / "reports/eval/reasonings.jsonl").read_text("utf-8").splitlines()
    reasoned = {json.loads(line)["id"] for line in reasons}
    part = [line for at, line in enumerate(lines) if at % 2 or json.loads(line)["id"] in reasoned]
    assert len(part) < len(lines)
    for kept, allowed in (part, True), (lines[::-1], False):
        path.write_text("".join(kept), encoding="utf-8")
        expected = nullcontext() if allowed else pytest.raises(DataError, match="another test")
        with expected:
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
    assert done.stderr == (
        "reports/report.html and reports/data-card.html: open them in a browser\n"
    )
    assert done.stdout == ""


def test_same_inputs_make_the_same_pages(inside: Path) -> None:
    pages = []
    for _ in range(2):
        stage.main()
        written = sorted((inside / "reports").glob("*.html"))
        pages.append({path.name: path.read_bytes() for path in written})
    assert list(pages[0]) == ["data-card.html", "report.html"]
    assert pages[0] == pages[1]
