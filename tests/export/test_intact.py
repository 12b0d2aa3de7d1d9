"""What is wrong with a file is said in a line, with the remedy, before anything is loaded."""

from __future__ import annotations

import json
import re
import shutil

import pytest
from safetensors.torch import load_file, save_file

from autograder.errors import ModelError
from autograder.export.combine import Recipe, combine
from autograder.export.trained import open_trained
from autograder.export.writing import Plan, export
from conftest import build_tiny_qwen2
from export.conftest import change

POINTER = """version https://git-lfs.github.com/spec/v1
oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393
size 12345
"""


@pytest.fixture
def base(tiny_base, tmp_path):
    return shutil.copytree(tiny_base, tmp_path / "base")


@pytest.fixture
def judge(judge_folder, base, tmp_path):
    folder = shutil.copytree(judge_folder, tmp_path / "judge")
    params = json.loads((folder / "judge.json").read_text(encoding="utf-8"))["params"]
    params["model"]["name"] = str(base)
    return change(folder, params=params)


@pytest.fixture(autouse=True)
def nothing_is_loaded(monkeypatch):
    for room in ("weights", "combine"):
        monkeypatch.setattr(f"autograder.export.{room}.load_base", lambda *_, **__: pytest.fail())


def refusal(judge, out):
    """What every kind of export says, and what merging says."""
    said = set()
    for kind in ("merged", "adapter", "gguf"):
        with pytest.raises(ModelError) as caught:
            export(open_trained(judge), out, Plan(kind, "fp16"), None, lambda *_: None)
        said.add(str(caught.value))
    with pytest.raises(ModelError) as caught:
        trained = open_trained(judge)
        combine([trained, trained], Recipe("linear", (0.5, 0.5)), out)
    said.add(str(caught.value))
    assert not out.exists()
    (message,) = said
    assert "\n" not in message
    return message


@pytest.mark.parametrize("name", ["judge.json", "adapter_config.json", "adapter_model.safetensors"])
def test_a_pointer_in_place_of_a_file_of_the_judge(judge, tmp_path, name):
    (judge / name).write_text(POINTER, encoding="utf-8")
    message = refusal(judge, tmp_path / "out")
    assert message == (
        f"{judge / name}: is a pointer of Git LFS, not the file itself; run `git lfs pull` in its "
        "repository"
    )


@pytest.mark.parametrize("name", ["model.safetensors", "tokenizer.json", "config.json"])
def test_a_pointer_in_place_of_a_file_of_the_base(judge, base, tmp_path, name):
    (base / name).write_text(POINTER, encoding="utf-8")
    assert refusal(judge, tmp_path / "out").startswith(f"{base / name}: is a pointer of Git LFS")


def test_a_base_without_its_tokenizer(judge, base, tmp_path):
    (base / "tokenizer.json").unlink()
    assert refusal(judge, tmp_path / "out") == (
        f"{base}: holds no tokenizer; copy tokenizer.json from the base to it"
    )


def test_another_rank_than_the_settings_say(judge, tmp_path):
    path = judge / "adapter_config.json"
    settings = json.loads(path.read_text(encoding="utf-8"))
    rank = settings["r"]
    path.write_text(json.dumps(settings | {"r": 2 * rank}), encoding="utf-8")
    message = refusal(judge, tmp_path / "out")
    assert f"has rank {rank}, adapter_config.json says {2 * rank}; copy both files" in message


@pytest.mark.parametrize(
    ("change_shapes", "says"),
    [
        ({"intermediate_size": 96}, "is for 128 features, .* has 96: it is an adapter of another"),
        ({"num_hidden_layers": 1}, "adapts layer 1, .* has 1 layers: it is an adapter of another"),
        ({"num_key_value_heads": 4}, "is for 32 features, .* has 64: it is an adapter of another"),
    ],
)
def test_a_base_of_other_shapes(judge, base, tmp_path, change_shapes, says):
    path = base / "config.json"
    config = json.loads(path.read_text(encoding="utf-8")) | change_shapes
    path.write_text(json.dumps(config), encoding="utf-8")
    message = refusal(judge, tmp_path / "out")
    assert re.search(says, message), message


def test_an_adapter_with_fewer_layers_than_the_base_is_no_fault(judge, base):
    """PEFT's `layers_to_transform` makes such."""
    build_tiny_qwen2(base, num_layers=3)
    assert open_trained(judge).base_folder() == base


def test_a_file_that_is_no_adapter(judge, tmp_path):
    path = judge / "adapter_model.safetensors"
    path.write_bytes(path.read_bytes()[:200])
    message = refusal(judge, tmp_path / "out")
    assert message.startswith(f"{path}: cannot be read as safetensors (")
    assert message.endswith("; copy it from the judge again")


def test_ranks_by_layer_are_read_by_peft(judge):
    """`rank_pattern` gives layers ranks of their own."""
    path = judge / "adapter_model.safetensors"
    tensors = load_file(path)
    for name in [name for name in tensors if ".1.self_attn.q_proj." in name]:
        rows = slice(0, 2)
        tensors[name] = (
            tensors[name][rows] if "lora_A" in name else tensors[name][:, rows].contiguous()
        )
    save_file(tensors, path, {"format": "pt"})
    with pytest.raises(ModelError, match="has rank 2, "):
        open_trained(judge)
    config = judge / "adapter_config.json"
    settings = json.loads(config.read_text(encoding="utf-8"))
    settings["rank_pattern"] = {"layers.1.self_attn.q_proj": 2}
    config.write_text(json.dumps(settings), encoding="utf-8")
    open_trained(judge)
