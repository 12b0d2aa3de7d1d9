"""`dvc.yaml` names what each stage imports, and no room that holds more than its stages use."""

from __future__ import annotations

from pathlib import Path

import pytest
from ruamel.yaml import YAML

from pipeline.closure import import_closure

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = Path("src/autograder")
STAGES = YAML(typ="safe").load(ROOT / "dvc.yaml")["stages"]
FACE = PACKAGE / "__init__.py"
"""Every import runs it, and it only says where each public name lives: no stage depends on it."""


def named(stage: str) -> set[Path]:
    return {path for path in map(Path, STAGES[stage]["deps"]) if path.is_relative_to(PACKAGE)}


def closure(stage: str) -> set[Path]:
    found = import_closure(ROOT / "src", f"autograder.stages.{stage}")
    return {path.relative_to(ROOT) for path in found} - {FACE}


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_names_all_that_it_imports(stage: str) -> None:
    rooms = named(stage)
    assert {p for p in closure(stage) if not any(p.is_relative_to(room) for room in rooms)} == set()


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_uses_all_that_it_names(stage: str) -> None:
    used = closure(stage)
    assert {room for room in named(stage) if not any(p.is_relative_to(room) for p in used)} == set()


@pytest.mark.parametrize(
    "room", sorted({path for stage in STAGES for path in named(stage) if not path.suffix}), ids=str
)
def test_each_file_of_a_room_is_used_by_a_stage_that_names_it(room: Path) -> None:
    users = [stage for stage in STAGES if room in named(stage)]
    used = set().union(*map(closure, users))
    files = {path.relative_to(ROOT) for path in (ROOT / room).rglob("*.py")}
    assert files - used == set()


def test_the_public_face_imports_nothing_of_the_package() -> None:
    assert import_closure(ROOT / "src", "autograder") == {ROOT / FACE}


@pytest.mark.parametrize("lower", ["model", "training", "metrics", "bases"])
def test_training_knows_nothing_of_judging(lower: str) -> None:
    modules = [
        ".".join(path.relative_to(ROOT / "src").with_suffix("").parts).removesuffix(".__init__")
        for path in (ROOT / PACKAGE / lower).rglob("*.py")
    ]
    reached = set().union(*(import_closure(ROOT / "src", module) for module in modules))
    assert {path for path in reached if "judging" in path.parts} == set()


def test_the_closure_sees_imports_inside_functions_and_packages(tmp_path: Path) -> None:
    package = tmp_path / "autograder"
    (package / "a").mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "a" / "__init__.py").write_text("from autograder import d\n")
    (package / "a" / "b.py").write_text("def f():\n    from autograder.c import g\n")
    (package / "c.py").write_text(
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import autograder.e\n"
    )
    for name in ("d", "e"):
        (package / f"{name}.py").write_text("")
    names = {path.name for path in import_closure(tmp_path, "autograder.a.b")}
    assert names == {"__init__.py", "b.py", "c.py", "d.py"}
