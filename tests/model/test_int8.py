"""Training with products of 8 bits, against the exact ones."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from autograder.errors import ModelError
from autograder.model.adapter import add_adapter
from autograder.model.backbone import Backbone
from autograder.model.base_model import load_base
from autograder.model.batch import collate
from autograder.model.int8 import Int8Weight, trains_in_int8
from autograder.model.lora import round_frozen
from autograder.model.loss import judge_loss
from autograder.training.module import load_backbone
from helpers.lora_layer import IN, OUT, adapted
from helpers.processor import needs_int8

CPU = torch.device("cpu")


def run(model, layer, x, weight):
    """The output, and the gradients of x, A and B."""
    x = x.clone().requires_grad_()
    model.zero_grad()
    y = model(x)
    (y.float() * weight).sum().backward()
    return (
        y.detach(),
        x.grad,
        layer.lora_A["default"].weight.grad,
        layer.lora_B["default"].weight.grad,
    )


def bound(x, weight):
    """How far x W^T may be off: a factor by half a step, a 126th (127th) of its row's largest."""
    x_step = x.abs().amax(dim=-1, keepdim=True) / 126 / 2
    w_step = weight.abs().amax(dim=1) / 127 / 2
    off = x.abs().sum(dim=-1, keepdim=True) * w_step + x_step * weight.abs().sum(dim=1)
    return off + x.shape[-1] * x_step * w_step + 1e-4


@needs_int8
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("quantised", [False, True])
def test_a_layer_is_off_by_no_more_than_rounding_and_its_adapter_not_at_all(quantised, bias):
    model, layer = adapted(quantised, bias)
    torch.manual_seed(2)
    x, weight = torch.randn(3, 5, IN), torch.randn(3, 5, OUT)
    x[..., 7] *= 30  # an outlier channel, as a transformer has them
    with torch.no_grad(), model.disable_adapter():
        dense = (model(torch.eye(IN)) - model(torch.zeros(1, IN))).T
    exact = run(model, layer, x, weight)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    assert round_frozen(model) == 1
    found = run(model, layer, x, weight)
    most = bound(x, dense), bound(weight, dense.T)
    for one, true, limit in zip(found[:2], exact[:2], most, strict=True):
        off = (one - true).abs()
        assert off.max() > 0
        assert (off <= limit).all()
    # A and B see x and the gradient as they are.
    assert torch.equal(found[2], exact[2])
    assert torch.equal(found[3], exact[3])
    after = model.state_dict()
    assert after.keys() == before.keys()
    assert all(torch.equal(after[name], value) for name, value in before.items())


@needs_int8
@pytest.mark.parametrize("shape", [(896, 4864), (4864, 896), (896, 128)])
def test_at_real_widths_the_noise_is_what_rounding_gives(shape):
    width, out = shape
    torch.manual_seed(3)
    weight, x = torch.randn(out, width) / width**0.5, torch.randn(50, width)
    x, weight = x.bfloat16(), weight.bfloat16().float()
    found = Int8Weight.of(weight).multiply(x)
    assert found.dtype == torch.bfloat16
    exact = x.double() @ weight.double().T

    # Uniform within a step: a variance of step^2 / 12, for each factor (Bennett, 1948).
    def noise(rows, steps):
        step = rows.double().abs().amax(dim=1, keepdim=True) / steps
        return (step**2 / 12).mean() / rows.double().var()

    expected = (noise(x, 126) + noise(weight, 127)).sqrt().item()
    relative = ((found.double() - exact).std() / exact.std()).item()
    # What bf16 adds, in the row's step and in the result, is up to 2^-8 each.
    assert 0.9 * expected < relative < expected + 2 * 2**-8
    assert torch.cosine_similarity(found.double().flatten(), exact.flatten(), dim=0) > 0.999


@needs_int8
def test_a_row_does_not_depend_on_another_and_zeros_stay_zeros():
    torch.manual_seed(4)
    weight, x = Int8Weight.of(torch.randn(OUT, IN)), torch.randn(6, IN)
    x[2] = 0
    together = weight.multiply(x)
    for at in range(6):
        assert torch.equal(weight.multiply(x[at].clone())[0], together[at])
    assert not together[2].any()


def backbones(config):
    """The tiny model in 4 bits, exact and in 8 bits, with the same adapter."""
    for products in ("exact", "int8"):
        chosen = config.changed(
            quantization={"bits": 4, "products": products}, lora={"dropout": 0.2}
        )
        backbone = load_backbone(chosen, CPU)
        torch.manual_seed(5)
        for name, weight in backbone.trainable().items():
            if "lora_B" in name:
                nn.init.normal_(weight, std=0.1)
        yield backbone


