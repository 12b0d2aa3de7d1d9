"""What goes wrong around a run: the disk, damage, other people's files."""

from __future__ import annotations

import random
import resource
from contextlib import contextmanager

import pytest

from autograder.errors import StorageError
from bulk.fake_runs import answers, grade, names, write_jsonl


@contextmanager
def files_of_at_most(num_bytes):
    """No file may grow further, as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (num_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 1])
@pytest.mark.parametrize("ending", ["jsonl", "csv", "parquet"])
def test_a_full_disk_is_said_in_a_line_and_the_run_goes_on(tmp_path, ending, share):
    # Where there is room for half the output, there is room for all of the part.
    rows = [
        {**row, "note": random.Random(n).randbytes(900).hex()} for n, row in enumerate(answers(40))
    ]
    file = write_jsonl(tmp_path / "in.jsonl", rows)
    whole, out = tmp_path / f"whole.{ending}", tmp_path / f"out.{ending}"
    grade(file, whole)
    room = int(share * (whole.stat().st_size - 1))
    with files_of_at_most(room), pytest.raises(StorageError, match="cannot be written: File too"):
        grade(file, out)
    assert not out.exists()
    grade(file, out)
    assert out.read_bytes() == whole.read_bytes()
    assert names(tmp_path) == sorted(["in.jsonl", whole.name, out.name])
