"""Score distributions and labels in, typed figures out; what is undefined is None."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from autograder.evaluation.bootstrap import (
    Interval,
    Statistic,
    bootstrap_intervals,
    judge_intervals,
)
from autograder.evaluation.pairs import pair_accuracy
from autograder.evaluation.result_models import Bounds, Figures, Gain, Groups, Measures
from autograder.files import finite
from autograder.metrics.functional import MEASURES, Measure
from autograder.model.scores import integer_score
from autograder.schema import LEVELS, SCORES, Example

_GROUPS: dict[str, Callable[[Example], str]] = {
    "level": lambda example: LEVELS[example.level],
    "category": lambda example: example.category,
    "language": lambda example: example.language,
    "source": lambda example: example.source,
}


def measure(
    probabilities: Tensor, examples: Sequence[Example], *, resamples: int, seed: int
) -> Figures:
    """All measures of one judge on one set of examples.

    Args:
        probabilities: (N, 5), any float dtype.
        examples: N labelled examples.
        resamples: bootstrap resamples of whole items.
        seed: of the resamples; equal seeds make judges comparable.
    """
    scores = torch.tensor([example.score for example in examples])
    items = [example.item for example in examples]
    values = {name: finite(of(probabilities, scores, None).item()) for name, of in MEASURES.items()}
    intervals = judge_intervals(probabilities, scores, groups=items, resamples=resamples, seed=seed)
    undefined = {
        name: "constant scores, or fewer than two rows"
        for name, value in values.items()
        if value is None
    }
    bounds = {name: _bounds(interval) for name, interval in intervals.items()}
    undefined |= {
        f"interval.{name}": "fewer than two items, or constant in every resample"
        for name, known in bounds.items()
        if known is None
    }
    share, spread, num_pairs = pair_accuracy(
        probabilities, examples, resamples=resamples, seed=seed
    )
    pairs_interval = _bounds(spread)
    if share is None:
        undefined["pairs"] = "no two answers to one request have different labels"
    if pairs_interval is None:
        undefined["pairs_interval"] = "fewer than two items, or no pair in any resample"
    return Figures(
        num_examples=len(examples),
        num_items=len(set(items)),
        num_pairs=num_pairs,
        pairs=share,
        pairs_interval=pairs_interval,
        **values,
        interval=Measures[Bounds](**bounds),
        undefined=undefined,
    )


def _bounds(interval: Interval) -> Bounds:
    low, high = interval
    return (low, high) if finite(low) is not None and finite(high) is not None else None


def measure_groups(
    probabilities: Tensor, examples: Sequence[Example], *, resamples: int, seed: int
) -> Groups:
    """The same measures per level, category, language and source."""
    groups: dict[str, dict[str, Figures]] = {}
    for kind, name_of in _GROUPS.items():
        names = [name_of(example) for example in examples]
        groups[kind] = {
            name: measure(
                probabilities[torch.tensor([other == name for other in names])],
                [example for example, other in zip(examples, names, strict=True) if other == name],
                resamples=resamples,
                seed=seed,
            )
            for name in sorted(set(names))
        }
    return Groups(**groups)


def measure_gain(
    judge: Tensor,
    baseline: Tensor,
    examples: Sequence[Example],
    *,
    resamples: int,
    seed: int,
) -> Gain:
    """How much better the judge is than a baseline on the same rows: paired intervals.

    A positive difference means that the judge's figure is higher; of `mae` and `rps` a negative
    one is better.
    """
    scores = torch.tensor([example.score for example in examples])
    arrays = [judge.double(), baseline.double(), scores]

    def difference(measure: Measure) -> Statistic:
        return lambda first, second, target, weights: (
            measure(first, target, weights) - measure(second, target, weights)
        )

    differences = {name: difference(MEASURES[name]) for name in ("exact", "mae", "rps")}
    intervals = bootstrap_intervals(
        differences,
        arrays,
        groups=[example.item for example in examples],
        resamples=resamples,
        seed=seed,
    )
    values: dict[str, Any] = {}
    for name, of in differences.items():
        values[name] = finite(of(*arrays, None).item())
        values[f"{name}_interval"] = _bounds(intervals[name])
    return Gain(**values)


def distribution(probabilities: Tensor, examples: Sequence[Example]) -> dict[str, dict[str, float]]:
    """Share of each score, as labelled, as given, and as expected by the probabilities."""
    given = integer_score(probabilities).tolist()
    labels = [example.score for example in examples]
    mean = probabilities.double().mean(dim=0).tolist()
    return {
        "label": {str(score): labels.count(score) / len(labels) for score in SCORES},
        "given": {str(score): given.count(score) / len(given) for score in SCORES},
        "probability": {str(score): mean[score - 1] for score in SCORES},
    }
