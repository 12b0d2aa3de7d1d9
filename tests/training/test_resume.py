"""A run killed with SIGKILL at any moment ends with the same adapter, bit for bit."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
import torch

from autograder.config import Config, describe
from scripts.forks import run_plan

SCRIPT = Path(__file__).parents[1] / "scripts" / "train_tiny.py"
NUM_ITEMS, NUM_VALIDATION = 4, 6

# Where it dies: an epoch is 5 batches of at most 3, so 3 optimiser steps, the last on one batch.
MOMENTS = {
    "before the first checkpoint": "train_batch_end:1",
    "in the middle of an accumulation": "train_batch_end:3",
    "while a checkpoint is renamed": "last.ckpt:2",
    "during the first validation": "validation_batch_end:1",
    "between the best and the last checkpoint": "validation_end:1",
    "in the second epoch": "train_batch_end:9",
    "after an epoch": "train_epoch_end:2",
    "during the last validation": "validation_batch_end:6",
    "right before writing": "before_writing",
    "before the checkpoints appear": "checkpoints",
    "with the checkpoints there, the curves not": "reports",
}
FINISHED = ("before_writing", "checkpoints", "reports")
COMPARED = (
    "checkpoints/adapter/adapter_model.safetensors",
    "checkpoints/adapter/adapter_config.json",
    "checkpoints/adapter/trained.json",
    "reports/train.csv",
    "reports/validation.csv",
)


@pytest.fixture(scope="module")
def runs(tiny_base: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """One run never killed, one for each moment, and what the killed ones left behind."""
    config = Config().changed(
        model={"name": str(tiny_base), "max_length": 2048},
        quantization={"compute_dtype": "fp32"},
        # Wide enough for 8-bit optimiser state, which starts at 4096 values.
        lora={"r": 64, "dropout": 0.1},
        run={"checkpoint_every": 1},
        train={
            "optimizer": "paged_adamw_8bit",
            "lr": 5e-3,
            "epochs": 3,
            "batch_size": 3,
            "accumulate": 2,
            "patience": 0,
            "monitor": "loss",
        },
    )
    root = tmp_path_factory.mktemp("resume")
    params = describe(config)
    plan: list[dict[str, Any]] = []
    for name, kill in {"never": None, **MOMENTS}.items():
        folder = folder_of(root, name)
        folder.mkdir()
        plan.append({"folder": str(folder), "params": params, "kill": kill})
        plan[-1] |= {"num_items": NUM_ITEMS, "num_validation": NUM_VALIDATION}
    statuses, errors = run_plan(SCRIPT, root, plan, hash_seed=1)
    assert statuses == [0] + [-9] * len(MOMENTS), errors
    left = {
        name: sorted(p.name for p in Path(values["folder"]).iterdir())
        for name, values in zip(MOMENTS, plan[1:], strict=True)
    }
    for values in plan:
        values["kill"] = None
    # Another process with another hash seed: no order may come from a set of names.
    statuses, errors = run_plan(SCRIPT, root, plan[1:], hash_seed=2)
    assert statuses == [0] * len(MOMENTS), errors
    resumed = [name for name in MOMENTS if f"{folder_of(root, name)}/scratch/last.ckpt" in errors]
    return {"root": root, "left": left, "resumed": resumed}


def folder_of(root: Path, moment: str) -> Path:
    return root / moment.replace(" ", "-")


def same(one: Any, other: Any, place: str = "") -> None:
    """Equal to the last bit, nested as checkpoints are."""
    assert type(one) is type(other), place
    if isinstance(one, dict):
        assert list(one) == list(other), place
        for key in one:
            same(one[key], other[key], f"{place}/{key}")
    elif isinstance(one, list | tuple):
        assert len(one) == len(other), place
        for index, (a, b) in enumerate(zip(one, other, strict=True)):
            same(a, b, f"{place}/{index}")
    elif isinstance(one, torch.Tensor):
        assert one.dtype == other.dtype, place
        assert torch.equal(one, other), place
    else:
        assert repr(one) == repr(other), place


def dtypes(values: object) -> list[str]:
    if isinstance(values, torch.Tensor):
        return [str(values.dtype)]
    nested = values.values() if isinstance(values, dict) else values
    return [d for v in nested for d in dtypes(v)] if isinstance(nested, Iterable) else []


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_killed_run_ends_as_one_that_was_never_killed(runs, moment):
    never, killed = runs["root"] / "never", folder_of(runs["root"], moment)
    for name in COMPARED:
        assert (killed / name).read_bytes() == (never / name).read_bytes(), name
    for name in ("best.ckpt", "last.ckpt"):
        opened = [
            torch.load(folder / "checkpoints" / name, map_location="cpu", weights_only=False)
            for folder in (killed, never)
        ]
        same(*opened)


def test_the_compared_run_took_all_its_steps_with_8_bit_states(runs):
    """Else the last checkpoints, which the test above compares, could be equal for no reason."""
    folder = runs["root"] / "never"
    last = torch.load(folder / "checkpoints" / "last.ckpt", weights_only=False)
    assert last["global_step"] == 3 * 3
    assert "torch.uint8" in str(dtypes(last["optimizer_states"]))
    rows = (folder / "reports" / "train.csv").read_text().splitlines()
    assert len(rows) == 1 + 3 * 3
    assert [row.partition(",")[0] for row in rows[1:]] == [str(n) for n in range(1, 10)]


def test_nothing_is_written_before_the_end(runs):
    for moment, names in runs["left"].items():
        written = {"checkpoints", "reports"} & set(names)
        assert written == ({"checkpoints"} if "checkpoints there" in moment else set()), moment


def test_a_killed_run_goes_on_and_does_not_begin_anew(runs):
    begun_anew = {"before the first checkpoint"}
    finished = {name for name in MOMENTS if MOMENTS[name] in FINISHED}
    assert set(runs["resumed"]) == set(MOMENTS) - begun_anew - finished
