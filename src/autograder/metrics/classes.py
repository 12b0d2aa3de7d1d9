"""Torchmetrics classes over `functional`: they gather over batches and processes.

Each takes `update(probabilities, target)` with (N, 5) probabilities of the scores 1 to 5 and
(N,) target scores, derives the integer or the expected score that its measure needs, and
computes a 0-d float64 tensor.
"""

from __future__ import annotations

from typing import Any, ClassVar

import torch
from torch import Tensor
from torchmetrics import Metric, MetricCollection
from torchmetrics.utilities import dim_zero_cat

from autograder.metrics import correlation, distribution, functional
from autograder.metrics.inputs import check_lengths, checked_probabilities, checked_scores
from autograder.model.scores import expected_score, integer_score


class _JudgeMetric(Metric):
    is_differentiable = False
    full_state_update = False
    higher_is_better: bool | None = True


class _MeanMetric(_JudgeMetric):
    """State: a sum over rows, and their number."""

    total: Tensor
    num_rows: Tensor

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.add_state("total", torch.zeros((), dtype=torch.float64), dist_reduce_fx="sum")
        self.add_state("num_rows", torch.zeros((), dtype=torch.int64), dist_reduce_fx="sum")

    def rows(self, probabilities: Tensor, target: Tensor) -> Tensor:
        """The measure of each row; (N,), float64."""
        raise NotImplementedError

    def update(self, probabilities: Tensor, target: Tensor) -> None:
        """Add up a batch."""
        rows = self.rows(checked_probabilities(probabilities), checked_scores(target, "target"))
        self.total += rows.sum()
        self.num_rows += rows.numel()

    def compute(self) -> Tensor:
        """Mean over rows so far."""
        return self.total.div(self.num_rows)


class ExactMatch(_MeanMetric):
    """See `functional.exact_match`; on the integer score.

    Example:
        >>> metric = ExactMatch()
        >>> metric.update(torch.eye(5), torch.tensor([1, 2, 3, 4, 4]))
        >>> metric.compute().item()
        0.8
    """

    def rows(self, probabilities: Tensor, target: Tensor) -> Tensor:
        """1.0 for each integer score that is its target."""
        return functional.near_rows(integer_score(probabilities), target, 0)


class WithinOne(_MeanMetric):
    """See `functional.within_one`; on the integer score."""

    def rows(self, probabilities: Tensor, target: Tensor) -> Tensor:
        """1.0 for each integer score at most one away from its target."""
        return functional.near_rows(integer_score(probabilities), target, 1)


class AbsoluteError(_MeanMetric):
    """See `functional.mean_absolute_error`; on the integer score."""

    higher_is_better = False

    def rows(self, probabilities: Tensor, target: Tensor) -> Tensor:
        """Distance of each integer score from its target."""
        return functional.error_rows(integer_score(probabilities), target)


class ExpectedAbsoluteError(_MeanMetric):
    """See `functional.mean_absolute_error`; on the expected score."""

    higher_is_better = False

    def rows(self, probabilities: Tensor, target: Tensor) -> Tensor:
        """Distance of each expected score from its target."""
        return functional.error_rows(expected_score(probabilities), target)


class RankedProbabilityScore(_MeanMetric):
    """See `distribution.ranked_probability_score`; on the whole distribution."""

    higher_is_better = False

    def rows(self, probabilities: Tensor, target: Tensor) -> Tensor:
        """The ranked probability score of each row."""
        return distribution.ranked_probability_rows(probabilities, target)


class _ConfusionMetric(_JudgeMetric):
    """State: the (5, 5) counts of integer score by target."""

    confusion: Tensor
    measure: ClassVar[staticmethod[[Tensor], Tensor]]

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        counts = torch.zeros(5, 5, dtype=torch.float64)
        self.add_state("confusion", counts, dist_reduce_fx="sum")

    def update(self, probabilities: Tensor, target: Tensor) -> None:
        """Count a batch."""
        given = integer_score(checked_probabilities(probabilities))
        self.confusion += functional.score_confusion(given, target)

    def compute(self) -> Tensor:
        """The measure of all rows so far."""
        return self.measure(self.confusion)


class QuadraticKappa(_ConfusionMetric):
    """See `functional.quadratic_kappa`; on the integer score."""

    measure = staticmethod(functional.kappa_of)


