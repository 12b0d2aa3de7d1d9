"""The schema that editors complete params.yaml by says what the reader says."""

from __future__ import annotations

import copy
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import pytest
from ruamel.yaml import YAML

from autograder import config
from autograder.config import Config
from autograder.errors import ConfigError

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "params.yaml").read_text(encoding="utf-8")
SCHEMA = json.loads((ROOT / "params.schema.json").read_text(encoding="utf-8"))
VALUES = YAML(typ="safe", pure=True).load(TEXT)


def descriptions(schema: object) -> Iterator[str]:
    if isinstance(schema, dict):
        for key, value in schema.items():
            if key == "properties":
                yield from (p["description"] for p in value.values() if "description" in p)
            yield from descriptions(value)


def refused(values: object) -> tuple[bool, bool]:
    """By the schema, and by the reader."""
    try:
        config.parse(values)
    except ConfigError:
        return not jsonschema.Draft202012Validator(SCHEMA).is_valid(values), True
    return not jsonschema.Draft202012Validator(SCHEMA).is_valid(values), False


def test_the_committed_schema_is_what_the_models_give() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "docs" / "make_schema.py", "--check"], check=False
    )
    assert done.returncode == 0, "params.schema.json is old; run `make docs`"


def test_editors_are_told_of_it_in_the_first_line() -> None:
    assert TEXT.splitlines()[0] == "# yaml-language-server: $schema=params.schema.json"


def test_it_is_a_schema_and_params_yaml_is_valid() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.validate(VALUES, SCHEMA)
    jsonschema.validate(config.describe(Config()), SCHEMA)


@pytest.mark.parametrize(
    ("group", "change"),
    [
        ("lora", {"r": 0}),
        ("lora", {"r": "abc"}),
        ("lora", {"targets": []}),
        ("lora", {"rank": 8}),
        ("train", {"lr": 0}),
        ("train", {"lr": 1}),
        ("train", {"schedule": "sine"}),
        ("quantization", {"bits": 5}),
        ("quantization", {"bits": 8}),
        ("run", {"devices": 2}),
        ("run", {"devices": 2.5}),
        ("run", {"devices": 0}),
        ("run", {"devices": -1}),
        ("run", {"devices": "0,1"}),
        ("run", {"devices": "banana"}),
        ("bases", {"mirror": "no"}),
        ("dataset", {"families": {"coverage": -1}}),
        ("dataset", {"augment": {"plea": 0}}),
    ],
)
def test_both_refuse_the_same(group: str, change: dict[str, Any]) -> None:
    by_schema, by_reader = refused(VALUES | {group: VALUES[group] | change})
    assert by_schema == by_reader


def test_both_want_every_key() -> None:
    for group in ("lora", "run"):
        for key in VALUES[group]:
            values = copy.deepcopy(VALUES)
            del values[group][key]
            assert refused(values) == (True, True)
        assert refused({k: v for k, v in VALUES.items() if k != group}) == (True, True)


def test_a_description_is_what_the_comments_of_params_yaml_say() -> None:
    comments = re.findall(r"#(.*)", TEXT)
    told = " ".join(" ".join(comments).split())
    found = list(descriptions(SCHEMA))
    assert len(found) > 30
    assert [text for text in found if text not in told] == []
