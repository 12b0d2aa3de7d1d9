"""The figures of a benchmark, against scipy, scikit-learn and recounts by hand."""

from __future__ import annotations

import dataclasses
import json
import re

import numpy as np
import pytest
import torch
from scipy import stats
from sklearn.metrics import cohen_kappa_score

from autograder.benchmark.predictions import Grade
from autograder.benchmark.scoreboard import _length_of_others, benchmark, table
from autograder.evaluation.baselines import length_only
from autograder.schema import Example


def make(num_prompts: int = 20, seed: int = 0) -> tuple[list[Grade], list[Example]]:
    """Four answers a prompt, scores mostly high, categories of unequal size."""
    rng = np.random.default_rng(seed)
    examples, grades = [], []
    for prompt in range(num_prompts):
        for answer in range(4):
            score = int(rng.choice([1, 2, 3, 4, 5], p=[0.05, 0.1, 0.15, 0.4, 0.3]))
            examples.append(
                Example(
                    id=f"{prompt}-{answer}",
                    item=f"prompt-{prompt}",
                    prompt=f"p{prompt}",
                    response="x" * int(rng.integers(20, 60) + 15 * score),
                    rubric="u",
                    score=score,
                    reasoning="",
                    category="\x1b[31mred" if prompt % 3 else "plain",
                    level=1,
                )
            )
            logits = rng.normal(size=5) - np.abs(np.arange(1, 6) - score)
            row = np.exp(logits) / np.exp(logits).sum()
            cut = ("response",) * (answer == 0) + ("prompt",) * (answer == 0 and prompt == 0)
            grades.append(Grade(tuple(row.tolist()), cut))
    return grades, examples


def test_the_judges_figures_are_those_of_scipy_and_sklearn():
    grades, examples = make()
    tree = benchmark(grades, examples, resamples=50, seed=1)
    rows = np.array([grade.probabilities for grade in grades])
    wanted = np.array([row.score for row in examples])
    for at, found in [
        (np.arange(len(wanted)), tree["systems"]["judge"]),
        *(
            (np.array([n for n, row in enumerate(examples) if row.category == name]), each["judge"])
            for name, each in tree["categories"].items()
        ),
    ]:
        given, mean = rows[at].argmax(axis=1) + 1, rows[at] @ np.arange(1, 6)
        goal = wanted[at]
        reached = goal[:, None] <= np.arange(1, 5)
        assert found["num_examples"] == len(at)
        assert found["pearson"] == pytest.approx(stats.pearsonr(mean, goal).statistic)
        assert found["spearman"] == pytest.approx(stats.spearmanr(mean, goal).statistic)
        assert found["exact"] == pytest.approx((given == goal).mean())
        assert found["within_1"] == pytest.approx((abs(given - goal) <= 1).mean())
        assert found["mae"] == pytest.approx(abs(given - goal).mean())
        assert found["kappa"] == pytest.approx(
            cohen_kappa_score(given, goal, weights="quadratic", labels=[1, 2, 3, 4, 5])
        )
        gap = rows[at].cumsum(axis=1)[:, :4] - reached
        assert found["rps"] == pytest.approx((gap**2).sum(axis=1).mean() / 4)
    assert len(tree["categories"]) == 2
    assert tree["scores"] == {score: int((wanted == score).sum()) for score in range(1, 6)}
    assert tree["truncated"] == {"prompt": 1, "reference": 0, "response": 20}
    json.dumps(tree, allow_nan=False)


def test_intervals_draw_whole_prompts():
    """Against a loop over resampled prompts; by rows the interval would be half as wide."""
    _, examples = make(30)
    by_prompt = {f"prompt-{n}": n % 2 for n in range(30)}
    # Within a prompt all answers are right, or all are wrong.
    rows = []
    for example in examples:
        given = example.score if by_prompt[example.item] else example.score % 5 + 1
        rows.append(Grade(tuple(float(score == given) for score in range(1, 6)), ()))
    found = benchmark(rows, examples, resamples=2000, seed=3)["systems"]["judge"]
    assert found["num_items"] == 30
    rng = np.random.default_rng(0)
    means = [rng.choice([0.0, 1.0] * 15, size=30).mean() for _ in range(4000)]
    low, high = found["interval"]["exact"]
    assert [low, high] == pytest.approx(np.quantile(means, [0.025, 0.975]), abs=0.04)
    assert high - low > 0.3


def test_the_majority_is_that_of_the_file():
    grades, examples = make()
    found = benchmark(grades, examples, resamples=20, seed=1)["systems"]["majority"]
    counts = np.bincount([row.score for row in examples], minlength=6)
    assert found["exact"] == pytest.approx(counts.max() / len(examples))
    assert found["pearson"] is None
    assert found["interval"]["pearson"] is None


def test_the_length_baseline_never_sees_the_prompts_that_it_grades():
    grades, examples = make()
    seed = 5
    tree = benchmark(grades, examples, resamples=20, seed=seed)
    inside = length_only(examples, examples)
    spearman = stats.spearmanr(
        inside @ torch.arange(1.0, 6.0, dtype=torch.float64), [row.score for row in examples]
    ).statistic
    assert 0.3 < tree["systems"]["length_only"]["spearman"] < spearman
    # A prompt's own labels change nothing in its own grades.
    alone = [row for row in examples if row.item == "prompt-0"]
    changed = [
        dataclasses.replace(row, score=6 - row.score) if row.item == "prompt-0" else row
        for row in examples
    ]
    before, after = _length_of_others(examples, seed), _length_of_others(changed, seed)
    at = [examples.index(row) for row in alone]
    assert torch.equal(before[at], after[at])
    assert not torch.equal(before, after)


def test_one_prompt_has_figures_but_no_intervals():
    grades, examples = make(1)
    tree = benchmark(grades, examples, resamples=20, seed=1)
    assert set(tree["systems"]["judge"]["interval"].values()) == {None}
    assert tree["categories"] == {}
    assert "(" not in table(tree)


def test_the_widest_figures_of_two_systems_do_not_run_together():
    tree = benchmark(*make(), resamples=20, seed=1)
    for figures in tree["systems"].values():
        figures["pearson"], figures["interval"]["pearson"] = -0.5, (-0.75, -0.25)
    (line,) = (line for line in table(tree).splitlines() if line.startswith("pearson"))
    cells = ["-0.500 (-0.750 to -0.250)"] * len(tree["systems"])
    assert re.split(r"  +", line) == ["pearson", *cells]


def test_the_table_shows_the_figures_and_no_control_characters():
    grades, examples = make()
    tree = benchmark(grades, examples, resamples=50, seed=1)
    lines = table(tree).splitlines()
    judge = tree["systems"]["judge"]
    (line,) = (line for line in lines if line.startswith("kappa"))
    low, high = judge["interval"]["kappa"]
    assert re.split(r"  +", line)[1] == f"{judge['kappa']:.3f} ({low:.3f} to {high:.3f})"
    (line,) = (line for line in lines if line.startswith("plain"))
    figures = tree["categories"]["plain"]["judge"]
    names = ("num_examples", "pearson", "spearman", "exact", "within_1", "mae", "kappa", "rps")
    assert [float(cell) for cell in line.split()[2:]] == pytest.approx(
        [figures[name] for name in names], abs=6e-4
    )
    assert r"\x1b[31mred" in table(tree)
    assert not re.search(r"[\x00-\x09\x0b-\x1f]|nan", table(tree))
