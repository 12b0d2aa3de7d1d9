from __future__ import annotations

import csv
import dataclasses
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pyarrow
import pytest
from pyarrow import parquet

from autograder.benchmark.labelled import REMEDIES
from autograder.benchmark.records import read_benchmark
from autograder.errors import DataError
from autograder.schema import read_any
from autograder.tables.formats import ImportOptions
from autograder.tables.scales import Scale

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
    seen = ("id", "item", "category", "score", "request")  # all that a figure depends on
    for found, wanted in zip(read.examples, read_any(ROOT / name), strict=True):
        assert [getattr(found, each) for each in seen] == [getattr(wanted, each) for each in seen]
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
    ("given", "told"),
    [
        (["a", "a#2", "a"], ["a", "a#2", "a#3"]),
        (["a", "a", "a#2", "a"], ["a", "a#3", "a#2", "a#4"]),
        (["a#2", "a#2", "a", "a"], ["a#2", "a#2#2", "a", "a#3"]),
    ],
)
def test_ids_are_distinct_whatever_they_look_like(write, given, told):
    rows = [RECORD | {"id": name, "response": f"{n}"} for n, name in enumerate(given)]
    assert [row.id for row in read_benchmark(write(*rows)).examples] == told


EXAMPLE = {name: RECORD[name] for name in ("id", "prompt", "response", "rubric", "score")}


@pytest.mark.parametrize("others", [{}, {"reasoning": "As neon is."}, {"scores": [5]}])
@pytest.mark.parametrize(
    ("change", "seen"),
    [
        ({"id": 7}, {"id": "7", "item": "7"}),
        ({"item": 3, "category": 4}, {"item": "3", "category": "4"}),
        ({"category": float("nan")}, {"category": "general"}),
        ({"reference": float("nan")}, {"reference": ""}),
        ({"category": None, "reference": None}, {"category": "general", "reference": ""}),
        ({"reasoning": ""}, {"score": 5}),
        ({"reasoning": None}, {"score": 5}),
        ({"score": 4.0}, {"score": 4}),
        ({"score": "4.0"}, {"score": 4}),
        ({"id": float("nan"), "item": None}, {"id": "line-1", "item": "line-1"}),
        ({"level": 2.0}, {}),
        ({"level": "hard", "language": 1, "source": ["web"]}, {}),
        ({"reasoning": 3}, {}),
    ],
)
def test_a_value_reads_alike_whatever_else_stands_in_the_row(write, others, change, seen):
    (example,) = read_benchmark(write(EXAMPLE | others | change)).examples
    assert {name: getattr(example, name) for name in seen} == seen


@pytest.mark.parametrize("others", [{}, {"reasoning": "As neon is."}])
@pytest.mark.parametrize("field", ["id", "item", "category"])
def test_no_name_is_a_list(write, others, field):
    path = write(EXAMPLE | others | {field: ["x"]})
    with pytest.raises(DataError, match=rf":1: {field}: expected text or a whole number, got \["):
        read_benchmark(path)


def test_an_item_s_names_and_level_are_read_as_an_import_reads_them(write):
    item = json.loads((ROOT / "data/bank/writing.jsonl").read_text(encoding="utf-8").split("\n")[0])
    (first, *_) = read_benchmark(write(item | {"id": 7, "group": 9, "level": 2.0})).examples
    assert (first.id, first.item, first.level) == ("7/1", "9", 2)
    with pytest.raises(DataError, match="level: expected a whole number from 1 to 3, got 4"):
        read_benchmark(write(item | {"level": 4}))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"score": 6}, "score: expected a whole number from 1 to 5, got 6"),
        ({"score": 3.5}, "score: expected a whole number"),
        ({"score": "6"}, "score: expected a whole number"),
        ({"score": True}, "score: expected a whole number"),
        ({"response": "  "}, "response: is empty"),
        ({"prompt": ["x"]}, "prompt: expected text"),
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


def write_as(form: str, path: Path, rows: list[dict[str, Any]]) -> Path:
    """The rows as a file of that format; CSV leaves a cell empty where a row has none."""
    path = path / f"rows.{form}"
    names = list(dict.fromkeys(name for row in rows for name in row))
    if form == "json":
        path.write_text(json.dumps(rows), encoding="utf-8")
    elif form == "csv":
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, names)
            writer.writeheader()
            writer.writerows(rows)
    else:
        columns = {name: [row.get(name) for row in rows] for name in names}
        parquet.write_table(pyarrow.table(columns), path)
    return path


