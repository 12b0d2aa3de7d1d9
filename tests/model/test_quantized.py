"""The kept copy against quantising anew."""

from __future__ import annotations

import importlib.metadata
import json
import shutil

import pytest
import torch
import transformers
from safetensors import SafetensorError

from autograder.bases.fetch import MARKER
from autograder.model import base_model, quantized
from autograder.model.adapter import add_adapter
from autograder.model.backbone import Backbone
from autograder.model.base_model import load_base
from autograder.model.batch import collate
from helpers.damage import flip


@pytest.fixture
def base(tiny_base, tmp_path, monkeypatch):
    """The tiny model as a pull leaves it."""
    monkeypatch.setenv("AUTOGRADER_HOME", str(tmp_path / "home"))
    folder = tmp_path / "home" / "models" / "tiny"
    shutil.copytree(tiny_base, folder)
    certify(folder, "one")
    monkeypatch.setattr(base_model, "pull", lambda _: folder)
    return folder


def certify(folder, sha256):
    weights = {"model.safetensors": {"size": 1, "sha256": sha256}}
    (folder / MARKER).write_text(json.dumps({"name": "tiny", "weights": weights}))


def load(config, dtype=torch.bfloat16, **changes):
    settings = config.quantization.changed(**{"bits": 4} | changes)
    return load_base(config.model, settings, device=torch.device("cpu"), dtype=dtype)


def copies(base):
    return sorted(path.name for path in (base.parents[1] / "quantized").glob("*"))


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float32], ids=str)
@pytest.mark.parametrize("double", [True, False])
def test_a_copy_computes_what_quantising_anew_does(base, tiny_config, examples, dtype, double):
    found = []
    for _ in range(2):
        loaded, encoder = load(tiny_config, dtype, double=double)
        model = Backbone(add_adapter(loaded, tiny_config.lora, seed=1), encoder).eval()
        batch = collate(encoder.encode_all(examples[:5]), encoder.pad_id)
        logits = model(batch)
        logits.float().square().sum().backward()
        gradients = [value.grad for name, value in model.trainable().items() if "lora_B" in name]
        found.append([logits.detach(), *gradients])
        assert len(copies(base)) == 1
    for anew, copied in zip(*found, strict=True):
        assert anew.abs().sum()
        assert torch.equal(anew, copied)


def test_the_second_load_reads_the_copy_alone(base, tiny_config):
    load(tiny_config)
    (base / "model.safetensors").unlink()
    load(tiny_config)


def test_a_damaged_copy_is_named_and_made_anew(base, tiny_config, caplog):
    whole, _ = load(tiny_config)
    (copy,) = (base.parents[1] / "quantized").iterdir()
    weights = copy / "model.safetensors"
    content = weights.read_bytes()
    flip(weights)
    mended, _ = load(tiny_config)
    assert f"{weights}: has been changed or damaged" in caplog.text
    assert weights.read_bytes() == content
    for one, other in zip(whole.parameters(), mended.parameters(), strict=True):
        assert torch.equal(one, other)
    caplog.clear()
    load(tiny_config)
    assert caplog.text == ""


def test_other_settings_have_a_copy_of_their_own(base, tiny_config):
    load(tiny_config)
    load(tiny_config, type="fp4")
    load(tiny_config, dtype=torch.float32)
    assert [name.rpartition("--")[0] for name in copies(base)] == [
        "tiny--fp4-double-bfloat16",
        "tiny--nf4-double-bfloat16",
        "tiny--nf4-double-float32",
    ]


def test_other_weights_or_versions_take_the_copys_place(base, tiny_config, monkeypatch):
    load(tiny_config)
    (first,) = copies(base)
    certify(base, "two")
    load(tiny_config)
    (second,) = copies(base)
    monkeypatch.setattr(importlib.metadata, "version", lambda _: "99")
    load(tiny_config)
    (third,) = copies(base)
    assert len({first, second, third}) == 3


@pytest.mark.parametrize("bits", [16, 8])
def test_only_four_bits_are_kept(base, tiny_config, bits):
    settings = tiny_config.quantization.changed(bits=bits)
    assert quantized.copy_of(base, settings, torch.float32) is None


def test_a_folder_of_the_users_own_is_not_copied(base, tiny_base, tiny_config, monkeypatch):
    monkeypatch.setattr(base_model, "pull", lambda _: tiny_base)
    load(tiny_config)
    assert copies(base) == []


@pytest.mark.parametrize(
    "error", [SafetensorError("I/O error: No space left on device"), OSError(28, "No space left")]
)
def test_a_full_disk_does_not_stop_the_load(base, tiny_config, monkeypatch, caplog, error):
    def full(self, folder):
        (folder / "half").write_text("x")
        raise error

    monkeypatch.setattr(transformers.PreTrainedModel, "save_pretrained", full)
    load(tiny_config)
    assert "no quantised copy" in caplog.text
    assert copies(base) == []
