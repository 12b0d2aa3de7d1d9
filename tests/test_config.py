from __future__ import annotations

import json
import pickle
import re
from pathlib import Path
from typing import Literal, get_args, get_origin

import pydantic
import pytest
from ruamel.yaml import YAML

from autograder import config
from autograder.config import Config, Group, LoraConfig
from autograder.errors import ConfigError

PARAMS = Path(__file__).parents[1] / "params.yaml"
SHARES = {"plea": 0, "padding": 1, "format": 0.1, "typos": 0.1, "rubric": 0.1}


def values() -> dict:
    return YAML(typ="safe", pure=True).load(PARAMS.read_text(encoding="utf-8"))


def faults(**changes: object) -> list[str]:
    """The faults of params.yaml with `group__key=value` changes."""
    chosen = values()
    for name, value in changes.items():
        group, _, key = name.rpartition("__")
        (chosen[group] if group else chosen)[key] = value
    try:
        config.parse(chosen)
    except ConfigError as error:
        return error.faults
    return []


def test_the_shipped_file_is_accepted():
    assert isinstance(config.load(PARAMS), Config)


def test_the_shipped_file_has_every_key_of_the_models_in_their_order_and_no_other():
    def keys(found: object) -> object:
        if isinstance(found, dict):
            return [(name, keys(value)) for name, value in found.items()]
        return None

    assert keys(values()) == keys(config.describe(Config()))


def test_values_have_the_types_of_the_defaults():
    loaded, default = config.load(PARAMS), Config()
    for name, ours in loaded:
        theirs = getattr(default, name)
        pairs = zip(ours, theirs, strict=True) if isinstance(ours, Group) else [(ours, theirs)]
        for have, want in pairs:
            assert type(have) is type(want), name


def test_a_description_is_plain_json_that_reads_back():
    loaded = config.load(PARAMS)
    told = config.describe(loaded)
    assert json.loads(json.dumps(told)) == told
    assert config.parse(told) == loaded
    assert pickle.loads(pickle.dumps(loaded)) == loaded


def test_a_whole_number_serves_where_a_number_is_wanted():
    chosen = values()
    chosen["lora"]["alpha"] = chosen["dataset"]["families"]["coverage"] = 2
    found = config.parse(chosen)
    for value in (found.lora.alpha, found.dataset.families["coverage"]):
        assert (type(value), value) == (float, 2.0)


def test_all_faults_are_reported_at_once():
    found = faults(seed="x", lora__r=0, lora__dropout=1.0, train__schedule="sine", model__size=3)
    assert len(found) == 5
    text = "\n".join(found)
    for place in ("seed:", "lora.r:", "lora.dropout:", "train.schedule:", "model.size:"):
        assert place in text


