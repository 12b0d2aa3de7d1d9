"""What goes wrong around a run: the disk, damage, other people's files."""

from __future__ import annotations

import os
import random
import resource
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from autograder.errors import DataError, StorageError
from bulk.fake_runs import StoppedError, Stopping, answers, grade, names, write_jsonl
from helpers.fake_judge import FakeJudge


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


@pytest.fixture
def stopped(file, out, tmp_path):
    """The output of a whole run, and the part of one that was stopped after eight rows."""
    grade(file, tmp_path / "whole.jsonl")
    with pytest.raises(StoppedError):
        grade(file, out, Stopping(4))
    return (tmp_path / "whole.jsonl").read_bytes(), tmp_path / ".out.jsonl.part"


DEPTHS = (900, *range(930, 1000, 5), 9000)
DAMAGE = {
    "a row before the first": (b'"row": 6', b'"row": -5'),
    "another row": (b'"row": 6', b'"row": 7'),
    "a row that is none": (b'"row": 6', b'"row": "6"'),
    "another score": (b'"score": ', b'"score": 1'),
    "another probability": (b'"p2": 0.', b'"p2": 1.'),
    "a skipped row": (b'"reason": ""', b'"reason": "x"'),
    "no verdict": (b'"verdict": ', b'"verdikt": '),
    "no JSON": (b'"verdict": {', b'"verdict": '),
    **{f"nesting {n}": (b'"reason": ""', b'"reason": ' + b"[" * n + b"]" * n) for n in DEPTHS},
    "a zero byte": (b'"reason"', b"\0reason\0"),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_line_is_graded_again_with_what_follows(file, out, stopped, damage):
    whole, part = stopped
    lines = part.read_bytes().splitlines(keepends=True)
    at = next(n for n, line in enumerate(lines) if b'"row": 6' in line)
    lines[at] = lines[at].replace(*DAMAGE[damage])
    part.write_bytes(b"".join(lines))
    judge = FakeJudge(3)
    assert grade(file, out, judge).num_graded == 11
    assert out.read_bytes() == whole
    assert len(judge.asked) <= 7  # the first window is sound


def test_no_flipped_bit_changes_a_verdict(file, out, stopped):
    whole, part = stopped
    content = part.read_bytes()
    start = content.index(b"\n") + 1
    chosen = random.Random(0)
    for place in chosen.sample(range(start, len(content)), 40):
        damaged = bytearray(content)
        damaged[place] ^= 1 << chosen.randrange(8)
        part.write_bytes(damaged)
        grade(file, out)
        assert out.read_bytes() == whole
        out.unlink()


def test_a_part_that_misses_or_doubles_a_row_is_named(file, out, stopped):
    whole, part = stopped
    header, first, *others = part.read_bytes().splitlines(keepends=True)
    for lines in ([header, *others, first], [header, *reversed(others), first]):
        part.write_bytes(b"".join(lines))
        grade_or_refuse(file, out, whole)
    for lines in ([header, first, first, *others], [header, first, *others, others[-1]]):
        part.write_bytes(b"".join(lines))
        with pytest.raises(DataError, match=r"part: is damaged; --restart throws"):
            grade(file, out)
        assert names(file.parent) == [part.name, "in.jsonl", "whole.jsonl"]
    grade(file, out, restart=True)
    assert out.read_bytes() == whole


def grade_or_refuse(file, out, whole):
    """Lines in another order are of use or refused, and never mixed up."""
    try:
        grade(file, out)
    except DataError as error:
        assert "is damaged" in str(error)
        return
    assert out.read_bytes() == whole
    out.unlink()


@pytest.fixture
def killed(file, out, monkeypatch):
    """A run that was killed between the last rename and the removal of the part."""
    unlink = Path.unlink

    def stop_at_the_part(path, *args, **options):
        if path.suffix == ".part":
            raise StoppedError
        unlink(path, *args, **options)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "unlink", stop_at_the_part)
        with pytest.raises(StoppedError):
            grade(write_jsonl(file, [*answers(10), {"id": 10}]), out, skip=True)
    assert names(file.parent) == [
        ".out.jsonl.part",
        "in.jsonl",
        "out.jsonl",
        "out.jsonl.rejected.jsonl",
    ]
    return file


