from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from autograder.config import Config
from autograder.stages.inputs import run_fingerprint


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)  # where a stage runs
    (tmp_path / "dvc.yaml").write_text("stages: {train: {deps: [code]}}", encoding="utf-8")
    (tmp_path / "code").write_text("x", encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("change", "counts"),
    [
        ({"seed": 3}, True),
        ({"train": {"lr": 1e-3}}, True),
        ({"lora": {"targets": ["q_proj"]}}, True),
        ({"run": {"devices": 2}}, True),
        ({"run": {"logger": "mlflow", "checkpoint_every": 3}}, False),
        ({"bases": {"mirror": False}}, False),
        ({"dataset": {"recipe": "starter"}}, False),
        ({"evaluate": {"bootstrap": 20}}, False),
        ({"lora": {"alpha": 64}}, False),
    ],
)
def test_a_run_is_known_by_what_decides_its_result(
    root: Path, change: dict[str, Any], counts: bool
) -> None:
    config = Config()
    changed = run_fingerprint("train", config.changed(**change), root)
    assert (changed != run_fingerprint("train", config, root)) == counts
