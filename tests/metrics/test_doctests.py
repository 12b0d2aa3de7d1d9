"""The Example blocks hold, however pytest is called."""

from __future__ import annotations

import doctest
import importlib

import pytest

MODULES = ["bootstrap", "classes", "distribution", "functional", "inputs", "text", "weighted"]


@pytest.mark.parametrize("name", MODULES)
def test_examples(name: str) -> None:
    result = doctest.testmod(importlib.import_module(f"autograder.metrics.{name}"))
    assert result.attempted > 0
    assert result.failed == 0