@pytest.mark.parametrize("form", ["json", "csv", "parquet"])
@pytest.mark.parametrize(
    "rows",
    [
        [
            {k: v for k, v in RECORD.items() if k != "scores"},
            {"id": "q2", "prompt": "p", "response": "r", "rubric": "u", "score": 1},
        ],
        [{"id": "7", "prompt": "p", "better": "b", "worse": "w", "rubric": "u"}] * 2,
        [json.loads((ROOT / "data/starter.jsonl").read_text(encoding="utf-8").split("\n")[0])],
        [{k: v for k, v in FLAT.items() if k != "output"} | {"id": "f"}],
        [NESTED | {"id": "n", "rubric": "u", "score": 2}],
    ],
    ids=["records", "pairs", "example", "prometheus", "instruction"],
)
def test_other_formats_give_the_same_rows(write, tmp_path, form, rows):
    wanted = read_benchmark(write(*rows))
    found = read_benchmark(write_as(form, tmp_path, rows))
    assert found.examples == wanted.examples
    assert (found.is_pairs, found.unread) == (wanted.is_pairs, wanted.unread)


def test_columns_of_other_names_and_texts_for_all_rows(tmp_path):
    rows = [
        {"question": "p", "answer": "r", "prompt": "not this", "mark": "7.5", "grade": "x"},
        {"question": "q", "answer": "s", "prompt": "not this", "mark": "0", "grade": "x"},
    ]
    options = ImportOptions(
        mapped={"prompt": "question", "response": "answer", "score": "mark"},
        constants={"rubric": "u"},
        scale=Scale.parse("0:10"),
    )
    read = read_benchmark(write_as("csv", tmp_path, rows), options=options)
    assert [(e.prompt, e.response, e.rubric, e.score) for e in read.examples] == [
        ("p", "r", "u", 4),
        ("q", "s", "u", 1),
    ]
    assert read.unread == ["grade"]
    wrong = dataclasses.replace(options, mapped={"prompt": "ask"})
    with pytest.raises(DataError, match=r"no column 'ask' .*--map prompt=COLUMN"):
        read_benchmark(tmp_path / "rows.csv", options=wrong)
    with pytest.raises(DataError, match=r":2: score: \"7.5\" is outside the scale 0:5"):
        read_benchmark(
            tmp_path / "rows.csv", options=dataclasses.replace(options, scale=Scale.parse("0:5"))
        )


def test_what_the_user_maps_wins_over_every_usual_name(write):
    options = ImportOptions(constants={"rubric": "u"}, mapped={"response": "output"})
    (example,) = read_benchmark(write(FLAT), options=options).examples
    assert (example.rubric, example.response) == ("u", "Good. [RESULT] 5")
    assert example.prompt == "Name a noble gas."


def test_a_rubric_for_the_rows_without_one(write):
    bare = {name: value for name, value in RECORD.items() if name != "rubric"}
    path = write(RECORD, bare | {"id": "q2"}, NESTED | {"id": "q3"})
    rubrics = [e.rubric for e in read_benchmark(path, rubric="mine").examples]
    assert rubrics == ["Is it a noble gas?", "mine", RUBRIC]
    with pytest.raises(DataError, match=r":2: rubric: missing; .autograder data import --set rubr"):
        read_benchmark(path)
    with pytest.raises(DataError, match=r":2: rubric: missing; ask your aunt$"):
        read_benchmark(path, remedies=REMEDIES | {"rubric": "ask your aunt"})


def test_a_score_of_another_scale_names_the_caller_s_remedy(write):
    path = write(RECORD | {"score": 7})
    with pytest.raises(DataError, match="got 7; `autograder data import --scale LOW:HIGH` conv"):
        read_benchmark(path)
    with pytest.raises(DataError, match=r"got 7; divide it$"):
        read_benchmark(path, remedies=REMEDIES | {"score": "divide it"})


BETTER_WORSE = {"prompt": "p", "better": "good", "worse": "bad", "category": "c"}


@pytest.mark.parametrize(
    "row",
    [
        {"prompt": "p", "chosen": "good", "rejected": "bad"},
        {"instruction": "p", "chosen": "good", "worse": "bad"},
        {"prompt": "p", "response_a": "good", "response_b": "bad", "winner": "a"},
        {"prompt": "p", "response_a": "bad", "response_b": "good", "winner": "model_b"},
        {"prompt": "p", "response_a": "bad", "response_b": "good", "winner": "B", "score": ""},
    ],
)
@pytest.mark.parametrize("form", ["json", "csv", "parquet"])
def test_the_pairs_that_an_import_knows(write, tmp_path, row, form):
    wanted = read_benchmark(write(BETTER_WORSE))
    found = read_benchmark(write_as(form, tmp_path, [row | {"category": "c", "id": "line-1"}]))
    assert found.examples == wanted.examples
    assert (found.is_pairs, found.num_tied, found.unread) == (True, 0, [])


def test_the_answers_of_pairs_may_have_any_name(write):
    columns = {"response_a": "one", "response_b": "two", "winner": "best"}
    row = {"prompt": "p", "one": "bad", "two": "good", "best": "b", "winner": "a"}
    found = read_benchmark(write(row), options=ImportOptions(mapped=columns))
    assert [e.response for e in found.examples] == ["good", "bad"]


