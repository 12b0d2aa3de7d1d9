"""A judge out of a trained adapter, replaced at once or not at all."""

from __future__ import annotations

import errno
import json
import shutil
from pathlib import Path

import pytest
import torch

from autograder.errors import ModelError, StorageError
from autograder.judging import publish as publishing
from autograder.judging.card import model_card
from autograder.judging.judge import Judge
from autograder.judging.publish import TRAINED, publish
from autograder.training.module import JudgeModule
from autograder.training.outcome import save_adapter
from helpers.tiny_judge import tiny_module


@pytest.fixture
def module(tiny_base) -> JudgeModule:
    module = tiny_module(tiny_base)
    module.history["validation"] = [{"epoch": 1.0, "rps": 0.2}, {"epoch": 2.0, "rps": 0.1}]
    return module


@pytest.fixture
def adapter(module, tmp_path) -> Path:
    save_adapter(module, tmp_path / "adapter")
    return tmp_path / "adapter"


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_judge_is_the_adapter_its_temperature_and_a_card(module, adapter, tmp_path, tiny_base):
    publish(adapter, 1.7, tmp_path / "judge")
    assert set(contents(tmp_path / "judge")) == {
        "adapter_config.json", "adapter_model.safetensors", "judge.json", "README.md", "SHA256SUMS"
    }  # fmt: skip
    for name in ("adapter_config.json", "adapter_model.safetensors"):
        assert (tmp_path / "judge" / name).read_bytes() == (adapter / name).read_bytes()
    values = json.loads((tmp_path / "judge" / "judge.json").read_text())
    assert values["temperature"] == 1.7
    assert values["validation"] == {"epoch": 2.0, "rps": 0.1}
    assert values["base"]["name"] == str(tiny_base)
    assert "| rps | 0.100 |" in (tmp_path / "judge" / "README.md").read_text()
    judge = Judge.load(tmp_path / "judge", device="cpu")
    loaded = dict(judge.backbone.named_parameters())
    for name, weight in module.backbone.trainable().items():
        assert torch.equal(loaded[name], weight)


def test_no_model_is_loaded(adapter, tmp_path, monkeypatch):
    monkeypatch.setattr(torch.nn.Module, "__init__", lambda *_: pytest.fail("a model was made"))
    publish(adapter, 1.0, tmp_path / "judge")


def test_the_judge_before_is_replaced_whole(adapter, tmp_path):
    (tmp_path / "judge").mkdir()
    (tmp_path / "judge" / "old").write_text("old")
    publish(adapter, 1.0, tmp_path / "judge")
    assert "old" not in contents(tmp_path / "judge")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["adapter", "judge"]


def test_the_judge_before_is_there_until_the_new_one_is_whole(adapter, tmp_path, monkeypatch):
    publish(adapter, 1.0, tmp_path / "judge")
    before = contents(tmp_path / "judge")
    seen = []

    def watched(judge):
        seen.append(contents(tmp_path / "judge"))
        return model_card(judge)

    monkeypatch.setattr(publishing, "model_card", watched)
    publish(adapter, 2.0, tmp_path / "judge")
    assert seen == [before]
    assert contents(tmp_path / "judge") != before


@pytest.mark.parametrize("failing", ["copying", "card"])
def test_a_full_disk_leaves_the_judge_before(adapter, tmp_path, monkeypatch, failing):
    publish(adapter, 1.0, tmp_path / "judge")
    before = contents(tmp_path / "judge")

    def full(*args, **options):
        raise OSError(errno.ENOSPC, "No space left on device")

    if failing == "copying":
        monkeypatch.setattr(shutil, "copyfile", full)
    else:
        monkeypatch.setattr(publishing, "model_card", full)
    with pytest.raises(StorageError, match="judge: cannot be written: No space left"):
        publish(adapter, 2.0, tmp_path / "judge")
    assert contents(tmp_path / "judge") == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["adapter", "judge"]


def test_a_folder_without_an_adapter_is_told_and_the_judge_before_stays(adapter, tmp_path):
    publish(adapter, 1.0, tmp_path / "judge")
    before = contents(tmp_path / "judge")
    (adapter / TRAINED).unlink()
    with pytest.raises(ModelError, match=r"adapter: holds no trained adapter .*dvc repro"):
        publish(adapter, 2.0, tmp_path / "judge")
    assert contents(tmp_path / "judge") == before


@pytest.mark.parametrize("share", [None, 0.0, 0.7])
def test_a_card_says_whether_the_base_is_asked(adapter, tmp_path, share):
    publish(adapter, 1.0, tmp_path / "judge")
    values = json.loads((tmp_path / "judge" / "judge.json").read_text())
    values["params"]["train"].pop("solve")
    values["params"]["train"] |= {} if share is None else {"solve": share}
    assert ("`solve=False`" in model_card(values)) == bool(share)
