"""Labels as people give them, without reasons and with few different scores, become a judge."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from math import isfinite
from typing import Any

import pytest

from pipeline.project import Project

pytestmark = [pytest.mark.pipeline, pytest.mark.timeout(600)]

STAGES = ("check", "audit", "split", "train", "calibrate", "publish", "evaluate", "report")
NUM_PROMPTS = 24


def numbers(values: Any) -> list[float | None]:
    """All numbers, and nulls, of a JSON value."""
    if isinstance(values, dict | list):
        below = values.values() if isinstance(values, dict) else values
        return [number for value in below for number in numbers(value)]
    return [] if isinstance(values, str) else [values]


@pytest.mark.parametrize("scores", [(1, 5), (3,)], ids=str)
def test_labels_alone_are_imported_trained_on_and_measured(
    make_project: Callable[[], Project], scores: tuple[int, ...]
) -> None:
    project = make_project()
    with (project.folder / "labels.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["prompt", "response", "rubric", "score"])
        for number in range(NUM_PROMPTS):
            for score in scores:
                answer = f"Answer {number} of worth {score}" + " and more" * (number % 3)
                writer.writerow([f"Question {number}?", answer, "Right", score])
    said = project.run(
        "env", "PYTHONPATH=src", "python", "-m", "autograder", "data", "import", "labels.csv",
        "-o", "build/dataset/examples.jsonl",
    )  # fmt: skip
    total = NUM_PROMPTS * len(scores)
    assert f"{total} examples of {NUM_PROMPTS} items from {total} plain rows, 0 rejected" in said
    for stage in STAGES:
        said = project.run("env", "PYTHONPATH=src", "python", "-m", f"autograder.stages.{stage}")
        assert "Traceback" not in said
        assert "Warning" not in said

    metrics = json.loads(project.read("reports/metrics.json"), parse_constant=pytest.fail)
    assert all(number is None or isfinite(number) for number in numbers(metrics))
    # One score alone correlates with nothing.
    assert (metrics["judge"]["pearson"] is None) == (len(scores) == 1)
    assert metrics["reasoning"]["rouge_l"] is None
    assert json.loads(project.read("build/judge/judge.json"))["validation"]["loss"] > 0
    page = project.read("reports/report.html")
    assert "no held-out example has one" in page
    assert "nan" not in page.lower().split()
    said = project.read("reports/data-card.html")
    assert f"0 of {total} examples have one; the others teach the score alone" in said
