"""Real weights, the real path: pulled, quantised, trained, published, loaded, grading."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.config import Config
from autograder.judging.judge import Judge
from autograder.schema import read_examples
from autograder.training.encoded_rows import Rows
from autograder.training.outcome import ADAPTER, Outputs
from autograder.training.run import train
from helpers.tiny_judge import publish_trained

pytestmark = pytest.mark.timeout(900)


def trained(model: str, num_examples: int, folder: Path, data: Path) -> Judge:
    config = Config().changed(
        model={"name": model},
        train={"epochs": 3, "lr": 2e-4, "accumulate": 1, "patience": 0, "reasoning_share": 1.0},
    )
    examples = [row for row in read_examples(data / "starter.jsonl") if row.score in (1, 5)]
    validation = examples[num_examples : num_examples + 2]
    train(
        config,
        Rows.of_examples(examples[:num_examples]),
        Rows.of_examples(validation),
        scratch=folder / "scratch",
        outputs=Outputs(folder / "checkpoints", folder / "reports"),
        logs=folder / "logs",
        cache=folder / "rows",
    )
    publish_trained(folder / "checkpoints" / ADAPTER, validation, folder / "judge")
    return Judge.load(folder / "judge")


def check(judge: Judge, folder: Path) -> None:
    rows = (folder / "reports" / "train.csv").read_text(encoding="utf-8").splitlines()
    name = rows[0].split(",").index("loss")
    losses = [float(row.split(",")[name]) for row in rows[1:]]
    # The second pass over the same examples costs less than the first.
    half = len(losses) // 2
    assert sum(losses[half:]) / (len(losses) - half) < sum(losses[:half]) / half
    (verdict,) = judge.evaluate_many([("What is 2+2?", "2+2=5", "Factual accuracy")])
    assert verdict.score in range(1, 6)
    assert sum(verdict.probabilities) == pytest.approx(1.0, abs=1e-5)
    encoded = judge.encoder.encode("What is 2+2?", "2+2=5", "Factual accuracy")
    # After a few steps it may end at once for one score or another.
    assert any(judge.reason([encoded] * 5, [1, 2, 3, 4, 5], max_new_tokens=24))


def test_the_smallest_real_model_trains_and_grades(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    judge = trained("smollm2-135m-instruct", 6, tmp_path, request.config.rootpath / "data")
    check(judge, tmp_path)


@pytest.mark.slow
def test_the_default_model_trains_and_grades(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    judge = trained(Config().model.name, 18, tmp_path, request.config.rootpath / "data")
    check(judge, tmp_path)
