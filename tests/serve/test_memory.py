"""What the service keeps of what it has read."""

from __future__ import annotations

import os

import httpx2
import pytest

from autograder.serve.memory import bound_kernel_caches
from serve.running import PLAIN, STATUS, WAIT_S, resident, running_command

MAX_GROWTH = 64 * 2**20
"""With the caches as large as the libraries make them, it is more than 200 MiB."""
CAPACITIES = ("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "LRU_CACHE_CAPACITY")


@pytest.mark.skipif(not STATUS.exists(), reason="reads the memory as Linux tells it")
def test_texts_of_ever_new_lengths_take_no_more_memory(judge_folder, tmp_path, monkeypatch):
    for name in CAPACITIES:
        monkeypatch.delenv(name, raising=False)
    with (
        running_command(judge_folder, tmp_path / "log") as (process, url),
        httpx2.Client(base_url=url, timeout=WAIT_S) as client,
    ):
        held = []
        for lengths in (range(1, 61), range(61, 181)):
            for length in lengths:
                body = {**PLAIN, "response": "x" * length}
                client.post("/evaluate", json=body).raise_for_status()
            held.append(resident(process.pid))
    before, after = held
    assert after - before < MAX_GROWTH


def test_the_environment_says_how_much_the_libraries_keep(monkeypatch):
    one, other = CAPACITIES
    monkeypatch.setenv(one, "7")
    monkeypatch.setenv(other, "")  # so that it is put back afterwards
    monkeypatch.delenv(other)
    bound_kernel_caches()
    assert os.environ[one] == "7"
    assert 0 < int(os.environ[other]) < 1024
