from __future__ import annotations

import pytest

from autograder.judging.judge import Judge
from helpers.tiny_judge import publish_tiny_judge


@pytest.fixture(scope="session")
def folder(tiny_base, tmp_path_factory):
    """A published judge on the tiny base."""
    return publish_tiny_judge(tiny_base, tmp_path_factory.mktemp("judge"))


@pytest.fixture(scope="session")
def judge(folder):
    return Judge.load(folder)
