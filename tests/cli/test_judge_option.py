"""`--judge` names a judge; the older `--model` does the same where it was, and is not shown."""

from __future__ import annotations

from importlib import import_module

import click
import pytest
from click.testing import CliRunner

from autograder.cli.judge_option import judge_option

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
def show(folder):
    click.echo(f"{type(folder).__name__} {folder}")


@pytest.mark.parametrize(
    ("arguments", "folder"),
    [
        ([], "build/judge"),
        (["--judge", "a"], "a"),
        (["--model", "a"], "a"),
        (["--model=a"], "a"),
        (["--judge", "a", "--model", "b"], "b"),
        (["--model", "b", "--judge", "a"], "a"),
    ],
)
def test_both_names_give_the_folder(arguments, folder):
    assert CliRunner().invoke(show, arguments).output == f"PosixPath {folder}\n"


@pytest.mark.parametrize("name", OLDER)
def test_only_one_name_is_shown_and_the_older_is_understood_where_it_was(name, tmp_path):
    command = getattr(import_module(f"autograder.cli.{name}"), name)
    text = CliRunner().invoke(command, ["--help"]).output
    assert "--judge FOLDER" in text
    assert "--model" not in text
    (tmp_path / "file").touch()
    for option in ("--judge", "--model"):
        result = CliRunner().invoke(command, [option, str(tmp_path / "file")])
        assert result.exit_code == 2
        known = OLDER[name] or option == "--judge"
        # An option that is not known is complained about by its own name.
        assert ("No such option" in result.output) is not known
        assert ("Invalid value for '--judge': Directory" in result.output) is known
