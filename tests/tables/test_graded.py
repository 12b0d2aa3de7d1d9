"""What `data audit`, `stats` and `show` read of rows that repeat each other."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from autograder.benchmark.records import read_benchmark
from autograder.cli.data import data
from autograder.errors import DataError
from autograder.schema import Example, read_examples, write_examples
from autograder.tables.formats import ImportOptions
from autograder.tables.graded import read_graded
from autograder.tables.importing import import_data
from autograder.tables.scales import PairRule

ROW = {"prompt": "p", "response": "a", "rubric": "r", "score": 4}
PAIRS = [{"prompt": "p", "chosen": "a", "rejected": other} for other in "bc"]
PAIR = ImportOptions(pair=PairRule(5, 2), constants={"rubric": "r"})


def write(tmp_path: Path, rows: list[dict]) -> Path:
    path = tmp_path / "a.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


@pytest.mark.parametrize(
    ("rows", "options", "num_repeated"),
    [
        (PAIRS, PAIR, 1),
        ([*PAIRS, PAIRS[0]], PAIR, 3),
        ([ROW, ROW], ImportOptions(), 1),
        ([ROW, ROW | {"id": ""}, ROW | {"id": "own"}], ImportOptions(), 1),
    ],
)
def test_rows_without_ids_may_repeat_each_other(tmp_path, rows, options, num_repeated):
    path, out = write(tmp_path, rows), tmp_path / "out.jsonl"
    read = read_graded(path, options)
    assert read.num_repeated == num_repeated
    import_data(str(path), out, options)
    found = [(e.response, e.score) for e in read.examples]
    assert found == [(e.response, e.score) for e in read_examples(out)]


@pytest.mark.parametrize("rows", [[ROW, ROW], PAIRS])
@pytest.mark.parametrize("name", ["id", "ID"])
def test_an_id_of_one_s_own_is_still_needed_once(tmp_path, rows, name):
    path = write(tmp_path, [row | {name: "x"} for row in rows])
    with pytest.raises(DataError, match=r":2: id: .* is used twice, first in line 1"):
        read_graded(path, PAIR if rows == PAIRS else None)


@pytest.mark.parametrize("command", ["audit", "stats", "show"])
def test_what_is_left_out_is_said(tmp_path, command):
    options = ["--preferred", "5", "--other", "2", "--set", "rubric=r"]
    result = CliRunner().invoke(data, [command, str(write(tmp_path, PAIRS)), *options])
    assert result.exit_code == 0, result.output
    assert "left out 1 examples that stood there already" in result.stderr


@pytest.mark.parametrize("response", ["", " ", "N/A", "-", "a"])
@pytest.mark.parametrize("reasoning", ["", "It says nothing."])
def test_what_the_pipeline_wrote_is_read_though_a_response_says_nothing(
    tmp_path, response, reasoning
):
    path, out = tmp_path / "examples.jsonl", tmp_path / "out.jsonl"
    example = Example("a/1", "a", "p", response, "r", 1, reasoning, "c", 3, "de", "natural/x", "R")
    write_examples(path, [example])
    assert read_graded(path).examples == [example]
    assert [e.request for e in read_benchmark(path).examples] == [example.request]
    import_data(str(path), out, ImportOptions())
    assert read_examples(out) == [example]
    for command in ("audit", "stats", "show"):
        assert CliRunner().invoke(data, [command, str(path)]).exit_code == 0
    leaks = CliRunner().invoke(data, ["leaks", str(path), "--against", str(path)])
    assert "error" not in leaks.output


def test_what_the_user_maps_holds_for_rows_of_the_pipeline_too(tmp_path):
    example = Example("a/1", "a", "p", "x", "r", 1, "Why.", "c", 3, "de", "natural/x", "R")
    write_examples(path := tmp_path / "examples.jsonl", [example])
    mapped, given = ImportOptions(mapped={"reference": "reasoning"}), {"rubric": "other"}
    for read in (lambda how: read_graded(path, how), lambda how: read_benchmark(path, options=how)):
        assert read(mapped).examples[0].reference == "Why."
        assert read(ImportOptions(constants=given)).examples[0].rubric == "other"


def test_a_cell_that_says_nothing_is_still_a_fault_in_rows_of_others(tmp_path):
    row = ROW | {"id": "x", "response": ""}
    for read in (read_graded, read_benchmark):
        with pytest.raises(DataError, match=":1: response: is empty"):
            read(write(tmp_path, [row]))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"rubric": "-"}, r":1: rubric: \"-\" is what programs write"),
        ({"category": "N/A"}, r":1: category: \"N/A\" is what programs write"),
        ({"id": ""}, ":1: id: is empty"),
    ],
)
def test_what_an_item_lacks_is_told_alike_by_each_reader(tmp_path, change, says):
    answers = [{"score": 3, "response": "x"}]
    row = {"id": "a", "category": "c", "level": 1, "prompt": "p", "rubric": "r"}
    path = write(tmp_path, [row | {"responses": answers} | change])
    for read in (read_graded, read_benchmark):
        with pytest.raises(DataError, match=says):
            read(path)


@pytest.mark.parametrize("responses", [None, [], "", "N/A"])
def test_an_answer_beside_no_responses_is_no_item(tmp_path, responses):
    path = write(tmp_path, [ROW | {"responses": responses, "category": "", "id": None}])
    (example,) = read_benchmark(path).examples
    assert (example.response, example.category) == ("a", "general")
