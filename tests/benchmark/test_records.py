from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from autograder.benchmark.records import read_benchmark
from autograder.errors import DataError
from autograder.schema import read_any

ROOT = Path(__file__).parents[2]
RECORD = {
    "id": "q1",
    "category": "trivia",
    "prompt": "Name a noble gas.",
    "response": "Neon.",
    "rubric": "Is it a noble gas?",
    "reference": "Argon.",
    "score": 5,
    "scores": [5, 5, 4],
}
LEVELS = {f"score{n}_description": f"level {n}" for n in range(1, 6)}
NESTED = {
    "instruction": "Name a noble gas.",
    "response": "Neon.",
    "rubric": {"criteria": "Is it a noble gas?", **LEVELS},
    "reference_answer": "Argon.",
    "score": 5,
}
FLAT = {
    "instruction": "###Task: judge this",
    "output": "Good. [RESULT] 5",
    "orig_instruction": "Name a noble gas.",
    "orig_response": "Neon.",
    "orig_criteria": "Is it a noble gas?",
    **{f"orig_{name}": text for name, text in LEVELS.items()},
    "orig_reference_answer": "Argon.",
    "orig_score": "5",
}
ANCHORS = {str(n): f"level {n}" for n in range(1, 6)}
RUBRIC = (
    "Is it a noble gas?\n5: level 5\n4: level 4\n3: level 3\n2: level 2\n1: level 1"  # as imported
)


@pytest.fixture
def write(tmp_path):
    def write(*rows: dict[str, Any]) -> Path:
        path = tmp_path / "rows.jsonl"
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        return path

    return write


@pytest.mark.parametrize("name", ["data/starter.jsonl", "data/bank/writing.jsonl"])
def test_our_own_files_read_as_ever(name):
    read = read_benchmark(ROOT / name)
    assert read.examples == read_any(ROOT / name)
    assert read.unread == []
    text = (ROOT / name).read_text(encoding="utf-8").splitlines()
    for row in read.rows:
        assert json.loads(text[row.line - 1])["id"] == row.example.id.split("/")[0]


def test_a_record_with_a_rubric(write):
    read = read_benchmark(write(RECORD))
    (row,) = read.rows
    assert (row.line, row.example.reference) == (1, "Argon.")
    assert read.unread == ["scores"]
    kept = ("id", "category", "prompt", "response", "rubric", "score")
    assert {name: asdict(row.example)[name] for name in kept} == {n: RECORD[n] for n in kept}


@pytest.mark.parametrize(
    "record",
    [
        NESTED,
        FLAT,
        NESTED | {"rubric": {"criteria": "Is it a noble gas?", "anchors": ANCHORS}},
        NESTED | {"rubric": "Is it a noble gas?", "anchors": ANCHORS},
        {("score_rubric" if k == "rubric" else k): v for k, v in NESTED.items()},
    ],
)
def test_prometheus_layouts_give_the_same_example(write, record):
    read = read_benchmark(write(record))
    (row,) = read.rows
    example = row.example
    assert (example.prompt, example.response, example.score) == ("Name a noble gas.", "Neon.", 5)
    assert example.rubric == RUBRIC
    assert example.id == "line-1"
    assert example.reference == "Argon."
    assert read.unread == (["instruction", "output"] if record is FLAT else [])


def test_reference_answers_are_left_out_when_asked_for(write):
    path = write(RECORD, {name: value for name, value in RECORD.items() if name != "reference"})
    assert [row.reference for row in read_benchmark(path).examples] == ["Argon.", ""]
    assert {row.reference for row in read_benchmark(path, reference=False).examples} == {""}


def test_ids_may_be_shared_and_answers_of_one_prompt_are_one_group(write):
    rows = [
        RECORD,
        RECORD | {"response": "Iron."},
        RECORD | {"id": 7, "prompt": " name a noble GAS "},
        RECORD | {"id": "b", "prompt": "Another", "item": "one"},
        RECORD | {"id": "c", "prompt": "A third", "item": "one"},
        RECORD | {"id": "d", "prompt": "A third"},
        RECORD | {"id": "e", "prompt": "A fourth"},
    ]
    examples = read_benchmark(write(*rows)).examples
    assert [row.id for row in examples] == ["q1", "q1#2", "7", "b", "c", "d", "e"]
    assert [row.item for row in examples] == ["q1", "q1", "q1", "one", "one", "one", "e"]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"score": 6}, "score: expected a whole number from 1 to 5, got 6"),
        ({"score": 3.5}, "score: expected a whole number"),
        ({"score": "6"}, "score: expected a whole number"),
        ({"score": True}, "score: expected a whole number"),
        ({"response": "  "}, "response: is empty"),
        ({"prompt": 3}, "prompt: expected text"),
        ({"rubric": {"criteria": "c"}}, "rubric.score1_description: missing"),
        ({"rubric": {"criteria": "c", "anchors": {"1": "x"}}}, "rubric.anchors.2: missing"),
        ({"rubric": ["c"]}, "rubric: expected text"),
        ({"responses": "x"}, "responses: expected a list of one to eight"),
    ],
)
def test_a_fault_names_file_line_and_field(write, change, says):
    path = write(RECORD, RECORD | change)
    with pytest.raises(DataError) as raised:
        read_benchmark(path)
    assert str(raised.value).startswith(f"{path}:2: {says}")


@pytest.mark.parametrize("name", ["prompt", "response", "rubric", "score"])
def test_a_missing_field_is_named(write, name):
    with pytest.raises(DataError, match=rf":1: {name}: missing"):
        read_benchmark(write({key: value for key, value in RECORD.items() if key != name}))
