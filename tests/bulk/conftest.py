from __future__ import annotations

import pytest

from autograder.bulk import source as bulk_source
from bulk.fake_runs import answers, write_jsonl


@pytest.fixture
def windows_of_4(monkeypatch):
    monkeypatch.setattr(bulk_source, "WINDOW", 4)


@pytest.fixture
def file(tmp_path, windows_of_4):
    return write_jsonl(tmp_path / "in.jsonl", answers(11))


@pytest.fixture
def out(tmp_path):
    return tmp_path / "out.jsonl"
