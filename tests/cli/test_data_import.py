from __future__ import annotations

import json

import pytest
from click import Choice, Context, Group
from click.testing import CliRunner

from autograder.cli import cli, main
from autograder.cli.bars import bars
from autograder.schema import read_examples
from autograder.tables.formats import FORMATS

CSV = "question,answer,stars\nWhat is 2+2?,4,10\nWhat is 2+2?,5,0\nWhat?,=x,11\n"
OPTIONS = [
    *("--map", "prompt=question", "--map", "response=answer", "--map", "score=stars"),
    *("--set", "rubric=Correct sum.", "--set", "reasoning=a=b", "--scale", "0:10"),
]


def call(*arguments: str):
    return CliRunner().invoke(cli, ["data", "import", *arguments])


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "graded.csv"
    path.write_text(CSV)
    return str(path)


def test_a_file_of_one_s_own_becomes_examples(tmp_path, source):
    out = str(tmp_path / "out.jsonl")
    result = call(source, "-o", out, *OPTIONS)
    assert result.exit_code == 3
    rejected = tmp_path / "out.jsonl.rejected.jsonl"
    assert result.stderr.endswith(f"the rejected rows and why: {rejected}\n")
    assert result.stdout == f"2 examples of 1 items from 3 plain rows, 1 rejected: {out}\n"
    assert "line 4: score: \"11\" is outside the scale 0:10 (column 'stars')" in result.stderr
    assert [(e.response, e.score, e.reasoning) for e in read_examples(out)] == [
        ("4", 5, "a=b"),
        ("5", 1, "a=b"),
    ]
    (reject,) = (tmp_path / "out.jsonl.rejected.jsonl").read_text().splitlines()
    assert json.loads(reject)["row"] == {"question": "What?", "answer": "=x", "stars": "11"}


def test_labels_without_reasons_import_at_the_first_try(tmp_path):
    labels, out = tmp_path / "labels.csv", str(tmp_path / "out.jsonl")
    labels.write_text("prompt,response,rubric,score\nWho?,Me,Right,5\nWho?,You,Right,1\n")
    result = call(str(labels), "-o", out)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == (
        "2 examples of 1 items from 2 plain rows, 0 rejected, 2 without reasoning (only the score "
        f"is taught): {out}\n"
    )
    shown = CliRunner().invoke(cli, ["data", "show", out])
    assert "reasoning" not in shown.output
    stats = CliRunner().invoke(cli, ["data", "stats", out])
    assert "without reasoning (only the score is taught): 2" in stats.output.splitlines()


def test_a_column_that_may_hold_the_reasons_is_pointed_at(tmp_path):
    labels, out = tmp_path / "labels.csv", str(tmp_path / "out.jsonl")
    labels.write_text("prompt,response,rubric,score,why\x1b\nWho?,Me,Right,5,It is I.\n")
    result = call(str(labels), "-o", out)
    hint = "if one gives reasons: --map reasoning=COLUMN"
    assert result.stderr == f"columns that are not read: why\\x1b; {hint}\n"
    labels.write_text("prompt,response,rubric,score,why\nWho?,Me,Right,5,It is I.\n")
    result = call(str(labels), "-o", out, "--map", "reasoning=why")
    assert (result.stderr, "without reasoning" in result.stdout) == ("", False)
    labels.write_text("prompt,response,rubric,score,why,refrence\nWho?,Me,Right,5,It is I.,Us\n")
    result = call(str(labels), "-o", out, "--map", "reasoning=why")
    assert result.stderr == "columns that are not read: refrence; --map FIELD=COLUMN reads one\n"


