"""Bytes as other programs write them: encodings and ends of lines."""

from __future__ import annotations

import json

import pandas as pd
import pytest

from autograder.errors import DataError
from autograder.tables.formats import ImportOptions, open_table
from autograder.tables.graded import read_graded
from tables.readers import ROWS, TEXTS, read_by_all


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
    with pytest.raises(DataError, match=r":2: prompt: not UTF-8; .* --encoding cp1251"):
        read_graded(path)
    assert read_by_all(path, encoding=encoding) == [(word, word, word, 3)]


def test_a_file_of_an_old_mac_is_in_its_encoding(tmp_path):
    path = tmp_path / "a.csv"
    text = pd.DataFrame(ROWS).to_csv(index=False, lineterminator="\r")
    path.write_bytes(text.encode("mac-roman"))
    assert read_by_all(path) == TEXTS
    assert "read as Mac OS Roman" in open_table(str(path), ImportOptions()).note
    path.write_bytes(text.encode())
    assert read_by_all(path) == TEXTS
    assert not open_table(str(path), ImportOptions()).note


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
