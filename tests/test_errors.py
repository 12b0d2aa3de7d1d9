"""A message is one line of ours, whatever the names of files, fields and judges in it are."""

from __future__ import annotations

import inspect
import json
from pathlib import Path

import click
import pytest

from autograder import cli, errors, stages
from autograder.errors import AuditError, AutograderError, ConfigError, DataError, StorageError

EVIL = "a\nerror: b\x1b[2J"
SAFE = r"a\nerror: b\x1b[2J"
KINDS = [
    kind
    for _, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, AutograderError) and kind not in (ConfigError, DataError)
]
ROW = {"id": "1", "prompt": "p", "response": "a", "rubric": "r", "score": 4}


@pytest.mark.parametrize("kind", KINDS)
def test_a_name_in_a_message_cannot_begin_a_line(kind):
    assert str(kind(f"{EVIL}: is not there")) == f"{SAFE}: is not there"


def test_an_error_of_data_has_its_place_as_it_is_and_shows_it_escaped():
    error = DataError("no", path=EVIL, line=3, field="f\ng")
    assert str(error) == rf"{SAFE}:3: f\ng: no"
    assert (error.path, error.field) == (EVIL, "f\ng")


def test_lines_that_belong_together_stay_lines():
    assert (
        str(ConfigError(EVIL, ["x\ny: no", "z: no"])) == f"{SAFE}: 2 faults\n  x\\ny: no\n  z: no"
    )
    assert str(AuditError("faults", [EVIL, "other"])) == f"faults\n  {SAFE}\n  other"


@pytest.fixture
def evil(tmp_path) -> Path:
    """A data set whose file, field, id, category and source have two lines each."""
    path = tmp_path / "a\nerror: b.jsonl"
    first = ROW | dict.fromkeys(("id", "category", "source", "other\nerror: c"), EVIL)
    path.write_text("".join(json.dumps(row) + "\n" for row in (first, ROW)), encoding="utf-8")
    return path


COMMANDS: dict[str, list[str]] = {
    "audit": ["data", "audit", "{path}"],
    "stats": ["data", "stats", "{path}"],
    "show": ["data", "show", "{path}"],
    "leaks": ["data", "leaks", "{path}", "--against", "{path}"],
    "import": ["data", "import", "{path}", "-o", "{out}"],
    "no such file": ["data", "audit", "{path}.gone"],
    "not JSON": ["data", "audit", "{broken}"],
    "no such column": ["data", "audit", "{path}", "--map", "prompt=x\nerror: y"],
    "option": ["data", "audit", "{path}", "--map", "x\nerror: y"],
    "parameters": ["data", "audit", "{path}", "--params", "{path}"],
    "judge": ["judge", "--judge", "x\nerror: y", "--prompt", "p", "--response", "a", "--rubric=r"],
    "requests": ["judge", "--judge", "{path}", "--file", "{broken}"],
    "grade": ["grade", "{path}", "{out}", "--judge", "{path}"],
    "benchmark": ["benchmark", "{path}", "--judge", "{path}"],
    "base": ["model", "pull", "x\nerror: y"],
    "base info": ["model", "info", "x\nerror: y"],
}


@pytest.mark.parametrize("name", COMMANDS)
def test_no_name_from_outside_forges_a_line_of_output(name, evil, capsys, monkeypatch):
    broken = evil.with_name("x\nerror: broken.jsonl")
    broken.write_text('{"id\n{}\n')
    places = {"path": evil, "broken": broken, "out": evil.with_name("out\nerror: o.jsonl")}
    monkeypatch.chdir(evil.parent)
    with pytest.raises(SystemExit):
        cli.main([word.format(**places) for word in COMMANDS[name]])
    shown = capsys.readouterr()
    own = [line for line in shown.err.splitlines() if line.startswith("error: ")]
    forged = ("error: b", "error: c", "error: y", "error: broken", "error: o")
    assert not [line for line in [*own, *shown.out.splitlines()] if line.startswith(forged)]
    assert len(own) <= 1
    assert "\x1b" not in shown.out + shown.err


def test_a_stage_shows_names_as_safely(capsys, monkeypatch):
    def full() -> None:
        raise OSError(28, "No space left on device", EVIL)

    def refused() -> None:
        raise StorageError(f"{EVIL}: is there")

    for stage in (full, refused):
        with pytest.raises(SystemExit):
            stages.run(stage)
        (line,) = capsys.readouterr().err.splitlines()
        assert line.startswith(f"error: {SAFE}: ")


def test_a_usage_error_is_one_line(capsys, monkeypatch):
    def refuse(*_: object, **__: object) -> None:
        raise click.UsageError(f"{EVIL}: no")

    monkeypatch.setattr(cli.cli, "main", refuse)
    with pytest.raises(SystemExit):
        cli.main([])
    assert capsys.readouterr().err == f"Error: {SAFE}: no\n"
