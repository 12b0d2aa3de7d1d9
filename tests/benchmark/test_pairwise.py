"""Pairs of answers: which is better, ties, categories and intervals, recounted by hand."""

from __future__ import annotations

import json

import numpy as np
import pytest

from autograder.benchmark.board import summary
from autograder.benchmark.labelled import DEFAULT_RUBRIC
from autograder.benchmark.pairwise import measure_pairs
from autograder.benchmark.predictions import Grade
from autograder.benchmark.records import read_benchmark
from autograder.errors import DataError

PAIR = {"id": "a", "prompt": "Name a gas.", "better": "Neon.", "worse": "Iron!", "category": "x"}


@pytest.fixture
def write(tmp_path):
    def write(*rows):
        path = tmp_path / "pairs.jsonl"
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        return path

    return write


def sure_of(*scores):
    return [Grade(tuple(float(k == score) for k in range(1, 6)), ()) for score in scores]


def test_a_pair_is_two_answers_to_one_prompt(write):
    read = read_benchmark(write(PAIR, PAIR | {"rubric": "Own.", "reference": "Argon.", "note": 1}))
    assert read.is_pairs
    assert [row.example.id for row in read.rows] == [
        *("a/better", "a/worse"),
        *("a/better#2", "a/worse#2"),
    ]
    assert [row.example.response for row in read.rows[:2]] == ["Neon.", "Iron!"]
    assert [row.example.rubric for row in read.rows] == [DEFAULT_RUBRIC] * 2 + ["Own."] * 2
    assert [row.example.reference for row in read.rows] == ["", "", "Argon.", "Argon."]
    assert len({row.example.item for row in read.rows}) == 1  # the same prompt
    assert [row.line for row in read.rows] == [1, 1, 2, 2]
    assert read.unread == ["note"]
    assert [e.response for e in read.first(1).examples] == ["Neon.", "Iron!"]
    assert read_benchmark(write(PAIR), rubric="Mine.").examples[0].rubric == "Mine."


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (PAIR | {"worse": "Neon."}, ":1: worse: is the same as the better answer"),
        (PAIR | {"worse": ""}, ":1: worse: is empty"),
        ({k: v for k, v in PAIR.items() if k != "worse"}, ":1: worse: missing"),
        ({k: v for k, v in PAIR.items() if k != "prompt"}, ":1: prompt: missing"),
    ],
)
def test_a_fault_in_a_pair_is_named(write, row, says):
    with pytest.raises(DataError, match=says):
        read_benchmark(write(row))


def test_pairs_and_scores_do_not_stand_in_one_file(write):
    graded = {"prompt": "p", "response": "r", "rubric": "u", "score": 3}
    with pytest.raises(DataError, match=":2: pairs and answers with scores stand in one file"):
        read_benchmark(write(PAIR, graded))


def test_accuracy_counts_ties_half_and_stands_beside_the_longer_answer(write):
    rows = [
        PAIR,  # 5 against 1, both of one length
        PAIR | {"better": "Neon gas.", "prompt": "q"},  # 3 against 3, the better is longer
        PAIR | {"better": "No.", "prompt": "r", "category": "y"},  # 2 against 4, shorter
        PAIR | {"better": "Ne.", "prompt": "s", "category": "y"},  # 4 against 3, shorter
    ]
    read = read_benchmark(write(*(row | {"id": str(n)} for n, row in enumerate(rows))))
    tree = measure_pairs(sure_of(5, 1, 3, 3, 2, 4, 4, 3), read.examples, resamples=500, seed=1)
    systems = tree["pairs"]["systems"]
    assert tree["pairs"]["num_pairs"] == tree["pairs"]["num_items"] == 4
    assert (systems["judge"]["accuracy"], systems["judge"]["num_ties"]) == (2.5 / 4, 1)
    assert (systems["longer"]["accuracy"], systems["longer"]["num_ties"]) == (1.5 / 4, 1)
    assert tree["pairs"]["gain"]["accuracy"] == 0.25
    by_category = {
        name: [each["accuracy"] for each in group["systems"].values()]
        for name, group in tree["categories"].items()
    }
    assert by_category == {"x": [0.75, 0.75], "y": [0.5, 0.0]}
    json.dumps(tree, allow_nan=False)
    text = summary(tree | {"num_references": 0, "max_length": 9})
    assert "pairs: 4, prompts: 4" in text
    low, high = systems["judge"]["interval"]
    assert f"0.625 ({low:.3f} to {high:.3f})" in text


def test_a_tie_is_an_equal_score_and_not_a_near_one(write):
    read = read_benchmark(write(PAIR, PAIR | {"prompt": "q"}))
    near = Grade((0.0, 0.0, 0.001, 0.0, 0.999), ())
    tree = measure_pairs(
        [*sure_of(5), near, near, *sure_of(5)], read.examples, resamples=10, seed=1
    )
    assert tree["pairs"]["systems"]["judge"] == {
        "accuracy": 0.5,
        "interval": tree["pairs"]["systems"]["judge"]["interval"],
        "num_ties": 0,
    }


def test_intervals_draw_whole_prompts(write):
    """Twenty prompts with five pairs each, which are all right or all wrong."""
    rows = [PAIR | {"prompt": f"q{n // 5}", "id": f"{n}"} for n in range(100)]
    read = read_benchmark(write(*rows))
    grades = [grade for n in range(100) for grade in sure_of(*((5, 1) if n % 10 < 5 else (1, 5)))]
    found = measure_pairs(grades, read.examples, resamples=2000, seed=1)["pairs"]
    assert found["num_items"] == 20
    rng = np.random.default_rng(0)
    means = [rng.choice([0.0, 1.0] * 10, size=20).mean() for _ in range(4000)]
    wanted = np.quantile(means, [0.025, 0.975])
    assert found["systems"]["judge"]["interval"] == pytest.approx(wanted, abs=0.04)


def test_one_pair_has_figures_but_no_interval(write):
    read = read_benchmark(write(PAIR))
    tree = measure_pairs(sure_of(2, 1), read.examples, resamples=10, seed=1)
    assert tree["pairs"]["systems"]["judge"]["interval"] is None
    assert tree["categories"] == {}
