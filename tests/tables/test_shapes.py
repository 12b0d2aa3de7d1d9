"""Files as other programs write them: encodings, ends of lines, delimiters, shapes of JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from autograder.benchmark.records import read_benchmark
from autograder.bulk.source import Source
from autograder.cli.judge_requests import Asked, read_requests
from autograder.errors import DataError
from autograder.schema import read_examples
from autograder.tables import textfiles
from autograder.tables.encodings import TextFile
from autograder.tables.formats import ImportOptions, open_table
from autograder.tables.graded import read_graded
from autograder.tables.importing import import_data
from helpers.counted import Counted, doubled

ROWS = [
    {"prompt": "Où?", "response": "Près d'ici; là", "rubric": "Juste?", "score": 5},
    {"prompt": "Wer?", "response": "Größe, „so“", "rubric": "Richtig?", "score": 1},
]
TEXTS = [(row["prompt"], row["response"], row["rubric"], row["score"]) for row in ROWS]


def read_by_all(path: Path, **options: Any) -> list[tuple[Any, ...]]:
    """Prompt, response, rubric and score, after every reader has read the same of them."""
    given = ImportOptions(**options)
    out = path.with_name("out.jsonl")
    import_data(str(path), out, given)
    found = [(e.prompt, e.response, e.rubric, e.score) for e in read_examples(out)]
    for examples in (
        read_graded(path, given).examples,
        read_benchmark(path, options=given).examples,
    ):
        assert [(e.prompt, e.response, e.rubric, e.score) for e in examples] == found
    source = Source.open(path, given)
    assert [source.request(row).texts[:3] for row in source.rows()] == [t[:3] for t in found]
    return found


def read_all(path: Path, **options: Any) -> list[dict[str, Any]]:
    return [dict(row.values) for row in open_table(str(path), ImportOptions(**options)).rows]


# --- bytes


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl", "a.json"])
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"]
)
def test_an_encoding_is_found(tmp_path, name, encoding):
    path, frame = tmp_path / name, pd.DataFrame(ROWS)
    if name == "a.csv":
        path.write_bytes(frame.to_csv(index=False).encode(encoding))
    else:
        text = frame.to_json(orient="records", lines=name == "a.jsonl", force_ascii=False)
        path.write_bytes(text.encode(encoding))
    assert read_by_all(path) == TEXTS
    note = open_table(str(path), ImportOptions()).note
    assert ("read as Windows-1252" in note) == (encoding == "cp1252")
    assert read_by_all(path, encoding=encoding) == TEXTS
    assert not open_table(str(path), ImportOptions(encoding=encoding)).note


@pytest.mark.parametrize(("encoding", "word"), [("cp1251", "Привет"), ("cp932", "日本語です")])
def test_an_encoding_that_is_not_western_is_named_by_the_user(tmp_path, encoding, word):
    path = tmp_path / "a.csv"
    text = f"prompt,response,rubric,score\n{word},{word},{word},3\n"
    path.write_bytes(text.encode(encoding))
    with pytest.raises(DataError, match=r":2: prompt: not UTF-8; .* --encoding cp1252"):
        read_graded(path)
    assert read_by_all(path, encoding=encoding) == [(word, word, word, 3)]


def test_a_few_broken_bytes_make_no_other_encoding(tmp_path):
    path = tmp_path / "a.csv"
    lines = ["prompt,response,rubric,score", *(f"é{n},é,é,3" for n in range(9))]
    path.write_bytes("\n".join(lines).encode() + b"\nx,caf\xe9,r,1\n")
    with pytest.raises(DataError, match=":11: response: not UTF-8"):
        read_graded(path)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("name", ["a.csv", "a.jsonl"])
def test_every_end_of_a_line_is_one(tmp_path, name, end):
    path = tmp_path / name
    lines = ["prompt,response,rubric,score", 'p,"two\nlines",r,2', "q,s,r,3"]
    if name == "a.jsonl":
        rows = [("p", "two\nlines", 2), ("q", "s", 3)]
        names = ("prompt", "response", "score")
        lines = [json.dumps({**dict(zip(names, row, strict=True)), "rubric": "r"}) for row in rows]
    path.write_bytes(end.join([*lines, ""]).encode())
    assert [t[:2] for t in read_by_all(path)] == [("p", "two\nlines"), ("q", "s")]


# --- CSV


@pytest.mark.parametrize("num", [4, 200, 8000])
@pytest.mark.parametrize("twice", [0, -2], ids=["the first", "the last"])
def test_the_work_for_a_header_grows_as_the_number_of_columns(monkeypatch, num, twice):
    header = doubled(num, twice)
    monkeypatch.setattr(textfiles, "_records", lambda *_, **__: iter([(1, header)]))
    Counted.num = 0
    with pytest.raises(DataError, match=f"column '{header[-1]}' is there twice"):
        textfiles.open_csv(TextFile.of(b"", "a.csv"))
    assert Counted.num <= 16 * num


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("sep", [False, True])
def test_a_delimiter_is_found(tmp_path, delimiter, sep):
    path = tmp_path / "a.csv"
    text = pd.DataFrame(ROWS).to_csv(index=False, sep=delimiter)
    path.write_text((f"sep={delimiter}\n" if sep else "") + text, encoding="utf-8")
    assert read_by_all(path) == TEXTS
    first = next(iter(open_table(str(path), ImportOptions()).rows))
    assert first.line == (3 if sep else 2)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
@pytest.mark.parametrize(
    ("line", "delimiter"),
    [("sep=\t", "\t"), ("sep=\\t", "\t"), ('"sep=;"', ";"), ("SEP=;", ";"), ("sep=;;;", ";"),
     ("sep=,,,", ","), ("sep=;,,", ";")],
)  # fmt: skip
def test_a_line_sep_is_found_however_it_was_saved(tmp_path, line, delimiter, encoding):
    path = tmp_path / "a.csv"
    text = pd.DataFrame(ROWS).to_csv(index=False, sep=delimiter)
    path.write_bytes(f"{line}\r\n{text}".encode(encoding))
    assert read_by_all(path) == TEXTS


def test_a_delimiter_that_parts_nothing_is_told(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("prompt;response;rubric;score\np;a;r;3\n")
    with pytest.raises(DataError, match=r"there is only 'prompt;resp.*; --delimiter ';' parts it"):
        read_by_all(path, delimiter=",")


def test_blanks_around_the_names_of_columns_are_none(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("prompt, response ,rubric\t, score\np, a,r, 3\n")
    assert read_by_all(path) == [("p", " a", "r", 3)]


def test_a_delimiter_of_a_tsv_is_what_it_has(tmp_path):
    path = tmp_path / "a.tsv"
    path.write_text("prompt,response,rubric,score\np,a,r,3\n")
    assert read_by_all(path) == [("p", "a", "r", 3)]


def test_one_column_alone_needs_no_delimiter(tmp_path):
    (tmp_path / "a.csv").write_text("prompt\nWhere, when?\n".replace(",", ";"))
    assert read_all(tmp_path / "a.csv") == [{"prompt": "Where; when?"}]


@pytest.mark.parametrize("cells", [",,", ',"",'])
def test_columns_at_the_end_without_name_and_content_are_none(tmp_path, cells):
    path = tmp_path / "a.csv"
    blank = f",,,{cells}"
    lines = [f"prompt,response,rubric,score{cells}", blank, f"p,a,r,3{cells}", "q,a,r,3", blank]
    path.write_text("\n".join(lines))
    assert read_by_all(path) == [("p", "a", "r", 3), ("q", "a", "r", 3)]
    path.write_text("prompt,response,rubric,score,,\np,a,r,3,,x\nq,a,r,4,,\n")
    report = import_data(str(path), tmp_path / "out.jsonl", ImportOptions())
    assert report.first_reject == "line 2: has 6 cells, the header names 4 columns"


def test_columns_without_name_before_others_are_numbered(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text(",prompt,,response\n1,p,2,a\n")
    assert read_all(path) == [{"column 1": "1", "prompt": "p", "column 3": "2", "response": "a"}]
    pd.DataFrame(ROWS).to_csv(path)
    assert list(read_all(path)[0]) == ["", "prompt", "response", "rubric", "score"]


# --- JSON

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
