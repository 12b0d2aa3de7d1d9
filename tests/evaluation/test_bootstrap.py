"""Weighted measures against the same ones on repeated rows; intervals against scipy."""

from __future__ import annotations

import time

import numpy as np
import pytest
import torch
from scipy import stats

from autograder.errors import DataError
from autograder.evaluation.bootstrap import (
    Interval,
    bootstrap_interval,
    bootstrap_intervals,
    judge_intervals,
)
from autograder.metrics.classes import judge_metrics
from autograder.metrics.correlation import pearson, spearman
from autograder.metrics.functional import MEASURES
from autograder.metrics.inputs import weighted_mean


def rows(num_rows: int = 40, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    target = generator.integers(1, 6, num_rows)
    logits = 2 * generator.normal(size=(num_rows, 5)) + np.eye(5)[target - 1]
    # Coarse probabilities give ties, and some that are exactly 0 or 1.
    counts = np.round(4 * np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True))
    counts[counts.sum(axis=1) == 0, 0] = 1
    return counts / counts.sum(axis=1, keepdims=True), target


@pytest.mark.parametrize("num_rows", [1, 2, 3, 40])
def test_weighted_measures_equal_functional_on_repeated_rows(num_rows: int) -> None:
    generator = np.random.default_rng(1)
    probabilities, target = rows(num_rows)
    weights = generator.multinomial(num_rows, np.full(num_rows, 1 / num_rows), size=30)
    weights[0] = 1
    found = {
        name: measure(
            torch.from_numpy(probabilities),
            torch.from_numpy(target),
            torch.from_numpy(weights.astype(float)),
        )
        for name, measure in MEASURES.items()
    }
    for index, counts in enumerate(weights):
        metrics = judge_metrics()
        metrics.update(
            torch.from_numpy(np.repeat(probabilities, counts, axis=0)),
            torch.from_numpy(np.repeat(target, counts)),
        )
        reference = {name: value.item() for name, value in metrics.compute().items()}
        ours = {name: value[index].item() for name, value in found.items()}
        assert ours == pytest.approx(reference, nan_ok=True)


def test_weighted_correlations_against_scipy() -> None:
    generator = np.random.default_rng(2)
    first, second = generator.integers(1, 6, size=(2, 30)).astype(float)
    weights = generator.integers(0, 4, size=(20, 30))
    for ours, theirs in ((pearson, stats.pearsonr), (spearman, stats.spearmanr)):
        expected = [
            theirs(np.repeat(first, counts), np.repeat(second, counts)).statistic
            for counts in weights
        ]
        found = ours(*map(torch.from_numpy, (first, second, weights.astype(float))))
        assert found.tolist() == pytest.approx(expected)


def test_constant_resamples_are_nan_for_values_that_round() -> None:
    weights = torch.tensor([[7.0, 0.0, 0.0], [1.0, 1.0, 1.0]], dtype=torch.float64)
    values = torch.tensor([3.1, 0.1, 0.7], dtype=torch.float64)
    for coefficient in (pearson, spearman):
        assert coefficient(values, values, weights).isnan().tolist() == [True, False]


def test_one_drawn_row_defines_no_kappa() -> None:
    once = torch.tensor([[1.0, 0.0]], dtype=torch.float64)
    assert MEASURES["kappa"](torch.eye(5)[:2], torch.tensor([3, 2]), once).isnan().all()


def test_interval_against_scipy() -> None:
    probabilities, target = rows(60)
    score = probabilities @ [1, 2, 3, 4, 5]
    ours = bootstrap_interval(pearson, [score, target], resamples=20_000, seed=0)
    theirs = stats.bootstrap(
        (score, target),
        lambda a, b, axis: stats.pearsonr(a, b, axis=axis).statistic,
        paired=True,
        vectorized=True,
        method="percentile",
        n_resamples=20_000,
        rng=np.random.default_rng(0),
    ).confidence_interval
    assert tuple(ours) == pytest.approx(tuple(theirs), abs=0.01)


def test_interval_of_a_mean_against_theory() -> None:
    values = np.random.default_rng(0).normal(size=400)
    low, high = bootstrap_interval(weighted_mean, [values], resamples=5000, level=0.9, seed=1)
    half = stats.norm.ppf(0.95) * values.std() / 20
    expected = (values.mean() - half, values.mean() + half)
    assert (low, high) == pytest.approx(expected, abs=0.01)


