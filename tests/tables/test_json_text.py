"""JSON as other programs write it: lines, arrays, documents, and broken ones."""

from __future__ import annotations

import json
import re
import tracemalloc

import pandas as pd
import pytest

from autograder.bulk.source import Source, survey
from autograder.cli.judge_requests import Asked, read_requests
from autograder.errors import DataError
from autograder.tables import rows as table_rows
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


@pytest.mark.parametrize("suffix", ["json", "jsonl", "ndjson", "txt", "csv", "tsv"])
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


@pytest.mark.parametrize("orient", ["columns", "index", "split", "table", "records", "list"])
@pytest.mark.parametrize("names", [None, ["x", "y"]])
def test_a_table_of_pandas_is_read_in_every_orientation(tmp_path, orient, names):
    path, frame = tmp_path / "a.json", pd.DataFrame(ROWS)
    if names and orient in {"index", "split", "table"}:
        frame.index = names
    text = json.dumps(frame.to_dict("list")) if orient == "list" else frame.to_json(orient=orient)
    path.write_text(text)
    assert read_by_all(path) == TEXTS


def test_a_table_whose_columns_have_other_cells_is_told(tmp_path):
    path = tmp_path / "a.json"
    columns = pd.DataFrame(ROWS).to_dict("list")
    for other in ({"score": [1]}, {"score": {"0": 1, "1": 2}}, {"model": "m"}):
        path.write_text(json.dumps(columns | other))
        with pytest.raises(DataError, match=r"holds columns and not rows, .* orient='records'"):
            read_by_all(path)
    path.write_text(pd.DataFrame(ROWS).to_json(orient="values"))
    with pytest.raises(DataError, match="expected an object with named fields, got list"):
        read_by_all(path)


def test_a_row_whose_only_texts_lie_in_a_list_is_one_row(tmp_path):
    path = tmp_path / "a.json"
    path.write_text(json.dumps({"talk": ["p", "a"], "rubric": "r", "score": 4}))
    mapped = {"prompt": "talk.0", "response": "talk.1"}
    assert read_by_all(path, mapped=mapped) == [("p", "a", "r", 4)]


def test_rows_may_stand_under_their_names(tmp_path):
    path = tmp_path / "a.json"
    path.write_text(json.dumps({f"q{n}": row for n, row in enumerate(ROWS)}, indent=1))
    assert read_by_all(path) == TEXTS
    path.write_text(json.dumps({"prompt": "p", "response": {"prompt": "q"}}))
    assert len(read_all(path)) == 1


def test_rows_may_lie_under_names_of_any_tool(tmp_path):
    path = tmp_path / "a.json"
    path.write_text(json.dumps({"version": 3, "results": {"results": ROWS, "stats": {"n": 2}}}))
    assert read_by_all(path) == TEXTS
    path.write_text(json.dumps({"runs": {"first": ROWS, "second": ROWS}}))
    with pytest.raises(DataError, match=r"holds rows under first and second; keep one of them"):
        read_by_all(path)


def test_files_that_were_joined_have_marks_between(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text("\ufeff" + "\ufeff".join(json.dumps(row) + "\r\n" for row in ROWS), "utf-8")
    assert read_by_all(path) == TEXTS


ROW = json.dumps(ROWS[0])


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        (f"// mine\n[{ROW}]", 1, "JSON has no comments"),
        (f"[{ROW}, // first\n{ROW}]", 1, "JSON has no comments"),
        (f"[{ROW} # first\n, {ROW}]", 1, "JSON has no comments"),
        ('[{"prompt": "p",\n}]', 2, "remove the comma before the }"),
        ('[{"prompt": ["p",]}]', 1, "remove the comma before the ]"),
        (str(ROWS[:1]), 1, "json.dumps writes it"),
        ('[{"prompt": "p", "score": True}]', 1, "json.dumps writes it"),
        (json.dumps(ROWS, indent=1)[:-30], 11, "was it cut off?"),
        (json.dumps(ROWS[:1])[:-2], 1, "was it cut off?"),
        ("prompt,response,rubric,score\np,a,r,3\n", 1, "if it holds CSV, name it .csv"),
    ],
)
def test_what_is_no_json_is_told_with_the_remedy(tmp_path, text, line, says):
    path = tmp_path / "a.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(json.JSONDecodeError):
        json.loads(text)
    with pytest.raises(DataError, match=rf"a\.json:{line}: not JSON: .*; .*{re.escape(says)}"):
        read_by_all(path)


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ('{"prompt": "p", "resp', "(character 17 of the line); it ends within a value"),
        ('{"prompt": "p",}', "remove the comma before the }"),
        ("# mine", "JSON has no comments"),
        ("{'prompt': 'p'}", "json.dumps writes it"),
    ],
)
def test_a_line_that_is_no_json_is_told_with_the_remedy(tmp_path, row, says):
    path = tmp_path / "a.jsonl"
    path.write_text(f"{LINES}\n{row}\n", encoding="utf-8")
    report = import_data(str(path), tmp_path / "out.jsonl", ImportOptions())
    assert (report.num_rejected, report.num_examples) == (1, 2)
    assert report.first_reject.startswith("line 4: not a JSON object: ")
    assert says in report.first_reject


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


