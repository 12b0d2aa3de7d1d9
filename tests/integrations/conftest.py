from __future__ import annotations

import pytest

from autograder.judging.judge import Judge


@pytest.fixture(scope="session")
def judge(judge_folder):
    return Judge.load(judge_folder)
