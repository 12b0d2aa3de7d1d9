from __future__ import annotations

import csv
import json

import pytest
from click.testing import CliRunner

from autograder.cli import cli, main
from autograder.judging.judge import Judge
from helpers.processor import needs_int8

NUM_ROWS = 23


@pytest.fixture
def file(tmp_path):
    rows = [
        {
            "id": n,
            "prompt": f"Name metal {n % 5}.",
            "response": "iron " * (1 + n % 4) + "rust " * 400 * (n == 7),
            "rubric": "Is it one? =1+1",
            "reference": "Gold." if n % 2 else "",
        }
        for n in range(NUM_ROWS)
    ]
    path = tmp_path / "in.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def call(*arguments):
    return CliRunner().invoke(cli, ["grade", *map(str, arguments)], catch_exceptions=False)


def exit_of(*arguments):
    with pytest.raises(SystemExit) as caught:
        main(["grade", *map(str, arguments)])
    return caught.value.code


def read_csv(path):
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_a_file_is_graded_as_its_rows_are_one_by_one(folder, file, tmp_path):
    out = tmp_path / "out.csv"
    result = call(file, out, "--judge", folder, "--batch-size", 4)
    assert result.exit_code == 0
    assert result.stdout == f"23 rows graded, 1 of them cut to fit, 0 skipped: {out}\n"
    assert result.stderr == ""
    judge = Judge.load(folder)
    graded = read_csv(out)
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert len({row["expected_score"] for row in graded}) > 10
    for row, given in zip(graded, rows, strict=True):
        texts = [given[name] for name in ("prompt", "response", "rubric", "reference")]
        verdict = judge.evaluate(*texts, reasoning=False)
        assert row["id"] == str(given["id"])
        assert int(row["score"]) == verdict.score
        probabilities = [float(row[f"p{k}"]) for k in range(1, 6)]
        assert probabilities == pytest.approx(verdict.probabilities, abs=1e-3)
        assert float(row["expected_score"]) == pytest.approx(verdict.expected_score, abs=1e-3)
        assert float(row["confidence"]) == pytest.approx(verdict.confidence, abs=1e-3)
        assert row["truncated"] == ";".join(verdict.truncated)


def test_a_reasoning_is_added_if_asked_for(folder, file, tmp_path):
    out = tmp_path / "out.jsonl"
    options = ("--judge", folder, "--limit", 2)
    assert call(file, out, *options, "--reasoning", "--prefix", "judge_").exit_code == 0
    rows = [json.loads(line) for line in out.read_bytes().splitlines()]
    assert [type(row["judge_reasoning"]) for row in rows] == [str, str]
    assert call(file, out, *options, "--overwrite").exit_code == 0
    rows = [json.loads(line) for line in out.read_bytes().splitlines()]
    assert ["reasoning" in row for row in rows] == [False, False]


@needs_int8
def test_a_fast_run_is_graded_in_8_bits_and_never_goes_on_from_an_exact_one(
    folder, file, tmp_path, monkeypatch, capsys
):
    out, options = tmp_path / "out.csv", ("--judge", folder)
    with monkeypatch.context() as patch:
        patch.setattr("autograder.bulk.grade_file._finish", interrupted)
        assert exit_of(file, out, *options) == 130
    assert exit_of(file, out, *options, "--fast") == 1
    assert "another choice of fast" in capsys.readouterr().err
    assert exit_of(file, out, *options, "--fast", "--restart") == 0
    fast, exact = Judge.load(folder, fast=True), Judge.load(folder)
    shifts = []
    for row, given in zip(read_csv(out), file.read_text().splitlines(), strict=True):
        texts = [json.loads(given)[name] for name in ("prompt", "response", "rubric", "reference")]
        verdict = fast.evaluate(*texts, reasoning=False)
        assert float(row["expected_score"]) == pytest.approx(verdict.expected_score, abs=1e-3)
        other = exact.evaluate(*texts, reasoning=False)
        shifts.append(abs(verdict.expected_score - other.expected_score))
    assert max(shifts) > 1e-3


