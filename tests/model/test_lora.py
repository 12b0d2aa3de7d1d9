"""The fused adapter against PEFT's own, which is the reference for its files and its numbers."""

from __future__ import annotations

import copy
import warnings
from typing import Any, cast

import bitsandbytes
import peft
import pytest
import torch
from torch import nn
from transformers import AutoModelForCausalLM, BitsAndBytesConfig

from autograder.config import LoraConfig
from autograder.model.adapter import add_adapter, read_adapter
from autograder.model.backbone import Backbone
from autograder.model.base_model import load_base
from autograder.model.batch import collate
from autograder.model.lora import fuse_lora
from autograder.model.loss import judge_loss
from conftest import build_tiny_qwen2
from helpers.lora_layer import IN, OUT, adapted

CPU = torch.device("cpu")


def run(model, layer, x, weight):
    """The output, and the gradients of x, A and B."""
    x = x.clone().requires_grad_()
    model.zero_grad()
    y = model(x)
    (y.float() * weight).sum().backward()
    return y, x.grad, layer.lora_A["default"].weight.grad, layer.lora_B["default"].weight.grad


@pytest.fixture
def data():
    torch.manual_seed(2)
    return torch.randn(3, 5, IN), torch.randn(3, 5, OUT)


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("quantised", [False, True])
def test_outputs_and_gradients_are_pefts(quantised, bias, data):
    ours = run(*adapted(quantised, bias), *data)
    theirs = run(*adapted(quantised, bias, fused=False), *data)
    for name, one, other in zip("yxab", ours, theirs, strict=True):
        assert one.dtype == other.dtype
        assert torch.allclose(one, other, atol=1e-4, rtol=1e-5), name


@pytest.mark.parametrize("quantised", [False, True])
def test_under_autocast_they_agree_to_the_precision_of_bfloat16(quantised, data):
    exact = run(*adapted(quantised), *data)
    with torch.autocast("cpu", torch.bfloat16):
        ours = run(*adapted(quantised), *data)
        theirs = run(*adapted(quantised, fused=False), *data)
    assert ours[0].dtype == torch.bfloat16
    for name, one, other, true in zip("yxab", ours, theirs, exact, strict=True):
        scale = true.abs().max()
        assert (one.float() - true).abs().max() < 0.02 * scale, name
        assert (one.float() - other.float()).abs().max() < 0.02 * scale, name
    assert ours[2].dtype == ours[3].dtype == torch.float32


@pytest.mark.parametrize("quantised", [False, True])
def test_in_bfloat16_the_adapter_stays_float32(quantised, data):
    model, layer = adapted(quantised)
    exact = run(*adapted(quantised), *data)
    if not quantised:
        layer.base_layer.bfloat16()
    found = run(model, layer, data[0].bfloat16(), data[1])
    assert found[0].dtype == found[1].dtype == torch.bfloat16
    assert found[2].dtype == found[3].dtype == torch.float32
    for name, one, true in zip("yxab", found, exact, strict=True):
        assert (one.float() - true).abs().max() < 0.03 * true.abs().max(), name


@pytest.mark.parametrize("shape", [(IN,), (7, IN), (2, 3, 4, IN)])
def test_any_number_of_leading_axes(shape):
    x = torch.randn(shape)
    expected = adapted(fused=False)[0](x)
    assert torch.allclose(adapted()[0](x), expected, atol=1e-5)
    strided = torch.randn(6, IN, 4).transpose(1, 2)
    expected = adapted(fused=False)[0](strided)
    assert torch.allclose(adapted()[0](strided), expected, atol=1e-5)


@pytest.mark.parametrize("quantised", [False, True])
def test_a_disabled_adapter_leaves_the_base(quantised, data):
    model, layer = adapted(quantised)
    with torch.no_grad(), model.disable_adapter():
        off = model(data[0])
    assert torch.allclose(off, layer.base_layer(data[0]), atol=1e-5)
    assert not torch.allclose(off, model(data[0]), atol=1e-2)


