"""The files of figures: written and read alike, small where DVC compares them, strict."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from autograder.errors import DataError
from autograder.evaluation.headline import Metrics
from autograder.evaluation.result_models import (
    Baselines,
    Comparison,
    Distribution,
    Failures,
    Figure,
    Figures,
    Gain,
    Grouped,
    Groups,
    Measures,
    Prediction,
    Rate,
    Reasoning,
    Speed,
    Systems,
)
from autograder.evaluation.results import Measured, read_results, to_json, to_jsonl
from autograder.evaluation.typed_files import read_json, read_jsonl
from autograder.metrics.functional import MEASURES

ROOT = Path(__file__).parents[2]
MOST = 64


def leaves(values: Any) -> list[Any]:
    """Every number, text and null in a tree."""
    if isinstance(values, dict | list):
        below = values.values() if isinstance(values, dict) else values
        return [leaf for value in below for leaf in leaves(value)]
    return [values]


def figures(value: Figure) -> Figures:
    bounds = None if value is None else (value - 0.1, value + 0.1)
    return Figures(
        num_examples=10,
        num_items=2,
        num_pairs=4,
        pairs=value,
        pairs_interval=bounds,
        **dict.fromkeys(MEASURES, value),
        interval=Measures(**dict.fromkeys(MEASURES, bounds)),
        undefined={} if value is not None else dict.fromkeys(MEASURES, "constant"),
    )


def compared(value: float) -> Comparison:
    gain = Gain(**dict.fromkeys(Gain.model_fields))
    return Comparison(
        judge=figures(value),
        baselines=Baselines(
            majority=figures(None),
            length_only=figures(0.2),
            base_model=figures(0.3),
            linear_probe=figures(0.4),
        ),
        gain=Baselines(majority=gain, length_only=gain),
    )


@pytest.fixture
def measured() -> Measured:
    shares = {str(score): 0.2 for score in range(1, 6)}
    rate = Rate(rate=0.25, num_failed=1, num_examples=4)
    groups = Groups(level={"basic": figures(0.6)}, category={}, language={}, source={})
    reasoning: dict[str, Any] = dict.fromkeys(Reasoning.model_fields, 0.5)
    return Measured(
        systems=Systems(
            judge_sha256="0" * 64,
            test=compared(2 / 3),
            hand_written=figures(0.7),
            natural=figures(0.4),
            first_tests=None,
            holdout=compared(0.1),
        ),
        groups=Grouped(test=groups, holdout=groups),
        distribution=Distribution(label=shares, given=shares, probability=shares, reliability=()),
        behaviour=Failures[Rate](**dict.fromkeys(Failures.model_fields, rate)),
        reasoning=Reasoning(**reasoning | {"num_examples": 3, "undefined": {}}),
        speed=Speed(**dict.fromkeys(Speed.model_fields, 1.5)),
    )


def write(measured: Measured, folder: Path) -> tuple[Path, Path]:
    measured.write(folder)
    metrics = folder / "metrics.json"
    metrics.write_text(to_json(measured.headline()), encoding="utf-8")
    return metrics, folder


def test_what_is_written_is_read_again_with_six_digits(measured: Measured, tmp_path: Path) -> None:
    found = read_results(*write(measured, tmp_path))
    assert found.groups == measured.groups
    assert found.behaviour == measured.behaviour
    assert measured.systems.test.judge.exact == 2 / 3
    assert found.systems.test.judge.exact == 0.666667
    assert found.systems.test.judge.interval.exact == (0.566667, 0.766667)
    assert found.systems.test.baselines.majority.pearson is None


def test_the_headline_is_part_of_the_figures_and_small(measured: Measured, tmp_path: Path) -> None:
    metrics, _ = write(measured, tmp_path)
    tree = json.loads(metrics.read_text(encoding="utf-8"))
    assert len(leaves(tree)) <= MOST
    assert tree["judge"]["exact"] == 0.666667
    assert tree["baselines"]["base_model"]["mae"] == 0.3
    assert tree["baselines"]["majority"]["pearson"] is None
    part = {"exact": 0.4, "pearson": 0.4, "pairs": 0.4, "num_examples": 10}
    assert tree["natural"] == part
    assert tree["first_tests"] is None
    assert tree["holdout"]["exact"] == 0.1
    assert tree["behaviour"]["lazy"] == 0.25


def test_the_committed_metrics_are_small_and_whole() -> None:
    path = ROOT / "reports" / "metrics.json"
    assert len(leaves(json.loads(path.read_text(encoding="utf-8")))) <= MOST
    measured = read_results(path, path.parent / "eval")
    assert to_json(measured.headline()) == path.read_text(encoding="utf-8")


def test_there_is_a_field_for_each_measure() -> None:
    assert list(Measures.model_fields) == sorted(MEASURES)


def test_a_nan_is_never_written() -> None:
    with pytest.raises(ValidationError, match="finite number"):
        Speed(**dict.fromkeys(Speed.model_fields, math.nan))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "not JSON: EOF"),
        ("[]", "expected an object, got \\[\\]"),
        ("{}", "judge: missing"),
        ('{"judge": 3}', "judge: expected an object, got 3"),
        ("[" * 20_000, "not JSON: recursion"),
    ],
)
def test_a_fault_names_file_field_and_stage(
    measured: Measured, tmp_path: Path, text: str, message: str
) -> None:
    metrics, folder = write(measured, tmp_path)
    metrics.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=rf"metrics\.json: {message}.*; run `dvc repro evaluate`$"):
        read_results(metrics, folder)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no such file"):
        read_json(tmp_path / "none.json", Metrics)


def test_rows_are_read_by_line(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    rows = [
        Prediction(id=f"{at}", score=1, given=2, probabilities=(0.1, 0.9, 0.0, 0.0, 0.0))
        for at in range(2)
    ]
    path.write_text(to_jsonl(rows), encoding="utf-8")
    assert [row for _, row in read_jsonl(path, Prediction)] == rows
    path.write_text(to_jsonl(rows).replace("0.0]", "true]"), encoding="utf-8")
    with pytest.raises(DataError, match=r"jsonl:1: probabilities\.4: expected a number, got true"):
        list(read_jsonl(path, Prediction))


def test_figures_are_read_without_torch() -> None:
    code = (
        "import sys; import autograder.evaluation.results; "
        "sys.exit(bool({'torch', 'numpy'} & set(sys.modules)))"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    subprocess.run([sys.executable, "-c", code], check=True, env=environment)
