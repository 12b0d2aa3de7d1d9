from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from autograder.config import Config
from autograder.errors import ConfigError
from autograder.judging.folder import judge_fingerprint
from autograder.judging.judge import Judge
from autograder.stages.start import write_start
from autograder.training.module import load_backbone
from conftest import make_examples

Edit = Callable[[dict[str, Any]], object]
PLACE = Path("build/start")


@pytest.fixture
def judge(judge_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A judge in `judges/` of a project, in which the test stands."""
    monkeypatch.chdir(tmp_path)
    shutil.copytree(judge_folder, "judges/mine")
    return Path("judges/mine")


@pytest.fixture
def settings(tiny_base: Path) -> Config:
    """As the tiny judge was trained."""
    return Config().changed(model={"name": str(tiny_base)}, lora={"r": 4, "alpha": 32.0})


def written(settings: Config, start: str | None) -> dict[str, Any]:
    write_start(settings.changed(train={"start": start}), PLACE)
    found = json.loads((PLACE / "start.json").read_text(encoding="utf-8"))
    assert isinstance(found, dict)
    return found


def refusal(settings: Config, start: str) -> str:
    with pytest.raises(ConfigError) as caught:
        write_start(settings.changed(train={"start": start}), PLACE)
    assert not PLACE.exists()
    (fault,) = caught.value.faults
    assert "\n" not in fault
    return fault


def edit_judge(folder: Path, edit: Edit) -> None:
    (folder / "SHA256SUMS").unlink()
    path = folder / "judge.json"
    values = json.loads(path.read_text(encoding="utf-8"))
    edit(values)
    path.write_text(json.dumps(values), encoding="utf-8")


@pytest.mark.parametrize("name", ["mine", "judges/mine", "./judges/mine/"])
def test_what_decides_the_scores_is_copied(judge: Path, settings: Config, name: str) -> None:
    assert written(settings, name) == {"start": name, "judge_sha256": judge_fingerprint(judge)}
    assert judge_fingerprint(PLACE) == judge_fingerprint(judge)
    assert not (PLACE / "README.md").exists()


def test_without_a_start_there_is_none(judge: Path, settings: Config) -> None:
    written(settings, "mine")
    assert written(settings, None) == {"start": None, "judge_sha256": None}
    assert [path.name for path in PLACE.iterdir()] == ["start.json"]


def test_other_weights_give_another_copy_and_another_card_does_not(
    judge: Path, settings: Config
) -> None:
    before = written(settings, "mine")
    (judge / "README.md").write_text("another card", encoding="utf-8")
    assert written(settings, "mine") == before
    path = judge / "adapter_model.safetensors"
    (judge / "SHA256SUMS").unlink()
    save_file({name: value + 1 for name, value in load_file(path).items()}, path)
    assert written(settings, "mine") != before


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"model": {"name": "other"}}, "model.name: other is not what .*; set model.name=/"),
        ({"lora": {"r": 8}}, "lora.r: 8 is not what .*; set lora.r=4"),
        ({"lora": {"alpha": 8.0}}, "lora.alpha: 8 is not what .*; set lora.alpha=32"),
        ({"lora": {"top": 0.25}}, "lora.top: 0.25 is not what .*; set lora.top=0.5"),
        (
            {"lora": {"targets": ["q_proj"]}},
            r"lora.targets: \[q_proj\] is not what .*; set lora.targets=\[down_proj,gate_proj,",
        ),
    ],
)
def test_a_value_that_disagrees_is_refused_with_the_right_one(
    judge: Path, settings: Config, change: dict[str, Any], fault: str
) -> None:
    assert re.match(fault, refusal(settings.changed(**change), "mine"))


def test_layers_below_those_of_the_judge_begin_anew(
    judge: Path, settings: Config, tiny_base: Path
) -> None:
    about = written(settings.changed(lora={"top": 1.0}), "mine")
    assert about["judge_sha256"] == judge_fingerprint(judge)
    narrow, wide = (load_file(folder / "adapter_model.safetensors") for folder in (judge, PLACE))
    for name, value in narrow.items():
        assert torch.equal(wide[name], value)
    new = {name: value for name, value in wide.items() if name not in narrow}
    assert len(wide) == 2 * len(narrow) == 2 * len(new)
    for name, value in new.items():
        assert value.any() == ("lora_A" in name)
        assert value.dtype == narrow[name.replace(".layers.0.", ".layers.1.")].dtype
    # PEFT draws A between these bounds, which come from the number of inputs.
    a = next(value for name, value in new.items() if "q_proj.lora_A" in name)
    bound = a.shape[1] ** -0.5
    assert 0.8 * bound < a.abs().max() <= bound
    # It is what a training of that shape starts from, and still a judge that says the same.
    config = settings.changed(lora={"top": 1.0})
    backbone = load_backbone(config, start=PLACE)
    assert backbone.trainable().keys() > load_backbone(settings).trainable().keys()
    requests = [example.request for example in make_examples(2)]
    said = [list(Judge.load(folder).evaluate_many(requests)) for folder in (judge, PLACE)]
    for one, other in zip(*said, strict=True):
        assert one.probabilities == pytest.approx(other.probabilities, abs=1e-6)


def test_other_seeds_draw_other_new_layers(judge: Path, settings: Config) -> None:
    found = []
    for seed in (1, 1, 2):
        written(settings.changed(lora={"top": 1.0}, seed=seed), "mine")
        found.append(judge_fingerprint(PLACE))
    assert found[0] == found[1] != found[2]


def test_the_order_of_targets_and_the_dropout_are_free(judge: Path, settings: Config) -> None:
    targets = tuple(reversed(settings.lora.targets))
    assert written(settings.changed(lora={"targets": targets, "dropout": 0.5}), "mine")


def test_all_that_disagrees_is_told_at_once(judge: Path, settings: Config) -> None:
    changed = settings.changed(lora={"r": 8, "alpha": 8.0}, train={"start": "mine"})
    with pytest.raises(ConfigError) as caught:
        write_start(changed, PLACE)
    assert [fault.partition(":")[0] for fault in caught.value.faults] == ["lora.r", "lora.alpha"]


def test_a_judge_of_before_there_was_a_choice_adapts_all_layers(
    judge: Path, settings: Config
) -> None:
    edit_judge(judge, lambda values: values["params"]["lora"].pop("top"))
    assert refusal(settings, "mine").endswith("set lora.top=1")
    assert written(settings.changed(lora={"top": 1.0}), "mine")


def test_another_template_is_refused(judge: Path, settings: Config) -> None:
    edit_judge(judge, lambda values: values.update(template_version=3))
    assert "was trained with template 3" in refusal(settings, "mine")


def test_a_judge_elsewhere_is_to_be_copied(judge: Path, settings: Config) -> None:
    fault = refusal(settings, "build/judge")
    assert fault.endswith("cp -r build/judge judges/NAME, and set train.start=NAME")


def test_an_unknown_name_is_told_the_known_ones(judge: Path, settings: Config) -> None:
    assert refusal(settings, "yours") == ("train.start: no judge 'yours' in judges/; it holds mine")


def without_lora(values: dict[str, Any]) -> None:
    del values["params"]["lora"]


def with_another_base(values: dict[str, Any]) -> None:
    values["base"] = "x"


@pytest.mark.parametrize("edit", [without_lora, with_another_base])
@pytest.mark.parametrize("has_sums", [True, False])
def test_a_damaged_description_is_named(
    judge: Path, settings: Config, edit: Edit, has_sums: bool
) -> None:
    sums = (judge / "SHA256SUMS").read_bytes()
    edit_judge(judge, edit)
    if has_sums:
        (judge / "SHA256SUMS").write_bytes(sums)
    fault = refusal(settings, "mine")
    assert re.match(r"train.start: judges/mine/judge.json: is not .*copy the judge again", fault)


@pytest.mark.parametrize("content", [b"{", b'{"layers_to_transform": []}'])
def test_a_damaged_adapter_is_named(judge: Path, settings: Config, content: bytes) -> None:
    (judge / "SHA256SUMS").unlink()
    (judge / "adapter_config.json").write_bytes(content)
    fault = refusal(settings.changed(lora={"top": 1.0}), "mine")
    assert re.match(r"train.start: the adapter of mine is damaged .*; copy the judge again", fault)


def test_half_a_judge_is_refused(judge: Path, settings: Config) -> None:
    (judge / "adapter_model.safetensors").unlink()
    assert "train.start: judges/mine: holds no whole judge" in refusal(settings, "mine")
