from __future__ import annotations

import re

import pytest

from autograder.cli.judge_requests import option_rubrics
from autograder.errors import DataError
from autograder.jsonl import decode_line, first_repeated, read_lines, show, unique_keys
from autograder.tables.graded import read_graded
from helpers.counted import Counted, doubled


@pytest.mark.parametrize("num", [3, 100, 8000])
@pytest.mark.parametrize("twice", [0, -2], ids=["the first", "the last"])
def test_the_work_for_a_key_that_is_doubled_grows_as_the_number_of_keys(num, twice):
    keys = doubled(num, twice)
    Counted.num = 0
    with pytest.raises(ValueError, match=f"'{keys[-1]}' is given twice"):
        unique_keys([(key, 1) for key in keys])
    assert Counted.num <= 8 * num


def test_every_reader_says_of_a_doubled_key_what_to_do(tmp_path):
    path = tmp_path / "a.json"
    path.write_text('{"prompt": "p", "prompt": "q"}')
    says = "field 'prompt' is given twice in one object; keep one of the two"
    readers = {
        "a line": lambda: decode_line(path.read_bytes(), str(path), 1),
        "a document": lambda: read_graded(path),
        "rubrics": lambda: option_rubrics([], [str(path)]),
    }
    for name, read in readers.items():
        with pytest.raises(DataError) as caught:
            read()
        assert str(caught.value).removeprefix(f"{path}:1: ").removeprefix(f"{path}: ") == says, name
    lines = tmp_path / "lines.jsonl"
    lines.write_text(path.read_text() + "\n{}\n")
    with pytest.raises(DataError, match=f"^{re.escape(str(lines))}:1: {re.escape(says)}$"):
        read_graded(lines)


def test_the_first_that_was_there_before_is_named():
    assert first_repeated("abcbca") == "b"
    assert first_repeated("abc") is None


def test_a_value_of_any_depth_is_shown():
    value: list = []
    for _ in range(100_000):
        value = [value]
    assert show(value) == "a list that is nested too deeply"
    assert show([[1]]) == "[[1]]"


def test_a_byte_order_mark_is_no_part_of_the_first_line(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"\xef\xbb\xbf{}\n\n[1]\n")
    assert list(read_lines(path)) == [(1, b"{}"), (3, b"[1]")]
    path.write_bytes(b"\xef\xbb\xbf\n")
    with pytest.raises(DataError, match="holds no rows"):
        list(read_lines(path))
