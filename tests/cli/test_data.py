from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from autograder.cli.data import data
from autograder.errors import AuditError, ConfigError, DataError

ROOT = Path(__file__).parents[2]
STARTER = str(ROOT / "data/starter.jsonl")
BANK = str(ROOT / "data/bank/conduct.jsonl")
HOSTILE = {
    "id": "a\x1b[2J",
    "prompt": "one\ntwo\u202e",
    "response": "\x9b31m\x07\x08",
    "rubric": "\x1b]0;title\x07",
    "score": 3,
    "reasoning": "\rwhy",
    "category": "c\nd",
}


def call(*arguments: str):
    return CliRunner().invoke(data, arguments)


def test_show_counts_and_prints_some_examples():
    result = call("show", STARTER, "-n", "2")
    assert result.exit_code == 0
    first, *rest = result.output.splitlines()
    assert first.startswith("53 examples, 24 items; scores 1: 11, 2: 10, 3: 10, 4: 10, 5: 12")
    assert sum("  score " in line for line in rest) == 2
    assert "  response   2+2=5: put two items beside two others and you have five." in rest


def test_show_reads_items_too():
    result = call("show", BANK, "-n", "0")
    assert result.output.startswith("120 examples, 24 items")


@pytest.mark.parametrize("command", ["show", "stats", "audit"])
def test_hostile_text_cannot_drive_the_terminal(tmp_path, command):
    path = tmp_path / "rows.jsonl"
    path.write_text(json.dumps(HOSTILE) + "\n", encoding="utf-8")
    result = call(command, str(path))
    assert result.exit_code == 0
    assert all(c.isprintable() or c == "\n" for c in result.output)


def test_show_escapes_and_indents(tmp_path):
    path = tmp_path / "rows.jsonl"
    path.write_text(json.dumps(HOSTILE) + "\n", encoding="utf-8")
    lines = call("show", str(path)).output.splitlines()
    assert r"a\x1b[2J  score 3  (c\nd, level 1, en, user)" in lines
    assert "  prompt     one" in lines
    assert r"             two\u202e" in lines
    assert r"  response   \x9b31m\x07\x08" in lines


def test_stats_counts_by_every_field():
    output = call("stats", BANK).output
    for heading in ("category", "level", "language", "source"):
        assert any(line.startswith(heading) for line in output.splitlines())
    (line,) = (line for line in output.splitlines() if line.startswith("multilingual"))
    assert line.split()[1:7] == ["20", "4", "4", "4", "4", "4"]


@pytest.fixture
def items():
    """Two lines as they stand in a file of `data/natural/`."""
    graded = [{"score": 1, "response": "No."}, {"score": 5, "response": "Yes."}]
    item = {"category": "c", "level": 1, "prompt": "So?", "rubric": "Right?", "responses": graded}
    return "".join(
        json.dumps(item | {"id": f"mine-{n}", "prompt": f"So {n}?"}) + "\n" for n in "ab"
    )


@pytest.mark.parametrize(
    ("folder", "source"),
    [("data/natural", "natural/mine"), ("natural", "natural/mine"), ("data/bank", "bank")],
)
def test_the_source_is_that_of_the_pipeline(tmp_path, monkeypatch, items, folder, source):
    path = tmp_path / folder / "mine.jsonl"
    path.parent.mkdir(parents=True)
    path.write_text(items, encoding="utf-8")
    assert call("show", str(path)).output.splitlines()[0].endswith(f"sources {source}: 4")
    assert f"(c, level 1, en, {source})" in call("show", str(path)).output
    lines = call("stats", str(path)).output.splitlines()
    assert lines[next(n for n, line in enumerate(lines) if line.startswith("source")) + 1].split()[
        :2
    ] == [source, "4"]
    assert call("audit", str(path)).exit_code == 0
    monkeypatch.chdir(path.parent)
    assert call("show", "mine.jsonl").output.splitlines()[0].endswith(f"sources {source}: 4")