def test_the_file_of_rejects_can_be_named(tmp_path, source):
    rejected = tmp_path / "bad.jsonl"
    result = call(source, "-o", str(tmp_path / "out.jsonl"), *OPTIONS, "--rejected", str(rejected))
    assert result.stderr.endswith(f"the rejected rows and why: {rejected}\n")
    assert json.loads(rejected.read_text())["line"] == 4


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--map", "promt=q"], "no field 'promt'; did you mean prompt?"),
        (["--map", "prompt"], "write FIELD=VALUE"),
        (["--map", "prompt=a", "--map", "prompt=b"], "gives prompt twice"),
        (["--map", "rubric=a", "--set", "rubric=b"], "--map and --set both give rubric"),
        (["--set", "id=1"], "would give all rows one id"),
        (["--item", "a", "--map", "item=b"], "say the same"),
        (["--scale", "10:10"], "LOW and HIGH have to differ"),
        (["--scale", "x"], "is not LOW:HIGH"),
        (["--preferred", "5"], "takes both --preferred N and --other N"),
        (["--preferred", "2", "--other", "5"], "has to be above"),
        (["--preferred", "6", "--other", "5"], "--preferred"),
        (["--limit", "0"], "--limit"),
        (["--delimiter", ";;"], "one character"),
        (["--format", "xlsx"], "--format"),
    ],
)
def test_wrong_usage_exits_with_2(tmp_path, source, options, says):
    result = call(source, "-o", str(tmp_path / "out.jsonl"), *options)
    assert result.exit_code == 2
    assert says in result.output


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ([], "no columns 'prompt', 'response'"),
        (["--split", "train"], "--split is for data sets of the hub, not for csv"),
        (["--format", "jsonl", "--delimiter", ";"], "--delimiter is for CSV, not for json"),
    ],
)
def test_a_fault_is_one_line_and_exits_with_1(tmp_path, source, options, says, capsys):
    with pytest.raises(SystemExit) as caught:
        main(["data", "import", source, "-o", str(tmp_path / "out.jsonl"), *options])
    assert caught.value.code == 1
    error = capsys.readouterr().err
    assert error.startswith("error: ")
    assert says in error
    assert error.count("\n") == 1


def test_numbers_of_another_scale_are_told_in_a_line(tmp_path, source, capsys):
    out = tmp_path / "out.jsonl"
    options = [option for option in OPTIONS if option not in {"--scale", "0:10"}]
    with pytest.raises(SystemExit) as caught:
        main(["data", "import", source, "-o", str(out), *options])
    assert caught.value.code == 1
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "--scale 0:11" in error
    assert "--scale 1:5" in error
    assert "column 'stars'" in error
    assert not out.exists()


def test_hostile_cells_cannot_drive_the_terminal(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("prompt,response,rubric,score,reasoning\np,a,r,1,w\np,b,r,\x1b[2J,w\n")
    result = call(str(path), "-o", str(tmp_path / "out.jsonl"))
    assert result.exit_code == 3
    assert all(c.isprintable() or c == "\n" for c in result.output)


def test_the_choices_are_the_formats():
    data = cli.get_command(Context(cli), "data")
    assert isinstance(data, Group)
    (option,) = (p for p in data.commands["import"].params if p.name == "form")
    assert isinstance(option.type, Choice)
    assert tuple(option.type.choices) == FORMATS


def test_bars_are_as_long_as_their_counts():
    counts = {1: 0, 2: 10, 3: 20, 4: 1, 5: 40}
    plain = bars(counts, width=40, encoding="ascii")
    assert [line.count("#") for line in plain] == [0, 10, 20, 1, 40]
    assert plain[4].isascii()
    assert [line.split()[-2:] for line in plain][1] == ["10", "14.1%"]
    drawn = bars(counts, width=20, encoding="utf-8")
    assert [line.count("█") for line in drawn] == [0, 5, 10, 0, 20]
    assert "▌" in drawn[3]
    assert {len(line) for line in drawn} == {len(drawn[0])}
    assert "#" in bars({1: 1}, encoding="latin-1")[0]
    assert bars({1: 1000, 2: 1}, encoding="utf-8")[1].count("▏") == 1
    assert all(line.split()[1:] == ["0", "0.0%"] for line in bars({1: 0, 2: 0}))


def test_stats_draws_the_scores(tmp_path, source):
    out = str(tmp_path / "out.jsonl")
    call(source, "-o", out, *OPTIONS)
    result = CliRunner().invoke(cli, ["data", "stats", out])
    lines = result.output.splitlines()
    start = lines.index("score")
    assert [line.split()[0] for line in lines[start + 1 : start + 6]] == list("12345")
    assert lines[start + 1].split()[2:] == ["1", "50.0%"]
    ascii_result = CliRunner(charset="ascii").invoke(cli, ["data", "stats", out])
    assert ascii_result.exit_code == 0
    assert "#" * 40 in ascii_result.output
