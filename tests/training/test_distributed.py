"""Two processes with half the accumulation, in lanes, train as one process with one thread does."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from safetensors.torch import load_file

from autograder.config import Config, describe

SCRIPT = Path(__file__).parents[1] / "scripts" / "train_tiny.py"


def train(folder: Path, config: Config, num_threads: int) -> subprocess.CompletedProcess[str]:
    """Run one training in a process of its own: 22 rows, 8 batches an epoch; 5 to validate."""
    folder.mkdir()
    values = {
        "folder": str(folder),
        "params": describe(config),
        "num_items": 7,
        "num_validation": 13,
    }
    plan = folder / "plan.json"
    plan.write_text(json.dumps(values), encoding="utf-8")
    found = subprocess.run(
        [sys.executable, SCRIPT, plan],
        env={**os.environ, "OMP_NUM_THREADS": str(num_threads), "CUDA_VISIBLE_DEVICES": ""},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert found.returncode == 0, found.stderr
    return found


def rows(folder: Path, name: str) -> list[dict[str, float]]:
    with (folder / "reports" / f"{name}.csv").open(encoding="utf-8") as file:
        return [{k: float(v or "nan") for k, v in row.items()} for row in csv.DictReader(file)]


@pytest.fixture(scope="module")
def folders(tiny_base: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, str]:
    config = Config().changed(
        model={"name": str(tiny_base), "max_length": 2048},
        # Not in 8 bits: a sum in another order may there round to another step.
        quantization={"compute_dtype": "fp32", "products": "exact"},
        lora={"r": 4, "dropout": 0.0},
        # Pearson of a model that has learned nothing is a small difference: keep it smooth.
        loss={"score_weight": 5.0, "regression_weight": 1.0},
        run={"checkpoint_every": 1, "devices": 1},
        train={
            "optimizer": "adamw",
            "lr": 5e-3,
            "epochs": 2,
            "batch_size": 3,
            "accumulate": 4,
            "patience": 0,
            "monitor": "loss",
        },
    )
    root = tmp_path_factory.mktemp("distributed")
    train(root / "one", config, num_threads=1)
    halved = config.changed(train={"accumulate": 2})
    halved = halved.changed(run={"devices": 2, "strategy": "ddp"})
    found = train(root / "two", halved, num_threads=2)
    return root / "one", root / "two", found.stderr


@pytest.mark.parametrize("name", ["train", "validation"])
def test_two_processes_follow_the_curve_of_one(folders, name):
    one, two = (rows(folder, name) for folder in folders[:2])
    assert len(one) == (4 if name == "train" else 2)
    assert [row["step"] for row in two] == [row["step"] for row in one]
    for expected, row in zip(one, two, strict=True):
        assert row == pytest.approx(expected, rel=1e-3, abs=1e-4, nan_ok=True)


def test_both_end_with_the_same_adapter(folders):
    one, two = (
        load_file(folder / "checkpoints" / "adapter" / "adapter_model.safetensors")
        for folder in folders[:2]
    )
    assert one.keys() == two.keys()
    assert any(value.abs().max() > 1e-3 for name, value in one.items() if "lora_B" in name)
    for name, value in one.items():
        assert (two[name] - value).abs().max() < 1e-4, name


def test_only_the_first_process_speaks_and_writes(folders):
    assert folders[2].count("examples to train on") == 1
    assert folders[2].count("epoch 2 ") == 1
    assert sorted(path.name for path in (folders[1] / "scratch").iterdir()) == [
        "best.ckpt",
        "finished.json",
        "last.ckpt",
        "lock",
    ]
