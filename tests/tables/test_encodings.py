"""Bytes as other programs write them: encodings and ends of lines."""

from __future__ import annotations

import contextlib
import json
import os
import threading
from pathlib import Path

import pandas as pd
import pytest

from autograder.cli.judge_requests import Asked, read_requests, read_text
from autograder.errors import DataError
from autograder.schema import read_examples, read_items
from autograder.tables.formats import ImportOptions, open_table
from autograder.tables.graded import read_graded
from autograder.tables.importing import import_data
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


def test_a_byte_order_mark_before_an_item_is_none_of_it(tmp_path):
    path = tmp_path / "a.jsonl"
    item = {"id": "tone", "category": "tone", "level": 1, "language": "en", "prompt": "Reply."}
    item |= {"rubric": "Kind?", "responses": [{"score": 5, "response": "Größe"}]}
    path.write_text(json.dumps(item, ensure_ascii=False), encoding="utf-8-sig")
    (example,) = read_graded(path).examples
    assert (example.item, example.response, example.score) == ("tone", "Größe", 5)
    assert [found.id for found in read_items(path)] == ["tone"]


@pytest.mark.parametrize("order", ["le", "be"])
@pytest.mark.parametrize("name", ["a.csv", "a.jsonl"])
@pytest.mark.parametrize("word", ["Назовите благородный газ", "请说出一种稀有气体的名字" * 30])
def test_utf_16_of_other_scripts_is_found_without_a_mark(tmp_path, name, word, order):
    path = tmp_path / name
    row = {"prompt": word, "response": word, "rubric": word, "score": 3}
    text = json.dumps(row, ensure_ascii=False) + "\n"
    if name == "a.csv":
        text = f"{','.join(row)}\n{','.join(map(str, row.values()))}\n"
    path.write_bytes(text.encode(f"utf-16-{order}"))
    assert read_by_all(path) == [(word, word, word, 3)]
    assert read_by_all(path, encoding="utf-16") == [(word, word, word, 3)]


def test_utf_32_may_be_named_without_a_mark(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes("prompt,response,rubric,score\nЯ,Привет,Да,3\n".encode("utf-32-le"))
    assert read_by_all(path, encoding="utf-32") == [("Я", "Привет", "Да", 3)]


def test_an_encoding_that_a_text_is_not_of_is_one_line(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"prompt,response,rubric,score\na,b,c,3\n\xff\xff\xff")
    for encoding in ("utf-32", "idna", "punycode"):
        with pytest.raises(DataError, match=encoding):
            read_graded(path, ImportOptions(encoding=encoding))


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


needs_pipes = pytest.mark.skipif(not Path("/dev/fd").is_dir(), reason="pipes have no paths here")


@contextlib.contextmanager
def piped(content):
    """The path of a pipe that gives the content to its first reader."""
    reading, writing = os.pipe()

    def fill():
        with os.fdopen(writing, "wb") as file:
            file.write(content)

    thread = threading.Thread(target=fill)
    thread.start()
    try:
        yield Path(f"/dev/fd/{reading}")
    finally:
        with os.fdopen(reading, "rb") as rest:
            rest.read()
        thread.join()


@needs_pipes
@pytest.mark.parametrize("encoding", [None, "utf-8"])
@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_a_pipe_is_read_to_its_end(tmp_path, form, encoding):
    rows = [ROWS[0] | {"response": f"Antwort {n}, größer"} for n in range(3000)]
    content = pd.DataFrame(rows)
    text = content.to_csv(index=False) if form == "csv" else content.to_json(orient="records")
    with piped(text.encode()) as path:
        report = import_data(
            str(path), tmp_path / "out.jsonl", ImportOptions(form=form, encoding=encoding)
        )
    assert (report.num_rows, report.num_rejected) == (3000, 0)
    found = [example.response for example in read_examples(tmp_path / "out.jsonl")]
    assert found == [row["response"] for row in rows]


@needs_pipes
def test_a_pipe_of_requests_is_read_too():
    asked = {"prompt": "p", "response": "a", "rubric": "größer"}
    with piped(json.dumps(asked).encode()) as path:
        (request,) = read_requests(str(path), {})
    assert isinstance(request, Asked)
    assert request.rubrics == {"": "größer"}
    with piped(b"polite\n") as path:
        assert read_text(str(path)) == "polite"


@needs_pipes
@pytest.mark.parametrize("form", ["auto", "parquet", "pairwise"])
def test_a_pipe_that_cannot_be_read_in_order_is_told_the_remedy(tmp_path, form):
    with (
        piped(b'{"prompt": "p"}\n') as path,
        pytest.raises(DataError, match=r"/dev/fd/\d+: is a pipe, .*; write it to a file"),
    ):
        import_data(str(path), tmp_path / "out.jsonl", ImportOptions(form=form))