def test_the_message_names_the_file_and_every_fault(tmp_path):
    path = tmp_path / "mine.yaml"
    text = PARAMS.read_text(encoding="utf-8")
    path.write_text(text.replace("  r: 16", "  r: abc\n  rank: 2"), encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        config.load(path)
    message = str(caught.value)
    assert message.startswith(f"{path}: 2 faults")
    assert "lora.r: 'abc' is not a whole number" in message
    assert "lora.rank: unknown key" in message


def test_a_number_as_dvc_writes_it_is_a_number(tmp_path):
    path = tmp_path / "params.yaml"
    text = PARAMS.read_text(encoding="utf-8")
    path.write_text(re.sub(r"\blr: \S+", "lr: 2e-05", text), encoding="utf-8")
    assert config.load(path).train.lr == 2e-05


def test_an_unknown_key_comes_with_a_guess():
    assert faults(lora__dropuot=0.1) == ["lora.dropuot: unknown key; did you mean dropout?"]


GROUPS = {name: group for name, group in Config() if isinstance(group, Group)}


def test_a_missing_key_and_a_missing_group_are_faults():
    chosen = values()
    del chosen["lora"]["alpha"]
    del chosen["evaluate"]
    with pytest.raises(ConfigError) as caught:
        config.parse(chosen)
    assert len(caught.value.faults) == 2
    assert caught.value.faults[0] == "lora.alpha: missing; add it, for example `alpha: 64.0`"
    assert caught.value.faults[1].startswith("evaluate: missing group; add it with its keys: max_")


@pytest.mark.parametrize("group", GROUPS)
def test_the_example_for_a_missing_key_is_accepted_there(group):
    for key in values()[group]:
        chosen = values()
        del chosen[group][key]
        with pytest.raises(ConfigError) as caught:
            config.parse(chosen)
        (fault,) = caught.value.faults
        line = fault.partition("`")[2].removesuffix("`")
        if ": " in line:
            chosen[group] |= YAML(typ="safe", pure=True).load(line)
            config.parse(chosen)
        else:
            assert fault.startswith(f"{group}.{key}: missing group")


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("seed", True, "not a whole number"),
        ("seed", 1.0, "not a whole number"),
        ("seed", None, "not a whole number"),
        ("train__lr", "2e-4", "not a number"),
        ("train__lr", True, "not a number"),
        ("quantization__double", 1, "not true or false"),
        ("model__name", 7, "not text"),
        ("lora__targets", "q_proj", "not a list of names"),
        ("lora__targets", [], "lora.targets: names no layer; at least one is needed, of q_proj, "),
        ("dataset__families", ["coverage"], "expected names with a weight each"),
        ("dataset__families", {"coverage": -1}, "dataset.families.coverage: -1 is not a weight"),
        ("dataset__families", {"coverage": True}, "is not a weight"),
        ("dataset__augment", 0.1, "dataset.augment: expected keys and values"),
        ("dataset__augment", SHARES | {"plea": 1.01}, "dataset.augment.plea: 1.01 is out of range"),
        ("dataset__augment", SHARES | {"format": -0.1}, "dataset.augment.format: -0.1 is out of"),
        ("dataset__augment", SHARES | {"paddign": 0}, "did you mean padding?"),
        (
            "dataset__families",
            {"coverage": float("inf")},
            "inf is not a weight; allowed: at least 0.0, at most 1000000.0",
        ),
        ("dataset__families", {"coverage": 1e308}, "1e+308 is not a weight; allowed: at least 0.0"),
        ("loss__score_weight", 1e300, "1e+300 is out of range; allowed: at least 0.0, at most 10"),
        ("dataset__families", {7: 1}, "dataset.families.7: 7 is not a name"),
        ("lora__targets", ["q_proj", 3], "lora.targets: ['q_proj', 3] is not a list of names"),
        ("quantization__bits", 4.5, "4.5 is not a whole number, allowed: 4 | 8 | 16"),
        ("quantization__bits", True, "True is not a whole number, allowed: 4 | 8 | 16"),
        ("run__devices", 1.5, "run.devices: 1.5 names no devices; allowed: auto, how many (1 to"),
        ("run__devices", "banana", "run.devices: 'banana' names no devices"),
        ("run__devices", 0, "run.devices: 0 names no devices"),
        ("run__devices", -2, "run.devices: -2 names no devices"),
        ("run__devices", True, "run.devices: True names no devices"),
        ("run__devices", "0", 'or different numbers, as "0,1"'),
        ("run__devices", "0,,1", "run.devices: '0,,1' names no devices"),
        ("run__devices", "0,0", "run.devices: '0,0' names no devices"),
        ("run__devices", 10**6, "run.devices: 1000000 names no devices"),
        ("train__monitor", "x" * 500, "xxx... is out of range"),
        ("bases__mirror", "no", "bases.mirror: 'no' is not true or false"),
        ("lora__r", "abc", "'abc' is not a whole number, allowed: at least 1, at most 1024"),
        ("lora__r", 0, "lora.r: 0 is out of range; allowed: at least 1, at most 1024"),
        ("lora__r", 10**30, "is out of range; allowed: at least 1, at most 1024"),
        ("lora__r", "bad\ttext", "'bad\\ttext' is not a whole number"),
        ("lora", 3, "lora: expected keys and values"),
        ("lora", None, "lora: expected keys and values, got None"),
    ],
)
def test_a_wrong_type_is_named(name, value, says):
    (fault,) = faults(**{name: value})
    assert says in fault


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
@pytest.mark.parametrize("name", ["train__lr", "lora__dropout", "split__test", "train__warmup"])
def test_a_number_that_is_not_finite_is_out_of_range(name, value):
    assert len(faults(**{name: value})) == 1


LIMITS = {"ge": 1, "le": 1, "gt": 0, "lt": 0}
"""1 where the bound itself is allowed."""


def bounds() -> list[tuple[str, str, float]]:
    models: dict[str, type[Group]] = {
        "": Config,
        **{f"{name}__": type(group) for name, group in GROUPS.items()},
    }
    return [
        (prefix + name, bound, getattr(limit, bound))
        for prefix, model in models.items()
        for name, field in model.model_fields.items()
        for limit in field.metadata
        for bound in LIMITS
        if hasattr(limit, bound)
    ]


def test_every_number_has_a_bound():
    numbers = [
        f"{group}__{name}"
        for group, model in GROUPS.items()
        for name, field in type(model).model_fields.items()
        if field.annotation in (int, float, int | None, float | None)
    ]
    assert {*numbers, "seed"} == {name for name, _, _ in bounds()}


@pytest.mark.parametrize(("name", "bound", "limit"), bounds())
def test_each_bound_is_kept(name, bound, limit):
    place = name.replace("__", ".")
    current = values()
    for part in name.split("__"):
        current = current[part]
    is_whole = current is None or isinstance(current, int)
    step = 1 if is_whole else 1e-6
    outside = limit - step if bound in ("ge", "gt") else limit + step

    def named(value: float) -> bool:
        value = int(value) if is_whole else float(value)
        return any(fault.startswith(f"{place}:") for fault in faults(**{name: value}))

    assert named(outside)
    assert named(limit) == (not LIMITS[bound])


