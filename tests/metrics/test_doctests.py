"""The Example blocks hold, however pytest is called."""

from __future__ import annotations

import doctest
import importlib

import pytest

MODULES = [
    "evaluation.bootstrap",
    "judging.renderings",
    "metrics.classes",
    "metrics.correlation",
    "metrics.distribution",
    "metrics.functional",
    "model.scores",
    "rubric_layout",
]


@pytest.mark.parametrize("name", MODULES)
def test_examples(name: str) -> None:
    result = doctest.testmod(importlib.import_module(f"autograder.{name}"))
    assert result.attempted > 0
    assert result.failed == 0
