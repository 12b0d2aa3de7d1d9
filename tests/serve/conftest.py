from __future__ import annotations

import pytest

from helpers.fake_judge import FakeJudge
from serve.running import serving


@pytest.fixture
def client():
    """A client of a service with default settings and a fake judge."""
    with serving(FakeJudge()) as client:
        yield client