@pytest.mark.parametrize("quantised", [False, True])
def test_a_merged_adapter_is_not_added_twice(quantised, data):
    model, layer = adapted(quantised)
    with torch.no_grad():
        before, base = model(data[0]), layer.base_layer(data[0])
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message=".*4-bit.*rounding")
            model.merge_adapter()
        # Merging into 4 bits rounds.
        tolerance = 0.2 * (before - base).std() if quantised else 1e-4
        assert (model(data[0]) - before).std() < tolerance


# --- dropout


def test_dropout_zeroes_input_features_of_a_for_the_whole_batch():
    model, layer = adapted(dropout=0.5)
    base, a, b = layer.base_layer, layer.lora_A["default"].weight, layer.lora_B["default"].weight
    torch.manual_seed(3)
    eye = torch.eye(IN)
    with torch.no_grad():
        delta = (model(eye) - base(eye)).T  # (OUT, IN): what the adapter adds for each feature
        full = layer.scaling["default"] * b @ a
    ratio = (delta / full).median(dim=0).values
    dropped = ratio.abs() < 1e-3
    assert 10 < dropped.sum() < 54
    assert torch.allclose(delta[:, dropped], torch.zeros(OUT, int(dropped.sum())), atol=1e-5)
    assert torch.allclose(delta[:, ~dropped], 2 * full[:, ~dropped], atol=1e-4)


def test_a_dropped_feature_gets_no_gradient_and_the_mask_is_that_of_the_forward_pass(data):
    model, layer = adapted(dropout=0.5)
    a, b = layer.lora_A["default"].weight, layer.lora_B["default"].weight
    torch.manual_seed(3)
    kept = torch.empty(IN).bernoulli_(0.5)
    torch.manual_seed(3)
    _, x_grad, a_grad, _ = run(model, layer, *data)
    assert torch.equal(a_grad.abs().sum(dim=0) > 0, kept > 0)
    masked = layer.scaling["default"] * b @ (a * kept * 2)
    expected = data[1] @ (layer.base_layer.weight + masked)
    assert torch.allclose(x_grad, expected, atol=1e-4)


def test_dropout_keeps_the_expectation(data):
    model, _ = adapted(dropout=0.3)
    torch.manual_seed(4)
    with torch.no_grad():
        draws = torch.stack([model(data[0]) for _ in range(1500)])
        expected = model.eval()(data[0])
    standard_error = draws.std(dim=0) / len(draws) ** 0.5
    z = (draws.mean(dim=0) - expected) / standard_error
    assert z.abs().mean() < 1.0  # 0.8 for a standard normal
    assert z.abs().max() < 5.0


def test_dropout_is_off_in_evaluation(data):
    model, _ = adapted(dropout=0.5)
    reference, _ = adapted(dropout=0.5, fused=False)
    with torch.no_grad():
        assert torch.allclose(model.eval()(data[0]), reference.eval()(data[0]), atol=1e-5)
        assert not torch.allclose(model.train()(data[0]), model.eval()(data[0]), atol=1e-2)


# --- whole models


def with_noise(model: nn.Module) -> nn.Module:
    torch.manual_seed(5)
    for name, weight in model.named_parameters():
        if "lora_B" in name:
            nn.init.normal_(weight, std=0.1)
    return model


def load(config, bits=16, dropout=0.0, targets=None):
    quantization = config.quantization.changed(bits=bits)
    base, encoder = load_base(config.model, quantization, device=CPU, dtype=torch.float32)
    lora = config.lora.changed(dropout=dropout, targets=targets or config.lora.targets)
    return base, Backbone(with_noise(add_adapter(base, lora, seed=1)), encoder)


