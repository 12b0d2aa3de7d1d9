from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from autograder import config
from autograder.config import Config
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


def test_the_shipped_file_has_every_key_of_the_dataclasses_and_no_other():
    chosen = values()
    assert list(chosen) == [field.name for field in dataclasses.fields(Config)]
    for field in dataclasses.fields(Config):
        group = getattr(Config(), field.name)
        if dataclasses.is_dataclass(group):
            assert list(chosen[field.name]) == [entry.name for entry in dataclasses.fields(group)]


def test_values_have_the_types_of_the_defaults():
    loaded, default = config.load(PARAMS), Config()
    for field in dataclasses.fields(Config):
        ours, theirs = getattr(loaded, field.name), getattr(default, field.name)
        if not dataclasses.is_dataclass(ours):
            assert type(ours) is type(theirs)
            continue
        for entry in dataclasses.fields(ours):
            have, want = getattr(ours, entry.name), getattr(theirs, entry.name)
            assert type(have) is type(want) or {type(have), type(want)} == {int, float}, entry.name


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


def test_a_missing_key_and_a_missing_group_are_faults():
    chosen = values()
    del chosen["lora"]["alpha"]
    del chosen["evaluate"]
    with pytest.raises(ConfigError) as caught:
        config.parse(chosen)
    assert len(caught.value.faults) == 2
    assert caught.value.faults[0].startswith("lora.alpha: missing")
    assert caught.value.faults[1].startswith("evaluate: missing group")


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
        ("lora__targets", [], "not a list of names"),
        ("dataset__families", ["coverage"], "expected names with a weight each"),
        ("dataset__families", {"coverage": -1}, "dataset.families.coverage: -1 is not a weight"),
        ("dataset__families", {"coverage": True}, "is not a weight"),
        ("dataset__augment", 0.1, "dataset.augment: expected keys and values"),
        ("dataset__augment", SHARES | {"plea": 1.01}, "dataset.augment.plea: 1.01 is out of range"),
        ("dataset__augment", SHARES | {"format": -0.1}, "dataset.augment.format: -0.1 is out of"),
        ("dataset__augment", SHARES | {"paddign": 0}, "did you mean padding?"),
        ("lora", 3, "lora: expected keys and values"),
    ],
)
def test_a_wrong_type_is_named(name, value, says):
    (fault,) = faults(**{name: value})
    assert says in fault


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
@pytest.mark.parametrize("name", ["train__lr", "lora__dropout", "split__test", "train__warmup"])
def test_a_number_that_is_not_finite_is_out_of_range(name, value):
    assert len(faults(**{name: value})) == 1


LIMITS = {"low": 1, "high": 1, "above": 0, "below": 0}
"""1 where the bound itself is allowed."""


def bounds() -> list[tuple[str, str, float]]:
    groups = [("", Config), *((f.name, type(getattr(Config(), f.name))) for f in GROUPS)]
    return [
        (f"{group}__{entry.name}" if group else entry.name, bound, entry.metadata[bound])
        for group, cls in groups
        for entry in dataclasses.fields(cls)
        for bound in LIMITS
        if entry.metadata.get(bound) is not None
    ]


GROUPS = [
    f for f in dataclasses.fields(Config) if dataclasses.is_dataclass(getattr(Config(), f.name))
]


@pytest.mark.parametrize(("name", "bound", "limit"), bounds())
def test_each_bound_is_kept(name, bound, limit):
    place = name.replace("__", ".")
    current = values()
    for part in name.split("__"):
        current = current[part]
    step = 1 if isinstance(current, int) else 1e-6
    outside = limit - step if bound in ("low", "above") else limit + step

    def named(value: float) -> bool:
        value = int(value) if isinstance(current, int) else float(value)
        return any(fault.startswith(f"{place}:") for fault in faults(**{name: value}))

    assert named(outside)
    assert named(limit) == (not LIMITS[bound])


def choices() -> list[tuple[str, tuple]]:
    return [
        (f"{group.name}__{entry.name}", entry.metadata["choices"])
        for group in GROUPS
        for entry in dataclasses.fields(type(getattr(Config(), group.name)))
        if "choices" in entry.metadata
    ]


@pytest.mark.parametrize(("name", "allowed"), choices())
def test_each_choice_is_kept(name, allowed):
    assert [faults(**{name: choice}) for choice in allowed] == [[]] * len(allowed)
    (fault,) = faults(**{name: "other" if isinstance(allowed[0], str) else 5})
    assert " | ".join(map(str, allowed)) in fault


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"split__validation": 0.5, "split__test": 0.5}, "validation + test is 1"),
        ({"loss__score_weight": 0.0, "loss__reasoning_weight": 0.0}, "one must be above 0"),
        ({"dataset__num_constructed": 251}, "not a multiple of 5"),
        ({"dataset__num_bank": 7}, "not a multiple of 5"),
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
        (b"\xff\xfe", "cannot be read"),
        (b"seed: 1\nseed: 2\n", "not YAML"),
    ],
)
def test_a_file_that_is_no_configuration(tmp_path, content, says):
    path = tmp_path / "params.yaml"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match=says.replace("+", r"\+")):
        config.load(path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ConfigError, match="no such file"):
        config.load(tmp_path / "params.yaml")
