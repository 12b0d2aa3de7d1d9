"""`bench/levers.py` on the tiny model: its short way through the layers, and every lever."""

from __future__ import annotations

import importlib

import pytest
import torch

from autograder.model.loss import judge_loss
from autograder.schema import write_examples
from autograder.training.module import load_backbone
from conftest import make_examples


@pytest.fixture
def levers(monkeypatch, pytestconfig, tmp_path):
    monkeypatch.syspath_prepend(pytestconfig.rootpath / "bench")
    module = importlib.import_module("levers")
    for name, value in {"LONGEST": 10_000, "NUM_TRAINED": 25, "NUM_MEASURED": 10}.items():
        monkeypatch.setattr(module, name, value)
    path = tmp_path / "train.jsonl"
    write_examples(path, make_examples(8))
    monkeypatch.setattr(module, "TRAIN", path)
    return module


@pytest.fixture
def config(tiny_config, levers, monkeypatch):
    config = tiny_config.changed(lora={"top": 0.5, "dropout": 0.1})
    monkeypatch.setattr(levers.configuration, "load", lambda _: config)
    return config


def test_the_upper_layers_give_the_loss_and_gradients_of_the_whole_model(levers, config, tmp_path):
    backbone = load_backbone(config).eval()
    for name, weight in backbone.trainable().items():
        if "lora_B" in name:
            torch.nn.init.normal_(weight, std=0.1)
    upper = levers.Upper(backbone)
    assert 0 < upper.first < len(upper.body.layers)
    rows = backbone.encoder.encode_all(make_examples(2))
    (piece, _) = levers.pieces_of(upper, rows, tmp_path / "hidden.safetensors")
    batch = piece.batch
    parts = judge_loss(
        backbone(batch),
        batch.labels,
        batch.is_score,
        batch.scores,
        backbone.digit_ids,
        score_weight=config.loss.score_weight,
        regression_weight=config.loss.regression_weight,
    )
    wanted = torch.autograd.grad(parts.total, list(backbone.trainable().values()))
    loss, found = levers.gradients(upper, piece, config, levers.Lever(), batch.num_examples, 1)
    assert loss == pytest.approx(parts.total.item(), rel=1e-5)
    for one, other in zip(found, wanted, strict=True):
        assert torch.allclose(one, other, atol=1e-6)


def test_trained_and_measured_answers_are_of_other_items(levers, config):
    backbone, examples = load_backbone(config), make_examples(8)
    encoded = backbone.encoder.encode_all(examples)
    parts = levers.deal(examples, encoded)
    items = [{examples[at].item for at in part} for part in parts]
    assert [len(part) for part in parts] == [25, 10]
    assert not items[0] & items[1]


def test_every_lever_changes_the_training(levers, config, tmp_path):
    weak = {"rank 8", "rank 32", "attention alone", "feed-forward alone"}  # other shapes of adapter
    found = {name: levers.run_one(name, 3, tmp_path) for name in levers.LEVERS if name not in weak}
    base = found.pop("base")
    assert {"untrained", "base", "average of the last steps"} < set(base["found"])
    assert base["losses"] == levers.run_one("base", 3, tmp_path)["losses"]
    for name, result in found.items():
        changed = result["losses"] != base["losses"]
        assert changed or result["found"][name] != base["found"]["base"], name
