from __future__ import annotations

import pytest

from helpers.tiny_judge import publish_tiny_judge


@pytest.fixture(scope="session")
def folder(tiny_base, tmp_path_factory):
    """A published judge on the tiny base."""
    return publish_tiny_judge(tiny_base, tmp_path_factory.mktemp("judge"))