def test_a_run_that_was_killed_at_its_very_end_is_done(killed, out):
    judge = FakeJudge(3)
    assert grade(killed, out, judge, skip=True).num_graded == 10
    assert not judge.asked
    assert names(killed.parent) == ["in.jsonl", "out.jsonl", "out.jsonl.rejected.jsonl"]


OTHERS: dict[str, dict[str, Any]] = {
    "columns": {"columns": ("id",)},
    "prefix": {"prefix": "judge_"},
    "limit": {"options": {"limit": 3}},
    "texts": {"options": {"mapped": {"response": "prompt"}}},
    "judge": {"fingerprint": "g"},
    "reasoning": {"reasoning": True},
    "input": {},
    "no skipping": {"skip": False},
}


@pytest.mark.parametrize("other", OTHERS)
def test_another_run_with_the_same_output_reports_no_success(killed, out, tmp_path, other):
    before = out.read_bytes()
    source = killed
    if other == "input":
        source = write_jsonl(tmp_path / "other.jsonl", answers(10))
    with pytest.raises(DataError, match=r"is there already|missing in this row"):
        grade(source, out, **{"skip": True, **OTHERS[other]})
    assert out.read_bytes() == before


@pytest.mark.parametrize("link", [os.link, os.symlink])
@pytest.mark.parametrize("scratch", [".out.jsonl.new", ".out.jsonl.rejected.jsonl.new"])
def test_a_planted_link_at_an_unfinished_file_is_not_followed(file, out, tmp_path, link, scratch):
    precious = tmp_path / "precious"
    precious.write_text("kept")
    link(precious, tmp_path / scratch)
    grade(file, out)
    assert precious.read_text() == "kept"
    assert not out.is_symlink()
    assert names(tmp_path) == ["in.jsonl", "out.jsonl", "precious"]


@pytest.mark.parametrize("restart", [False, True])
@pytest.mark.parametrize("plant", [os.link, os.symlink, lambda _, place: os.mkfifo(place)])
@pytest.mark.parametrize("content", ["", "kept"])
def test_a_planted_link_at_the_part_is_refused(file, out, tmp_path, plant, restart, content):
    precious = tmp_path / "precious"
    precious.write_text(content)
    plant(precious, tmp_path / ".out.jsonl.part")
    with pytest.raises(DataError, match=r"part: is a link, or no file of such a run; remove it"):
        grade(file, out, restart=restart)
    assert precious.read_text() == content


def test_a_link_to_nothing_creates_nothing(file, out, tmp_path):
    (tmp_path / ".out.jsonl.part").symlink_to(tmp_path / "new")
    with pytest.raises(DataError, match="is a link"):
        grade(file, out)
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("name", ["x" * 245, "x" * 236, "é" * 120, "x" * 300])
def test_a_name_that_is_too_long_is_said_before_any_is_graded(file, tmp_path, name):
    judge = FakeJudge(3)
    with pytest.raises(DataError, match=r"\.jsonl: files beside it would .*choose a shorter name"):
        grade(file, tmp_path / f"{name}.jsonl", judge)
    assert not judge.asked
    grade(file, tmp_path / f"{name[:100]}.jsonl", judge)


def test_a_path_that_is_too_long_is_said_in_a_line(file, tmp_path):
    for folder in ("x" * 300, "/".join(["x" * 200] * 30)):
        with pytest.raises(StorageError, match="cannot be written: File name too long"):
            grade(file, tmp_path / folder / "out.jsonl")
        with pytest.raises(DataError, match="cannot be read: File name too long"):
            grade(tmp_path / folder / "in.jsonl", tmp_path / "out.jsonl")


@pytest.mark.parametrize("name", ["out.jsonl", ".out.jsonl.part", ".out.jsonl.new"])
def test_a_link_that_leads_to_itself_is_said_in_a_line(file, out, tmp_path, name):
    (tmp_path / name).symlink_to(name)
    with pytest.raises((DataError, StorageError), match=r"out\.jsonl"):
        grade(file, out)
