from __future__ import annotations

import csv
import json
import os
import subprocess
import sys

import pytest
from click.testing import CliRunner
from scipy import stats
from sklearn.metrics import roc_auc_score

from autograder.benchmark.labelled import DEFAULT_RUBRIC
from autograder.cli.benchmark import benchmark
from autograder.config import Config
from autograder.errors import DataError, StorageError
from autograder.judging.judge import Judge
from helpers.processor import needs_int8


@pytest.fixture
def file(tmp_path):
    """Twelve answers to four prompts, one of them too long for the judge."""
    rows = [
        {
            "id": f"q{n // 3}",
            "prompt": f"Name metal {n // 3}.",
            "response": "iron " * (1 + 5 * n) + "rust " * 400 * (n == 7),
            "rubric": "Is it one?",
            "reference": "Gold.",
            "score": 1 + n % 5,
            "category": "ab"[n % 2],
            "annotator": "x",
        }
        for n in range(12)
    ]
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def call(*arguments):
    return CliRunner().invoke(benchmark, [str(a) for a in arguments], catch_exceptions=False)


def test_it_prints_and_writes_the_same_figures(folder, file, tmp_path):
    output, predictions = tmp_path / "results.json", tmp_path / "rows.csv"
    options = ("--judge", folder, "--output", output, "--predictions", predictions)
    result = call(file, *options, "--bootstrap", 20)
    assert result.exit_code == 0
    assert "answers: 12, prompts: 4; scores 1: 3, 2: 3, 3: 2, 4: 2, 5: 2" in result.stdout
    assert "cut to fit 1024 tokens: prompt 0, reference 0, response 1" in result.stdout
    assert "fields that are not read: annotator" in result.stderr
    tree = json.loads(output.read_text(encoding="utf-8"))
    assert tree["fields_not_read"] == ["annotator"]
    assert tree["systems"]["judge"]["num_items"] == 4
    rows = [line.split(",") for line in predictions.read_text(encoding="utf-8").splitlines()[1:]]
    expected, scores = [float(row[5]) for row in rows], [int(row[3]) for row in rows]
    figure = stats.pearsonr(expected, scores).statistic
    assert tree["systems"]["judge"]["pearson"] == pytest.approx(figure, abs=1e-3)
    assert f"\npearson   {tree['systems']['judge']['pearson']:.3f}" in result.stdout
    again = call(file, *options, "--bootstrap", 20)
    assert again.stdout == result.stdout
    assert json.loads(output.read_text(encoding="utf-8")) == tree


def test_names_that_are_no_text_do_not_cost_the_figures(folder, tmp_path):
    file, output = tmp_path / "caf\udce9.jsonl", tmp_path / "results.json"
    row = {"prompt": "p", "rubric": "r", "\ud800x": 1}
    rows = [row | {"response": "no " * n, "score": n} for n in (1, 3, 5)]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    result = call(file, "--judge", folder, "--bootstrap", 20, "--output", output)
    assert result.exit_code == 0
    assert "answers: 3" in result.stdout
    tree = json.loads(output.read_text(encoding="utf-8"))
    assert tree["file"] == str(file)
    assert tree["fields_not_read"] == ["\ud800x"]


def test_figures_that_cannot_be_written_are_printed(folder, file, tmp_path, monkeypatch, capsys):
    output = tmp_path / "results.json"

    def full(path, _content):
        raise StorageError(f"{path}: no space left")

    monkeypatch.setattr("autograder.files.atomic_write", full)
    with pytest.raises(StorageError, match="no space left"):
        benchmark.main(
            [str(file), "--judge", str(folder), "--bootstrap", "20", "--output", str(output)],
            standalone_mode=False,
        )
    assert "answers: 12" in capsys.readouterr().out


def test_figures_that_cannot_be_printed_are_written(folder, file, tmp_path, monkeypatch):
    def closed(*_args, **_options):
        raise BrokenPipeError

    output = tmp_path / "results.json"
    monkeypatch.setattr("autograder.benchmark.board.summary", closed)
    with pytest.raises(BrokenPipeError):
        call(file, "--judge", folder, "--bootstrap", 20, "--output", output)
    assert json.loads(output.read_text(encoding="utf-8"))["systems"]