def test_groups_are_drawn_whole() -> None:
    # Groups of unequal size: every resample holds each group's rows equally often.
    groups = np.array(["a", "b", "b", "c", "c", "c"])
    seen = []

    def record(values: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
        seen.append(weights)
        return weighted_mean(values, weights)

    bootstrap_interval(record, [np.arange(6.0)], groups=groups, resamples=50, seed=0)
    (weights,) = seen
    assert (weights[:, 1] == weights[:, 2]).all()
    assert (weights[:, 3:5] == weights[:, 4:]).all()
    assert (weights[:, [0, 1, 3]].sum(dim=1) == 3).all()


def test_groups_widen_the_interval_of_rows_that_are_alike() -> None:
    values = np.repeat(np.random.default_rng(0).normal(size=40), 5)
    alone = bootstrap_interval(weighted_mean, [values], seed=0)
    grouped = bootstrap_interval(weighted_mean, [values], groups=np.arange(200) // 5, seed=0)
    # The spread of a mean of 40 against that of a mean of 200.
    ratio = (grouped.high - grouped.low) / (alone.high - alone.low)
    assert ratio == pytest.approx(5**0.5, rel=0.15)


def test_same_seed_same_interval_and_blocks_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    values = np.random.default_rng(0).normal(size=30)
    whole = bootstrap_interval(weighted_mean, [values], seed=5)
    assert bootstrap_interval(weighted_mean, [values], seed=5) == whole
    assert bootstrap_interval(weighted_mean, [values], seed=6) != whole
    monkeypatch.setattr("autograder.evaluation.bootstrap._BLOCK", 1000)
    assert bootstrap_interval(weighted_mean, [values], seed=5) == whole


def test_undefined_resamples_are_dropped_and_counted() -> None:
    first, second = np.array([1.0, 1.0, 1.0, 2.0]), np.array([1.0, 2.0, 3.0, 4.0])
    interval = bootstrap_interval(pearson, [first, second], resamples=20_000, seed=0)
    # Constant if the last row is never drawn, or always.
    assert interval.dropped == pytest.approx(0.75**4 + 0.25**4, abs=0.01)
    assert -1 <= interval.low <= interval.high <= 1


def test_never_defined_is_nan() -> None:
    constant = bootstrap_interval(pearson, [[2.0] * 9, np.arange(9)], seed=0)
    assert np.isnan([*constant]).all()
    assert constant.dropped == 1
    for arrays, groups in (([[]], None), ([[1.0]], None), ([[1.0, 2.0]], ["a", "a"])):
        assert np.isnan([*bootstrap_interval(weighted_mean, arrays, groups=groups, seed=0)]).all()


def test_twelve_metrics_in_two_seconds() -> None:
    measures = {**MEASURES, "a": MEASURES["kappa"], "b": MEASURES["spearman"]}
    start = time.perf_counter()
    bootstrap_intervals(measures, rows(200), groups=np.arange(200) // 5, seed=0)
    assert time.perf_counter() - start < 2


def test_judge_intervals_hold_the_measure() -> None:
    probabilities, target = rows(200)
    intervals = judge_intervals(probabilities, target, groups=np.arange(200) // 5, seed=0)
    metrics = judge_metrics()
    metrics.update(torch.from_numpy(probabilities), torch.from_numpy(target))
    measured = metrics.compute()
    assert intervals.keys() == measured.keys()
    for name, interval in intervals.items():
        assert isinstance(interval, Interval)
        assert interval.low < interval.high
        # The bootstrap shifts ece and top_share upwards: both are sums or maxima of noise.
        if name not in {"ece", "top_share"}:
            assert interval.low <= measured[name].item() <= interval.high


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"resamples": 0}, "at least one resample"),
        ({"level": 95}, "between 0 and 1"),
        ({"groups": [1, 2]}, "one length"),
    ],
)
def test_senseless_options_are_refused(options: dict, message: str) -> None:
    with pytest.raises(DataError, match=message):
        bootstrap_interval(weighted_mean, [[1.0, 2.0, 3.0]], seed=0, **options)


def test_senseless_rows_are_refused() -> None:
    with pytest.raises(DataError, match="distribution"):
        judge_intervals([[np.nan] * 5] * 2, [1, 2], seed=0)
    with pytest.raises(DataError, match="whole scores"):
        judge_intervals(np.eye(5)[:2], [1, 6], seed=0)
    with pytest.raises(DataError, match=r"\(N, 5\)"):
        judge_intervals(np.eye(4), [1, 2, 3, 4], seed=0)
