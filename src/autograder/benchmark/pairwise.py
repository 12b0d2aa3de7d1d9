"""A judge on pairs of answers, beside the rule that the longer one is better."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from autograder.benchmark.predictions import Grade
from autograder.benchmark.ranking import bounds_of
from autograder.benchmark.scoreboard import cut_fields, with_bounds
from autograder.evaluation.bootstrap import bootstrap_interval
from autograder.evaluation.pairs import expected_scores
from autograder.metrics.inputs import weighted_mean
from autograder.schema import Example
from autograder.terminal import printable

_WIDTH = len("0.500 (0.250 to 0.750)") + 2


def measure_pairs(
    grades: Sequence[Grade], examples: Sequence[Example], *, resamples: int, seed: int
) -> dict[str, Any]:
    """How often the better answer has the higher expected score, in all and for each category.

    A tie, which is two equal expected scores, or lengths in characters, counts half.

    Args:
        grades: of the better answer and the worse of each pair in turn.
        examples: the answers; pairs of one item are drawn together.
        resamples, seed: of the 95 % intervals.
    """
    rows = torch.tensor([grade.probabilities for grade in grades], dtype=torch.float64)
    lengths = torch.tensor([len(example.response) for example in examples])
    wins = {"judge": _wins(expected_scores(rows)), "longer": _wins(lengths)}
    pairs = examples[::2]
    names = [pair.category for pair in pairs]

    def accuracy(at: Sequence[int], rows: Tensor) -> dict[str, Any]:
        items = [pairs[row].item for row in at]
        interval = bootstrap_interval(
            weighted_mean, [rows[at]], groups=items, resamples=resamples, seed=seed
        )
        return {"accuracy": rows[at].mean().item(), "interval": bounds_of(interval)}

    def figures(at: Sequence[int]) -> dict[str, Any]:
        found = {
            system: accuracy(at, rows) | {"num_ties": int((rows[at] == 0.5).sum())}
            for system, rows in wins.items()
        }
        num_items = len({pairs[row].item for row in at})
        return {"num_pairs": len(at), "num_items": num_items, "systems": found}

    everything = range(len(pairs))
    gain = accuracy(everything, wins["judge"] - wins["longer"])
    return {
        "truncated": cut_fields(grades),
        "pairs": figures(everything) | {"gain": gain},
        "categories": {
            name: figures([row for row, other in enumerate(names) if other == name])
            for name in (sorted(set(names)) if len(set(names)) > 1 else [])
        },
    }


def _wins(values: Tensor) -> Tensor:
    """1 where the first of two values is the higher, 0 where it is the lower, else .5: (N / 2,)."""
    better, worse = values[::2], values[1::2]
    return ((better > worse).double() + (better >= worse).double()) / 2


def pairs_table(tree: dict[str, Any]) -> str:
    """The figures for a terminal."""
    groups = {"accuracy": tree["pairs"]} | tree["categories"]
    heads = "".join(f"{system:{_WIDTH}}" for system in tree["pairs"]["systems"])
    lines = [f"{'':24}{'n':>5}  {heads}"]
    for name, group in groups.items():
        cells = (
            f"{with_bounds(each['accuracy'], each['interval']):{_WIDTH}}"
            for each in group["systems"].values()
        )
        title = printable(name)[:23]
        lines.append(f"{title:24}{group['num_pairs']:5}  {''.join(cells)}")
    ties = (f"{each['num_ties']:<{_WIDTH}}" for each in tree["pairs"]["systems"].values())
    lines.insert(2, f"{'ties, counted half':24}{'':5}  {''.join(ties)}")
    return "\n".join(line.rstrip() for line in lines)
