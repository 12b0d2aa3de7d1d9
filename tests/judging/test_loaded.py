"""A published judge, loaded; and what is told of one that cannot be."""

from __future__ import annotations

import json
import shutil
import types

import numpy as np
import pytest

import autograder
from autograder.errors import ConfigError, ModelError
from autograder.judging.folder import SUMS_FILE, judge_fingerprint, read_judge
from autograder.judging.judge import Judge
from autograder.prompt import TEMPLATE_VERSION
from autograder.training.module import JudgeModule
from helpers.processor import needs_int8
from helpers.tiny_judge import publish_module


@pytest.fixture
def saved(backbone, tiny_config, tmp_path):
    module = JudgeModule(backbone, tiny_config)
    row = {"epoch": 1.0, "step": 3.0, "rps": 0.1, "mae": 0.5, "pearson": float("nan")}
    module.history["validation"].append(row)
    publish_module(module, tmp_path, temperature=1.7)
    return tmp_path


def edit(folder, **values):
    judge = json.loads((folder / "judge.json").read_text())
    (folder / SUMS_FILE).unlink(missing_ok=True)
    (folder / "judge.json").write_text(json.dumps(judge | values))


def test_a_saved_judge_grades_alike_when_loaded(saved, backbone, requests):
    judge = autograder.Judge.load(saved, device="cpu")
    assert judge.temperature == 1.7
    expected = Judge(backbone, temperature=1.7).evaluate_many(requests)
    for one, other in zip(judge.evaluate_many(requests), expected, strict=True):
        assert one.probabilities == pytest.approx(other.probabilities, abs=1e-5)
    assert not judge.backbone.training


@pytest.mark.parametrize("free", [0, 2**40])
def test_weights_are_packed_where_they_fit_and_grade_alike(saved, requests, monkeypatch, free):
    def is_packed(judge):
        return any(hasattr(module, "packed") for module in judge.backbone.modules())

    memory = types.SimpleNamespace(available=free)
    monkeypatch.setattr("psutil.virtual_memory", lambda: memory)
    assert is_packed(Judge.load(saved, device="cpu")) == (free > 0)
    plain, packed = (Judge.load(saved, device="cpu", packed=packed) for packed in (False, True))
    assert (is_packed(plain), is_packed(packed)) == (False, True)
    pairs = zip(plain.evaluate_many(requests), packed.evaluate_many(requests), strict=True)
    for one, other in pairs:
        assert one.probabilities == pytest.approx(other.probabilities, abs=1e-5)


@needs_int8
def test_a_fast_judge_is_near_to_the_exact_one_and_says_what_it_is(saved, requests):
    exact, fast = (Judge.load(saved, device="cpu", fast=fast) for fast in (False, True))
    assert fast.model == exact.model + "+int8"
    verdicts = list(fast.evaluate_many(requests))
    shifts = [
        abs(one.expected_score - other.expected_score)
        for one, other in zip(exact.evaluate_many(requests), verdicts, strict=True)
    ]
    assert 0 < max(shifts) < 0.2
    fast.batch_size = 1
    for one, other in zip(fast.evaluate_many(requests[::-1]), verdicts[::-1], strict=True):
        assert one.probabilities == pytest.approx(other.probabilities, abs=1e-5)
        assert one.model == fast.model


@pytest.mark.parametrize(
    ("options", "capabilities", "message"),
    [
        ({}, {"avx2": True}, "this processor has no products of 8 bits"),
        ({"quantization": "int8"}, {"avx512_vnni": True}, "does not go with a base in 8 bits"),
        ({"device": "meta"}, {"avx512_vnni": True}, "is for CPUs, and the model is on meta"),
    ],
)
def test_what_cannot_be_fast_is_said_before_anything_is_loaded(
    saved, monkeypatch, options, capabilities, message
):
    monkeypatch.setattr("torch.cpu.get_capabilities", lambda: capabilities)
    monkeypatch.setattr("autograder.judging.loaded.load_base", None)
    with pytest.raises(ModelError, match=f"^fast: .*{message}"):
        Judge.load(saved, **{"device": "cpu", "fast": True, **options})


@needs_int8
def test_an_adapter_that_cannot_be_packed_is_not_fast_without_a_word(saved, monkeypatch):
    monkeypatch.setattr("autograder.judging.packing.pack_adapter", lambda *_, **__: 0)
    with pytest.raises(ModelError, match=r"^fast: .*not for this kind of adapter"):
        Judge.load(saved, device="cpu", fast=True)


