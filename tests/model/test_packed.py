"""Packed layers against the layers that they were made of."""

from __future__ import annotations

import pytest
import torch

from autograder.model.backbone import Backbone, add_adapter, load_base
from autograder.model.batch import collate
from autograder.model.lora import pack_lora, packed_bytes
from autograder.model.packed import can_pack
from lora_layer import IN, OUT, adapted

CPU = torch.device("cpu")


@pytest.fixture
def x():
    torch.manual_seed(4)
    return torch.randn(3, 5, IN)


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("quantised", [False, True])
def test_a_packed_layer_gives_what_it_gave(quantised, bias, x):
    model, _ = adapted(quantised, bias)
    with torch.no_grad():
        expected = model(x)
        assert pack_lora(model, torch.float32) == 1
        found, one = model(x), model(x[1, 2])
    assert found.shape == (3, 5, OUT)
    assert torch.allclose(found, expected, atol=1e-5)
    assert torch.allclose(one, expected[1, 2], atol=1e-5)


@pytest.mark.parametrize("quantised", [False, True])
def test_with_the_adapter_off_it_is_the_base(quantised, x):
    model, _ = adapted(quantised)
    with torch.no_grad():
        with model.disable_adapter():
            expected = model(x)
        pack_lora(model, torch.float32)
        with model.disable_adapter():
            assert torch.allclose(model(x), expected, atol=1e-5)
        assert not torch.allclose(model(x), expected, atol=1e-2)


def test_in_bfloat16_it_is_as_near_to_the_truth_as_before(x):
    model, _ = adapted(quantised=True)
    with torch.no_grad():
        truth, x = model(x), x.bfloat16()
        before = model(x).float()
        pack_lora(model, torch.bfloat16)
        after = model(x).float()
    assert 0 < (after - truth).abs().mean() <= 1.2 * (before - truth).abs().mean()


def test_another_dtype_and_gradients_go_by_the_layer_itself(x):
    model, layer = adapted(quantised=True)
    with torch.no_grad():
        before = model(x)
        pack_lora(model, torch.bfloat16)
        layer.lora_B["default"].weight.mul_(2)  # which a packed layer does not see
        changed = model(x)
    assert changed.dtype == torch.float32
    assert not torch.allclose(changed, before, atol=1e-2)
    y = model(x.bfloat16())
    y.float().sum().backward()
    assert (y.float() - changed).abs().mean() < 0.05 * (before - changed).abs().mean()
    assert layer.lora_A["default"].weight.grad.abs().sum() > 0


def test_a_model_packs_its_lora_layers_and_says_how_large_they_are(tiny_config, examples):
    base, encoder = load_base(
        tiny_config.model, tiny_config.quantization, device=CPU, dtype=torch.float32
    )
    backbone = Backbone(add_adapter(base, tiny_config.lora, seed=1), encoder).eval()
    batch = collate(encoder.encode_all(examples[:5]), encoder.pad_id)
    with torch.no_grad():
        expected = backbone(batch)
        count = pack_lora(backbone, torch.float32)
        assert torch.allclose(backbone(batch), expected, atol=1e-4)
    shape = base.config
    assert count == 7 * shape.num_hidden_layers
    assert count == sum(hasattr(layer, "packed") for layer in backbone.modules())
    width, inner = shape.hidden_size, shape.intermediate_size
    keys = shape.num_key_value_heads * (width // shape.num_attention_heads)
    dense = shape.num_hidden_layers * (2 * width**2 + 2 * width * keys + 3 * width * inner)
    assert packed_bytes(backbone, torch.bfloat16) == 2 * dense


def test_the_digits_logits_are_those_of_the_whole_vocabulary(tiny_config, examples):
    base, encoder = load_base(
        tiny_config.model, tiny_config.quantization, device=CPU, dtype=torch.float32
    )
    backbone = Backbone(add_adapter(base, tiny_config.lora, seed=1), encoder).eval()
    batch = collate(encoder.encode_all(examples[:5]), encoder.pad_id)
    with torch.no_grad():
        expected = backbone(batch)[batch.is_score][:, list(encoder.digit_ids)]
        found = backbone.digit_logits(batch)
    assert found.shape == (5, 5)
    assert torch.allclose(found, expected, atol=1e-5)


def test_what_a_checkpoint_holds_does_not_change():
    model, _ = adapted(quantised=True)
    names = set(model.state_dict())
    pack_lora(model, torch.float32)
    assert set(model.state_dict()) == names


def test_only_a_cpu_packs_and_only_what_its_products_take():
    assert can_pack(CPU, torch.float32)
    assert not can_pack(torch.device("cuda"), torch.bfloat16)
    assert not can_pack(CPU, torch.float16)
