from __future__ import annotations

import pytest


@pytest.fixture(scope="session")
def folder(judge_folder):
    """Short, as every command here names it."""
    return judge_folder
