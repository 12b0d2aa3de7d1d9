"""Packed layers against the layers that they were made of."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from autograder.judging.packing import can_pack, pack_adapter, packed_bytes
from autograder.judging.quick import quick_base
from autograder.model.adapter import add_adapter
from autograder.model.backbone import Backbone
from autograder.model.base_model import load_base
from autograder.model.batch import collate
from autograder.model.int8 import has_int8
from helpers.lora_layer import IN, OUT, adapted
from helpers.processor import needs_int8

CPU = torch.device("cpu")


@pytest.fixture
def x():
    torch.manual_seed(4)
    return torch.randn(3, 5, IN)


def backbone_and_batch(config, examples, dtype):
    base, encoder = load_base(config.model, config.quantization, device=CPU, dtype=dtype)
    backbone = Backbone(add_adapter(base, config.lora, seed=1), encoder).eval()
    return backbone, collate(encoder.encode_all(examples[:5]), encoder.pad_id)


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("quantised", [False, True])
def test_a_packed_layer_gives_what_it_gave(quantised, bias, x):
    model, _ = adapted(quantised, bias)
    with torch.no_grad():
        expected = model(x)
        assert pack_adapter(model, torch.float32) == 1
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
        pack_adapter(model, torch.float32)
        with model.disable_adapter():
            assert torch.allclose(model(x), expected, atol=1e-5)
        assert not torch.allclose(model(x), expected, atol=1e-2)


def test_in_bfloat16_it_is_as_near_to_the_truth_as_before(x):
    model, _ = adapted(quantised=True)
    with torch.no_grad():
        truth, x = model(x), x.bfloat16()
        before = model(x).float()
        pack_adapter(model, torch.bfloat16)
        after = model(x).float()
    assert 0 < (after - truth).abs().mean() <= 1.2 * (before - truth).abs().mean()


def test_another_dtype_and_gradients_go_by_the_layer_itself(x):
    model, layer = adapted(quantised=True)
    with torch.no_grad():
        before = model(x)
        pack_adapter(model, torch.bfloat16)
        layer.lora_B["default"].weight.mul_(2)  # which a packed layer does not see
        changed = model(x)
    assert changed.dtype == torch.float32
    assert not torch.allclose(changed, before, atol=1e-2)
    y = model(x.bfloat16())
    y.float().sum().backward()
    assert (y.float() - changed).abs().mean() < 0.05 * (before - changed).abs().mean()
    assert layer.lora_A["default"].weight.grad.abs().sum() > 0


def test_a_model_packs_its_lora_layers_and_says_how_large_they_are(tiny_config, examples):
    backbone, batch = backbone_and_batch(tiny_config, examples, torch.float32)
    with torch.no_grad():
        expected = backbone(batch)
        count = pack_adapter(backbone, torch.float32)
        assert torch.allclose(backbone(batch), expected, atol=1e-4)
    shape = backbone.causal.config
    assert count == 7 * shape.num_hidden_layers
    assert count == sum(hasattr(layer, "packed") for layer in backbone.modules())
    width, inner = shape.hidden_size, shape.intermediate_size
    keys = shape.num_key_value_heads * (width // shape.num_attention_heads)
    dense = shape.num_hidden_layers * (2 * width**2 + 2 * width * keys + 3 * width * inner)
    assert packed_bytes(backbone, torch.bfloat16) == 2 * dense
    assert packed_bytes(backbone, torch.bfloat16, base=True) == 3 * dense


def test_the_digits_logits_are_those_of_the_whole_vocabulary(tiny_config, examples):
    backbone, batch = backbone_and_batch(tiny_config, examples, torch.float32)
    with torch.no_grad():
        expected = backbone(batch)[batch.is_score][:, list(backbone.encoder.digit_ids)]
        found = backbone.digit_logits(batch)
    assert found.shape == (5, 5)
    assert torch.allclose(found, expected, atol=1e-5)


def test_what_a_checkpoint_holds_does_not_change():
    model, _ = adapted(quantised=True)
    names = set(model.state_dict())
    pack_adapter(model, torch.float32)
    assert set(model.state_dict()) == names


def test_only_a_cpu_packs_and_only_what_its_products_take():
    assert can_pack(CPU, torch.float32)
    assert not can_pack(torch.device("cuda"), torch.bfloat16)
    assert not can_pack(CPU, torch.float16)


@needs_int8
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("quantised", [False, True])
def test_in_8_bits_a_layer_is_beside_by_no_more_than_its_rounding(quantised, bias, x):
    model, _ = adapted(quantised, bias)
    with torch.no_grad():
        exact = model(x)
        identity = model(torch.eye(IN)) - model(torch.zeros(1, IN))  # W + B A, transposed
        before = {name: value.clone() for name, value in model.state_dict().items()}
        assert pack_adapter(model, torch.float32, int8=True) == 1
        found = model(x)
    assert found.shape == (3, 5, OUT)
    # Each factor is at most half a step beside, and a step is a 127th (126th) of the largest.
    w_step = identity.abs().amax(dim=0) / 127 / 2
    x_step = x.abs().amax(dim=-1, keepdim=True) / 126 / 2
    bound = x.abs().sum(dim=-1, keepdim=True) * w_step
    bound += x_step * identity.abs().sum(dim=0) + IN * x_step * w_step
    error = (found - exact).abs()
    assert error.max() > 0
    assert (error <= bound + 1e-5).all()
    assert error.mean() < 0.01 * exact.abs().mean()
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())


@needs_int8
def test_in_8_bits_no_row_depends_on_another(x):
    model, _ = adapted(quantised=True)
    with torch.no_grad():
        pack_adapter(model, torch.float32, int8=True)
        together = model(x)
        x[0] *= 1000
        assert torch.equal(model(x.clone())[1:], together[1:])
        assert torch.equal(model(x[2, 3]), together[2, 3])
        assert torch.equal(model(torch.zeros(2, IN)), model(torch.zeros(IN)).expand(2, OUT))


@needs_int8
def test_in_8_bits_a_tensor_changed_in_place_is_rounded_anew(x):
    model, _ = adapted(quantised=True)
    with torch.no_grad():
        pack_adapter(model, torch.float32, int8=True)
        before = model(x)
        assert torch.equal(model(x), before)
        x.mul_(2)
        assert torch.equal(model(x), model(x.clone()))
        assert not torch.allclose(model(x), before, atol=1e-2)
    with torch.inference_mode():
        inferred = x.clone()
        model(inferred)
        inferred.div_(2)
        assert torch.allclose(model(inferred), before, atol=1e-5)


@needs_int8
def test_in_8_bits_with_the_adapter_off_it_is_the_base(x):
    model, _ = adapted(quantised=True)
    with torch.no_grad(), model.disable_adapter():
        expected = model(x)
        pack_adapter(model, torch.float32, int8=True)
        assert torch.equal(model(x), expected)


@needs_int8
@pytest.mark.parametrize("int8", [True, False])
@pytest.mark.parametrize("bias", [True, False])
def test_the_base_by_itself_may_be_kept_in_8_bits_for_quick_passes(int8, bias, x):
    model, _ = adapted(quantised=True, bias=bias)
    with torch.no_grad():
        expected = model(x)
        with model.disable_adapter():
            base = model(x)
        pack_adapter(model, torch.float32, int8=int8, base=True)
        assert (model(x) - expected).abs().mean() < 0.01 * expected.abs().mean()
        with model.disable_adapter():
            np.testing.assert_allclose(model(x), base, atol=1e-4)
            with quick_base():
                found = model(x)
                assert torch.equal(model(x[2, 3]), found[2, 3])
            np.testing.assert_allclose(model(x), base, atol=1e-4)
    assert 0 < (found - base).abs().mean() < 0.01 * base.abs().mean()


@needs_int8
def test_a_quick_pass_without_such_weights_is_exact(x):
    model, _ = adapted(quantised=True)
    with torch.no_grad(), model.disable_adapter():
        base = model(x)
        pack_adapter(model, torch.float32)
        with quick_base():
            np.testing.assert_allclose(model(x), base, atol=1e-4)


@needs_int8
def test_a_model_in_8_bits_is_near_to_itself(tiny_config, examples):
    backbone, batch = backbone_and_batch(tiny_config, examples, torch.bfloat16)
    with torch.no_grad():
        expected = backbone.digit_logits(batch)
        count = pack_adapter(backbone, torch.bfloat16, int8=True)
        found = backbone.digit_logits(batch)
    assert count == 7 * backbone.causal.config.num_hidden_layers
    assert 0 < (found - expected).abs().mean() < 0.1 * expected.abs().mean()


def test_8_bits_are_left_alone_where_there_are_no_such_products(monkeypatch):
    monkeypatch.setattr("torch.cpu.get_capabilities", lambda: {"avx2": True})
    assert not has_int8(CPU)
    assert not has_int8(torch.device("cuda"))
    model, layer = adapted()
    assert pack_adapter(model, torch.float32, int8=True) == 0
    assert not hasattr(layer, "packed")
