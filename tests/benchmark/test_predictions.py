"""Grading with a tiny model: what is asked of it, and what an interruption leaves."""

from __future__ import annotations

import csv
import dataclasses

import pytest

from autograder.benchmark.predictions import grade
from autograder.benchmark.records import Graded
from autograder.config import Config
from autograder.errors import DataError
from autograder.judging.judge import Judge
from autograder.judging.passes import Passes
from helpers.tiny_judge import tiny_backbone

HOSTILE = "=cmd|' /C calc'!A0\n\x1b[31m,\"\0\r\ud7ff"


@pytest.fixture(scope="module")
def judge(tiny_base):
    config = Config().changed(
        model={"name": str(tiny_base), "max_length": 1024}, quantization={"bits": 16}
    )
    return Judge(tiny_backbone(config), batch_size=3)


@pytest.fixture
def rows(examples):
    rows = [Graded(example, line) for line, example in enumerate(examples[:10], start=1)]
    long = dataclasses.replace(rows[4].example, response="apples " * 200, id=HOSTILE)
    rows[4] = dataclasses.replace(rows[4], example=long)
    return rows


@pytest.fixture
def asked(monkeypatch):
    """The responses that the judge was asked to grade, a batch at a time."""
    seen = []
    read = Passes._read

    def spy(self, encoded):
        ends = len(self.encoder.closing) + len(self.encoder.lead)
        seen.append([self.encoder.tokenizer.decode(e.response[:-ends]) for e in encoded])
        return read(self, encoded)

    monkeypatch.setattr(Passes, "_read", spy)
    return seen


def run(judge, rows, **options):
    return grade(judge, rows, source="rows.jsonl", **options)


