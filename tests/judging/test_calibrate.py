"""The temperature of a trained adapter, by the logits that a judge grades with."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import torch
from torch.nn import functional

from autograder.errors import ModelError
from autograder.judging.calibrate import calibrate
from autograder.judging.calibration import fit_temperature
from autograder.judging.judge import Judge
from autograder.judging.publish import publish
from autograder.training.outcome import save_adapter
from helpers.tiny_judge import publish_trained, tiny_module


@pytest.fixture
def adapter(tiny_base, tmp_path) -> Path:
    save_adapter(tiny_module(tiny_base), tmp_path / "adapter")
    return tmp_path / "adapter"


def test_it_is_fitted_on_the_logits_that_the_judge_grades_with(adapter, examples, tmp_path):
    publish(adapter, 1.0, tmp_path / "judge")
    judge = Judge.load(tmp_path / "judge", device="cpu")
    logits = judge.digit_logits([judge.encoder.encode_request(e) for e in examples])
    labels = torch.tensor([example.score for example in examples])
    temperature = calibrate(adapter, examples)
    assert temperature == pytest.approx(fit_temperature(logits, labels), rel=1e-4)
    # No other temperature explains the labels better.
    cost = [functional.cross_entropy(logits / t, labels - 1) for t in (temperature, 0.5, 1, 2, 5)]
    assert cost[0] == min(cost)


def test_it_is_what_the_published_judge_divides_by(adapter, examples, tmp_path):
    publish_trained(adapter, examples, tmp_path / "judge")
    assert Judge.load(tmp_path / "judge").temperature == pytest.approx(calibrate(adapter, examples))


def test_it_says_how_far_it_is(adapter, examples, capsys):
    calibrate(adapter, examples)
    assert re.search(r"calibrate: 100%.* 30/30 \[.*answer", capsys.readouterr().err)


def test_without_examples_nothing_is_divided(adapter):
    assert calibrate(adapter, []) == 1.0


def test_a_folder_without_an_adapter_is_told(tmp_path, examples):
    with pytest.raises(ModelError, match="holds no trained adapter"):
        calibrate(tmp_path, examples)
