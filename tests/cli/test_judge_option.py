"""`--judge` names a judge; the older `--model` does the same where it was, and is not shown."""

from __future__ import annotations

from importlib import import_module

import click
import pytest
from click.testing import CliRunner

from autograder.cli.judge_option import judge_option
from autograder.judging import naming

OLDER = {
    "judge": True,
    "serve": True,
    "export": True,
    "grade": False,
    "benchmark": False,
    "behaviour": False,
}


@click.command()
@judge_option(older="--model")
def show(judge_name):
    click.echo(judge_name)


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (["--judge", "a"], "a"),
        (["--model", "a"], "a"),
        (["--model=a"], "a"),
        (["--judge", "a", "--model", "b"], "b"),
        (["--model", "b", "--judge", "a"], "a"),
    ],
)
def test_both_options_give_the_name(arguments, name):
    assert CliRunner().invoke(show, arguments).output == f"{name}\n"


def test_the_default_is_looked_for_when_the_command_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(naming, "_BOXES", (tmp_path,))
    assert CliRunner().invoke(show, []).output == "build/judge\n"
    for name in ("judge-1.5b", "judge-0.5b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "judge.json").touch()
        assert CliRunner().invoke(show, []).output == f"{name}\n"
    assert "[default: (build/judge, or else judge-0.5b, or else judge-1.5b)]" in " ".join(
        CliRunner().invoke(show, ["--help"]).output.split()
    )


@pytest.mark.parametrize("name", OLDER)
def test_only_one_name_is_shown_and_the_older_is_understood_where_it_was(name, tmp_path):
    command = getattr(import_module(f"autograder.cli.{name}"), name)
    text = CliRunner().invoke(command, ["--help"]).output
    assert "--judge JUDGE" in text
    assert "--model" not in text
    for option in ("--judge", "--model"):
        result = CliRunner().invoke(command, [option, str(tmp_path / "none")])
        assert result.exit_code != 0
        known = OLDER[name] or option == "--judge"
        assert ("No such option" in result.output) is not known