def test_ties_are_left_out_and_counted(write):
    row = {"prompt": "p", "response_a": "x", "response_b": "y", "winner": "a"}
    tie = row | {"winner": "tie"}
    found = read_benchmark(write(tie, row, tie | {"response_a": "y"}))
    assert [e.response for e in found.examples] == ["x", "y"]
    assert (found.num_tied, found.is_pairs) == (2, True)
    assert [row.line for row in found.tied] == [1, 1, 3, 3]
    with pytest.raises(DataError, match="holds nothing but ties"):
        read_benchmark(write(tie))
    for winner in ("c", None, ""):
        with pytest.raises(DataError, match=":1: winner: expected a, b, tie, both_bad or 1 to 2"):
            read_benchmark(write(row | {"winner": winner}))


ANSWER = {"prompt": "p", "response": "r", "rubric": "u", "score": 2}
COMPARED = {"prompt": "p", "response_a": "x", "response_b": "y", "winner": "a"}


@pytest.mark.parametrize("form", ["json", "csv", "parquet"])
@pytest.mark.parametrize(
    "pair", [BETTER_WORSE, {"prompt": "p", "chosen": "x", "rejected": "y"}, COMPARED]
)
def test_answers_and_pairs_in_one_file_are_told_by_what_is_filled(tmp_path, form, pair):
    answer = {name: "" for name in pair if form == "csv"} | ANSWER
    for rows in ([answer, pair], [pair, answer]):
        path = write_as(form, tmp_path, rows)
        with pytest.raises(DataError, match="pairs and answers with scores stand in one file"):
            read_benchmark(path)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"better": "", "worse": "", "response": " "}, "response: is empty"),
        ({"better": "x", "worse": "", "response": "", "score": ""}, "worse: is empty"),
        ({"better": "", "worse": "y", "response": "", "score": ""}, "better: is empty"),
        ({"better": "", "worse": "", "score": ""}, "score: is empty"),
    ],
)
def test_a_row_that_lacks_a_cell_is_of_the_kind_of_its_others(tmp_path, change, says):
    path = write_as("csv", tmp_path, [ANSWER | {"better": "", "worse": ""} | change])
    with pytest.raises(DataError, match=rf":2: {says}"):
        read_benchmark(path)


def test_cells_of_the_other_kind_that_are_empty_are_not_unread(tmp_path):
    rows = [ANSWER | {"better": "", "worse": None, "chosen": "", "winner": ""}]
    assert read_benchmark(write_as("csv", tmp_path, rows)).unread == []


@pytest.mark.parametrize("name", ["data/bank/writing.jsonl", None])
def test_only_scores_have_a_scale(write, name):
    path = ROOT / name if name else write({"prompt": "p", "better": "b", "worse": "w"})
    with pytest.raises(DataError, match="--scale"):
        read_benchmark(path, options=ImportOptions(scale=Scale.parse("0:1")))


def test_whole_items_are_drawn_and_more_of_them_include_the_fewer(write):
    rows = [RECORD | {"id": f"r{n}", "prompt": f"p{n // 3}"} for n in range(30)]
    read = read_benchmark(write(*rows))
    some, more = read.drawn(3, seed=1), read.drawn(5, seed=1)
    assert (len(some.rows), len(more.rows)) == (9, 15)
    assert [row for row in more.rows if row in some.rows] == some.rows  # in the file's order
    assert {e.item for e in some.examples} != {e.item for e in read.examples[:9]}
    assert read.drawn(3, seed=2) != some
    assert read.drawn(None, seed=1) == read
    assert read.first(4).rows == read.rows[:4]


def test_a_folder_is_no_file_and_an_unknown_ending_is_json_lines(write, tmp_path):
    with pytest.raises(DataError, match="is a folder"):
        read_benchmark(tmp_path)
    path = write(RECORD).rename(tmp_path / "rows.txt")
    assert len(read_benchmark(path).rows) == 1


def test_rows_of_one_line_have_ids_of_their_own(tmp_path):
    rows = [{"prompt": f"p{n}", "response": "r", "rubric": "u", "score": 1} for n in range(3)]
    examples = read_benchmark(write_as("json", tmp_path, rows)).examples
    assert [e.id for e in examples] == ["line-1", "line-2", "line-3"]  # the rows are numbered
    assert [e.item for e in examples] == ["line-1", "line-2", "line-3"]
    path = tmp_path / "two.json"
    path.write_text("[\n{},\n{},{}\n]".format(*map(json.dumps, rows)))
    assert [e.id for e in read_benchmark(path).examples] == ["line-2", "line-3", "line-3.2"]


def test_a_column_of_another_name_is_told_the_caller_s_remedy(write):
    path = write({"question": "p", "response": "a", "rubric": "r", "score": 3})
    with pytest.raises(DataError, match=r"prompt: missing; .*question.*; turn to prompt") as caught:
        read_benchmark(path, remedies=REMEDIES | {"column": "turn to FIELD"})
    assert "id" not in str(caught.value).split(";")[1]


def test_a_field_that_is_missing_is_named_once(write):
    with pytest.raises(DataError) as caught:
        read_benchmark(write({"Prompt": "p", "Response": "r", "score ": 5}))
    assert str(caught.value).count(":1: ") == 1
