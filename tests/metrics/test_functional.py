"""Every measure against scipy, scikit-learn or torchmetrics."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
import torch
from scipy import stats
from sklearn import metrics as sklearn_metrics
from torch import Tensor
from torchmetrics.functional.classification import multiclass_calibration_error

from autograder.errors import DataError
from autograder.metrics import functional as F
from autograder.metrics.correlation import pearson, spearman
from autograder.metrics.distribution import (
    calibration_bins,
    expected_calibration_error,
    ranked_probability_score,
)
from autograder.model.scores import expected_score, integer_score

SCORES = [1, 2, 3, 4, 5]
Coefficient = Callable[[Tensor, Tensor], Tensor]


def random_scores(seed: int, num_rows: int = 60) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(seed)
    target = torch.randint(1, 6, (num_rows,), generator=generator)
    noise = torch.randint(-2, 3, (num_rows,), generator=generator)
    return (target + noise).clamp(1, 5), target


def random_probabilities(seed: int, num_rows: int = 60) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(seed)
    target = torch.randint(1, 6, (num_rows,), generator=generator)
    logits = 2 * torch.randn(num_rows, 5, generator=generator)
    logits += torch.nn.functional.one_hot(target - 1, 5)
    return logits.softmax(dim=1), target


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("num_rows", [2, 3, 60])
def test_integer_scores_against_references(seed: int, num_rows: int) -> None:
    preds, target = random_scores(seed, num_rows)
    ours = {
        "exact": F.exact_match(preds, target),
        "within_1": F.within_one(preds, target),
        "mae": F.mean_absolute_error(preds, target),
        "top_share": F.most_predicted_share(preds),
    }
    given, wanted = preds.numpy(), target.numpy()
    theirs = {
        "exact": sklearn_metrics.accuracy_score(wanted, given),
        "within_1": np.mean(np.abs(given - wanted) <= 1),
        "mae": sklearn_metrics.mean_absolute_error(wanted, given),
        "top_share": stats.mode(given).count / num_rows,
    }
    assert {name: value.item() for name, value in ours.items()} == pytest.approx(theirs)
    assert all(value.dtype == torch.float64 and value.ndim == 0 for value in ours.values())


@pytest.mark.parametrize("seed", range(5))
def test_kappa_against_sklearn(seed: int) -> None:
    preds, target = random_scores(seed)
    theirs = sklearn_metrics.cohen_kappa_score(preds, target, labels=SCORES, weights="quadratic")
    assert F.quadratic_kappa(preds, target).item() == pytest.approx(theirs)


def test_confusion_against_sklearn() -> None:
    preds, target = random_scores(0)
    theirs = sklearn_metrics.confusion_matrix(preds, target, labels=SCORES)
    assert F.score_confusion(preds, target).tolist() == theirs.tolist()


@pytest.mark.parametrize("dtype", [torch.int64, torch.float16, torch.bfloat16, torch.float32])
@pytest.mark.parametrize("seed", range(5))
def test_correlations_with_ties_against_scipy(seed: int, dtype: torch.dtype) -> None:
    preds, target = random_scores(seed)
    preds = preds.to(dtype)
    given = preds.double()
    assert pearson(preds, target).item() == pytest.approx(stats.pearsonr(given, target)[0])
    assert spearman(preds, target).item() == pytest.approx(stats.spearmanr(given, target)[0])


@pytest.mark.parametrize("seed", range(5))
def test_correlations_of_expected_scores_against_scipy(seed: int) -> None:
    probabilities, target = random_probabilities(seed)
    expected = expected_score(probabilities.double())
    assert expected.tolist() == pytest.approx((probabilities.double().numpy() @ SCORES).tolist())
    assert pearson(expected, target).item() == pytest.approx(stats.pearsonr(expected, target)[0])
    assert spearman(expected, target).item() == pytest.approx(stats.spearmanr(expected, target)[0])


@pytest.mark.parametrize("num_rows", [0, 1, 2, 7, 50])
@pytest.mark.parametrize("value", [3.0, 3.1, 0.1])
@pytest.mark.parametrize("function", [pearson, spearman])
def test_a_constant_gives_nan(function: Coefficient, value: float, num_rows: int) -> None:
    constant = torch.full((num_rows,), value)
    other = torch.arange(num_rows)
    assert function(constant, other).isnan()
    assert function(other, constant).isnan()


@pytest.mark.parametrize("function", [pearson, spearman])
def test_correlation_of_what_is_no_number_is_nan(function: Coefficient) -> None:
    assert function(torch.tensor([1.0, math.nan, 2.0]), torch.tensor([1, 2, 3])).isnan()


def test_kappa_where_it_is_and_is_not_defined() -> None:
    ones, mixed = torch.tensor([1, 1, 1]), torch.tensor([1, 2, 3])
    assert F.quadratic_kappa(ones, mixed).item() == 0  # as in scikit-learn
    assert F.quadratic_kappa(ones, ones).isnan()
    assert F.quadratic_kappa(ones[:1], mixed[1:2]).isnan()
    assert F.quadratic_kappa(ones[:0], ones[:0]).isnan()


def test_no_rows_give_nan() -> None:
    scores, probabilities = torch.zeros(0, dtype=torch.int64), torch.zeros(0, 5)
    for function in (F.exact_match, F.within_one, F.mean_absolute_error):
        assert function(scores, scores).isnan()
    assert F.most_predicted_share(scores).isnan()
    assert expected_calibration_error(probabilities, scores).isnan()
    assert ranked_probability_score(probabilities, scores).isnan()


@pytest.mark.parametrize("num_bins", [1, 7, 10, 15])
@pytest.mark.parametrize("seed", range(5))
def test_calibration_against_torchmetrics(seed: int, num_bins: int) -> None:
    probabilities, target = random_probabilities(seed, 200)
    theirs = multiclass_calibration_error(probabilities, target - 1, num_classes=5, n_bins=num_bins)
    ours = expected_calibration_error(probabilities, target, num_bins=num_bins)
    assert ours.item() == pytest.approx(theirs.item(), abs=1e-6)


def test_calibration_of_certain_scores_shares_the_last_bin() -> None:
    # One row at 1.0 and wrong, one at 0.95 and right; in one bin: |1.95 - 1| / 2.
    probabilities = torch.tensor([[1, 0, 0, 0, 0], [0.05, 0.95, 0, 0, 0]], dtype=torch.float64)
    ours = expected_calibration_error(probabilities, torch.tensor([2, 2]))
    assert ours.item() == pytest.approx(0.475)


def test_calibration_bins_add_up() -> None:
    probabilities, target = random_probabilities(3)
    rows, confidence, hits = calibration_bins(probabilities, target)
    assert rows.sum() == len(target)
    assert confidence.sum().item() == pytest.approx(probabilities.double().amax(1).sum().item())
    assert hits.sum() / rows.sum() == F.exact_match(integer_score(probabilities), target)


@pytest.mark.parametrize("seed", range(5))
def test_ranked_probability_is_the_mean_of_four_brier_scores(seed: int) -> None:
    probabilities, target = random_probabilities(seed)
    below = probabilities.double().cumsum(dim=1).clamp(max=1).numpy()
    theirs = np.mean(
        [
            sklearn_metrics.brier_score_loss((target <= score).int(), below[:, score - 1])
            for score in (1, 2, 3, 4)
        ]
    )
    assert ranked_probability_score(probabilities, target).item() == pytest.approx(theirs)


def test_equal_probabilities_choose_the_lowest_score() -> None:
    assert integer_score(torch.full((1, 5), 0.2)).tolist() == [1]


@pytest.mark.parametrize(
    "row",
    [
        [math.nan] * 5,
        [2.0, -1.0, 0.0, 0.0, 0.0],
        [3.0, 1.0, 0.5, 0.0, 0.0],
        [0.0] * 5,
        [math.inf] * 5,
    ],
    ids=["nan", "negative", "logits", "zero", "infinite"],
)
def test_what_is_no_distribution_is_refused(row: list[float]) -> None:
    with pytest.raises(DataError, match=r"expected a distribution, got .* in row 1"):
        F.MEASURES["exact"](torch.tensor([[0.2] * 5, row]), torch.tensor([1, 1]))


@pytest.mark.parametrize("wrong", [0, 6, -1, 2.5, math.nan])
def test_what_is_no_score_is_refused(wrong: float) -> None:
    with pytest.raises(DataError, match="expected whole scores 1 to 5"):
        F.exact_match(torch.tensor([1.0, wrong]), torch.tensor([1, 2]))


def test_shapes_are_checked() -> None:
    scores = torch.tensor([1, 2])
    with pytest.raises(DataError, match="one target a row"):
        pearson(scores, scores[:1])
    with pytest.raises(DataError, match="one target a row"):
        ranked_probability_score(torch.full((1, 5), 0.2), scores)
    with pytest.raises(DataError, match=r"expected shape \(N, 5\)"):
        F.MEASURES["pearson"](torch.full((2, 4), 0.25), scores)
    with pytest.raises(DataError, match="at least one bin"):
        calibration_bins(torch.full((2, 5), 0.2), scores, 0)


def test_half_precision_softmax_is_a_distribution() -> None:
    probabilities, target = random_probabilities(0, 500)
    assert not F.MEASURES["exact"](probabilities.bfloat16(), target).isnan()


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_gpu_equals_cpu() -> None:
    probabilities, target = random_probabilities(0)
    of_distributions: list[Coefficient] = [expected_calibration_error, ranked_probability_score]
    for function in of_distributions:
        on_gpu = function(probabilities.cuda(), target.cuda())
        assert on_gpu.is_cuda
        assert on_gpu.item() == pytest.approx(function(probabilities, target).item())
    preds = integer_score(probabilities)
    of_scores: list[Coefficient] = [
        F.exact_match,
        F.mean_absolute_error,
        pearson,
        spearman,
        F.quadratic_kappa,
    ]
    for function in of_scores:
        on_gpu = function(preds.cuda(), target.cuda())
        assert on_gpu.is_cuda
        assert on_gpu.item() == pytest.approx(function(preds, target).item())