def table(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_grades_are_the_judges_in_the_files_order(judge, rows, asked):
    found = run(judge, rows)
    assert "[... text left out ...]" in asked[0][0]  # the longest first
    requests = [row.example.request for row in rows]
    for one, verdict in zip(found, judge.evaluate_many(requests), strict=True):
        assert one.probabilities == pytest.approx(verdict.probabilities, abs=1e-5)
        assert one.truncated == verdict.truncated
    assert found[4].truncated == ("response",)


def test_predictions_are_one_line_a_row_that_no_spreadsheet_runs(judge, rows, tmp_path):
    path = tmp_path / "new" / "rows.csv"
    done = []
    found = run(judge, rows, predictions=path, progress=lambda num, is_new: done.append(num))
    assert sum(done) == len(rows)
    lines = table(path)
    assert path.read_bytes().count(b"\n") == len(rows) + 1
    for line, row, each in zip(lines, rows, found, strict=True):
        values = [float(line[f"p{score}"]) for score in range(1, 6)]
        assert tuple(values) == each.probabilities
        assert int(line["given"]) == values.index(max(values)) + 1
        mean = sum(value * score for score, value in enumerate(values, start=1))
        assert float(line["expected"]) == pytest.approx(mean, abs=1e-5)
        assert int(line["score"]) == row.example.score
    assert lines[4]["id"].startswith("'=cmd")
    assert lines[4]["truncated"] == "response"
    assert [p.name for p in path.parent.iterdir()] == ["rows.csv"]


@pytest.mark.parametrize("torn", [0, 1, 40])
def test_after_an_interruption_only_the_rest_is_graded(
    judge, rows, tmp_path, asked, torn, monkeypatch
):
    path = tmp_path / "rows.csv"
    whole = run(judge, rows, predictions=tmp_path / "whole.csv")
    asked.clear()
    calls = []

    def stop(count, is_new):
        calls.extend([count] if is_new and count else [])
        if len(calls) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(judge, rows, predictions=path, progress=stop)
    assert not path.exists()
    partial = tmp_path / ".rows.csv.part"
    kept = partial.read_bytes()
    num_kept = sum(calls)
    assert kept.count(b"\n") == 1 + num_kept
    partial.write_bytes(kept[: len(kept) - torn])
    asked.clear()
    assert run(judge, rows, predictions=path) == whole
    # A batch of which a row was lost is graded again as a whole, and so to the same last digit.
    assert sum(map(len, asked)) == len(rows) - num_kept + (torn > 0) * calls[-1]
    assert path.read_bytes() == (tmp_path / "whole.csv").read_bytes()
    assert not partial.exists()


def test_what_was_graded_before_a_kill_is_used_for_the_same_texts_alone(
    judge, rows, tmp_path, asked
):
    path = tmp_path / "rows.csv"

    def stop(count, is_new):
        if is_new and count:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(judge, rows, predictions=path, progress=stop, fingerprint="a")
    num_kept = (tmp_path / ".rows.csv.part").read_bytes().count(b"\n") - 1
    assert num_kept > 0
    done = []
    asked.clear()
    turned = [*rows[::-1], dataclasses.replace(rows[0], line=99)]
    found = run(
        judge, turned, predictions=path, fingerprint="a", progress=lambda *call: done.append(call)
    )
    assert sum(num for num, is_new in done if not is_new) == 1 + num_kept
    assert sum(num for num, is_new in done if is_new) == len(rows) - num_kept
    assert found[-1] == found[-2]
    with pytest.raises(KeyboardInterrupt):
        run(judge, rows, predictions=path, progress=stop, fingerprint="b")
    asked.clear()
    run(judge, rows, predictions=path, fingerprint="c")
    assert sum(map(len, asked)) == len(rows)


def test_two_runs_do_not_write_one_file(judge, rows, tmp_path):
    refused = []

    def again(count, is_new):
        if is_new and count:
            with pytest.raises(DataError, match="another run is writing here"):
                run(judge, rows, predictions=tmp_path / "rows.csv")
            refused.append(count)

    run(judge, rows[:1], predictions=tmp_path / "rows.csv", progress=again)
    assert refused == [1]


def test_what_an_older_run_left_is_named_with_the_remedy(judge, rows, tmp_path):
    (tmp_path / ".rows.csv.part").write_text("key,id\n")
    with pytest.raises(DataError, match=r"\.part: is not the work of such a run; remove it to"):
        run(judge, rows, predictions=tmp_path / "rows.csv")


def test_only_what_is_the_same_is_not_graded_again(judge, rows, tmp_path, asked):
    path = tmp_path / "rows.csv"
    first = run(judge, rows, predictions=path, fingerprint="a")
    asked.clear()
    renamed = [
        dataclasses.replace(row, example=dataclasses.replace(row.example, id=f"n{n}"))
        for n, row in enumerate(rows)
    ]
    assert run(judge, renamed, predictions=path, fingerprint="a") == first
    assert asked == []
    changed = dataclasses.replace(rows[0].example, rubric="Another rubric.")
    run(judge, [dataclasses.replace(rows[0], example=changed), *rows[1:]], predictions=path,
        fingerprint="a")  # fmt: skip
    assert asked == [[rows[0].example.response]]
    asked.clear()
    run(judge, rows, predictions=path, fingerprint="b")
    assert sum(map(len, asked)) == len(rows)


def test_a_run_over_fewer_rows_keeps_the_grades_of_the_others(judge, rows, tmp_path, asked):
    path = tmp_path / "rows.csv"
    first = run(judge, rows, predictions=path, fingerprint="a")
    before = table(path)
    asked.clear()
    assert run(judge, rows[5:7], predictions=path, fingerprint="a") == first[5:7]
    assert table(path) == [*before[5:7], *before[:5], *before[7:]]
    assert run(judge, rows, predictions=path, fingerprint="a") == first
    assert asked == []
    assert table(path) == before


def test_the_grades_of_another_judge_are_kept_and_told_apart(judge, rows, tmp_path, asked):
    path = tmp_path / "rows.csv"
    for name in "aba":
        asked.clear()
        run(judge, rows, predictions=path, fingerprint=name)
    assert asked == []
    assert [line["judge"] for line in table(path)] == [*"a" * len(rows), *"b" * len(rows)]
    run(judge, rows, predictions=path, fingerprint="b")
    assert asked == []
    assert [line["judge"] for line in table(path)] == [*"b" * len(rows), *"a" * len(rows)]


def test_what_an_interrupted_run_has_graded_outlasts_one_of_another_judge(
    judge, rows, tmp_path, asked
):
    path = tmp_path / "rows.csv"
    done = []

    def stop(count, is_new):
        if is_new and count:
            done.append(count)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(judge, rows, predictions=path, progress=stop, fingerprint="a")
    run(judge, rows, predictions=path, fingerprint="b")
    asked.clear()
    run(judge, rows, predictions=path, fingerprint="a")
    assert sum(map(len, asked)) == len(rows) - sum(done)
    assert len(table(path)) == 2 * len(rows)
    assert [p.name for p in tmp_path.iterdir()] == ["rows.csv"]


def test_a_file_of_before_judges_were_named_is_read_and_kept(judge, rows, tmp_path, asked):
    path = tmp_path / "rows.csv"
    first = run(judge, rows, predictions=path, fingerprint="a")
    before = table(path)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [n for n in before[0] if n != "judge"], extrasaction="ignore")
        writer.writeheader()
        writer.writerows(before)
    asked.clear()
    assert run(judge, rows[:2], predictions=path, fingerprint="a") == first[:2]
    assert asked == []
    assert table(path) == [*before[:2], *(line | {"judge": ""} for line in before[2:])]


def test_a_row_that_is_too_long_is_named_before_any_is_graded(judge, rows, asked, tmp_path):
    long = dataclasses.replace(rows[7].example, rubric="u" * 3000)
    rows[7] = dataclasses.replace(rows[7], example=long, line=71)
    with pytest.raises(DataError, match=r"^rows.jsonl:71: .*too long.*shorten"):
        run(judge, rows, predictions=tmp_path / "rows.csv")
    assert asked == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b'{"prompt": "my data"}\n', ":1: is no file of predictions"),
        (b"half", ":1: is no file of predictions"),
        (None, ":2: is no row of predictions"),
    ],
)
def test_another_file_is_not_written_over(judge, rows, tmp_path, content, says):
    path = tmp_path / "rows.csv"
    if content is None:
        run(judge, rows[:1], predictions=path)
        content = path.read_bytes().split(b"\n")[0] + b"\nk,i,c,1,1,1,0.5,0,0,0,0,\n"
    path.write_bytes(content)
    with pytest.raises(DataError) as raised:
        run(judge, rows[:2], predictions=path)
    assert str(raised.value).startswith(f"{path}{says}")
    assert path.read_bytes() == content
