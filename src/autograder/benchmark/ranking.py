"""How well expected scores order labelled answers: in all, within a prompt, and by two labels.

Measures are functions as in `metrics.functional`, with weights (R, N) for R resamples: the counts
by which rows were drawn. Neither scipy, scikit-learn nor torchmetrics computes them for many
resamples at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from autograder.evaluation.bootstrap import Interval, Statistic, bootstrap_intervals
from autograder.evaluation.pairs import expected_scores
from autograder.files import finite
from autograder.schema import Example
from autograder.text import normalise


def ranking(
    systems: Mapping[str, Tensor], examples: Sequence[Example], *, resamples: int, seed: int
) -> dict[str, Any]:
    """Figures of some systems, and what they need to know of the labels.

    Args:
        systems: score distributions (N, 5) by name.
        examples: N labelled; those of one item are drawn together.
        resamples, seed: of the 95 % intervals.

    Returns:
        `between_prompts`, the share of the labels' variance; `labels`, how many different ones;
        and for each system `within`, with two labels also `auc` and `balanced`, and their
        `interval`s. What is undefined is None.
    """
    labels = torch.tensor([example.score for example in examples], dtype=torch.float64)
    prompts = prompt_numbers(examples)
    statistics: dict[str, Statistic] = {"within": within_pearson}
    num_labels = len(set(labels.tolist()))
    if num_labels == 2:
        statistics |= {
            "auc": lambda given, labels, _, weights: area_under_curve(given, labels, weights),
            "balanced": lambda given, labels, _, weights: balanced_accuracy(given, labels, weights),
        }
    items = [example.item for example in examples]
    found: dict[str, Any] = {}
    for system, rows in systems.items():
        arrays = [expected_scores(rows), labels, prompts]
        intervals = bootstrap_intervals(
            statistics, arrays, groups=items, resamples=resamples, seed=seed
        )
        found[system] = {
            **{name: finite(of(*arrays, None).item()) for name, of in statistics.items()},
            "interval": {name: bounds_of(interval) for name, interval in intervals.items()},
        }
    between = finite(between_share(labels, prompts).item())
    return {"labels": num_labels, "between_prompts": between, "systems": found}


def bounds_of(interval: Interval) -> tuple[float, float] | None:
    """The two ends, or None where they are undefined."""
    low, high = map(finite, interval)
    return None if low is None or high is None else (low, high)


def prompt_numbers(examples: Sequence[Example]) -> Tensor:
    """The number of each example's prompt: int64 (N,); those of one prompt have the same."""
    numbers: dict[str, int] = {}
    return torch.tensor([numbers.setdefault(normalise(e.prompt), len(numbers)) for e in examples])


# --- measures


def within_pearson(
    given: Tensor, labels: Tensor, prompts: Tensor, weights: Tensor | None = None
) -> Tensor:
    """Pearson's correlation of what is left when each prompt's mean is taken away.

    Prompts whose labels are all the same, such as those with one row, are left out: they tell
    nothing about the order of their answers.

    Args:
        given, labels: (N,).
        prompts: int64 (N,), the number of each row's prompt.
        weights: (R, N) counts of resamples that draw whole prompts.

    Returns:
        -1 to 1; NaN if no prompt is left or all of a prompt's answers are given the same.

    Example:
        >>> labels, prompts = torch.tensor([1, 2, 4, 5]), torch.tensor([0, 0, 1, 1])
        >>> within_pearson(torch.tensor([2.0, 3.0, 1.0, 2.0]), labels, prompts).item()
        1.0
    """
    first, second = _centred(given.double(), prompts), _centred(labels.double(), prompts)
    varied = torch.zeros(int(prompts.max()) + 1, dtype=torch.bool)
    varied[prompts[second != 0]] = True
    counts = (torch.ones_like(first)[None] if weights is None else weights) * varied[prompts]
    spread = (counts @ first.square()) * (counts @ second.square())
    found = (counts @ (first * second) / spread.sqrt()).clamp(-1, 1)
    return found[0] if weights is None else found


def between_share(labels: Tensor, prompts: Tensor) -> Tensor:
    """The share of the labels' variance that lies between prompts (eta squared).

    Args:
        labels: (N,).
        prompts: int64 (N,), the number of each row's prompt.

    Returns:
        0 to 1, 1 where each prompt has one row; NaN if all labels are the same.
    """
    labels = labels.double()
    total = _centred(labels, torch.zeros_like(prompts)).square().sum()
    return 1 - _centred(labels, prompts).square().sum() / total


def area_under_curve(given: Tensor, labels: Tensor, weights: Tensor | None = None) -> Tensor:
    """The share of pairs of a row of the higher and one of another label in the right order.

    It is the area under the ROC curve (Mann-Whitney's U by the number of pairs); ties count half.

    Args:
        given, labels: (N,).
        weights: (R, N) counts of resamples.

    Returns:
        0 to 1; NaN if one of the labels is missing.

    Example:
        >>> area_under_curve(torch.tensor([1.0, 2.0, 2.0]), torch.tensor([1, 1, 5])).item()
        0.75
    """
    counts = torch.ones(1, len(given), dtype=torch.float64) if weights is None else weights
    is_high = labels == labels.max()
    values, places = torch.unique(given, return_inverse=True)
    empty = counts.new_zeros(len(counts), len(values))
    high = empty.index_add(1, places, counts * is_high)
    low = empty.index_add(1, places, counts * ~is_high)
    won = (high * (low.cumsum(dim=1) - low / 2)).sum(dim=1)
    found = won / (high.sum(dim=1) * low.sum(dim=1))
    return found[0] if weights is None else found


def balanced_accuracy(given: Tensor, labels: Tensor, weights: Tensor | None = None) -> Tensor:
    """The mean of the shares of the higher label's rows and of the others that are told as such.

    Told as the higher is what is given the middle of the two labels or more. Arguments and result
    are those of `area_under_curve`.

    Example:
        >>> balanced_accuracy(torch.tensor([3.0, 2.0, 4.0]), torch.tensor([1, 1, 5])).item()
        0.75
        >>> balanced_accuracy(torch.tensor([4.4, 4.6]), torch.tensor([4, 5])).item()
        1.0
    """
    counts = torch.ones(1, len(given), dtype=torch.float64) if weights is None else weights
    is_high = labels == labels.max()
    middle = (labels.min() + labels.max()) / 2
    right = (is_high == (given >= middle)).double()
    shares = [counts @ (right * part) / (counts @ part.double()) for part in (is_high, ~is_high)]
    found = torch.stack(shares).mean(dim=0)
    return found[0] if weights is None else found


def _centred(values: Tensor, groups: Tensor) -> Tensor:
    """The values less the mean of their group: (N,).

    Exactly 0 where all of a group are equal: their mean may differ from them in the last bit.
    """
    empty = values.new_zeros(int(groups.max()) + 1)
    low, high, mean = (
        empty.scatter_reduce(0, groups, values, reduce=how, include_self=False)[groups]
        for how in ("amin", "amax", "mean")
    )
    return torch.where(low == high, 0.0, values - mean)
