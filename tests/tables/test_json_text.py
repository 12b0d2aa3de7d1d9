"""JSON as other programs write it: lines, arrays, documents, and broken ones."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from autograder.cli.judge_requests import Asked, read_requests
from autograder.errors import DataError
from autograder.tables.formats import ImportOptions, open_table
from autograder.tables.graded import read_graded
from autograder.tables.importing import import_data
from tables.readers import ROWS, TEXTS, read_all, read_by_all

LINES = "".join(json.dumps(row) + "\n" for row in ROWS)
DOCUMENTS = {
    "lines": LINES,
    "array": json.dumps(ROWS),
    "pretty array": json.dumps(ROWS, indent=1),
    "array of lines": "[\n" + ",\n".join(map(json.dumps, ROWS)) + "\n]",
    "one after the other": "\n".join(json.dumps(row, indent=4) for row in ROWS),
    "data": json.dumps({"version": 1, "data": ROWS}),
    "pretty rows": json.dumps({"rows": ROWS, "count": 2}, indent=2),
    "lines with commas": ",\n".join(map(json.dumps, ROWS)) + ",\n",
    "lines with commas between": ",\n".join(map(json.dumps, ROWS)) + "\n",
    "array that ends in a comma": "[" + ",\n".join(map(json.dumps, ROWS)) + ",\n]",
    "another name": json.dumps({"version": [{"n": 1}], "examples": ROWS}, indent=1),
    "a name in a name": json.dumps({"data": {"count": 2, "rows": ROWS}}),
    "items of lines": '{"items": [\n' + ",\n".join(map(json.dumps, ROWS)) + "\n]}",
    "items that begin in the first line": '{"items": [' + ",\n".join(map(json.dumps, ROWS)) + "]}",
}


@pytest.mark.parametrize("suffix", ["json", "jsonl", "ndjson", "txt"])
@pytest.mark.parametrize("shape", DOCUMENTS)
def test_json_of_any_shape_under_any_name(tmp_path, shape, suffix):
    path = tmp_path / f"a.{suffix}"
    path.write_text(DOCUMENTS[shape], encoding="utf-8")
    assert read_by_all(path) == TEXTS
    asked = [{name: row[name] for name in ("prompt", "response", "rubric")} for row in ROWS]
    path.write_text(json.dumps({"data": asked}), encoding="utf-8")
    found = [row for row in read_requests(str(path), {}) if isinstance(row, Asked)]
    assert [(row.prompt, row.response) for row in found] == [t[:2] for t in TEXTS]


@pytest.mark.parametrize("indent", [None, 2])
def test_one_object_is_one_row(tmp_path, indent):
    path = tmp_path / "a.json"
    path.write_text(json.dumps(ROWS[0] | {"items": [{"x": 1}]}, indent=indent), encoding="utf-8")
    assert read_by_all(path) == TEXTS[:1]
    path.write_text(json.dumps({"q": "p", "data": [{"a": "x"}]}, indent=indent))
    assert read_all(path) == [{"a": "x"}]
    for column in ("q", "data.0.a"):
        assert len(read_all(path, mapped={"prompt": column})[0]) == 2


@pytest.mark.parametrize(
    "row",
    [
        {"response_a": "x", "response_b": "y", "winner": "a"},
        {"output_1": "x", "output_2": "y", "preference": 1},
        {"better": "x", "worse": "y"},
        {"orig_instruction": "p", "orig_response": "x", "orig_score": 3},
    ],
)
def test_one_object_with_the_fields_of_any_layout_is_one_row(tmp_path, row):
    path, row = tmp_path / "a.json", row | {"history": [{"prompt": "old"}]}
    path.write_text(json.dumps(row))
    assert read_all(path) == [row]


def test_the_line_of_a_row_is_where_it_begins(tmp_path):
    path = tmp_path / "a.json"
    path.write_text('{"version": [\n1],\n\n"data": [{"a":\n1}, {"b": 2},\n\n{}]}\n')
    assert [row.line for row in open_table(str(path), ImportOptions()).rows] == [4, 5, 7]
    path.write_text('\n{\n"a": 1}\n\n{"b": 2}{"c":\n3}\n')
    assert [row.line for row in open_table(str(path), ImportOptions()).rows] == [2, 5, 5]


@pytest.mark.parametrize("orient", ["columns", "list"])
def test_a_table_column_by_column_is_told_as_one(tmp_path, orient):
    path, frame = tmp_path / "a.json", pd.DataFrame(ROWS)
    path.write_text(frame.to_json() if orient == "columns" else json.dumps(frame.to_dict("list")))
    with pytest.raises(DataError, match=r"holds columns and not rows; .* orient='records'"):
        read_by_all(path)
    frame.to_json(path, orient="records")
    assert read_by_all(path) == TEXTS


def test_names_with_gaps_become_fractions_in_pandas(tmp_path):
    path = tmp_path / "a.parquet"
    frame = pd.DataFrame([row | {"id": number} for number, row in enumerate(ROWS)])
    frame.assign(item=[7.0, None], id=frame["id"].astype(float)).to_parquet(path)
    assert read_by_all(path) == TEXTS
    read = read_graded(path).examples
    assert [(example.id, example.item) for example in read] == [("0", "7"), ("1", "1")]
    frame.assign(id=[2.0**53, 2.0**53 + 2]).to_parquet(path)  # each may have been two numbers
    with pytest.raises(DataError, match="id: expected text or a whole number"):
        read_by_all(path)


@pytest.mark.parametrize("text", ['{"data": []}', '{"rows": []}\n', "[]", "", "\n"])
def test_no_rows_are_said(tmp_path, text):
    (tmp_path / "a.json").write_text(text)
    with pytest.raises(DataError, match="holds no rows"):
        read_graded(tmp_path / "a.json")


def test_a_first_line_that_is_broken_leaves_the_others(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"prompt": "p",\n' + LINES)
    report = import_data(str(tmp_path / "a.jsonl"), tmp_path / "out.jsonl", ImportOptions())
    assert (report.num_rejected, report.num_examples) == (1, 2)
    assert report.first_reject.startswith("line 1: not a JSON object")
