"""The classes against `functional`, over batches, merged states and processes."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, distributed
from torch.multiprocessing.spawn import spawn
from torchmetrics import MetricCollection

from autograder.metrics import functional as F
from autograder.metrics.classes import LOWER_IS_BETTER, ExpectedCalibrationError, judge_metrics
from autograder.metrics.distribution import expected_calibration_error

REFERENCES = F.MEASURES


def rows(num_rows: int = 50, seed: int = 0) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(seed)
    target = torch.randint(1, 6, (num_rows,), generator=generator)
    logits = 2 * torch.randn(num_rows, 5, generator=generator)
    return (logits + torch.nn.functional.one_hot(target - 1, 5)).softmax(dim=1), target


def values(metrics: MetricCollection) -> dict[str, float]:
    return {name: value.item() for name, value in metrics.compute().items()}


def expected(probabilities: Tensor, target: Tensor) -> Any:
    found = {name: function(probabilities, target) for name, function in REFERENCES.items()}
    return pytest.approx({name: value.item() for name, value in found.items()}, nan_ok=True)


@pytest.mark.parametrize("num_rows", [1, 2, 50])
def test_one_batch_equals_functional(num_rows: int) -> None:
    metrics, batch = judge_metrics(), rows(num_rows)
    metrics.update(*batch)
    assert values(metrics) == expected(*batch)


@pytest.mark.parametrize("size", [1, 7, 49])
def test_batches_equal_the_whole(size: int) -> None:
    metrics, (probabilities, target) = judge_metrics(), rows()
    for part in zip(probabilities.split(size), target.split(size), strict=True):
        metrics.update(*part)
    assert values(metrics) == expected(probabilities, target)


def test_metrics_stay_apart_after_a_first_batch_on_which_they_agree() -> None:
    # A certain, right row: exact, within_1 and both errors hold the same numbers.
    metrics = judge_metrics()
    first = torch.eye(5)[[2, 2]], torch.tensor([3, 3])
    metrics.update(*first)
    metrics.compute()
    later = rows(20)
    metrics.update(*later)
    assert values(metrics) == expected(
        torch.cat([first[0], later[0]]), torch.cat([first[1], later[1]])
    )


def test_forward_gives_the_batch_and_keeps_the_whole() -> None:
    metrics, (probabilities, target) = judge_metrics(), rows()
    for part in zip(probabilities.split(25), target.split(25), strict=True):
        found = {name: value.item() for name, value in metrics(*part).items()}
        assert found == expected(*part)
    assert values(metrics) == expected(probabilities, target)


def test_reset_forgets() -> None:
    metrics, batch = judge_metrics(), rows(seed=1)
    metrics.update(*rows())
    metrics.compute()
    metrics.reset()
    metrics.update(*batch)
    assert values(metrics) == expected(*batch)


@pytest.mark.parametrize("cut", [1, 20, 50])
@pytest.mark.parametrize("name", REFERENCES)
def test_merged_state_equals_one_instance(name: str, cut: int) -> None:
    probabilities, target = rows()
    first, second = judge_metrics()[name], judge_metrics()[name]
    first.update(probabilities[:cut], target[:cut])
    second.update(probabilities[cut:], target[cut:])
    first.merge_state(second)
    reference = REFERENCES[name](probabilities, target).item()
    assert first.compute().item() == pytest.approx(reference)


def _process(rank: int, folder: str) -> None:
    distributed.init_process_group(
        "gloo", init_method=f"file://{folder}/store", rank=rank, world_size=2
    )
    probabilities, target = rows()
    half = slice(0, 30) if rank == 0 else slice(30, 50)
    metrics = judge_metrics()
    metrics.update(probabilities[half], target[half])
    Path(folder, f"{rank}.pickle").write_bytes(pickle.dumps(values(metrics)))
    distributed.destroy_process_group()


def test_two_processes_equal_one(tmp_path: Path) -> None:
    spawn(_process, args=(str(tmp_path),), nprocs=2)
    for rank in (0, 1):
        found = pickle.loads((tmp_path / f"{rank}.pickle").read_bytes())
        assert found == expected(*rows())


def test_clone_with_prefix_and_pickle() -> None:
    metrics = pickle.loads(pickle.dumps(judge_metrics().clone(prefix="val/")))
    batch = rows()
    metrics.update(*batch)
    found = {name.removeprefix("val/"): value for name, value in values(metrics).items()}
    assert found == expected(*batch)


@pytest.mark.filterwarnings("ignore:The ``compute`` method of metric:UserWarning")
def test_nothing_seen_is_nan() -> None:
    assert all(value.isnan() for value in judge_metrics().compute().values())


def test_number_of_bins() -> None:
    metric, batch = ExpectedCalibrationError(num_bins=3), rows()
    metric.update(*batch)
    reference = expected_calibration_error(*batch, num_bins=3)
    assert metric.compute().item() == pytest.approx(reference.item())


def test_which_way_is_better_is_what_a_right_judge_gets() -> None:
    """Certain of the label against certain of another: the lower figure is the better one."""
    target = torch.tensor([1, 2, 3, 4, 5])
    for name, metric in judge_metrics().items():
        right, wrong = (F.MEASURES[name](torch.eye(5).roll(n, 0), target) for n in (0, 2))
        if metric.higher_is_better is not None:
            assert (right < wrong) == (name in LOWER_IS_BETTER), name
    assert "loss" in LOWER_IS_BETTER
    assert "top_share" not in LOWER_IS_BETTER
