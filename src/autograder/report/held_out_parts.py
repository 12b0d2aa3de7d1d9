"""The parts of the held-out answers side by side: each a row of figures of the results page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from autograder.evaluation.result_models import Comparison, Figures, Systems
from autograder.report.figures import NAMES, Notes

COLUMNS = {name: NAMES[name] for name in ("exact", "mae", "pearson")} | {"pairs": "Pairs right"}
_PARTS = {
    "test": "The whole test split",
    "hand_written": "Of it hand-written",
    "natural": "Of it natural, as people ask",
    "first_tests": "Of it first tests and answers that differ in one fact",
    "holdout": "Kinds never trained on",
}


@dataclass(frozen=True)
class Part:
    """A row of the table.

    Attributes:
        name: which answers, and whose figures if not the judge's.
        num_examples, num_pairs: answers, and pairs of two with different labels.
        cells: for each of `COLUMNS` the figure and its 95 % interval, empty without a figure.
        is_judge: the figures are the judge's, not the base model's.
    """

    name: str
    num_examples: int
    num_pairs: int
    cells: list[tuple[str, str]]
    is_judge: bool


def parts(systems: Systems, notes: Notes) -> list[Part]:
    """The judge on each part that has an example, beside the base model and the one before it."""
    return [
        Part(name, row.num_examples, row.num_pairs, _cells(row, notes), is_judge)
        for name, row, is_judge in _rows(systems)
    ]


def _rows(systems: Systems) -> Iterator[tuple[str, Figures, bool]]:
    for field, name in _PARTS.items():
        measured: Comparison | Figures | None = getattr(systems, field)
        if isinstance(measured, Figures):
            yield name, measured, True
        elif measured is not None:
            yield name, measured.judge, True
            if measured.baselines.base_model is not None:
                yield f"{name}: base model", measured.baselines.base_model, False
            if measured.baselines.start is not None:
                yield f"{name}: the judge before", measured.baselines.start, False
    if systems.start and systems.start.user:
        yield "Test split, source user", systems.start.user.judge, True
        yield "Test split, source user: the judge before", systems.start.user.start, False


def _cells(row: Figures, notes: Notes) -> list[tuple[str, str]]:
    return [
        (notes.figure(row, name), "" if getattr(row, name) is None else notes.interval(row, name))
        for name in COLUMNS
    ]
