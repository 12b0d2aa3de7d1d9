"""A judge on any set of graded answers, beside what knows the answers' scores or lengths only.

The two baselines are made of the very file, which the judge has never seen: `majority` gives its
most frequent score, `length_only` learns from the other prompts' answers (five folds). A judge
that does not beat them adds nothing on this file.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from autograder.balance import draw, score_counts
from autograder.benchmark.predictions import Grade
from autograder.benchmark.ranking import ranking
from autograder.evaluation.baselines import length_only, majority
from autograder.evaluation.measure import distribution, measure, measure_gain
from autograder.prompt import FieldName
from autograder.schema import Example
from autograder.terminal import printable

MEASURES = ("pearson", "spearman", "exact", "within_1", "mae", "kappa", "rps")
_CUT: tuple[FieldName, ...] = ("prompt", "reference", "response")
_NUM_FOLDS = 5

_WIDTH = len("-0.500 (-0.750 to -0.250)") + 2  # of a column: the widest figure there is


def benchmark(
    grades: Sequence[Grade], examples: Sequence[Example], *, resamples: int, seed: int
) -> dict[str, Any]:
    """Figures of a judge and two baselines, in all and for each category.

    Args:
        grades: the judge's, one an example.
        examples: labelled; those of one item are drawn together.
        resamples: of the 95 % intervals.
        seed: of the resamples and the folds.
    """
    systems = {
        "judge": torch.tensor([grade.probabilities for grade in grades], dtype=torch.float64),
        "majority": majority(examples, examples),
        "length_only": _length_of_others(examples, seed),
    }
    options = {"resamples": resamples, "seed": seed}

    def figures(at: Sequence[int]) -> dict[str, dict[str, Any]]:
        part = [examples[row] for row in at]
        return {
            system: measure(rows[at], part, **options).model_dump()
            for system, rows in systems.items()
        }

    names = [example.category for example in examples]
    order = {name: rows for name, rows in systems.items() if name != "majority"}  # it orders none
    return {
        "scores": score_counts(examples),
        "truncated": cut_fields(grades),
        "systems": figures(range(len(examples))),
        "gain": {
            system: measure_gain(systems["judge"], rows, examples, **options).model_dump()
            for system, rows in systems.items()
            if system != "judge"
        },
        "distribution": distribution(systems["judge"], examples),
        "ranking": ranking(order, examples, **options),
        "categories": {
            name: figures([row for row, other in enumerate(names) if other == name])
            for name in (sorted(set(names)) if len(set(names)) > 1 else [])
        },
    }


def cut_fields(grades: Sequence[Grade]) -> dict[str, int]:
    """How many answers had each field cut to fit the judge."""
    cut = Counter(name for grade in grades for name in grade.truncated)
    return {name: cut[name] for name in _CUT}


def _length_of_others(examples: Sequence[Example], seed: int) -> Tensor:
    """`length_only` for each fold of whole items, made of the other folds."""
    items = sorted({row.item for row in examples}, key=lambda item: draw(seed, "fold", item))
    if len(items) < 2:
        return length_only(examples, examples)
    fold = {item: number % _NUM_FOLDS for number, item in enumerate(items)}
    rows = torch.empty(len(examples), 5, dtype=torch.float64)
    for number in set(fold.values()):
        own = [at for at, row in enumerate(examples) if fold[row.item] == number]
        others = [row for row in examples if fold[row.item] != number]
        rows[own] = length_only(others, [examples[at] for at in own])
    return rows


def table(tree: dict[str, Any]) -> str:
    """The figures for a terminal."""
    systems = tree["systems"]
    lines = [f"{'':10}" + "".join(f"{_title(system):{_WIDTH}}" for system in systems)]
    for name in MEASURES:
        cells = (f"{_with_interval(figures, name):{_WIDTH}}" for figures in systems.values())
        lines.append(f"{name:10}{''.join(cells)}")
    lines += _ranking_lines(tree["ranking"], list(systems))
    if tree["categories"]:
        lines += ["", f"{'category':18}{'':12}{'n':>5}" + "".join(f"{m:>10}" for m in MEASURES)]
    for category, each in tree["categories"].items():
        title = printable(category)[:17]
        for system, figures in each.items():
            cells = (f"{_number(figures[name]):>10}" for name in MEASURES)
            head = f"{title:18}{_title(system):12}{figures['num_examples']:5}"
            lines.append(f"{head}{''.join(cells)}")
            title = ""
    return "\n".join(line.rstrip() for line in lines)


def _ranking_lines(found: dict[str, Any], systems: Sequence[str]) -> list[str]:
    lines = []
    for name in found["systems"]["judge"]["interval"]:
        each = (found["systems"].get(system) for system in systems)
        cells = (with_bounds(e[name], e["interval"][name]) if e else "-" for e in each)
        lines.append(f"{name:10}{''.join(f'{cell:{_WIDTH}}' for cell in cells)}")
    share = found["between_prompts"]
    between = "-" if share is None else f"{share:.0%}"
    return [*lines, "", f"variance of the labels that lies between prompts: {between}"]


def _title(system: str) -> str:
    return system.replace("_", " ")


def _with_interval(figures: dict[str, Any], name: str) -> str:
    return with_bounds(figures[name], figures["interval"][name])


def with_bounds(value: float | None, bounds: Sequence[float] | None) -> str:
    """A figure with its interval, where it has one."""
    number = _number(value)
    return f"{number} ({_number(bounds[0])} to {_number(bounds[1])})" if bounds else number


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