@pytest.mark.parametrize("orient", ["columns", "list"])
@pytest.mark.parametrize("index", [None, ["4", "7"], ["a", "b"]])
def test_columns_may_be_mapped_of_numbers_and_of_some_rows(tmp_path, orient, index):
    frame = pd.DataFrame({"question": ["p", "q"], "answer": [4, 7], "grade": [5, 1]}, index=index)
    path = tmp_path / "a.json"
    written = frame.to_json() if orient == "columns" else json.dumps(frame.to_dict("list"))
    path.write_text(written, encoding="utf-8")
    mapped = {"prompt": "question", "response": "answer", "score": "grade"}
    examples = read_graded(
        path, ImportOptions(mapped=mapped, constants={"rubric": "Right?"})
    ).examples
    assert [(e.prompt, e.response, e.score) for e in examples] == [("p", "4", 5), ("q", "7", 1)]


def test_rows_with_names_of_their_own_are_found_under_any_name(tmp_path):
    path = tmp_path / "a.json"
    rows = [{"question": "p", "answer": "a", "grade": 5}, {"question": "q", "answer": "b"}]
    path.write_text(json.dumps({"model": "m", "results": rows}), encoding="utf-8")
    assert read_all(path) == rows
    with pytest.raises(DataError, match=r"there are: 'question', 'answer', 'grade'; name the"):
        read_graded(path)
    two = {"model": "m", "good": rows, "bad": rows}
    path.write_text(json.dumps(two), encoding="utf-8")
    assert read_all(path) == [two]


def test_a_row_of_messages_is_no_table(tmp_path):
    said = {"role": "user", "content": "p"}, {"role": "assistant", "content": "r"}
    path = tmp_path / "a.json"
    row = {"prompt": said[0], "response": said[1], "rubric": "Right?", "score": 4}
    path.write_text(json.dumps(row, indent=1), encoding="utf-8")
    assert read_all(path) == [row]
    path.write_text(json.dumps({"messages": [], "rubric": "R"}, indent=1), encoding="utf-8")
    assert read_all(path) == [{"messages": [], "rubric": "R"}]


@pytest.mark.parametrize("orient", ["columns", "index", "split", "list", "records", "data"])
def test_rows_without_lines_of_their_own_are_numbered(tmp_path, orient):
    path, frame = tmp_path / "a.json", pd.DataFrame([*ROWS, ROWS[0] | {"score": "great"}])
    if orient == "data":
        text = json.dumps({"data": frame.to_dict("records")})
    elif orient == "list":
        text = json.dumps(frame.to_dict("list"), indent=1)
    else:
        text = frame.to_json(orient=orient)
    path.write_text(text)
    report = import_data(str(path), tmp_path / "out.jsonl", ImportOptions())
    assert report.first_reject.startswith("line 3: score: ")


def test_rows_after_many_that_are_broken_are_read(tmp_path):
    path = tmp_path / "a.jsonl"
    lines = [f'{{"prompt": {n}' for n in range(150)]
    path.write_text("\n".join(lines) + "\n" + LINES)
    report = import_data(str(path), tmp_path / "out.jsonl", ImportOptions())
    assert (report.num_rows, report.num_rejected, report.num_examples) == (152, 150, 2)
    found = survey(Source.open(path, ImportOptions()), strict=False)
    assert (found.num_rows, [*found.kinds]) == (152, [*ROWS[0]])


def test_a_file_of_broken_rows_is_told_as_such(tmp_path, monkeypatch):
    path = tmp_path / "a.jsonl"
    path.write_text("".join(f'{{"prompt": {n}\n' for n in range(151)))
    with pytest.raises(DataError, match=r"a\.jsonl:1: .*; none of the 151 rows up to here"):
        read_all(path)
    monkeypatch.setattr(table_rows, "_MAX_PEEKED", 1000)
    with pytest.raises(DataError, match="none of the 100 rows up to here"):
        read_all(path)


def test_rows_that_are_too_long_are_not_held_to_find_the_columns(tmp_path, monkeypatch):
    monkeypatch.setattr(table_rows, "MAX_ROW", 10_000)
    path = tmp_path / "a.jsonl"
    path.write_text((json.dumps(ROWS[0] | {"response": "x" * 100_000}) + "\n") * 99 + LINES)
    tracemalloc.start()
    try:
        table = open_table(str(path), ImportOptions())
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 3_000_000  # and not 99 rows
    assert [bool(row.fault) for row in table.rows] == [True] * 99 + [False] * 2