def loss_and_gradients(backbone, batch):
    backbone.zero_grad()
    torch.manual_seed(6)  # of dropout
    parts = judge_loss(
        backbone(batch), batch.labels, batch.is_score, batch.scores, backbone.digit_ids
    )
    parts.total.backward()
    return parts.total.item(), {n: p.grad.clone() for n, p in backbone.trainable().items()}


@pytest.mark.parametrize("bits", [16, 4])
def test_every_lora_layer_of_a_model_is_fused(tiny_config, bits):
    _, backbone = load(tiny_config, bits)
    assert {type(m).__name__ for m in backbone.modules() if hasattr(m, "lora_A")} == {
        "_FusedLinear" if bits == 16 else "_FusedLinear4bit"
    }
    assert fuse_lora(backbone.model) == 0


@pytest.mark.parametrize(("share", "adapted_layers"), [(1.0, 4), (0.5, 2), (0.6, 2), (0.01, 1)])
def test_the_last_layers_carry_the_adapter(tmp_path, share, adapted_layers):
    base = AutoModelForCausalLM.from_pretrained(build_tiny_qwen2(tmp_path, num_layers=4))
    settings = LoraConfig(top=share, targets=("q_proj", "down_proj"))
    model = add_adapter(base, settings, seed=1)
    found = {name.split(".layers.")[1].split(".")[0] for name, _ in model.named_parameters()
             if "lora_" in name}  # fmt: skip
    assert found == {str(place) for place in range(4 - adapted_layers, 4)}
    numbers = cast(Any, model).peft_config["default"].layers_to_transform
    assert numbers == (None if share == 1 else list(range(4 - adapted_layers, 4)))


@pytest.mark.parametrize("bits", [16, 4])
def test_gradient_checkpointing_gives_the_same_gradients(tiny_config, examples, bits):
    base, backbone = load(tiny_config, bits, dropout=0.2)
    batch = collate(backbone.encoder.encode_all(examples[:3]), backbone.encoder.pad_id)
    backbone.train()
    loss, gradients = loss_and_gradients(backbone, batch)
    base.activation_checkpointing_enable({"use_reentrant": False})
    calls = []
    attention = base.model.layers[-1].self_attn
    handle = attention.register_forward_pre_hook(lambda *_: calls.append(1))
    again, checkpointed = loss_and_gradients(backbone, batch)
    handle.remove()
    assert len(calls) == 2  # forward, and once more for the backward pass
    assert again == pytest.approx(loss, abs=1e-6)
    assert max(value.abs().max() for value in gradients.values()) > 1e-3
    for name, value in gradients.items():
        assert torch.allclose(checkpointed[name], value, atol=1e-6), name


@pytest.mark.parametrize("bits", [16, 8, 4])
def test_an_evaluation_leaves_the_gradients_as_they_were(tiny_config, examples, bits):
    """Layers without an adapter too: bitsandbytes may repack them, and then has no gradient."""
    _, backbone = load(tiny_config, bits, targets=("q_proj",))
    batch = collate(backbone.encoder.encode_all(examples[:2]), backbone.encoder.pad_id)
    loss, gradients = loss_and_gradients(backbone, batch)
    with torch.no_grad():
        backbone.eval()(batch)
    again, after = loss_and_gradients(backbone, batch)
    assert again == loss
    assert max(value.abs().max() for value in gradients.values()) > 1e-4
    for name, value in gradients.items():
        assert torch.equal(after[name], value), name


def test_gradients_through_layers_without_an_adapter_are_those_of_the_dense_model(
    tiny_config, examples
):
    base, backbone = load(tiny_config, 4, targets=("q_proj",))
    dense, twin = load(tiny_config, 16, targets=("q_proj",))
    for name, module in base.named_modules():
        if isinstance(module, bitsandbytes.nn.Linear4bit):
            weight = bitsandbytes.functional.dequantize_4bit(
                module.weight.data, module.weight.quant_state
            )
            dense.get_submodule(name).weight.data = weight.float()
    batch = collate(backbone.encoder.encode_all(examples[:2]), backbone.encoder.pad_id)
    loss, gradients = loss_and_gradients(backbone.eval(), batch)
    expected_loss, expected = loss_and_gradients(twin.eval(), batch)
    assert loss == pytest.approx(expected_loss, abs=1e-4)
    for name, value in expected.items():
        assert torch.allclose(gradients[name], value, atol=1e-4), name


