"""Parts of a batch side by side, against one pass over the whole batch."""

from __future__ import annotations

import copy
import itertools
import threading

import pytest
import torch

from autograder.model.batch import collate
from autograder.model.lanes import Lanes
from autograder.model.loss import judge_loss
from autograder.training.module import load_backbone
from helpers.processor import needs_int8

CPU = torch.device("cpu")


@pytest.fixture(autouse=True)
def two_threads():
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    assert torch.get_num_threads() == 2
    torch.set_num_threads(before)


def make_backbone(config, **quantization):
    """With an adapter that is not zero, and dropout."""
    config = config.changed(quantization=quantization, lora={"dropout": 0.3})
    backbone = load_backbone(config, CPU)
    torch.manual_seed(5)
    for name, weight in backbone.trainable().items():
        if "lora_B" in name:
            torch.nn.init.normal_(weight, std=0.1)
    return backbone


@pytest.fixture
def backbone(tiny_config):
    return make_backbone(tiny_config)


def batch_of(backbone, examples, num=7):
    """A row for each example, as each has a prompt of its own."""
    return collate(backbone.encoder.encode_all(examples[:num]), backbone.encoder.pad_id)


def watch(backbone):
    """The names of the threads that the backbone runs in."""
    names = []
    backbone.register_forward_pre_hook(lambda *_: names.append(threading.current_thread().name))
    return names


def step(forward, backbone, batch):
    """Logits, loss, what is drawn next, and the gradients, of one training step."""
    backbone.zero_grad()
    torch.manual_seed(6)  # of dropout
    logits = forward(batch)
    drawn = torch.rand(1)
    parts = judge_loss(logits, batch.labels, batch.is_score, batch.scores, backbone.digit_ids)
    parts.total.backward()
    gradients = {name: value.grad.clone() for name, value in backbone.trainable().items()}
    return logits.detach(), parts.total.item(), drawn, gradients


@pytest.mark.parametrize(
    ("quantization", "num_rows", "tolerance"),
    [
        ({}, 6, 1e-5),
        ({"bits": 4, "products": "exact"}, 7, 1e-5),
        # A last digit that differs may fall to another of the 253 steps.
        pytest.param({"bits": 4, "products": "int8"}, 6, 0.02, marks=needs_int8),
    ],
)
def test_a_step_is_that_of_one_pass(tiny_config, examples, quantization, num_rows, tolerance):
    backbone = make_backbone(tiny_config, **quantization)
    batch, threads = batch_of(backbone, examples, num_rows), watch(backbone)
    logits, loss, drawn, gradients = step(backbone, backbone, batch)
    lanes = Lanes(backbone)
    found = step(lanes, backbone, batch)
    assert [name.startswith("autograder-lane") for name in threads] == [False, True, True]
    assert torch.allclose(found[0], logits, atol=tolerance)
    assert found[1] == pytest.approx(loss, rel=tolerance)
    assert torch.equal(found[2], drawn)
    for name, value in gradients.items():
        assert (found[3][name] - value).norm() <= tolerance * value.norm(), name
    again = step(copy.copy(lanes), backbone, batch)
    assert torch.equal(again[0], found[0])
    assert all(torch.equal(again[3][name], value) for name, value in found[3].items())


def test_all_parts_compute_under_the_callers_autocast(backbone, examples):
    batch = batch_of(backbone, examples)
    with torch.autocast("cpu", torch.bfloat16):
        expected, _, _, _ = step(backbone, backbone, batch)
        found, _, _, _ = step(Lanes(backbone), backbone, batch)
    assert found.dtype == expected.dtype == torch.bfloat16
    assert torch.allclose(found, expected, atol=0.05)


def test_what_cannot_be_parted_is_one_pass(tiny_config, backbone, examples):
    threads, batch = watch(backbone), batch_of(backbone, examples)
    lanes = Lanes(backbone)
    lanes(batch_of(backbone, examples, num=1))
    with torch.no_grad():
        lanes(batch)
    with backbone.without_adapter():
        lanes(batch)
    torch.set_num_threads(1)
    lanes(batch)
    torch.set_num_threads(2)
    backbone.causal.activation_checkpointing_enable({"use_reentrant": False})
    lanes(batch)
    eager = load_backbone(tiny_config.changed(model={"attention": "eager"}), CPU)
    others = watch(eager)
    Lanes(eager)(batch)
    assert set(threads + others) == {"MainThread"}
    assert len(threads + others) == 6


@pytest.mark.parametrize("when", ["forward", "backward"])
def test_an_error_in_one_part_is_raised_and_the_next_step_is_unharmed(backbone, examples, when):
    lanes, batch = Lanes(backbone), batch_of(backbone, examples)
    *_, expected = step(lanes, backbone, batch)
    calls = itertools.count()

    def fail(*_):
        if next(calls) == 1:
            raise ZeroDivisionError

    def hook(_, __, output):
        if when == "forward":
            fail()
        else:
            output.register_hook(fail)

    handle = backbone.causal.get_output_embeddings().register_forward_hook(hook)
    with pytest.raises(ZeroDivisionError):
        step(lanes, backbone, batch)
    handle.remove()
    *_, found = step(lanes, backbone, batch)
    assert all(torch.equal(found[name], value) for name, value in expected.items())
