"""The order of expected scores, against scikit-learn, scipy, and loops over resampled rows."""

from __future__ import annotations

import dataclasses
import doctest

import numpy as np
import pytest
import torch
from scipy import stats
from sklearn.metrics import balanced_accuracy_score, roc_auc_score

from autograder.benchmark import ranking as module
from autograder.benchmark.ranking import (
    area_under_curve,
    balanced_accuracy,
    between_share,
    ranking,
    within_pearson,
)
from autograder.evaluation.pairs import expected_scores
from conftest import make_examples


@pytest.fixture
def rows():
    """Expected scores with ties, two labels, and prompts of one to six rows."""
    rng = np.random.default_rng(0)
    prompts = np.repeat(np.arange(30), rng.integers(1, 7, size=30))
    labels = rng.choice([2, 4], size=len(prompts))
    given = np.round(rng.normal(size=len(prompts)) + labels + rng.normal(size=30)[prompts], 1)
    return given, labels, prompts


def tensors(*arrays):
    return [torch.from_numpy(np.asarray(array)) for array in arrays]


def test_two_labels_are_told_apart_as_scikit_learn_counts_it(rows):
    given, labels, _ = rows
    assert len(np.unique(given)) < len(given)
    is_high = labels == 4
    assert area_under_curve(*tensors(given, labels)).item() == pytest.approx(
        roc_auc_score(is_high, given)
    )
    whole = stats.mannwhitneyu(given[is_high], given[~is_high]).statistic
    assert area_under_curve(*tensors(given, labels)).item() == pytest.approx(
        whole / is_high.sum() / (~is_high).sum()
    )
    assert balanced_accuracy(*tensors(given, labels)).item() == pytest.approx(
        balanced_accuracy_score(is_high, given >= 3)
    )


@pytest.mark.parametrize("labels", [(1, 5), (2, 4), (4, 5), (1, 2), (1, 4)])
def test_two_labels_are_told_apart_in_their_middle(labels):
    rng = np.random.default_rng(2)
    names = rng.choice(labels, size=200)
    given = names + rng.normal(size=200)
    middle = np.mean(labels)
    assert balanced_accuracy(*tensors(given, names)).item() == pytest.approx(
        balanced_accuracy_score(names == labels[1], given >= middle)
    )
    assert balanced_accuracy(*tensors(names.astype(float), names)).item() == 1
    counts = rng.integers(0, 3, size=200)
    drawn = balanced_accuracy(*tensors(given, names, counts[None].astype(float)))
    again, labelled = np.repeat(given, counts), np.repeat(names, counts)
    assert drawn.item() == pytest.approx(
        balanced_accuracy_score(labelled == labels[1], again >= middle)
    )


def within_by_hand(given, labels, prompts):
    """Each prompt's rows less their mean, where the labels differ; then Pearson's r."""
    first, second = [], []
    for prompt in np.unique(prompts):
        at = prompts == prompt
        if labels[at].std() > 0:
            first += list(given[at] - given[at].mean())
            second += list(labels[at] - labels[at].mean())
    return stats.pearsonr(first, second).statistic


def test_within_prompts_the_prompts_means_count_for_nothing(rows):
    given, labels, prompts = rows
    found = within_pearson(*tensors(given, labels, prompts)).item()
    assert found == pytest.approx(within_by_hand(given, labels, prompts))
    shifted = given + 10 * prompts
    assert within_pearson(*tensors(shifted, labels, prompts)).item() == pytest.approx(found)
    nothing = within_pearson(*tensors(0.1 * prompts, labels, prompts))
    assert nothing.isnan()


def test_the_share_between_prompts_is_that_of_an_analysis_of_variance(rows):
    _, labels, prompts = rows
    groups = [labels[prompts == prompt] for prompt in np.unique(prompts)]
    f = stats.f_oneway(*groups).statistic
    free = (len(groups) - 1) / (len(labels) - len(groups))
    assert between_share(*tensors(labels, prompts)).item() == pytest.approx(
        f * free / (f * free + 1)
    )
    assert between_share(*tensors([1, 5, 1], [0, 1, 2])).item() == 1
    assert between_share(*tensors([4, 4, 4], [0, 0, 1])).isnan()


def test_resamples_are_the_rows_repeated(rows):
    given, labels, prompts = rows
    drawn = np.random.default_rng(1).integers(0, 3, size=(5, 30))
    weights = torch.from_numpy(drawn[:, prompts]).double()
    x, y = tensors(given, labels)
    auc, balanced = (
        of(x, y, weights=weights).tolist() for of in (area_under_curve, balanced_accuracy)
    )
    within = within_pearson(x, y, prompts=torch.from_numpy(prompts), weights=weights).tolist()
    for at, counts in enumerate(drawn):
        again = np.repeat(np.arange(len(given)), counts[prompts])
        one, other = given[again], labels[again]
        assert auc[at] == pytest.approx(roc_auc_score(other == 4, one))
        assert balanced[at] == pytest.approx(balanced_accuracy_score(other == 4, one >= 3))
        assert within[at] == pytest.approx(within_by_hand(one, other, prompts[again]))


def test_a_resample_without_one_of_the_labels_has_no_figure():
    given, labels = tensors([1.0, 2.0], [1, 5])
    weights = torch.tensor([[2.0, 0.0], [1.0, 1.0]], dtype=torch.float64)
    assert area_under_curve(given, labels, weights=weights).isnan().tolist() == [True, False]
    assert balanced_accuracy(given, labels, weights=weights).isnan().tolist() == [True, False]


def test_expected_scores_that_differ_by_rounding_alone_are_equal():
    row = torch.tensor([0.1, 0.2, 0.3, 0.2, 0.2], dtype=torch.float64)
    one, other = expected_scores(torch.stack([row, row + 1e-9 * torch.arange(5)]))
    assert one == other


def test_figures_of_a_file_and_what_is_undefined():
    examples = [dataclasses.replace(e, prompt=e.item) for e in make_examples(4)]
    rows = torch.eye(5)[[example.score - 1 for example in examples]]
    found = ranking({"judge": rows}, examples, resamples=20, seed=1)
    assert set(found["systems"]["judge"]) == {"within", "interval"}  # five labels
    assert found["systems"]["judge"]["within"] == pytest.approx(1)
    two = [dataclasses.replace(e, score=1 if e.score < 3 else 5) for e in examples]
    found = ranking({"judge": rows}, two, resamples=20, seed=1)
    judge = found["systems"]["judge"]
    assert (found["labels"], judge["auc"], judge["balanced"]) == (2, 1, 1)
    assert judge["interval"]["auc"] == (1, 1)
    same = [dataclasses.replace(e, score=4) for e in examples]
    found = ranking({"judge": rows}, same, resamples=20, seed=1)
    assert found["systems"]["judge"] == {"within": None, "interval": {"within": None}}
    assert found["between_prompts"] is None


def test_the_examples_in_docstrings_hold():
    result = doctest.testmod(module)
    assert (result.failed, result.attempted > 0) == (0, True)
