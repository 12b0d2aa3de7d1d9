"""What is used again of a run that was stopped, and what is not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from autograder.bulk.part import Part
from autograder.errors import DataError
from bulk.fake_runs import StoppedError, Stopping, answers, grade, names, read_jsonl, write_jsonl
from helpers.fake_judge import FakeJudge


@pytest.mark.parametrize("num_batches", range(1, 5))
def test_a_stopped_run_goes_on_with_the_same_batches(file, out, tmp_path, num_batches):
    whole = FakeJudge(3)
    grade(file, tmp_path / "whole.jsonl", whole)
    first, second = Stopping(num_batches), FakeJudge(3)
    with pytest.raises(StoppedError):
        grade(file, out, first)
    assert not out.exists()
    grade(file, out, second)
    assert first.batches + second.batches == whole.batches
    assert out.read_bytes() == (tmp_path / "whole.jsonl").read_bytes()


@pytest.mark.parametrize("num_lost", [1, 5, 200, 300, 500])
def test_a_torn_line_is_dropped_and_its_row_graded_again(file, out, tmp_path, num_lost):
    grade(file, tmp_path / "whole.jsonl")
    with pytest.raises(StoppedError):
        grade(file, out, Stopping(4))
    part = tmp_path / ".out.jsonl.part"
    part.write_bytes(part.read_bytes()[:-num_lost])
    grade(file, out)
    assert out.read_bytes() == (tmp_path / "whole.jsonl").read_bytes()


def test_a_torn_first_line_begins_anew_and_another_file_is_refused(file, out, tmp_path):
    part = tmp_path / ".out.jsonl.part"
    with pytest.raises(StoppedError):
        grade(file, out, Stopping(1))
    header = part.read_bytes().partition(b"\n")[0]
    for torn in (b"", header[:1], header):
        part.write_bytes(torn)
        with pytest.raises(StoppedError):
            grade(file, out, Stopping(1))
        assert part.read_bytes().startswith(header + b"\n")
    for foreign in (b"my notes\n", b"my notes", b"[1]\n", b"\xff\n"):
        part.write_bytes(foreign)
        with pytest.raises(DataError, match=r"is not the work of such a run; --restart throws"):
            grade(file, out)
        assert part.read_bytes() == foreign


def test_the_work_of_another_run_is_not_used(file, out):
    with pytest.raises(StoppedError):
        grade(file, out, Stopping(2))
    changes: dict[str, dict[str, Any]] = {
        "another choice of judge;": {"fingerprint": "g"},
        "another choice of reasoning;": {"reasoning": True},
        "another choice of judge and reasoning;": {"fingerprint": "g", "reasoning": True},
    }
    for match, change in changes.items():
        with pytest.raises(DataError, match=match):
            grade(file, out, **change)
    judge = FakeJudge(3)
    grade(file, out, judge, "g", restart=True)
    assert len(judge.asked) == 11


def test_a_changed_text_is_noticed_and_a_changed_other_column_is_taken_over(file, out):
    with pytest.raises(StoppedError):
        grade(file, out, Stopping(3))
    rows = answers(11)
    rows[1]["id"] = "new"
    write_jsonl(file, rows)
    rows[1]["response"] = "new"
    changed = write_jsonl(file.with_name("changed.jsonl"), rows)
    with pytest.raises(DataError, match=r"changed.jsonl:2: an earlier run .* another text here"):
        grade(changed, out)
    grade(file, out)
    assert read_jsonl(out)[1]["id"] == "new"


def test_an_input_that_changes_meanwhile_gives_no_output(file, out):
    class Meddling(FakeJudge):
        def grade(self, requests, tokens):
            with file.open("a") as more:
                more.write(json.dumps(answers(1)[0]) + "\n")
            return super().grade(requests, tokens)

    with pytest.raises(DataError, match="has changed while it was graded; the same command"):
        grade(file, out, Meddling(3))
    assert names(file.parent) == [".out.jsonl.part", "in.jsonl"]
    grade(file, out)
    assert len(read_jsonl(out)) > 11


def test_limits_may_grow_and_shrink(file, out, tmp_path):
    with pytest.raises(StoppedError):
        grade(file, out, Stopping(2), options={"limit": 6})
    assert grade(file, out, options={"limit": 4}).num_graded == 4
    assert [row["id"] for row in read_jsonl(out)] == [0, 1, 2, 3]
    out.unlink()
    with pytest.raises(StoppedError):
        grade(file, out, Stopping(2), options={"limit": 6})
    second = FakeJudge(3)
    assert grade(file, out, second).num_graded == 11
    assert [row["id"] for row in read_jsonl(out)] == list(range(11))


@pytest.mark.parametrize("limit", [1, 3, 5])
@pytest.mark.parametrize("overwrite", [False, True])
def test_a_lower_limit_throws_no_verdict_away(file, out, tmp_path, limit, overwrite):
    with pytest.raises(StoppedError):
        grade(file, out, Stopping(4))
    kept = (tmp_path / ".out.jsonl.part").read_bytes()
    judge = FakeJudge(3)
    message = rf"\.part: .*{8 - limit} rows.*--limit.*another OUT.*--restart"
    with pytest.raises(DataError, match=message):
        grade(file, out, judge, options={"limit": limit}, overwrite=overwrite)
    assert not judge.asked
    assert (tmp_path / ".out.jsonl.part").read_bytes() == kept
    assert names(tmp_path) == [".out.jsonl.part", "in.jsonl"]
    assert grade(file, out, judge).num_graded == 11
    assert len(judge.asked) == 3


def test_an_input_that_has_become_shorter_throws_no_verdict_away(file, out, tmp_path):
    with pytest.raises(StoppedError):
        grade(file, out, Stopping(4))
    write_jsonl(file, answers(11)[:6])
    with pytest.raises(DataError, match=r"\.part: .*2 rows"):
        grade(file, out)
    assert grade(file, out, restart=True).num_graded == 6


def test_a_row_that_is_too_long_stops_and_once_mended_is_graded(file, out):
    rows = answers(11)
    rows[9]["rubric"] = "too long for the model"
    write_jsonl(file, rows)
    first, second = FakeJudge(3), FakeJudge(3)
    with pytest.raises(DataError, match=r"in.jsonl:10: rubric: is too long"):
        grade(file, out, first)
    assert len(first.asked) == 8
    rows[9]["rubric"] = "short"
    write_jsonl(file, rows)
    assert grade(file, out, second).num_graded == 11
    assert len(second.asked) == 3


def test_what_was_skipped_stops_a_run_that_does_not_skip(file, out):
    rows = answers(11)
    rows[1]["rubric"] = "too long for the model"
    write_jsonl(file, rows)
    with pytest.raises(StoppedError):
        grade(file, out, Stopping(2), skip=True)
    with pytest.raises(DataError, match=r"in.jsonl:2: rubric: is too long"):
        grade(file, out)


def test_no_two_runs_write_to_one_place(file, out, tmp_path):
    with Part(tmp_path / ".out.jsonl.part", {"judge": "f", "reasoning": False}):
        for restart in (False, True):
            with pytest.raises(DataError, match="another run is writing here"):
                grade(file, out, restart=restart)


def test_a_run_that_graded_nothing_leaves_nothing(file, out, tmp_path):
    with pytest.raises(StoppedError):
        grade(file, out, Stopping(0))
    assert names(tmp_path) == ["in.jsonl"]
