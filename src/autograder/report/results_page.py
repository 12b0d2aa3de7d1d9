"""The report: what was measured, as a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from autograder.config import Config, describe
from autograder.evaluation.result_models import Comparison, Figures, Groups, Systems
from autograder.report import pictures
from autograder.report.diagnoses import NO_REASONING, diagnose
from autograder.report.drawing import Point
from autograder.report.figures import (
    NAMES,
    TARGETS,
    Notes,
    between,
    difference,
    difference_between,
    gain_words,
    limit_words,
    number,
    percent,
    target_words,
)
from autograder.report.held_out_parts import COLUMNS, parts
from autograder.report.page_data import Graded, Results, Table
from autograder.report.pages import fill
from autograder.report.pictures import Series
from autograder.schema import LEVELS

_NUM_MISTAKES = 10
_BASELINES = {
    "majority": "Majority: always the most frequent score",
    "length_only": "Length only: knows how long the response is",
    "base_model": "Base model before training",
    "linear_probe": "Linear probe: ridge regression on the base's hidden states",
    "start": "The judge before: training started from it",
}
_OFF = {
    "base_model": "evaluate.base_model is false",
    "linear_probe": "evaluate.probe_examples is 0",
}
_GROUPS = {"level": "Level", "category": "Category", "language": "Language", "source": "Source"}


def render(results: Results) -> str:
    """The page as HTML; every text of the data is shown as text, whatever it holds."""
    notes = Notes()
    test, unseen = results.measured.systems.test, results.measured.systems.holdout
    groups = results.measured.groups
    return fill(
        "page.html.jinja",
        "report.html",
        notes,
        results=results,
        measured=results.measured,
        judge=test.judge,
        names=NAMES,
        headline=_headline(test.judge),
        targets=[_target(test.judge, name, notes) for name in TARGETS],
        baselines=_baselines(test, notes),
        gains=_gains(results.measured.systems, notes),
        parts=parts(results.measured.systems, notes),
        part_columns=COLUMNS,
        unseen=_unseen(unseen, groups.holdout, notes),
        pictures=_pictures(results),
        groups={title: _ordered(getattr(groups.test, key)) for key, title in _GROUPS.items()},
        diagnoses=diagnose(results, notes),
        mistakes=[
            {"row": row, "bars": _bars(at, row), "reasoned": _reasoned(results, row)}
            for at, row in enumerate(worst(results.predictions))
        ],
        num_wrong=sum(row.distance > 0 for row in results.predictions),
        samples=_samples(results),
        changes=changes(results.config),
        percent=percent,
        number=number,
        no_reasoning=NO_REASONING,
        levels={str(level): name for level, name in LEVELS.items()},
    )


# --- what the page says


def _headline(judge: Figures) -> str:
    exact, target = judge.exact, TARGETS["exact"]
    if exact is None:
        return "No answers were graded."
    bounds = judge.interval.exact
    interval = f", 95 % interval {between('exact', bounds)}" if bounds else ""
    return (
        f"The judge gives the right score to {number('exact', exact)} of {judge.num_examples:,} "
        f"held-out answers{interval}. It {target_words(target, exact, bounds)}."
    )


def _target(judge: Figures, name: str, notes: Notes) -> dict[str, Any]:
    value, bounds, target = getattr(judge, name), getattr(judge.interval, name), TARGETS[name]
    reached = None if value is None else target.reached(value, target.limit)
    words, _, doubt = (
        ("undefined", "", "")
        if value is None
        else target_words(target, value, bounds).partition("; ")
    )
    return {
        "name": NAMES[name],
        "figure": notes.figure(judge, name),
        "interval": notes.interval(judge, name),
        "limit": limit_words(target),
        "reached": reached,
        "words": words,
        "doubt": doubt,
    }


def _baselines(compared: Comparison, notes: Notes) -> list[dict[str, Any]]:
    rows = [{"name": "This judge", "cells": _cells(compared.judge, notes)}]
    found = dict(compared.baselines.items())
    for key, name in _BASELINES.items():
        row = found.get(key)
        if not row and key not in _OFF:
            continue  # nothing to start from: not a thing that was switched off
        absent = notes.undefined(f"not measured: {_OFF[key]}") if not row else ""
        rows.append({"name": name, "cells": _cells(row, notes) if row else [absent] * len(NAMES)})
    return rows


def _cells(row: Figures, notes: Notes) -> list[str]:
    return [notes.figure(row, name) for name in NAMES]


def _gains(systems: Systems, notes: Notes) -> list[dict[str, Any]]:
    rows = []
    missing = "no paired difference: fewer than two items"
    gains = {_BASELINES[key].partition(":")[0]: gain for key, gain in systems.test.gain.items()}
    if systems.start and systems.start.user:
        gains["The judge before, on the source user"] = systems.start.user.gain
    for title, gain in gains.items():
        for name in ("exact", "mae", "rps"):
            value, bounds = getattr(gain, name), getattr(gain, f"{name}_interval")
            rows.append(
                {
                    "baseline": title,
                    "name": NAMES[name],
                    "figure": notes.undefined(missing)
                    if value is None
                    else difference(name, value),
                    "interval": notes.undefined(missing)
                    if bounds is None
                    else difference_between(name, bounds),
                    "words": gain_words(name, bounds),
                }
            )
    return rows


def _unseen(
    compared: Comparison | None, groups: Groups | None, notes: Notes
) -> dict[str, Any] | None:
    """Figures on kinds of task that were in no training, where the split holds some out."""
    if compared is None or groups is None:
        return None
    return {
        "judge": compared.judge,
        "baselines": _baselines(compared, notes),
        "groups": {"Category": _ordered(groups.category), "Source": _ordered(groups.source)},
    }


def _ordered(rows: Mapping[str, Figures]) -> dict[str, Figures]:
    """Levels from basic to adversarial; everything else by name."""
    order = [name for name in LEVELS.values() if name in rows]
    return {name: rows[name] for name in [*order, *sorted(set(rows) - set(order))]}


def worst(predictions: Sequence[Graded]) -> list[Graded]:
    """The mistakes farthest from their label; of equally far ones the surest first."""
    wrong = [row for row in predictions if row.distance]
    wrong.sort(key=lambda row: (-row.distance, -row.confidence, row.example.id))
    return wrong[:_NUM_MISTAKES]


def _bars(at: int, row: Graded) -> Markup:
    return pictures.bars(f"mistake-{at}", row.probabilities, row.example.score, row.given)


def _reasoned(results: Results, row: Graded) -> str | None:
    return next((r.reasoning for r in results.reasonings if r.id == row.example.id), None)


def _samples(results: Results) -> list[dict[str, Any]]:
    examples = {row.example.id: row.example for row in results.predictions}
    return [{"row": row, "example": examples[row.id]} for row in results.reasonings]


def _pictures(results: Results) -> dict[str, Markup]:
    shares = results.measured.distribution
    pairs = [(row.example.score, row.given) for row in results.predictions]
    bins = [(one.confidence, one.accuracy, one.num_examples) for one in shares.reliability]
    kinds = {
        kind: {int(score): share for score, share in getattr(shares, kind).items()}
        for kind in ("label", "given", "probability")
    }
    across = "optimiser steps"
    loss = [
        Series("training: score", _points(results.train, "score_loss"), marks=False),
        Series("validation: score", _points(results.validation, "score_loss")),
        Series("training: reasoning", _points(results.train, "reasoning_loss"), marks=False),
        Series("validation: reasoning", _points(results.validation, "reasoning_loss")),
    ]
    learned = [
        Series(NAMES[name], _points(results.validation, name, "epoch"))
        for name in ("exact", "within_1", "pearson", "mae")
    ]
    return {
        "confusion": pictures.confusion(pairs),
        "reliability": pictures.reliability(bins),
        "distribution": pictures.distribution(kinds),
        "loss": pictures.curves("loss", "Loss while training", loss, across),
        "learned": pictures.curves("learned", "Validation after each epoch", learned, "epochs"),
    }


def _points(table: Table, name: str, across: str = "step") -> list[Point]:
    pairs = [(row.get(across), row.get(name)) for row in table]
    return [(x, y) for x, y in pairs if x is not None and y is not None]


def changes(config: Config) -> list[tuple[str, str, str]]:
    """The parameters that differ from the package's defaults: name, value, default."""
    rows = []
    default = describe(Config())
    for group, values in describe(config).items():
        pairs = values.items() if isinstance(values, dict) else [("", values)]
        for name, value in pairs:
            usual = default[group][name] if name else default[group]
            if value != usual:
                key = f"{group}.{name}".removesuffix(".")
                rows.append((key, _shown(value), _shown(usual)))
    return rows


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name}: {weight:g}" for name, weight in value.items())
    if isinstance(value, tuple | list):
        return ", ".join(map(str, value))
    return f"{value:g}" if isinstance(value, float) else str(value)
