"""What a later stage would refuse is refused before it, with nothing of the old run gone."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from autograder.errors import ConfigError, DataError
from autograder.stages import CHECKED, check

ROOT = Path(__file__).parents[2]

SIZES = ("hidden_size", "intermediate_size", "num_hidden_layers", "vocab_size")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of no judge, in which the test stands, with an empty cache of bases."""
    monkeypatch.setenv("AUTOGRADER_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").symlink_to(ROOT / "data")
    return tmp_path


def faults(**changes: object) -> list[str]:
    """What is said of params.yaml with `group__key=value` changes, a line each."""
    values = YAML(typ="safe", pure=True).load((ROOT / "params.yaml").read_text(encoding="utf-8"))
    for name, value in changes.items():
        group, _, key = name.rpartition("__")
        values[group][key] = value
    Path("params.yaml").write_text(json.dumps(values), encoding="utf-8")
    CHECKED.unlink(missing_ok=True)
    try:
        check.main()
    except ConfigError as error:
        assert not CHECKED.exists()
        assert len(str(error).splitlines()) == 1 + len(error.faults)
        return error.faults
    assert CHECKED.exists()
    return []


def test_what_is_shipped_is_accepted(project: Path) -> None:
    assert faults() == []


def base_in(folder: Path, config: object) -> Path:
    """A folder that looks like a base."""
    folder.mkdir()
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    (folder / "tokenizer.json").write_text("{}", encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("typo", "model.name: model 'typo': not in the catalogue"),
        ("", "model.name: model '': not in the catalogue"),
        ("qwen2.5-coder-1.5b-instrukt", "did you mean qwen2.5-coder-1.5b-instruct"),
        ("/no/such/folder", "model.name: model '/no/such/folder'"),
        ("./no/such", "model.name: model './no/such'"),
        ("data", "model.name: data: the folder holds no config.json"),
        ("x" * 5000, "xxx' names no folder: File name too long"),
        ("a\nb", r"model.name: model 'a\nb'"),
        ("a\0b", r"model.name: model 'a\x00b'"),
    ],
)
def test_a_base_that_nobody_has_is_refused(project: Path, name: str, says: str) -> None:
    (fault,) = faults(model__name=name)
    assert says in fault


@pytest.mark.parametrize("name", ["org/not-here", "Qwen/Qwen2.5-0.5B-Instruct@main", "phi-2"])
def test_a_base_of_the_hub_is_not_asked_for(project: Path, name: str) -> None:
    assert faults(model__name=name) == []


def test_a_folder_that_transformers_cannot_read_is_refused(project: Path) -> None:
    without = base_in(project / "without", {"model_type": "qwen2"})
    (without / "tokenizer.json").unlink()
    (fault,) = faults(model__name=str(without))
    assert "holds no tokenizer" in fault


@pytest.mark.parametrize(
    "config",
    [
        [1],
        {},
        {"model_type": "qwen2", "num_attention_heads": "x"},
        {"model_type": "qwen2", "num_attention_heads": 0} | dict.fromkeys(SIZES, 1),
    ],
)
def test_a_folder_that_describes_no_model_is_refused(project: Path, config: object) -> None:
    (fault,) = faults(model__name=str(base_in(project / "odd", config)))
    assert re.match(r"model.name: .*config.json: describes no model \(.*; copy it again", fault)


@pytest.mark.parametrize(
    ("base", "targets", "says"),
    [
        ("qwen2.5-coder-1.5b-instruct", ["q_proj", "q_prj"], "'q_prj': no linear layer"),
        ("qwen2.5-coder-1.5b-instruct", ["fc1"], "allowed: q_proj, k_proj, v_proj, o_proj, gate_"),
        ("phi-2", ["o_proj", "fc3"], "'fc3': no linear layer of the blocks of phi-2 (phi)"),
        ("phi-2", ["fc3"], "allowed: q_proj, k_proj, v_proj, dense, fc1, fc2"),
    ],
)
def test_a_layer_that_the_base_lacks_is_refused(
    project: Path, base: str, targets: list[str], says: str
) -> None:
    (fault,) = faults(model__name=base, lora__targets=targets)
    assert fault.startswith("lora.targets: ")
    assert says in fault


def test_the_layers_of_a_folder_are_known_by_its_config(project: Path, tiny_base: Path) -> None:
    assert faults(model__name=str(tiny_base), lora__targets=["down_proj"]) == []
    (fault,) = faults(model__name=str(tiny_base), lora__targets=["c_attn"])
    assert "allowed: q_proj" in fault
    unknown = base_in(project / "gpt2", {"model_type": "gpt2"})
    assert faults(model__name=str(unknown), lora__targets=["c_attn"]) == []
    assert faults(model__name="phi-2", lora__targets=["o_proj", "dense"]) == []


