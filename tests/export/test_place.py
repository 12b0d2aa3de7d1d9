"""Where an export may be written, and that half of one never looks like a whole."""

from __future__ import annotations

import json
import shutil
from collections import namedtuple

import pytest
from click.testing import CliRunner

from autograder.cli.export import export
from autograder.errors import ModelError, StorageError
from autograder.export.trained import check_place, check_space, open_trained
from autograder.export.weights import num_weights
from autograder.export.writing import Plan
from autograder.export.writing import export as write


def call(*arguments):
    return CliRunner().invoke(export, [str(a) for a in arguments], catch_exceptions=False)


def test_what_is_there_is_kept_unless_force_is_given(judge_folder, tmp_path):
    out = tmp_path / "out"
    arguments = (out, "--format", "adapter", "--judge", judge_folder)
    assert call(*arguments).exit_code == 0
    (out / "mark").write_text("old")
    with pytest.raises(StorageError, match=r"is there already; --force replaces it"):
        call(*arguments)
    assert (out / "mark").exists()
    assert call(*arguments, "--force").exit_code == 0
    assert not (out / "mark").exists()
    assert not list(tmp_path.glob(".*"))


def test_force_replaces_no_folder_that_is_not_ours(judge_folder, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    check_place(out, [judge_folder], force=False)  # an empty one is free
    (out / "thesis.tex").write_text("years")
    for force in (False, True):
        with pytest.raises(StorageError, match="holds other files and no judge"):
            check_place(out, [judge_folder], force=force)
    link, file = tmp_path / "link", tmp_path / "file"
    link.symlink_to(judge_folder)
    file.write_text("x")
    for path in (link, file):
        with pytest.raises(StorageError):
            check_place(path, [tmp_path / "other"], force=True)


def test_the_judge_itself_is_never_written_over(judge_folder):
    for out in (judge_folder, judge_folder.parent, judge_folder / "export"):
        with pytest.raises(StorageError, match="is, holds or lies in the judge"):
            check_place(out, [judge_folder], force=True)


def test_a_full_disk_is_said_before_anything_is_loaded(
    judge_folder, tiny_base, tmp_path, monkeypatch
):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(0, 0, 10**6))
    monkeypatch.setattr(
        "autograder.model.base_model.load_base", lambda *_, **__: pytest.fail("loaded")
    )
    with pytest.raises(StorageError, match=r"needs 0\.07 GB, 0\.00 GB are free"):
        write(open_trained(judge_folder), tmp_path / "out", Plan("merged"), None, lambda *_: None)
    assert not (tmp_path / "out").exists()
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(0, 0, 10**12))
    check_space(tmp_path / "deep" / "er" / "out", 10**9)


def test_weights_are_counted_from_the_headers(tiny_base, tmp_path):
    from transformers import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_pretrained(tiny_base)
    assert num_weights(tiny_base) == sum(weight.numel() for weight in model.parameters())
    with pytest.raises(ModelError, match="holds no safetensors weights"):
        num_weights(tmp_path)


@pytest.mark.parametrize("kind", ["merged", "adapter", "gguf"])
def test_an_interrupted_export_leaves_nothing(judge_folder, tmp_path, monkeypatch, kind):
    def stop(*_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write(open_trained(judge_folder), tmp_path / "out", Plan(kind), None, stop)
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_fills_up_is_a_storage_error(judge_folder, tmp_path, monkeypatch):
    import transformers
    from safetensors import SafetensorError

    def refuse(*_, **__):
        raise SafetensorError("I/O error: No space left on device (os error 28)")

    monkeypatch.setattr(transformers.PreTrainedModel, "save_pretrained", refuse)
    with pytest.raises(StorageError, match="No space left on device"):
        write(open_trained(judge_folder), tmp_path / "out", Plan("merged"), None, lambda *_: None)
    assert list(tmp_path.iterdir()) == []


def test_usage_is_checked_before_the_judge_is_opened(tmp_path):
    out = tmp_path / "out"
    result = call(out, "--format", "merged", "--dtype", "q8_0", "--judge", tmp_path / "none")
    assert result.exit_code == 2
    assert "is for --format gguf" in result.output
    assert call(out, "--format", "zip").exit_code == 2
    assert call(out).exit_code == 2


@pytest.mark.parametrize(
    ("file", "changes", "message"),
    [
        ("judge.json", {"template_version": 1}, "was trained with template 1"),
        ("adapter_config.json", {"use_dora": True}, "use_dora: True is not supported"),
        ("adapter_config.json", {"use_rslora": True}, "use_rslora: True is not supported"),
        ("adapter_config.json", {"bias": "all"}, "bias: 'all' is not supported"),
        ("adapter_config.json", {"peft_type": "IA3"}, "is no LoRA adapter"),
    ],
)
def test_a_judge_that_cannot_leave_is_named(judge_folder, tmp_path, file, changes, message):
    folder = tmp_path / "judge"
    shutil.copytree(judge_folder, folder)
    values = json.loads((folder / file).read_text(encoding="utf-8")) | changes
    (folder / file).write_text(json.dumps(values), encoding="utf-8")
    with pytest.raises(ModelError, match=message):
        open_trained(folder)


def test_a_base_with_another_tokenizer_is_refused(judge_folder, tmp_path):
    folder = tmp_path / "judge"
    shutil.copytree(judge_folder, folder)
    values = json.loads((folder / "judge.json").read_text(encoding="utf-8"))
    values["digit_ids"] = values["digit_ids"][::-1]
    (folder / "SHA256SUMS").unlink(missing_ok=True)
    (folder / "judge.json").write_text(json.dumps(values), encoding="utf-8")
    for kind in ("merged", "adapter", "gguf"):
        with pytest.raises(ModelError, match="trained with another tokenizer"):
            write(open_trained(folder), tmp_path / "out", Plan(kind), None, lambda *_: None)
