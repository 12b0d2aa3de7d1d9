"""`dvc.yaml` names exactly the files that each stage imports."""

from __future__ import annotations

from pathlib import Path

import pytest
from ruamel.yaml import YAML

from pipeline.closure import import_closure

ROOT = Path(__file__).resolve().parents[2]
STAGES = YAML(typ="safe").load(ROOT / "dvc.yaml")["stages"]


@pytest.mark.parametrize("stage", STAGES)
def test_deps_are_the_import_closure(stage: str) -> None:
    named = {name for name in STAGES[stage]["deps"] if name.endswith(".py")}
    found = import_closure(ROOT / "src", f"autograder.stages.{stage}")
    assert named == {path.relative_to(ROOT).as_posix() for path in found}


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
