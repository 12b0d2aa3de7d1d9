from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
import torch
from scipy import stats
from sklearn import metrics as sklearn_metrics
from torch import Tensor

from autograder.evaluation.measure import distribution, measure, measure_gain, measure_groups
from autograder.schema import Example

OPTIONS: dict[str, Any] = {"resamples": 300, "seed": 3}


def make(num_items: int = 20, seed: int = 0) -> tuple[Tensor, list[Example]]:
    generator = torch.Generator().manual_seed(seed)
    rows = [
        Example(
            id=f"{item}/{score}",
            item=str(item),
            prompt="p",
            response="r",
            rubric="x",
            score=score,
            reasoning="why",
            category=("code", "safety")[item % 2],
            level=1 + item % 3,
            language=("en", "de")[item == 0],
        )
        for item in range(num_items)
        for score in range(1, 6)
    ]
    labels = torch.tensor([row.score for row in rows])
    logits = torch.randn(len(rows), 5, generator=generator)
    logits += 1.5 * torch.nn.functional.one_hot(labels - 1, 5)
    return logits.softmax(dim=1), rows


def arrays(probabilities: Tensor, rows: list[Example]) -> tuple[Any, Any, Any]:
    given = probabilities.argmax(dim=1).numpy() + 1
    expected = (probabilities.double() * torch.arange(1, 6)).sum(dim=1).numpy()
    return given, expected, np.array([row.score for row in rows])


def test_figures_against_references() -> None:
    probabilities, rows = make()
    given, expected, labels = arrays(probabilities, rows)
    found = measure(probabilities, rows, **OPTIONS)
    reference = {
        "exact": sklearn_metrics.accuracy_score(labels, given),
        "within_1": np.mean(np.abs(labels - given) <= 1),
        "mae": sklearn_metrics.mean_absolute_error(labels, given),
        "mae_expected": sklearn_metrics.mean_absolute_error(labels, expected),
        "kappa": sklearn_metrics.cohen_kappa_score(labels, given, weights="quadratic"),
        "pearson": stats.pearsonr(expected, labels).statistic,
        "spearman": stats.spearmanr(expected, labels).statistic,
        "top_share": np.bincount(given).max() / len(given),
    }
    for name, value in reference.items():
        assert getattr(found, name) == pytest.approx(value, abs=1e-6), name
        low, high = getattr(found.interval, name)
        assert low <= getattr(found, name) <= high or name == "top_share"
    assert (found.num_examples, found.num_items) == (100, 20)
    assert found.undefined == {}
    assert {name for name, _ in found.interval} == set(reference) | {"rps", "ece"}


def test_interval_against_a_plain_bootstrap_over_items() -> None:
    probabilities, rows = make()
    given, _, labels = arrays(probabilities, rows)
    hits = (given == labels).reshape(20, 5).mean(axis=1)
    generator = np.random.default_rng(0)
    means = hits[generator.integers(20, size=(20_000, 20))].mean(axis=1)
    bounds = measure(probabilities, rows, resamples=4000, seed=1).interval.exact
    assert bounds is not None
    low, high = bounds
    assert low == pytest.approx(np.quantile(means, 0.025), abs=0.011)
    assert high == pytest.approx(np.quantile(means, 0.975), abs=0.011)


@pytest.mark.parametrize("case", ["one row", "one item", "constant labels", "constant judge"])
def test_undefined_is_null_with_a_reason(case: str) -> None:
    probabilities, rows = make(2)
    if case == "one row":
        probabilities, rows = probabilities[:1], rows[:1]
    elif case == "one item":
        probabilities, rows = probabilities[:5], rows[:5]
    elif case == "constant labels":
        probabilities, rows = probabilities[::5], rows[::5]
    else:
        probabilities = torch.eye(5)[[2] * len(rows)]
    found = measure(probabilities, rows, **OPTIONS)
    json.dumps(found.model_dump(), allow_nan=False)
    nulls = {name for name, value in found if value is None}
    nulls |= {f"interval.{name}" for name, value in found.interval if value is None}
    assert nulls == set(found.undefined)
    assert nulls
    assert all(found.undefined.values())
    assert ("pearson" in nulls) == (case != "one item")


def test_groups_are_measured_like_their_rows_alone() -> None:
    probabilities, rows = make()
    found = measure_groups(probabilities, rows, **OPTIONS)
    json.dumps(found.model_dump(), allow_nan=False)
    assert {kind for kind, _ in found} == {"level", "category", "language", "source"}
    assert set(found.level) == {"basic", "context", "adversarial"}
    assert set(found.language) == {"de", "en"}
    for _, groups in found:
        assert sum(row.num_examples for row in groups.values()) == len(rows)
    chosen = [at for at, row in enumerate(rows) if row.category == "safety"]
    alone = measure(probabilities[chosen], [rows[at] for at in chosen], **OPTIONS)
    assert found.category["safety"] == alone
    assert found.language["de"].interval.exact is None


def test_gain_is_the_difference_and_its_interval_is_paired() -> None:
    judge, rows = make()
    other, _ = make(seed=1)
    found = measure_gain(judge, other, rows, **OPTIONS)
    one, two = measure(judge, rows, **OPTIONS), measure(other, rows, **OPTIONS)
    for name in ("exact", "mae", "rps"):
        gain = getattr(found, name)
        assert gain == pytest.approx(getattr(one, name) - getattr(two, name), abs=1e-6)
        low, high = getattr(found, f"{name}_interval")
        assert low <= gain <= high
    given, _, labels = arrays(judge, rows)
    rival, _, _ = arrays(other, rows)
    gains = ((given == labels) * 1.0 - (rival == labels)).reshape(20, 5).mean(axis=1)
    draws = np.random.default_rng(0).integers(20, size=(20_000, 20))
    low, high = np.quantile(gains[draws].mean(axis=1), [0.025, 0.975])
    assert found.exact_interval == pytest.approx([low, high], abs=0.03)


def test_gain_over_itself_is_nothing() -> None:
    judge, rows = make()
    found = measure_gain(judge, judge, rows, **OPTIONS)
    assert found.exact == 0.0
    assert found.exact_interval == (0.0, 0.0)


def test_gain_of_one_item_has_no_interval() -> None:
    judge, rows = make(1)
    found = measure_gain(judge, judge.flip(1), rows, **OPTIONS)
    assert found.mae is not None
    assert found.mae_interval is None


def test_distribution_by_hand() -> None:
    rows = make(1)[1]
    probabilities = torch.eye(5)[[0, 0, 2, 3, 3]].double()
    found = distribution(probabilities, rows)
    assert found["label"] == {str(score): 0.2 for score in range(1, 6)}
    assert found["given"] == {"1": 0.4, "2": 0.0, "3": 0.2, "4": 0.4, "5": 0.0}
    assert found["probability"] == pytest.approx(found["given"])
    for shares in found.values():
        assert sum(shares.values()) == pytest.approx(1)


def test_equal_seeds_give_equal_trees() -> None:
    judge, rows = make()
    assert measure(judge, rows, **OPTIONS) == measure(judge, rows, **OPTIONS)