class MostPredictedShare(_ConfusionMetric):
    """See `functional.most_predicted_share`; on the integer score."""

    higher_is_better = None  # neither: it is compared with the share in the targets
    measure = staticmethod(functional.top_share_of)


class ExpectedCalibrationError(_JudgeMetric):
    """See `distribution.expected_calibration_error`; on the integer score's probability.

    Args:
        num_bins: number of confidence bins of equal width.
        **kwargs: see `torchmetrics.Metric`.
    """

    higher_is_better = False
    bins: Tensor

    def __init__(self, num_bins: int = 10, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.num_bins = num_bins
        sums = torch.zeros(3, num_bins, dtype=torch.float64)
        self.add_state("bins", sums, dist_reduce_fx="sum")

    def update(self, probabilities: Tensor, target: Tensor) -> None:
        """Add a batch to the bins."""
        sums = distribution.calibration_bins(probabilities, target, self.num_bins)
        self.bins += torch.stack(sums)

    def compute(self) -> Tensor:
        """Expected calibration error so far."""
        return distribution.calibration_of(*self.bins)


class _RowsMetric(_JudgeMetric):
    """State: every expected score and target; ranks need them all at once."""

    expected: list[Tensor]
    target: list[Tensor]
    measure: ClassVar[staticmethod[[Tensor, Tensor], Tensor]]

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.add_state("expected", [], dist_reduce_fx="cat")
        self.add_state("target", [], dist_reduce_fx="cat")

    def update(self, probabilities: Tensor, target: Tensor) -> None:
        """Keep a batch."""
        expected = expected_score(checked_probabilities(probabilities))
        target = checked_scores(target, "target")
        check_lengths(expected, target)
        self.expected.append(expected)
        self.target.append(target)

    def compute(self) -> Tensor:
        """The measure of all rows so far."""
        # By length: once gathered from several processes each is a tensor.
        if not len(self.expected):
            return torch.tensor(float("nan"), dtype=torch.float64, device=self.device)
        return self.measure(dim_zero_cat(self.expected), dim_zero_cat(self.target))


class Pearson(_RowsMetric):
    """See `correlation.pearson`; on the expected score.

    Torchmetrics' own class cannot `merge_state`, and warns where the result is NaN.
    """

    measure = staticmethod(correlation.pearson)


class Spearman(_RowsMetric):
    """See `correlation.spearman`; on the expected score."""

    measure = staticmethod(correlation.spearman)


_CLASSES: dict[str, type[_JudgeMetric]] = {
    "ece": ExpectedCalibrationError,
    "exact": ExactMatch,
    "kappa": QuadraticKappa,
    "mae": AbsoluteError,
    "mae_expected": ExpectedAbsoluteError,
    "pearson": Pearson,
    "rps": RankedProbabilityScore,
    "spearman": Spearman,
    "top_share": MostPredictedShare,
    "within_1": WithinOne,
}

LOWER_IS_BETTER = frozenset(
    {"loss", *(name for name, kind in _CLASSES.items() if kind.higher_is_better is False)}
)
"""The validation figures, `loss` among them, of which the lower one is better."""


def judge_metrics() -> MetricCollection:
    """Every measure of a judge with a score distribution.

    Keys, with what each is computed from:

    - integer score: `exact`, `within_1`, `mae`, `kappa`, `top_share`
    - expected score: `mae_expected`, `pearson`, `spearman`
    - whole distribution: `rps`; its largest probability: `ece`

    Returns:
        A collection with `update(probabilities, target)`.

    Example:
        >>> metrics = judge_metrics()
        >>> metrics.update(torch.eye(5), torch.tensor([1, 2, 3, 4, 4]))
        >>> {name: round(value.item(), 2) for name, value in metrics.compute().items()}
        ... # doctest: +NORMALIZE_WHITESPACE
        {'ece': 0.2, 'exact': 0.8, 'kappa': 0.94, 'mae': 0.2, 'mae_expected': 0.2,
         'pearson': 0.97, 'rps': 0.05, 'spearman': 0.97, 'top_share': 0.2, 'within_1': 1.0}
    """
    return MetricCollection(
        {name: make() for name, make in _CLASSES.items()},
        # Named, not found: torchmetrics would join metrics whose states happen to be equal
        # after the first batch (`mae_expected` and `rps`, both 0), and never part them again.
        compute_groups=[
            ["kappa", "top_share"],
            ["pearson", "spearman"],
            *([name] for name in ("ece", "exact", "mae", "mae_expected", "rps", "within_1")),
        ],
    )
