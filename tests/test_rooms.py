"""Each room says in a sentence what it is for, and names what is public; the names are there."""

from __future__ import annotations

import ast
import importlib
import re
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "src" / "autograder"
FRONT = {"stages", "cli", "config", "integrations"}
"""What is called from outside: by DVC, by a shell, by its own names, by other tools."""
ROOMS = sorted(path.parent.name for path in PACKAGE.glob("*/__init__.py"))


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_says_what_it_is_for(room: str) -> None:
    text = ast.get_docstring(ast.parse((PACKAGE / room / "__init__.py").read_text("utf-8")))
    assert text is not None
    first, _, rest = text.partition("\n\n")
    assert first.endswith((".", ":"))
    assert room in FRONT or "Public:" in rest


@pytest.mark.parametrize("room", sorted(set(ROOMS) - FRONT))
def test_what_a_room_names_as_public_is_there(room: str) -> None:
    text = (PACKAGE / room / "__init__.py").read_text("utf-8")
    names = re.findall(r"`([\w.]+)`", text[text.index("Public:") :])
    assert names
    for name in names:
        module, _, attribute = name.partition(".")
        found = importlib.import_module(f"autograder.{room}.{module}")
        assert not attribute or hasattr(found, attribute), name
