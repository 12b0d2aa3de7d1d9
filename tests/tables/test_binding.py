"""Which column fills which field, in every reader and whichever row it first stands in."""

from __future__ import annotations

import json

import pytest

from autograder.benchmark.records import read_benchmark
from autograder.bulk.source import Source, survey
from autograder.errors import DataError
from autograder.schema import read_examples
from autograder.tables.formats import ImportOptions
from autograder.tables.importing import import_data
from tables.readers import read_by_all

ROW = {"prompt": "p", "response": "a", "rubric": "r", "score": 4}


def write(tmp_path, rows):
    path = tmp_path / "in.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def references(path, **options):
    """The references that every reader finds."""
    given = ImportOptions(**options)
    import_data(str(path), path.with_name("out.jsonl"), given)
    found = [example.reference for example in read_examples(path.with_name("out.jsonl"))]
    assert [e.reference for e in read_benchmark(path, options=given).examples] == found
    source = Source.open(path, given)
    assert [source.request(row).reference for row in source.rows()] == found
    return found


def unread(path):
    source = Source.open(path, ImportOptions())
    return source.binding.unread(survey(source, strict=True).kinds)


@pytest.mark.parametrize("names", [
    ("Instruction", "Input"), ("instruction", "Input"), ("INSTRUCTION", "input"),
    ("Instruction ", " INPUT"),
])  # fmt: skip
@pytest.mark.parametrize("is_mapped", [False, True])
def test_the_input_of_an_instruction_is_read_whatever_its_capitals(tmp_path, names, is_mapped):
    instruction, given = names
    row = {instruction: "Translate", given: "Hund", "Response": "dog", "Rubric": "r", "Score": 5}
    path = write(tmp_path, [row])
    mapped = {"prompt": instruction} if is_mapped else {}
    assert read_by_all(path, mapped=mapped) == [("Translate\n\nHund", "dog", "r", 5)]
    assert read_benchmark(path).unread == []
    assert import_data(str(path), tmp_path / "o.jsonl", ImportOptions()).unread == ()


@pytest.mark.parametrize(("given", "text"), [(42, "42"), (0.5, "0.5"), (True, "true"),
                                             ({"a": ["é"]}, '{"a": ["é"]}')])  # fmt: skip
def test_an_input_that_is_no_text_is_read_too(tmp_path, given, text):
    row = {"instruction": "Double", "input": given, "response": "x", "rubric": "r", "score": 5}
    assert read_by_all(write(tmp_path, [row])) == [(f"Double\n\n{text}", "x", "r", 5)]


def test_an_input_that_fills_another_field_is_not_read_twice(tmp_path):
    row = {"instruction": "Double", "Input": "4", "response": "x", "rubric": "r", "score": 5}
    path = write(tmp_path, [row])
    mapped = {"reference": "Input"}
    assert read_by_all(path, mapped=mapped) == [("Double", "x", "r", 5)]
    assert references(path, mapped=mapped) == ["4"]


def test_an_input_beside_a_chat_is_told(tmp_path):
    chat = [{"role": "user", "content": "Translate"}]
    row = {"instruction": chat, "input": "Hund", "response": "dog", "rubric": "r", "score": 5}
    path = write(tmp_path, [row])
    for read in (read_by_all, read_benchmark, unread):
        with pytest.raises(DataError, match="is a chat, and the column input goes on with it"):
            read(path)
    path = write(tmp_path, [row | {"input": ""}])
    assert read_by_all(path) == [("Translate", "dog", "r", 5)]


@pytest.mark.parametrize("name", ["reference_answer", "Reference", "Reference Answer"])
def test_a_reference_is_found_in_whichever_row_it_first_stands(tmp_path, name):
    rows = [ROW | {"response": f"a{n}"} for n in range(150)]
    rows += [ROW | {"response": f"b{n}", name: f"gold {n}"} for n in range(30)]
    path = write(tmp_path, rows)
    assert references(path) == [""] * 150 + [f"gold {n}" for n in range(30)]
    assert unread(path) == []
    assert import_data(str(path), tmp_path / "o.jsonl", ImportOptions()).unread == ()


@pytest.mark.parametrize("nothing", ["", None, "n/a"])
def test_of_several_names_the_first_that_is_filled_counts(tmp_path, nothing):
    rows = [
        ROW | {"response": "a", "reference": nothing, "reference_answer": "gold"},
        ROW | {"response": "b", "reference": "silver", "reference_answer": nothing},
        ROW | {"response": "c", "reference": nothing, "reference_answer": nothing},
    ]
    path = write(tmp_path, rows)
    assert references(path) == ["gold", "silver", ""]
    assert unread(path) == []


def test_a_late_reference_that_says_nothing_is_counted(tmp_path):
    rows = [ROW | {"response": f"a{n}"} for n in range(150)]
    path = write(tmp_path, [*rows, ROW | {"response": "b", "Reference": "nan"}])
    assert survey(Source.open(path, ImportOptions()), strict=True).unsaid == {"reference": 1}


def test_a_late_column_is_not_the_reference_where_the_user_names_one(tmp_path):
    rows = [ROW | {"response": f"a{n}", "gold": ""} for n in range(150)]
    path = write(tmp_path, [*rows, ROW | {"response": "b", "gold": "", "reference": "no"}])
    assert set(references(path, mapped={"reference": "gold"})) == {""}


def test_rows_may_have_any_number_of_names(tmp_path):
    rows = [ROW | {"response": f"a{n}", f"note {n}": 1, "Reference": f"{n}"} for n in range(300)]
    assert references(write(tmp_path, rows)) == [str(n) for n in range(300)]


def test_columns_that_the_judge_does_not_see_are_named(tmp_path):
    row = ROW | {"id": 1, "Category": "c", "reasoning": "w", "answer_2": "x", "reference": "g"}
    path = write(tmp_path, [row, ROW | {"rubrik": "s"}])
    assert unread(path) == ["answer_2", "rubrik"]