@pytest.mark.parametrize("other", [{"bits": 8}, {"compute_dtype": "fp16"}])
def test_products_that_no_processor_has_are_refused(project: Path, other: dict[str, Any]) -> None:
    changes = {f"quantization__{name}": value for name, value in other.items()}
    assert faults(**changes) == []
    (fault,) = faults(quantization__products="int8", **changes)
    assert fault.startswith("quantization.products: int8 does not go with")


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"dataset__families": {"covrage": 1}}, "dataset.families.covrage: unknown family; known:"),
        ({"dataset__families": {}}, "dataset.families: no weight is above 0"),
        (
            {"dataset__recipe": "user", "dataset__replay": 5, "dataset__families": {"sql": 0}},
            "dataset.families: no weight is above 0",
        ),
        ({"dataset__families": {"a\n  b: c": 1}}, "dataset.families.a"),
    ],
)
def test_families_that_generate_would_refuse(
    project: Path, changes: dict[str, Any], says: str
) -> None:
    (fault,) = faults(**changes)
    assert fault.startswith(says)


@pytest.mark.parametrize(
    "changes",
    [
        {"dataset__num_constructed": 0},
        {"dataset__recipe": "bank"},
        {"dataset__recipe": "starter"},
        {"dataset__recipe": "user"},
    ],
)
def test_where_no_family_is_needed_no_weight_is(project: Path, changes: dict[str, Any]) -> None:
    assert faults(dataset__families={"sql": 0}, **changes) == []


def test_sources_that_training_has_not_are_refused(project: Path) -> None:
    assert faults(train__fresh=["starter", "bank", "natural/one-fact", "coverage"]) == []
    fresh = ["natural/one-fct", "ordering", "sql", "user"]
    close, held_out, off, user = faults(train__fresh=fresh)
    assert "'natural/one-fct'" in close
    assert "did you mean natural/one-fact" in close
    assert "'ordering' is kept out of training by split.holdout" in held_out
    assert "'sql': the recipe full has no such source" in off
    assert "'user'" in user
    (fault,) = faults(train__fresh=["bank"], dataset__recipe="starter")
    assert "'bank': the recipe starter has no such source; there are starter" in fault
    assert len(faults(train__fresh=["bank", "coverage"], dataset__families={"sq": 1})) == 1


def test_the_sources_of_a_user_s_rows_are_those_that_they_name(project: Path) -> None:
    Path("data").unlink()
    Path("data/user").mkdir(parents=True)
    shutil.copyfile(ROOT / "data/starter.jsonl", "data/starter.jsonl")
    row = {"id": "1", "prompt": "a", "response": "b", "rubric": "c", "score": 1}
    rows = "\n".join(json.dumps(row | more) for more in ({}, {"id": "2", "source": "helpdesk"}))
    Path("data/user/mine.jsonl").write_text(rows, encoding="utf-8")
    assert faults(train__fresh=["user", "helpdesk"], dataset__recipe="user") == []
    (fault,) = faults(train__fresh=["helpdsk"], dataset__recipe="user")
    assert fault.endswith("did you mean helpdesk?")
    Path("data/user/mine.jsonl").write_text("{}", encoding="utf-8")
    with pytest.raises(DataError, match=r"mine\.jsonl:1"):
        faults(train__fresh=["user"], dataset__recipe="user")


@pytest.mark.parametrize("name", ["", ".", "yours", "x" * 300])
def test_a_judge_that_is_not_there_is_a_fault_of_its_setting(project: Path, name: str) -> None:
    (fault,) = faults(train__start=name)
    assert re.match("train.start: (no judge '.*' in judges/|'x+': File name too long)", fault)


def test_a_strategy_that_lightning_has_not_is_refused(project: Path) -> None:
    assert faults(run__strategy="ddp") == []
    assert faults(run__strategy="FSDP") == []
    (fault,) = faults(run__strategy="dpp")
    assert fault.startswith("run.strategy: 'dpp' is unknown; allowed: auto, ddp, ")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (
            {"run__strategy": "deepspeed_stage_2"},
            "run.strategy: deepspeed needs .*: pip install deepspeed, or choose auto",
        ),
        ({"run__logger": "wandb"}, "run.logger: wandb needs .*: pip install wandb, or choose csv"),
        (
            {"model__attention": "flash_attention_2"},
            "model.attention: flash_attention_2 needs .*: pip install flash-attn, or choose auto",
        ),
    ],
)
def test_a_value_whose_package_is_missing_is_refused(
    project: Path, monkeypatch: pytest.MonkeyPatch, change: dict[str, Any], says: str
) -> None:
    monkeypatch.setattr("autograder.stages.foreseen.find_spec", lambda name: None)
    (fault,) = faults(**change)
    assert re.fullmatch(says, fault)
    monkeypatch.setattr("autograder.stages.foreseen.find_spec", lambda name: object())
    assert faults(**change) == []


def test_all_is_said_at_once(project: Path) -> None:
    found = faults(
        model__name="typo", dataset__families={"sq": 1}, run__strategy="x", train__fresh=["y"]
    )
    assert [fault.partition(":")[0] for fault in found] == [
        "dataset.families.sq",
        "model.name",
        "run.strategy",
    ]


def test_neither_torch_nor_transformers_is_loaded(project: Path) -> None:
    faults(train__fresh=["bank"])
    code = (
        "import sys; from autograder.stages.check import main; main(); "
        "print(sorted({'torch', 'transformers', 'lightning'} & sys.modules.keys()))"
    )
    environment = {"PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
