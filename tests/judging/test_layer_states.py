"""Hidden states of batches, beside those that transformers gives of each answer alone."""

from __future__ import annotations

import pytest
import torch
from transformers import AutoModelForCausalLM

from autograder.config import Config
from autograder.judging.judge import Judge
from autograder.judging.layer_states import LayerStates
from conftest import build_tiny_qwen2
from helpers.tiny_judge import tiny_backbone


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    return build_tiny_qwen2(tmp_path_factory.mktemp("four-layers"), num_layers=4)


@pytest.fixture(params=["tree", "eager"])
def judge(base, request) -> Judge:
    config = Config().changed(
        model={"name": str(base), "attention": request.param}, quantization={"bits": 16}
    )
    return Judge(tiny_backbone(config, std=0.1), batch_size=4)


def test_they_are_those_of_each_answer_alone(judge: Judge, base, examples):
    encoded = [judge.encoder.encode_request(example) for example in examples]
    counts: list[int] = []
    with judge.backbone.without_adapter():
        logits, states = judge.layer_states(encoded, [1, 3], counts.append)
        assert torch.equal(logits, judge.digit_logits(encoded))
    reference = AutoModelForCausalLM.from_pretrained(base)
    for row, one in zip(states, encoded, strict=True):
        ids = torch.tensor([[*one.prefix, *one.response]])
        with torch.no_grad():
            hidden = reference(ids, output_hidden_states=True).hidden_states
        expected = [
            state
            for depth in (1, 3)
            for own in [hidden[depth][0, len(one.prefix) :]]
            for state in (own[-1], own.mean(dim=0))
        ]
        torch.testing.assert_close(row, torch.stack(expected), atol=1e-5, rtol=1e-4)
    assert sum(counts) == len(examples)


def test_the_adapter_changes_them_and_leaves_no_trace(judge: Judge, examples):
    encoded = [judge.encoder.encode_request(example) for example in examples[:7]]
    _, adapted = judge.layer_states(encoded, [3])
    with judge.backbone.without_adapter():
        _, plain = judge.layer_states(encoded, [3])
    assert not torch.allclose(adapted, plain, atol=1e-3)
    hooks = [module._forward_hooks for module in judge.backbone.modules()]
    assert not any(hooks)


def test_no_answer_has_no_states(judge: Judge):
    logits, states = judge.layer_states([], [1, 2])
    assert (logits.shape, states.shape) == ((0, 5), (0, 4, 64))


@pytest.mark.parametrize("depth", [0, 4])
def test_the_last_layer_has_none(judge: Judge, depth: int):
    with pytest.raises(ValueError, match=rf"from 1 to 3, got \[{depth}\]"):
        LayerStates(judge.backbone, [depth])
