"""Score distributions and labels in, a tree of figures without NaN out.

Every group of figures has the same keys:

    num_examples, num_items
    <measure>            a number, or null where it is undefined
    interval.<measure>   [low, high], 95 %, bootstrap over items; null where undefined
    undefined            why, for each null
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

from autograder.evaluation.bootstrap import Statistic, bootstrap_intervals, judge_intervals
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
) -> dict[str, Any]:
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
    bounds: dict[str, list[float] | None] = {}
    for name in values:
        low, high = intervals[name]
        known = finite(low) is not None and finite(high) is not None
        bounds[name] = [low, high] if known else None
        if not known:
            undefined[f"interval.{name}"] = "fewer than two items, or constant in every resample"
    return {
        "num_examples": len(examples),
        "num_items": len(set(items)),
        **values,
        "interval": bounds,
        "undefined": undefined,
    }


def measure_groups(
    probabilities: Tensor, examples: Sequence[Example], *, resamples: int, seed: int
) -> dict[str, dict[str, Any]]:
    """The same measures per level, category, language and source."""
    tree: dict[str, dict[str, Any]] = {}
    for kind, name_of in _GROUPS.items():
        names = [name_of(example) for example in examples]
        tree[kind] = {
            name: measure(
                probabilities[torch.tensor([other == name for other in names])],
                [example for example, other in zip(examples, names, strict=True) if other == name],
                resamples=resamples,
                seed=seed,
            )
            for name in sorted(set(names))
        }
    return tree


def measure_gain(
    judge: Tensor,
    baseline: Tensor,
    examples: Sequence[Example],
    *,
    resamples: int,
    seed: int,
) -> dict[str, Any]:
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
    tree: dict[str, Any] = {}
    for name, of in differences.items():
        low, high = intervals[name]
        tree[name] = finite(of(*arrays, None).item())
        tree[f"{name}_interval"] = [finite(low), finite(high)]
    return tree


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