def choices() -> list[tuple[str, tuple]]:
    return [
        (f"{group}__{name}", get_args(field.annotation))
        for group, model in GROUPS.items()
        for name, field in type(model).model_fields.items()
        if get_origin(field.annotation) is Literal
    ]


@pytest.mark.parametrize(("name", "allowed"), choices())
def test_each_choice_is_kept(name, allowed):
    assert [faults(**{name: choice}) for choice in allowed] == [[]] * len(allowed)
    (fault,) = faults(**{name: "other" if isinstance(allowed[0], str) else 5})
    assert " | ".join(map(str, allowed)) in fault
    (fault,) = faults(**{name: None})
    assert " | ".join(map(str, allowed)) in fault


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"split__validation": 0.5, "split__test": 0.5}, "validation + test is 1"),
        ({"loss__score_weight": 0.0, "loss__reasoning_weight": 0.0}, "one must be above 0"),
        ({"train__share": 0.5, "train__skip": 0.5}, "skip 0.5 leaves nothing of share 0.5"),
        ({"dataset__num_constructed": 251}, "not a multiple of 5"),
        (
            {
                "dataset__recipe": "user",
                "dataset__replay": 9,
                "dataset__num_constructed": 251,
            },
            "not a multiple of 5",
        ),
    ],
)
def test_values_that_do_not_go_together(changes, says):
    (fault,) = faults(**changes)
    assert says in fault


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"a: [1", "not YAML"),
        (b"", "expected keys and values"),
        (b"- 1", "expected keys and values"),
        (b"\xff\xfe", "line 1, byte 1 of it: not UTF-8 (0xff); save it as UTF-8"),
        ("a: 1\nb: é".encode("latin-1"), "line 2, byte 4 of it: not UTF-8 (0xe9)"),
        (b"a: 2001-99-99", "not YAML: no timestamp: month must be"),
        (b"a: 2001-01-01T99:00:00Z", "not YAML: no timestamp"),
        (b"b: 1\na: " + b"9" * 5000, "line 2, column 4"),
        (b"a: !!bool x", "not YAML: no bool"),
        (b"a: " + b"[" * 3000 + b"]" * 3000, "nested too deeply"),
        (b'a: "\\Uffffffff"', "no character"),
        (b"seed: 1\nseed: 2\n", "not YAML"),
    ],
)
def test_a_file_that_is_no_configuration(tmp_path, content, says):
    path = tmp_path / "params.yaml"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match=re.escape(says)):
        config.load(path)


def test_a_number_that_python_does_not_write_out_is_refused_too():
    (fault,) = faults(lora__r=10**5000)
    assert fault.startswith("lora.r: a number of thousands of digits is out of range")


def test_a_key_cannot_forge_a_line_of_the_message():
    chosen = values() | {"a\n  seed: all is well": 1}
    with pytest.raises(ConfigError, match=r"1 fault\n  a\\n  seed: all is well: unknown key") as it:
        config.parse(chosen)
    assert str(it.value).count("\n") == 1


@pytest.mark.parametrize("value", ["auto", -1, 1, 8, "2", "0,1", "0, 3", "1,"])
def test_devices_as_lightning_reads_them(value):
    assert faults(run__devices=value) == []


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ConfigError, match="no such file"):
        config.load(tmp_path / "params.yaml")


def test_a_changed_copy_is_checked_and_leaves_the_original():
    before = config.load(PARAMS)
    after = before.changed(seed=3, train={"lr": 1e-3}, dataset={"augment": {"typos": 0.5}})
    assert (after.seed, after.train.lr, after.dataset.augment.typos) == (3, 1e-3, 0.5)
    assert (before.seed, before.train.lr, before.dataset.augment.typos) == (17, 2e-4, 0.0)
    assert after.changed(seed=17, train=before.train, dataset=before.dataset) == before
    assert before.lora.changed(targets=["q_proj"]).targets == ("q_proj",)


def test_faults_of_a_changed_copy_are_told_as_those_of_a_file():
    with pytest.raises(ConfigError) as caught:
        Config().changed(sed=1, train={"lr": 0, "schedule": "sine"}, lora={"r": 8})
    assert caught.value.faults == [
        "train.lr: 0 is out of range; allowed: more than 0.0, at most 1.0",
        "train.schedule: 'sine' is out of range; allowed: cosine | linear | constant",
        "sed: unknown key; did you mean seed?",
    ]


def test_a_group_made_by_hand_is_checked_and_frozen():
    with pytest.raises(pydantic.ValidationError, match="less than or equal to 1024"):
        LoraConfig(r=2000)
    with pytest.raises(pydantic.ValidationError, match="frozen"):
        LoraConfig().r = 8


def test_groups_of_an_earlier_version_are_read_alone():
    old = {"lora": values()["lora"] | {"r": 8}, "train": {"gone": 1}}
    found = config.parse_groups(old, ["lora"], "judge.json")
    assert found == Config().changed(lora=old["lora"])
    with pytest.raises(ConfigError, match=r"judge\.json: 1 fault\n  model: expected keys"):
        config.parse_groups(old, ["lora", "model"], "judge.json")