def test_audit_says_that_there_is_no_hard_fault():
    result = call("audit", BANK)
    assert result.exit_code == 0
    assert "120 examples: no hard fault, " in result.output


def test_audit_takes_its_thresholds_from_a_file(tmp_path):
    params = tmp_path / "params.yaml"
    text = (ROOT / "params.yaml").read_text(encoding="utf-8")
    limit = "max_length_correlation: "
    head, _, tail = text.partition(limit)
    params.write_text(f"{head}{limit}0 #{tail}", encoding="utf-8")
    assert "warning: all examples: length" in call("audit", BANK, "--params", str(params)).output
    with pytest.raises(ConfigError):
        CliRunner().invoke(data, ["audit", BANK, "--params", "none"], catch_exceptions=False)


def test_faults_are_raised_for_the_command_line_to_print(tmp_path):
    path = tmp_path / "rows.jsonl"
    row = HOSTILE | {"id": "a"}
    rows = [row, row | {"id": "b", "score": 4}]
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    with pytest.raises(AuditError, match="a and b: "):
        CliRunner().invoke(data, ["audit", str(path)], catch_exceptions=False)
    with pytest.raises(DataError, match="no such file"):
        CliRunner().invoke(data, ["show", str(tmp_path / "none")], catch_exceptions=False)


@pytest.mark.parametrize("command", ["show", "stats"])
@pytest.mark.parametrize("encoding", ["cp1252", "latin-1"])
def test_what_a_terminal_lacks_is_shown_as_an_escape(tmp_path, request, command, encoding):
    path = tmp_path / "ru.jsonl"
    row = {"prompt": "Столица?", "response": "Лима", "rubric": "Верно? 😀", "score": 5}
    path.write_text(json.dumps(row | {"category": "География"}, ensure_ascii=False), "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "autograder", "data", command, path],
        env=os.environ
        | {"PYTHONIOENCODING": encoding, "PYTHONPATH": str(request.config.rootpath / "src")},
        capture_output=True,
        check=True,
    )
    assert rb"\u0413\u0435" in done.stdout


def test_wrong_usage_exits_with_2():
    assert call("show").exit_code == 2
    assert call("show", STARTER, "-n", "-1").exit_code == 2


def test_leaks_prints_pairs_and_exits_with_1(tmp_path):
    words = " ".join(f"word{n}" for n in range(40))
    record = {"prompt": "A question?", "response": words, "rubric": "r", "score": 3}
    mine, theirs, clean = (tmp_path / f"{name}.jsonl" for name in ("mine", "theirs", "clean"))
    mine.write_text(json.dumps(record | {"id": "a\x1b"}), encoding="utf-8")
    other = record | {"id": "b", "prompt": "Another one?", "response": f"Well: {words}"}
    theirs.write_text(json.dumps(other), encoding="utf-8")
    clean.write_text(json.dumps(record | {"prompt": "So?", "response": "So."}), encoding="utf-8")
    result = call("leaks", str(mine), "--against", str(theirs))
    assert result.exit_code == 1
    first, last = result.output.splitlines()
    assert first == r"prompt and response: a\x1b and b share 94%"  # 33 of 35
    assert last.startswith("1 rows against 1: 1 nearly repeat another")
    result = call("leaks", str(mine), "--against", str(clean))
    assert result.exit_code == 0
    assert "0 nearly repeat another" in result.output
    bare = {name: value for name, value in record.items() if name != "rubric"}
    tie = {"prompt": "So?", "response_a": words, "response_b": "No.", "winner": "tie"}
    pair = tie | {"prompt": "And?", "response_a": "Yes.", "winner": "b"}
    for rows in ([bare], [tie, pair]):
        clean.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
        result = call("leaks", str(mine), "--against", str(clean))
        assert "nearly repeat another" in result.output  # not a fault, which also exits with 1
        assert result.exit_code == 1
    same = call("leaks", str(mine), "--against", str(mine))
    assert same.output.splitlines()[0] == r"prompt: a\x1b and a\x1b share 100%"
    assert call("leaks", str(mine)).exit_code == 2