def loss_and_gradients(backbone, batch):
    backbone.zero_grad()
    torch.manual_seed(6)  # of dropout
    parts = judge_loss(
        backbone(batch), batch.labels, batch.is_score, batch.scores, backbone.digit_ids
    )
    parts.total.backward()
    return parts.total.item(), {n: p.grad.clone() for n, p in backbone.trainable().items()}


@needs_int8
@pytest.mark.parametrize("dtype", ["fp32", "bf16"])
def test_a_models_gradients_point_where_the_exact_ones_do(tiny_config, examples, dtype):
    config = tiny_config.changed(quantization={"compute_dtype": dtype})
    exact, rounded = backbones(config)
    batch = collate(exact.encoder.encode_all(examples[:5]), exact.encoder.pad_id)
    loss, gradients = loss_and_gradients(exact, batch)
    near, found = loss_and_gradients(rounded, batch)
    assert near == pytest.approx(loss, rel=0.02)
    assert found.keys() == gradients.keys()
    # A product is off by about 1 %, and no gradient has more than two dozen of them before it.
    for name, value in found.items():
        assert torch.cosine_similarity(value.flatten(), gradients[name].flatten(), 0) > 0.99, name
        assert value.norm() == pytest.approx(gradients[name].norm().item(), rel=0.05), name
    again, same = loss_and_gradients(rounded, batch)
    assert again == near
    assert all(torch.equal(same[name], value) for name, value in found.items())


@needs_int8
@pytest.mark.parametrize("top", [0.5, 1.0])
def test_nothing_is_computed_below_the_lowest_adapter(tiny_config, examples, monkeypatch, top):
    _, backbone = backbones(tiny_config.changed(lora={"top": top}))
    batch = collate(backbone.encoder.encode_all(examples[:5]), backbone.encoder.pad_id)
    calls, multiply = [], Int8Weight.multiply

    def counted(weight, *args):
        calls.append(weight)
        return multiply(weight, *args)

    monkeypatch.setattr(Int8Weight, "multiply", counted)
    loss_and_gradients(backbone, batch)
    layers = backbone.causal.config.num_hidden_layers
    # Each once forward, and backward where it is adapted but for the lowest queries, keys, values.
    expected = 7 * layers + 7 * round(top * layers) - 3
    assert len(calls) == len({id(weight) for weight in calls}) == expected


@pytest.mark.parametrize("bits", [4, 16])
def test_exact_products_are_those_of_the_base_with_its_adapter(tiny_config, examples, bits):
    config = tiny_config.changed(quantization={"bits": bits, "products": "exact"})
    base, encoder = load_base(config.model, config.quantization, device=CPU, dtype=torch.float32)
    plain = Backbone(add_adapter(base, config.lora, config.seed), encoder).train()
    batch = collate(encoder.encode_all(examples[:5]), encoder.pad_id)
    loss, gradients = loss_and_gradients(plain, batch)
    same, found = loss_and_gradients(load_backbone(config, CPU), batch)
    assert same == loss
    assert all(torch.equal(found[name], value) for name, value in gradients.items())


@pytest.mark.parametrize(
    ("products", "bits", "able", "expected"),
    [
        ("auto", 4, True, True),
        ("auto", 16, True, False),
        ("auto", 8, True, False),
        ("auto", 4, False, False),
        ("exact", 4, True, False),
        ("int8", 16, True, True),
        ("int8", 4, True, True),
    ],
)
def test_auto_is_8_bits_for_4_where_the_processor_has_them(
    tiny_config, monkeypatch, products, bits, able, expected
):
    monkeypatch.setattr("torch.cpu.get_capabilities", lambda: {"avx512_vnni": able})
    settings = tiny_config.quantization.changed(products=products, bits=bits)
    assert trains_in_int8(settings, CPU, torch.bfloat16) == expected
    if products == "auto":
        assert not trains_in_int8(settings, torch.device("cuda"), torch.bfloat16)
        assert not trains_in_int8(settings, CPU, torch.float16)


@pytest.mark.parametrize(
    ("device", "dtype", "bits", "able", "fault"),
    [
        ("cuda", torch.bfloat16, 4, True, "is for CPUs, and the model is on cuda"),
        ("cpu", torch.bfloat16, 4, False, "this processor has no products of 8 bits"),
        ("cpu", torch.bfloat16, 8, True, "does not go with a base in 8 bits"),
        ("cpu", torch.float16, 4, True, "computes in torch.float16"),
    ],
)
def test_what_is_asked_for_and_cannot_be_is_refused(
    tiny_config, monkeypatch, device, dtype, bits, able, fault
):
    monkeypatch.setattr("torch.cpu.get_capabilities", lambda: {"avx512_vnni": able})
    settings = tiny_config.quantization.changed(products="int8", bits=bits)
    with pytest.raises(ModelError, match=f"quantization.products: int8 .*{fault}.*; set it to"):
        trains_in_int8(settings, torch.device(device), dtype)