def test_a_run_never_goes_on_with_another_number_of_renderings(
    folder, file, tmp_path, monkeypatch, capsys
):
    out, options = tmp_path / "out.csv", ("--judge", folder, "--limit", 3)
    with monkeypatch.context() as patch:
        patch.setattr("autograder.bulk.grade_file._finish", interrupted)
        assert exit_of(file, out, *options, "--renderings", 2) == 130
    for other in ([], ["--renderings", 3]):
        assert exit_of(file, out, *options, *other) == 1
        assert "another choice of renderings" in capsys.readouterr().err
    monkeypatch.setattr(Judge, "load", None)  # nothing is left to grade
    assert exit_of(file, out, *options, "--renderings", 2) == 0
    monkeypatch.undo()
    judge = Judge.load(folder, renderings=2)
    for row, line in zip(read_csv(out), file.read_text().splitlines()[:3], strict=True):
        texts = [json.loads(line)[name] for name in ("prompt", "response", "rubric", "reference")]
        verdict = judge.evaluate(*texts, reasoning=False)
        assert float(row["expected_score"]) == pytest.approx(verdict.expected_score, abs=1e-3)


def interrupted(*_):
    raise KeyboardInterrupt


def test_exit_codes_and_messages(folder, tmp_path, capsys):
    source, out = tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text("q,a\nWhat?,yes\nWhat?,\nWho\x1b[2J?,me\n", encoding="utf-8")
    options = ["--map", "prompt=q", "--map", "response=a", "--set", "rubric=Is it right?"]
    options += ["--judge", str(folder)]
    assert exit_of(source, out, *options) == 1
    assert capsys.readouterr().err == (
        f"error: {source}:3: response: is empty; write the text or remove the row (column 'a'); "
        "--on-error skip leaves such rows out\n"
    )
    assert exit_of(source, out, *options, "--on-error", "skip") == 3
    captured = capsys.readouterr()
    assert captured.out == f"2 rows graded, 0 of them cut to fit, 1 skipped: {out}\n"
    assert "first skipped row: line 3: response: is empty" in captured.err
    assert f"the skipped rows and why: {out}.rejected.jsonl" in captured.err
    assert [row["q"] for row in read_csv(out)] == ["What?", "Who\x1b[2J?"]
    assert exit_of(source, out, *options, "--on-error", "skip") == 1
    assert "is there already; --overwrite replaces it" in capsys.readouterr().err
    assert exit_of(source, out, *options, "--on-error", "skip", "--overwrite") == 3
    assert exit_of(source, out, *options, "--limit", "1", "--overwrite") == 0


def test_faults_are_told_before_the_judge_is_loaded(file, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(Judge, "load", None)
    out = tmp_path / "out.csv"
    assert exit_of(file, out, "--judge", tmp_path) == 1
    assert "holds no judge" in capsys.readouterr().err
    assert exit_of(file, file, "--judge", tmp_path) == 1
    assert "is both the input and the output" in capsys.readouterr().err
    assert exit_of(file, out, "--columns", "id,score") == 1
    assert "no column 'score' for --columns" in capsys.readouterr().err
    assert exit_of(file, out, "--map", "prompt=question") == 1
    assert "no column 'question' (for prompt)" in capsys.readouterr().err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.jsonl"]


def test_columns_that_are_not_read_are_named(file, tmp_path, capsys):
    out = tmp_path / "out.csv"
    row = {"Instruction": "Say", "Input": "this", "Response": "a", "Rubric": "r", "Id": 1}
    other = tmp_path / "other.jsonl"
    other.write_text(json.dumps(row | {"rubrik\x1b[2J": "x"}), encoding="utf-8")
    assert exit_of(other, out, "--judge", tmp_path) == 1
    assert "does not see: rubrik\\x1b[2J; --map FIELD=COLUMN" in capsys.readouterr().err
    assert exit_of(file, out, "--judge", tmp_path) == 1
    assert "does not see" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--set", "reference=n/a"], "--set reference=n/a says that there is none"),
        (["--map", "score=x"], "no field 'score'; known: prompt, response"),
        (["--map", "rubric=a", "--set", "rubric=b"], "--map and --set both give rubric"),
        (["--on-error", "cry"], "--on-error"),
        (["--limit", "0"], "--limit"),
        (["--batch-size", "0"], "--batch-size"),
        (["--delimiter", ";;"], "one character"),
    ],
)
def test_wrong_usage_exits_with_2(file, tmp_path, options, says):
    result = call(file, tmp_path / "out.csv", *options)
    assert result.exit_code == 2
    assert says in result.output


def test_hostile_names_cannot_drive_the_terminal(folder, tmp_path):
    path = tmp_path / "in.jsonl"
    row = {"prompt": "p", "response": "x", "rubric": "r", "\x1b[2J": 1}
    path.write_text(json.dumps(row) + "\n" + json.dumps({"prompt": "\x1b[2J"}) + "\n")
    out = tmp_path / "o\x1b[2Jut.jsonl"
    result = call(path, out, "--judge", folder, "--on-error", "skip")
    assert result.exit_code == 3
    assert all(c.isprintable() or c == "\n" for c in result.output)
