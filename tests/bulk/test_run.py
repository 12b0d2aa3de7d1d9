"""Which rows are graded, when, how often, and what stands in the way."""

from __future__ import annotations

import json
import os
import tracemalloc
from typing import Any

import pytest

from autograder.bulk import source as bulk_source
from autograder.bulk.grade_file import Plan, check, grade_file
from autograder.bulk.source import Source
from autograder.errors import DataError, StorageError
from autograder.schema import Request
from autograder.tables.formats import ImportOptions
from bulk.fake_runs import StoppedError, Stopping, answers, grade, names, read_jsonl, write_jsonl
from helpers.fake_judge import FakeJudge, verdict_of


def test_rows_come_in_order_with_their_verdicts(file, out, tmp_path):
    report = grade(file, out, FakeJudge(3, pieces="because"), reasoning=True)
    rows = read_jsonl(out)
    assert [row["id"] for row in rows] == list(range(11))
    for row, before in zip(rows, answers(11), strict=True):
        verdict = verdict_of(Request(row["prompt"], row["response"], row["rubric"]))
        assert list(row)[: len(before)] == list(before)
        assert row["score"] == verdict.score
        assert row["expected_score"] == pytest.approx(verdict.expected_score, abs=1e-6)
        assert row["confidence"] == pytest.approx(verdict.confidence, abs=1e-6)
        assert [row[f"p{k}"] for k in range(1, 6)] == pytest.approx(verdict.probabilities, abs=1e-6)
        assert (row["truncated"], row["reasoning"]) == ("", "because")
    assert (report.num_graded, report.num_skipped, report.num_cut) == (11, 0, 0)
    assert names(tmp_path) == ["in.jsonl", "out.jsonl"]


def test_rows_with_a_common_prefix_are_graded_side_by_side(tmp_path):
    rows = [{"prompt": f"p{n % 4}", "response": "x" * (n + 1), "rubric": "r"} for n in range(12)]
    judge = FakeJudge(batch_size=3)
    grade(write_jsonl(tmp_path / "in.jsonl", rows), tmp_path / "out.jsonl", judge)
    assert [{request.prompt for request in batch} for batch in judge.batches] == [
        {"p3"},
        {"p2"},
        {"p1"},
        {"p0"},
    ]
    assert [len(request.response) for request in judge.batches[0]] == [12, 8, 4]


def test_the_input_is_read_no_further_than_a_window(file, out, monkeypatch):
    read = []
    rows = Source.rows

    def counting(self):
        for row in rows(self):
            read.append(row.line)
            yield row

    monkeypatch.setattr(Source, "rows", counting)
    ahead = []

    class Watching(FakeJudge):
        def grade(self, requests, tokens):
            ahead.append(len(read) - len(self.asked))
            return super().grade(requests, tokens)

    monkeypatch.setattr("bulk.fake_runs.check", lambda plan: checked(plan, read))
    grade(file, out, Watching(3))
    assert max(ahead) <= 4


def checked(plan, read):
    found = check(plan)
    read.clear()
    return found


def bad_rows():
    rows = answers(11)
    del rows[1]["rubric"]
    rows[3]["response"] = " "
    rows[4]["prompt"] = ["x"]
    rows[9]["rubric"] = "too long for the model"
    return rows


def test_a_row_without_a_text_stops_before_any_is_graded(file, out, tmp_path):
    write_jsonl(file, bad_rows())
    judge = FakeJudge(3)
    with pytest.raises(
        DataError, match=r"in.jsonl:2: rubric: missing in this row; .*--on-error skip"
    ):
        grade(file, out, judge)
    assert not judge.asked
    assert names(tmp_path) == ["in.jsonl"]


