"""What `evaluate` measures, on a tiny untrained judge."""

from __future__ import annotations

import dataclasses

import pytest
import torch

from autograder.config import Config, EvaluateConfig
from autograder.evaluation.evaluate import evaluate
from autograder.judging.judge import Judge
from autograder.model.backbone import Backbone, add_adapter, load_base
from autograder.schema import Example

CONFIG = EvaluateConfig(bootstrap=20, num_reasonings=0)


@pytest.fixture(scope="module")
def judge(tiny_base) -> Judge:
    config = Config()
    base, encoder = load_base(
        config.model.changed(name=str(tiny_base), max_length=2048),
        config.quantization.changed(bits=16),
        device=torch.device("cpu"),
        dtype=torch.float32,
    )
    backbone = Backbone(add_adapter(base, config.lora, seed=1), encoder)
    for name, weight in backbone.trainable().items():
        if "lora_B" in name:
            torch.nn.init.normal_(weight, std=0.1, generator=torch.Generator().manual_seed(1))
    return Judge(backbone)


def test_unseen_kinds_are_measured_like_the_test_split(judge: Judge, examples: list[Example]):
    train, test, unseen = examples[:10], examples[10:20], examples[20:]
    both = evaluate(judge, train, test, unseen, CONFIG, seed=3).metrics
    alone = evaluate(judge, train, unseen, [], CONFIG, seed=3).metrics
    assert alone["holdout"] is None
    assert both["holdout"] == {key: alone[key] for key in ("judge", "baselines", "gain", "groups")}
    assert both["judge"] == evaluate(judge, train, test, [], CONFIG, seed=3).metrics["judge"]
    assert both["judge"] != both["holdout"]["judge"]


def test_the_reference_answer_reaches_the_judge(judge: Judge, examples: list[Example]):
    known = [dataclasses.replace(example, reference="Five apples.") for example in examples]
    plain = evaluate(judge, examples[:5], examples[5:], [], CONFIG, seed=3).probabilities
    helped = evaluate(judge, examples[:5], known[5:], [], CONFIG, seed=3).probabilities
    assert not torch.allclose(plain, helped, atol=1e-4)
