"""A table with more columns than anybody reads: messages name the first ten, and how many more."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from autograder.cli import cli
from autograder.tables.shown_names import some_of

TEXTS = {"prompt": "p", "response": "a", "rubric": "r"}
OTHERS = {f"c{number:02}": "x" for number in range(40)}
FIRST = ", ".join(list(OTHERS)[:10])


def message(tmp_path, row, *words):
    """What a command says of a file with this row; no judge is there, which comes last."""
    path = tmp_path / "in.jsonl"
    path.write_text(json.dumps(row) + "\n", encoding="utf-8")
    given = [str(path) if word == "IN" else word for word in words]
    out = str(tmp_path / "out.jsonl")
    given = [out if word == "OUT" else word for word in given]
    if words[0] != "data":
        given += ["--judge", str(tmp_path)]
    result = CliRunner().invoke(cli, given)
    return result.stderr or str(result.exception)


@pytest.mark.parametrize("words", [
    ("grade", "IN", "OUT"), ("benchmark", "IN"), ("judge", "--file", "IN"),
    ("data", "import", "IN", "-o", "OUT"), ("data", "stats", "IN"),
])  # fmt: skip
def test_columns_that_are_not_read_are_ten_and_a_number(tmp_path, words):
    row = TEXTS | OTHERS if words[0] in {"grade", "judge"} else TEXTS | {"score": 4} | OTHERS
    assert f": {FIRST} and 30 more" in message(tmp_path, row, *words)


@pytest.mark.parametrize("words", [
    ("grade", "IN", "OUT"), ("benchmark", "IN"), ("data", "import", "IN", "-o", "OUT"),
    ("data", "stats", "IN"), ("grade", "IN", "OUT", "--columns", "no"),
])  # fmt: skip
def test_columns_that_are_there_are_ten_and_a_number(tmp_path, words):
    row = OTHERS | TEXTS if "--columns" in words else OTHERS
    said = message(tmp_path, row, *words).replace("'", "")
    num_more = len(row) - 10
    assert f"{FIRST} and {num_more} more; " in f"{said}; ".replace("\n", "; ")


def test_a_column_without_a_name_is_told_in_each_list(tmp_path):
    row = TEXTS | {"score": 4, "": "x"}
    for words in (("data", "stats", "IN"), ("benchmark", "IN")):
        assert "not read: one without a name\n" in message(tmp_path, row, *words)
    assert some_of([]) == ""