def test_skipped_rows_go_to_a_file_with_their_reasons(file, out, tmp_path):
    write_jsonl(file, bad_rows())
    with pytest.raises(StoppedError):
        grade(file, out, Stopping(2), skip=True)
    report = grade(file, out, skip=True)
    assert (report.num_graded, report.num_skipped) == (7, 4)
    assert report.first_skipped == "line 2: rubric: missing in this row"
    assert [row["id"] for row in read_jsonl(out)] == [0, 2, 5, 6, 7, 8, 10]
    rejects = read_jsonl(tmp_path / "out.jsonl.rejected.jsonl")
    assert [reject["line"] for reject in rejects] == [2, 4, 5, 10]
    assert [reject["row"] for reject in rejects] == [bad_rows()[n] for n in (1, 3, 4, 9)]
    assert rejects[2]["reason"] == 'prompt: expected text, got ["x"]'
    write_jsonl(file, answers(11))
    grade(file, out, skip=True, overwrite=True)
    assert names(tmp_path) == ["in.jsonl", "out.jsonl"]


def test_a_file_that_holds_no_rejects_is_not_deleted(file, out, tmp_path):
    grade(file, out)
    notes = tmp_path / "out.jsonl.rejected.jsonl"
    notes.write_text("notes of the user's own\n")
    grade(file, out, overwrite=True)
    assert notes.read_text() == "notes of the user's own\n"


def test_an_output_that_is_there_is_kept(file, out, tmp_path):
    out.write_text("precious")
    judge = FakeJudge(3)
    with pytest.raises(DataError, match=r"out.jsonl: is there already; --overwrite replaces it"):
        grade(file, out, judge)
    assert out.read_text() == "precious"
    assert not judge.asked
    out.unlink()
    (tmp_path / "out.jsonl.rejected.jsonl").write_text("precious")
    with pytest.raises(DataError, match=r"out.jsonl.rejected.jsonl: is there already"):
        grade(file, out, judge)
    grade(file, out, overwrite=True)
    assert names(tmp_path) == ["in.jsonl", "out.jsonl", "out.jsonl.rejected.jsonl"]


@pytest.mark.parametrize("link", [os.link, os.symlink])
def test_input_and_output_have_to_differ(file, tmp_path, link):
    before = file.read_bytes()
    other = tmp_path / "other.jsonl"
    link(file, other)
    for place in (file, other, tmp_path / "x" / ".." / "in.jsonl"):
        with pytest.raises(DataError, match="is both the input and the output"):
            grade(file, place, overwrite=True)
    hidden = tmp_path / ".hidden.jsonl.part"
    os.link(file, hidden)
    with pytest.raises(DataError, match="is both the input and the work so far"):
        grade(file, tmp_path / "hidden.jsonl", overwrite=True, restart=True)
    assert file.read_bytes() == before


def test_a_clash_of_names_is_told_before_any_is_graded(file, out):
    rows = answers(11)
    rows[10]["p3"] = "mine"
    write_jsonl(file, rows)
    judge = FakeJudge(3)
    with pytest.raises(DataError, match=r"has a column 'p3', .*--prefix judge_"):
        grade(file, out, judge)
    assert not judge.asked
    grade(file, out, prefix="judge_")
    row = read_jsonl(out)[10]
    assert row["p3"] == "mine"
    assert {"judge_score", "judge_p3"} <= row.keys()
    grade(file, out, columns=("id",), overwrite=True)
    assert list(read_jsonl(out)[10])[:3] == ["id", "score", "expected_score"]


def test_only_the_chosen_columns_are_carried_over(file, out):
    grade(file, out, columns=("response", "id"))
    assert list(read_jsonl(out)[0])[:3] == ["response", "id", "score"]
    grade(file, out, columns=(), overwrite=True)
    assert next(iter(read_jsonl(out)[0])) == "score"
    with pytest.raises(DataError, match=r"no column 'no' for --columns; there are: 'id', 'prompt'"):
        grade(file, out, columns=("no",))