def test_a_saved_judge_says_what_it_is(saved, tiny_config):
    values = read_judge(saved)
    assert values["template_version"] == TEMPLATE_VERSION
    assert values["validation"]["pearson"] is None
    assert values["params"]["lora"]["r"] == tiny_config.lora.r
    assert "| rps | 0.100 |" in (saved / "README.md").read_text()
    assert "| pearson | undefined |" in (saved / "README.md").read_text()
    adapter = json.loads((saved / "adapter_config.json").read_text())
    assert adapter["target_modules"] == sorted(tiny_config.lora.targets)


def test_a_folder_without_a_judge_is_told(tmp_path):
    for folder in (tmp_path, tmp_path / "missing"):
        with pytest.raises(ModelError, match=r"holds no judge .*dvc repro"):
            Judge.load(folder)
    (tmp_path / "judge.json").write_text("{half")
    with pytest.raises(ModelError, match="holds no judge"):
        Judge.load(tmp_path)


def test_a_judge_of_a_version_with_other_settings_loads(saved):
    params = read_judge(saved)["params"]
    del params["dataset"]["num_bank"]
    params["train"]["precision"] = "auto"
    edit(saved, params=params)
    assert isinstance(Judge.load(saved, device="cpu"), Judge)


def test_a_judge_whose_base_is_not_told_is_refused(saved):
    params = read_judge(saved)["params"]
    del params["model"]
    edit(saved, params=params)
    with pytest.raises(ConfigError, match=r"judge.json: 1 fault\n  model: expected keys and"):
        Judge.load(saved, device="cpu")


def test_a_judge_of_another_template_is_refused(saved):
    edit(saved, template_version=TEMPLATE_VERSION + 1)
    with pytest.raises(ModelError, match=f"template {TEMPLATE_VERSION + 1}.*train it anew"):
        Judge.load(saved)


def test_a_verdict_says_which_judge_gave_it(saved, tiny_config, requests):
    judge = Judge.load(saved, device="cpu")
    name, _, fingerprint = judge.model.partition("+")
    assert name == tiny_config.model.name.rpartition("/")[2]
    assert fingerprint == judge_fingerprint(saved)[:8]
    assert {verdict.model for verdict in judge.evaluate_many(requests)} == {judge.model}


def test_another_quantisation_comes_near(saved, requests):
    plain = Judge.load(saved, quantization="none")
    assert Judge.load(saved).temperature == plain.temperature
    rough = Judge.load(saved, quantization="nf4")
    exact, near = (
        [verdict.probabilities for verdict in judge.evaluate_many(requests)]
        for judge in (plain, rough)
    )
    assert not np.allclose(exact, near, atol=1e-4)
    assert np.allclose(exact, near, atol=0.25)


def test_an_unknown_device_or_quantisation_is_told(saved):
    with pytest.raises(ModelError, match="quantization: 'q4' is none of nf4, fp4, int8, none"):
        Judge.load(saved, quantization="q4")  # type: ignore[arg-type]  # wrong on purpose
    with pytest.raises(ModelError, match="device: 'gpu7' cannot be used"):
        Judge.load(saved, device="gpu7")


def test_a_judge_whose_base_has_no_tokenizer_is_told(saved, tiny_base, tmp_path_factory):
    base = tmp_path_factory.mktemp("base")
    shutil.copytree(tiny_base, base, dirs_exist_ok=True)
    (base / "tokenizer.json").unlink()
    params = read_judge(saved)["params"]
    params["model"]["name"] = str(base)
    edit(saved, params=params)
    with pytest.raises(ModelError, match=f"^{base}: holds no tokenizer; copy tokenizer.json from"):
        Judge.load(saved, device="cpu")


def test_a_judge_of_another_tokenizer_is_refused(saved):
    edit(saved, digit_ids=[1, 2, 3, 4, 5])
    with pytest.raises(ModelError, match="another tokenizer"):
        Judge.load(saved, device="cpu")


def test_a_judge_whose_adapter_is_gone_or_broken_is_told(saved):
    (saved / SUMS_FILE).unlink()
    weights = saved / "adapter_model.safetensors"
    weights.write_bytes(weights.read_bytes()[:100])
    with pytest.raises(ModelError, match=f"{saved}: no adapter"):
        Judge.load(saved, device="cpu")
    weights.unlink()
    with pytest.raises(ModelError, match=f"{saved}: holds no whole judge"):
        Judge.load(saved, device="cpu")


@pytest.mark.parametrize("content", ["[]", "{}", '{"template_version": 1}'])
def test_a_judge_file_of_another_program_is_told(saved, content):
    (saved / "judge.json").write_text(content)
    with pytest.raises(ModelError, match=str(saved)):
        Judge.load(saved, device="cpu")
