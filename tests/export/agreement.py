"""Answers that a trained judge has never seen, and how near two gradings of them are."""

from __future__ import annotations

import importlib
import json
import shutil
import sys
from pathlib import Path
from statistics import mean
from typing import NamedTuple

import numpy as np
import pytest

from autograder.balance import place
from autograder.judging.folder import JUDGE_FILE, SUMS_FILE, read_judge
from autograder.schema import read_examples

ROOT = Path(__file__).parents[2]
TEST = ROOT / "build/splits/test.jsonl"
sys.path.append(str(ROOT / "bench"))
scoring = importlib.import_module("scoring")
sys.path.pop()


class Agreement(NamedTuple):
    """How near answers are to those of the judge in float32.

    Attributes:
        same_score: share of the answers that have the same score.
        mean_shift, largest_shift: distance of expected scores, over all answers and in the worst.
        largest_difference: of a probability, in the worst answer.
    """

    same_score: float
    mean_shift: float
    largest_shift: float
    largest_difference: float


def compare(exact, others):
    pairs = list(zip(exact, others, strict=True))
    shifts = [abs(a["expected_score"] - b["expected_score"]) for a, b in pairs]
    return Agreement(
        mean(a["score"] == b["score"] for a, b in pairs),
        mean(shifts),
        max(shifts),
        max(np.abs(np.subtract(a["p"], b["p"])).max() for a, b in pairs),
    )


def in_float32(folder, out):
    """A copy of a judge's folder whose judge computes in float32."""
    shutil.copytree(folder, out)
    (out / SUMS_FILE).unlink(missing_ok=True)
    values = read_judge(folder)
    values["params"]["quantization"]["compute_dtype"] = "fp32"
    (out / JUDGE_FILE).write_text(json.dumps(values), encoding="utf-8")
    return out


def check(found, allowed, name):
    assert found.same_score >= allowed.same_score, name
    assert found.mean_shift <= allowed.mean_shift, name
    assert found.largest_shift <= allowed.largest_shift, name
    assert found.largest_difference <= allowed.largest_difference, name


def held_out(judge, folder, num):
    """Answers of the test split that the judge was not trained on."""
    if not TEST.exists():
        pytest.skip("no test split: dvc repro split")
    # A test item stands below the share of the test split, whatever the recipe and its size.
    share = read_judge(folder)["params"]["split"]["test"]
    drawn = scoring.draw(TEST, len(list(read_examples(TEST))), seed=17)
    requests = [example.request for example in drawn if place("split", example.item) < share]
    # The program refuses what the judge has to shorten.
    whole = [one for one in requests if not judge.encoder.encode_request(one).truncated]
    assert len(whole) >= num, f"{TEST}: only {len(whole)} answers that {folder} has never seen"
    return whole[:num]
