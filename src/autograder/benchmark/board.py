"""The figures of a file of either kind, graded answers or pairs, and the same as text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autograder.benchmark.pairwise import measure_pairs, pairs_table
from autograder.benchmark.predictions import Grade
from autograder.benchmark.records import Benchmark
from autograder.benchmark.scoreboard import benchmark, table


def measure_file(
    grades: Sequence[Grade], read: Benchmark, *, resamples: int, seed: int
) -> dict[str, Any]:
    """Figures of a judge and baselines: those of `scoreboard.benchmark` or of `measure_pairs`.

    Args:
        grades: the judge's, one a row.
        read: the file's rows.
        resamples, seed: of the 95 % intervals.
    """
    of = measure_pairs if read.is_pairs else benchmark
    return of(grades, read.examples, resamples=resamples, seed=seed)


def summary(tree: dict[str, Any]) -> str:
    """The figures for a terminal.

    Args:
        tree: from `measure_file`, with the judge's `max_length` and the file's `num_references`.
    """
    cut = ", ".join(f"{name} {count}" for name, count in tree["truncated"].items())
    notes = f"with a reference answer: {tree['num_references']}\n"
    notes += f"cut to fit {tree['max_length']} tokens: {cut}\n"
    if "pairs" in tree:
        pairs = tree["pairs"]
        head = f"pairs: {pairs['num_pairs']}, prompts: {pairs['num_items']}"
        return f"{head}\n{notes}\n{pairs_table(tree)}"
    judge = tree["systems"]["judge"]
    scores = ", ".join(f"{score}: {count}" for score, count in tree["scores"].items())
    head = f"answers: {judge['num_examples']}, prompts: {judge['num_items']}; scores {scores}"
    return f"{head}\n{notes}\n{table(tree)}"