@pytest.mark.parametrize("bits", [16, 4])
def test_a_saved_adapter_loads_with_plain_peft(tiny_config, tiny_base, examples, tmp_path, bits):
    _, trained = load(tiny_config, bits)
    trained.model.save_pretrained(tmp_path, save_embedding_layers=False)
    quantization = tiny_config.quantization.changed(bits=bits)
    base, encoder = load_base(tiny_config.model, quantization, device=CPU, dtype=torch.float32)
    ours = Backbone(read_adapter(base, tmp_path), encoder).eval()
    options = {}
    if bits == 4:
        options["quantization_config"] = BitsAndBytesConfig(
            load_in_4bit=True,
            bnb_4bit_quant_type="nf4",
            bnb_4bit_use_double_quant=True,
            bnb_4bit_compute_dtype=torch.float32,
        )
    plain = AutoModelForCausalLM.from_pretrained(
        tiny_base, dtype=torch.float32, device_map="cpu", **options
    )
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*is_gradient_checkpointing.*")  # of peft
        theirs = peft.PeftModel.from_pretrained(plain, tmp_path)
    # In evaluation bitsandbytes rounds its 4-bit constants to bfloat16; there is no dropout.
    theirs.train()
    encoded = encoder.encode_all(examples[:3])
    batch = collate(encoded, encoder.pad_id)
    with torch.no_grad():
        found, before = ours(batch), trained.eval()(batch)
        expected = []
        for example in encoded:
            ids = torch.tensor([[*example.prefix, *example.response, *example.verdict[:-1]]])
            expected.append(theirs(input_ids=ids).logits[0, -len(example.verdict) :])
    assert torch.equal(found, before)
    assert torch.allclose(found, torch.cat(expected), atol=1e-4)
    with torch.no_grad(), ours.without_adapter():
        assert not torch.allclose(ours(batch), found, atol=1e-2)


@pytest.mark.parametrize("bits", [16, 8, 4])
def test_without_the_adapter_a_backbone_is_the_base(tiny_config, examples, bits):
    quantization = tiny_config.quantization.changed(bits=bits)
    plain, encoder = load_base(tiny_config.model, quantization, device=CPU, dtype=torch.float32)
    _, backbone = load(tiny_config, bits)
    batch = collate(encoder.encode_all(examples[:2]), encoder.pad_id)
    with torch.no_grad(), backbone.eval().without_adapter():
        assert torch.allclose(backbone(batch), Backbone(plain, encoder)(batch), atol=1e-4)


def test_a_fresh_adapter_changes_nothing_and_depends_on_the_seed(tiny_config, examples):
    base, encoder = load_base(
        tiny_config.model, tiny_config.quantization, device=CPU, dtype=torch.float32
    )
    batch = collate(encoder.encode_all(examples[:2]), encoder.pad_id)
    with torch.no_grad():
        expected = Backbone(base, encoder)(batch)
    state = torch.get_rng_state()
    one, same, other = (
        add_adapter(copy.deepcopy(base), tiny_config.lora, seed) for seed in (1, 1, 2)
    )
    assert torch.equal(torch.get_rng_state(), state)
    with torch.no_grad():
        assert torch.allclose(Backbone(one, encoder).eval()(batch), expected, atol=1e-6)
    for name, weight in one.named_parameters():
        if "lora_A" in name:
            assert torch.equal(weight, same.get_parameter(name))
            assert not torch.equal(weight, other.get_parameter(name))
        if weight.requires_grad:
            assert "lora_" in name
            assert weight.dtype == torch.float32
