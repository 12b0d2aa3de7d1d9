"""A shortened last layer against transformers' own forward pass."""

from __future__ import annotations

import copy

import pytest
import torch
from transformers import CONFIG_MAPPING, AutoModelForCausalLM

from autograder.bases.sizes import ARCHITECTURES as KNOWN
from autograder.model.last_layer import ARCHITECTURES, shorten

ROWS, COLUMNS = torch.tensor([0, 0, 2]), torch.tensor([6, 3, 8])
IDS = torch.arange(27).view(3, 9)


def tiny(architecture):
    torch.manual_seed(5)
    config = CONFIG_MAPPING[architecture](
        vocab_size=40,
        hidden_size=32,
        intermediate_size=48,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        head_dim=8,
    )
    return AutoModelForCausalLM.from_config(config)


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_what_is_read_is_what_the_whole_layer_gives_there(architecture):
    whole = tiny(architecture)
    short = copy.deepcopy(whole)
    names = list(short.state_dict())
    assert shorten(short)
    expected = whole.model(IDS, use_cache=True)
    found = short.model(IDS, use_cache=True, read=(ROWS, COLUMNS))
    hidden = found.last_hidden_state
    assert hidden.shape == (3, 32)
    assert torch.allclose(hidden, expected.last_hidden_state[ROWS, COLUMNS], atol=1e-6)
    layers = found.past_key_values.layers, expected.past_key_values.layers
    for one, other in zip(*layers, strict=True):
        assert torch.equal(one.keys, other.keys)
        assert torch.equal(one.values, other.values)
    hidden.square().sum().backward()
    expected.last_hidden_state[ROWS, COLUMNS].square().sum().backward()
    for one, other in zip(short.parameters(), whole.parameters(), strict=True):
        if other.grad is not None:
            assert (one.grad - other.grad).norm() <= 1e-4 * other.grad.norm()
    assert list(short.state_dict()) == names


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_without_places_nothing_changes(architecture):
    model = tiny(architecture).eval()
    with torch.no_grad():
        expected = model(IDS).logits
        kind = type(model.model.layers[-1])
        assert shorten(model)
        assert shorten(model)
        assert torch.equal(model(IDS).logits, expected)
    assert issubclass(type(model.model.layers[-1]), kind)
    assert type(model.model.layers[0]) is kind


def test_the_feed_forward_part_is_computed_for_nothing_else():
    model = tiny("qwen2")
    shorten(model)
    seen = []
    for layer in model.model.layers:
        layer.mlp.register_forward_hook(lambda _, args, out: seen.append(out.shape))
    model.model(IDS, read=(ROWS, COLUMNS))
    assert seen == [(3, 9, 32), (3, 32)]


def test_a_layer_of_another_kind_is_left_alone():
    (other,) = set(KNOWN) - set(ARCHITECTURES)
    model = tiny(other)
    kind = type(model.model.layers[-1])
    assert not shorten(model)
    assert type(model.model.layers[-1]) is kind
