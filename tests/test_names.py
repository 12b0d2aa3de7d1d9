"""One name for one thing: modules, the type of a request, the option that names a judge."""

from __future__ import annotations

import ast
from collections import defaultdict
from importlib import import_module
from pathlib import Path

import click
import pytest

from autograder import cli
from autograder.judging.naming import default_judge

PACKAGE = Path(__file__).parents[1] / "src" / "autograder"
NAMED_AFTER_OTHERS = {"cli", "stages", "families"}
"""Folders whose files are named after a command, a stage or a family."""

SHARED: dict[str, set[str]] = {}
"""Names that are still given twice, and the rooms that give them."""

MODULES = [path for path in PACKAGE.rglob("*.py") if path.name != "__init__.py"]


def test_no_two_modules_share_a_name():
    rooms = defaultdict(set)
    for path in MODULES:
        parts = path.relative_to(PACKAGE).parts
        if not NAMED_AFTER_OTHERS & set(parts):
            rooms[path.stem].add("/".join(parts[:-1]))
    for folder in PACKAGE.rglob("__init__.py"):
        parts = folder.relative_to(PACKAGE).parts[:-1]
        if parts and not NAMED_AFTER_OTHERS & set(parts):
            rooms[parts[-1]].add("/".join(parts[:-1]))
    assert {name: found for name, found in rooms.items() if len(found) > 1} == SHARED


def fields(node: ast.ClassDef) -> set[str]:
    own = (line for line in node.body if isinstance(line, ast.AnnAssign))
    return {line.target.id for line in own if isinstance(line.target, ast.Name)}


def test_a_request_has_one_type():
    """Beside `Request` there are the body of an HTTP request and an audit's folded texts."""
    needed = {"prompt", "response", "rubric"}
    found = set()
    for path in MODULES:
        text = path.read_text(encoding="utf-8")
        assert "families" in path.parts or "tuple[str, str, str, str]" not in text, path
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.ClassDef) and needed <= fields(node) <= {*needed, "reference"}:
                found.add(f"{path.relative_to(PACKAGE)}:{node.name}")
    assert found == {"schema.py:Request", "serve/wire.py:Answer", "checks/faults.py:Texts"}


def options(name: str) -> dict[str, click.Option]:
    command = getattr(import_module(f"autograder.cli.{name}"), name)
    found = (each for each in command.params if isinstance(each, click.Option))
    return {each.opts[0]: each for each in found}


@pytest.mark.parametrize("name", ["judge", "grade", "serve", "benchmark", "behaviour", "export"])
def test_a_judge_is_called_judge_in_every_command(name):
    assert "--judge" in options(name)
    assert "--model" not in options(name)
    assert options(name)["--judge"].default is default_judge


def test_no_other_command_has_a_judge():
    with_judge = {
        name
        for name in cli._COMMANDS
        if not isinstance(getattr(import_module(f"autograder.cli.{name}"), name), click.Group)
        and any(option.name == "judge_name" for option in options(name).values())
    }
    assert with_judge == {"judge", "grade", "serve", "benchmark", "behaviour", "export"}