def test_fields_come_from_named_columns_and_given_texts(tmp_path, out):
    rows: list[dict[str, Any]] = [
        {"q": "p", "a": "x", "gold": "g"},
        {"q": "p", "a": "y", "gold": ""},
    ]
    judge = FakeJudge(3)
    options = {
        "mapped": {"prompt": "q", "response": "a", "reference": "gold"},
        "constants": {"rubric": "r"},
    }
    grade(write_jsonl(tmp_path / "in.jsonl", rows), out, judge, options=options)
    assert set(judge.asked) == {Request("p", "x", "r", "g"), Request("p", "y", "r")}
    rows[1]["a"] = None
    write_jsonl(tmp_path / "in.jsonl", rows)
    with pytest.raises(DataError, match=r"response: is empty; .* \(column 'a'\)"):
        grade(tmp_path / "in.jsonl", out, judge, options=options, overwrite=True)


def test_a_reference_that_only_later_rows_have_is_shown(tmp_path, out):
    rows = [*answers(150), {**answers(1)[0], "reference": "gold"}]
    judge = FakeJudge(3)
    grade(write_jsonl(tmp_path / "in.jsonl", rows), out, judge)
    assert [request.reference for request in judge.asked if request.reference] == ["gold"]


def test_a_rubric_may_be_criteria_with_a_description_for_each_score(tmp_path, out):
    rubric = {"criteria": "Is it right?", **{f"score{k}_description": f"d{k}" for k in range(1, 6)}}
    judge = FakeJudge(3)
    rows = [{"prompt": "p", "response": "x", "rubric": rubric}]
    grade(write_jsonl(tmp_path / "in.jsonl", rows), out, judge)
    assert judge.asked[0].rubric == "Is it right?\n5: d5\n4: d4\n3: d3\n2: d2\n1: d1"


def test_a_row_nested_too_deeply_is_a_fault_and_not_a_crash(tmp_path, out):
    deep = (
        '{"prompt": "p", "response": "x", "rubric": "r", "deep": ' + "[" * 900 + "]" * 900 + "}\n"
    )
    path = tmp_path / "in.jsonl"
    path.write_text(json.dumps(answers(1)[0]) + "\n" + deep)
    with pytest.raises(DataError, match=r"in.jsonl:2: nested too deeply"):
        grade(path, out)
    assert grade(path, out, skip=True).num_skipped == 1


@pytest.mark.parametrize("name", ["no.jsonl", "folder.csv", "in.txt"])
def test_an_input_that_is_none_is_named(tmp_path, out, name):
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "in.txt").write_text("x")
    with pytest.raises(DataError, match=name):
        grade(tmp_path / name, out)


def test_a_place_that_cannot_be_written_is_named(file, tmp_path):
    (tmp_path / "blocked").write_text("a file")
    with pytest.raises(StorageError, match="blocked"):
        grade(file, tmp_path / "blocked" / "out.jsonl")
    (tmp_path / "folder.jsonl").mkdir()
    with pytest.raises(DataError, match="is a folder; the output has to be a file"):
        grade(file, tmp_path / "folder.jsonl")
    with pytest.raises(DataError, match=r"name it .jsonl"):
        grade(file, tmp_path / "out.json")


def test_the_judge_is_not_loaded_for_nothing(file, out):
    write_jsonl(file, [])

    def load():
        raise AssertionError

    plan = Plan(Source.open(file, ImportOptions()), out)
    assert grade_file(plan, check(plan), "f", load).num_graded == 0


def test_memory_does_not_grow_with_the_file(tmp_path):
    class Forgetful(FakeJudge):
        def grade(self, requests, tokens):
            self.batches.clear()
            return super().grade(requests, tokens)

    peaks = []
    for num in (300, 600, 5_000):  # the first one is for what Python itself keeps
        path = write_jsonl(tmp_path / f"{num}.jsonl", answers(num))
        tracemalloc.start()
        grade(path, tmp_path / f"out{num}.csv", Forgetful(16))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[2] < 2 * peaks[1]


def test_windows_are_of_the_size_that_is_documented():
    assert bulk_source.WINDOW == 256