def test_a_category_that_the_terminal_lacks_is_an_escape(folder, tmp_path, request):
    path = tmp_path / "ru.jsonl"
    rows = [
        {"prompt": "p", "response": f"{n}", "rubric": "r", "score": n, "category": category}
        for n, category in enumerate(("география", "география", "история"), start=1)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    options = ["--judge", folder, "--bootstrap", "10"]
    done = subprocess.run(
        [sys.executable, "-m", "autograder", "benchmark", path, *options],
        env=os.environ
        | {"PYTHONIOENCODING": "cp1252", "PYTHONPATH": str(request.config.rootpath / "src")},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert rb"\u0433\u0435\u043e" in done.stdout


def test_limit_and_reference(folder, file):
    result = call(file, "--judge", folder, "--limit", 4, "--bootstrap", 20)
    assert "answers: 4, prompts: 2; scores 1: 1, 2: 1, 3: 1, 4: 1, 5: 0" in result.stdout
    assert "with a reference answer: 4" in result.stdout
    without = call(file, "--judge", folder, "--limit", 4, "--bootstrap", 20, "--no-reference")
    assert "with a reference answer: 0" in without.stdout
    assert without.stdout.partition("\n\n")[2] != result.stdout.partition("\n\n")[2]


def test_pairs_are_graded_and_resumed_as_answers_are(folder, tmp_path, monkeypatch):
    rows = [
        {"prompt": f"Say {n // 2}.", "better": "no " * (n + 1), "worse": "yes, yes"}
        for n in range(6)
    ]
    file, output, predictions = (tmp_path / name for name in ("p.json", "out.json", "rows.csv"))
    file.write_text(json.dumps(rows), encoding="utf-8")
    places = ("--judge", folder, "--output", output, "--predictions", predictions)
    options = (*places, "--bootstrap", 20, "--limit", 5, "--rubric", "Is it short?")
    result = call(file, *options)
    assert result.exit_code == 0
    assert "pairs: 5, prompts: 3" in result.stdout
    with predictions.open(encoding="utf-8", newline="") as lines:
        grades = list(csv.DictReader(lines))
    assert [row["id"] for row in grades[:2]] == ["line-1/better", "line-1/worse"]
    assert len(grades) == 10
    expected = [float(row["expected"]) for row in grades]
    wins = [(a > b) + (a == b) / 2 for a, b in zip(expected[::2], expected[1::2], strict=True)]
    tree = json.loads(output.read_text(encoding="utf-8"))
    assert tree["pairs"]["systems"]["judge"]["accuracy"] == pytest.approx(sum(wins) / 5)
    monkeypatch.setattr(Judge, "evaluate_batches", None)
    assert call(file, *options).stdout == result.stdout


def test_the_help_says_the_default_rubric():
    assert DEFAULT_RUBRIC in " ".join(str(benchmark.help).split())


def test_two_labels_in_a_csv_of_other_columns(folder, tmp_path):
    file, output, predictions = (tmp_path / name for name in ("p.csv", "out.json", "rows.csv"))
    lines = [f"What is {n // 2}?;It is {n}{n}.;{n % 2}" for n in range(10)]
    file.write_text("\n".join(["question;answer;right", *lines]), encoding="utf-8")
    columns = ("--map", "prompt=question", "--map", "response=answer", "--map", "score=right")
    places = ("--judge", folder, "--output", output, "--predictions", predictions)
    form = ("--scale", "0:1", "--delimiter", ";", "--set", "rubric=Is it right?")
    result = call(file, *places, *columns, *form, "--bootstrap", 20)
    assert result.exit_code == 0
    with predictions.open(encoding="utf-8", newline="") as rows:
        grades = list(csv.DictReader(rows))
    is_right = [row["score"] == "5" for row in grades]
    auc = roc_auc_score(is_right, [float(row["expected"]) for row in grades])
    ranking = json.loads(output.read_text(encoding="utf-8"))["ranking"]
    assert ranking["systems"]["judge"]["auc"] == pytest.approx(auc)
    assert f"\nauc       {auc:.3f} (" in result.stdout
    assert "variance of the labels that lies between prompts: 0%" in result.stdout


def test_the_figures_say_how_they_were_made(folder, tmp_path):
    file, output = tmp_path / "p.csv", tmp_path / "out.json"
    sides = [f"Say {n};no;yes, yes;{winner}" for n, winner in enumerate([*"abab", "tie"])]
    file.write_text("\n".join(["ask;response_a;response_b;best", *sides]), encoding="utf-8")
    columns = {"prompt": "ask", "winner": "best"}
    given = {
        "map": columns,
        "set": {"category": "all"},
        "scale": None,
        "delimiter": ";",
        "encoding": None,
        "reference": False,
        "limit": 3,
        "bootstrap": 20,
    }
    texts = [f"--map={name}={column}" for name, column in columns.items()]
    options = [*texts, "--set=category=all", "--delimiter=;", "--no-reference", "--limit=3"]
    result = call(file, "--judge", folder, "--output", output, "--bootstrap", 20, *options)
    assert "ties left out, as they have no better answer: 1\n" in result.stderr
    tree = json.loads(output.read_text(encoding="utf-8"))
    assert tree["settings"] == given | {"rubric": DEFAULT_RUBRIC, "seed": Config().seed}
    assert (tree["num_tied"], tree["pairs"]["num_pairs"]) == (1, 3)


@needs_int8
def test_a_fast_judge_is_measured_as_such(folder, file, tmp_path):
    paths = [tmp_path / "exact.json", tmp_path / "fast.json"]
    options = ("--judge", folder, "--bootstrap", 20, "--predictions", tmp_path / "rows.csv")
    for path, fast in zip(paths, ([], ["--fast"]), strict=True):
        assert call(file, *options, "--output", path, *fast).exit_code == 0
    exact, fast = (json.loads(path.read_text()) for path in paths)
    assert (exact["fast"], fast["fast"]) == (False, True)
    assert exact["judge_sha256"] == fast["judge_sha256"]
    figures = [tree["systems"]["judge"]["mae_expected"] for tree in (exact, fast)]
    assert figures[0] != figures[1]
    assert figures[0] == pytest.approx(figures[1], abs=0.2)


def test_wrong_usage_exits_with_2_and_faults_are_raised(folder, file, tmp_path):
    for name in ("--output", "--predictions"):
        result = call(file, "--judge", folder, name, file)
        assert result.exit_code == 2
        assert f"FILE and {name} are the same file" in result.stderr
    assert call(file, "--output", tmp_path).exit_code == 2
    assert call(file, "--bootstrap", 1).exit_code == 2
    for wrong in (["--scale", "5:5"], ["--map", "promt=x"], ["--rubric", " "]):
        assert call(file, *wrong).exit_code == 2
    for name in ("id", "item"):
        assert f"--set {name} would make one item" in call(file, "--set", f"{name}=x").stderr
    both = call(file, "--rubric", "a", "--set", "rubric=b")
    assert "--rubric and --set rubric both give one" in both.stderr
    assert call(file, "--limit", 0).exit_code == 2
    file.write_text('{"prompt": "p", "response": "r", "score": 7}')
    with pytest.raises(DataError, match=r"score: .*; --scale LOW:HIGH converts other scales"):
        call(file, "--judge", folder)
    with pytest.raises(DataError, match="rubric: missing; --rubric TEXT gives one"):
        call(file, "--judge", folder, "--scale", "0:10")
    with pytest.raises(DataError, match="no such file"):
        call(tmp_path / "none.jsonl", "--judge", folder)


@pytest.mark.parametrize("option", ["--output", "--predictions"])
def test_what_cannot_be_written_is_refused_before_a_judge_is_loaded(tmp_path, option):
    file = tmp_path / "a.jsonl"
    file.write_text(json.dumps({"prompt": "p", "response": "r", "rubric": "?", "score": 1}))
    place = file / "below.json"
    with pytest.raises(StorageError, match=f"{place}: cannot be written: "):
        call(file, "--judge", tmp_path / "no judge", option, place)
