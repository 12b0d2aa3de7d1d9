"""Cells that say nothing: absent where a field is optional, a reason where it is needed."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import CliRunner

from autograder.benchmark.records import read_benchmark
from autograder.bulk.source import Source, survey
from autograder.cli.data import data
from autograder.cli.judge_requests import Asked, read_requests
from autograder.empty import is_empty, stands_for_nothing
from autograder.errors import DataError
from autograder.schema import read_examples
from autograder.tables.formats import ImportOptions
from autograder.tables.graded import read_graded
from autograder.tables.importing import import_data

WORDS = ["nan", "NaN", "None", "null", "NULL", "N/A", "n/a", "-", " nan ", "#N/A", "<NA>", "NA"]
ROW = {"prompt": "p", "response": "a", "rubric": "r", "score": 4}
OPTIONAL = ("reference", "reasoning", "category", "id", "item", "level", "language", "source")


def write(path: Path, *rows: dict[str, Any]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


@pytest.mark.parametrize("word", WORDS)
def test_words_of_other_programs_say_nothing(word):
    assert stands_for_nothing(word)
    assert is_empty(word)


@pytest.mark.parametrize("word", ["\u2014", "\u2013", "#NAME?", "#REF!", "[null]", "(blank)"])
def test_what_spreadsheets_leave_is_never_shown_to_the_judge(tmp_path, word):
    path = write(tmp_path / "a.jsonl", ROW | {"reference": word})
    source = Source.open(path, ImportOptions())
    assert [source.request(row).reference for row in source.rows()] == [""]
    assert read_graded(path).examples[0].reference == ""
    assert read_benchmark(path).examples[0].reference == ""
    write(path, ROW | {"response": word})
    for read in (read_graded, read_benchmark):
        with pytest.raises(DataError, match=r"response: .* is what programs write"):
            read(path)


def test_what_pandas_takes_for_an_empty_cell_by_default_says_nothing_here():
    from pandas._libs.parsers import STR_NA_VALUES

    ours = {text for text in STR_NA_VALUES if is_empty(text)}
    # Left out: what is unlikely in a file, or a value that an answer may well have.
    signs_of_windows = {"1.#IND", "1.#QNAN", "-1.#IND", "-1.#QNAN"}
    assert STR_NA_VALUES - ours == signs_of_windows | {"-nan", "-NaN", "#NA", "#N/A N/A"}


@pytest.mark.parametrize(
    "text", ["Na", r"\n", "None.", "nano", "0", "-1", "no", "x" * 10_000, "nan nan"]
)
def test_texts_that_look_like_them_are_texts(text):
    assert not is_empty(text)


@pytest.mark.parametrize("value", [0, False, 0.0, [0], {"a": None}])
def test_values_of_other_kinds_say_something(value):
    assert not is_empty(value)


@pytest.mark.parametrize("word", ["nan", "None", "N/A", "-", None, float("nan"), " "])
def test_every_reader_takes_an_optional_one_as_absent(tmp_path, word):
    row = ROW | dict.fromkeys(OPTIONAL, word)
    path = write(tmp_path / "in.jsonl", row)
    assert [e.reference for e in read_benchmark(path).examples] == [""]
    (audited,) = read_graded(path).examples
    import_data(str(path), tmp_path / "out.jsonl", ImportOptions())
    (imported,) = read_examples(tmp_path / "out.jsonl")
    assert audited == imported
    assert (imported.reference, imported.reasoning, imported.category) == ("", "", "general")
    source = Source.open(path, ImportOptions())
    (found,) = source.rows()
    assert source.request(found).reference == ""
    asked = {n: v for n, v in row.items() if n not in {"score", *OPTIONAL}} | {"reference": word}
    (request,) = read_requests(str(write(tmp_path / "asked.jsonl", asked)), {})
    assert isinstance(request, Asked)
    assert request.reference == ""


@pytest.mark.parametrize("word", ["nan", "None", "N/A", "-", float("nan")])
@pytest.mark.parametrize("field", ["prompt", "response", "rubric"])
def test_every_reader_gives_a_reason_for_a_needed_one(tmp_path, word, field):
    path = write(tmp_path / "in.jsonl", ROW | {field: word}, ROW)
    says = f":1: {field}: {json.dumps(word)} is what programs write for an empty cell"
    with pytest.raises(DataError) as raised:
        read_graded(path)
    assert says in str(raised.value)
    if field != "rubric" or isinstance(word, str):
        with pytest.raises(DataError):
            read_benchmark(path)
    report = import_data(str(path), tmp_path / "out.jsonl", ImportOptions())
    assert (report.num_rejected, report.num_examples) == (1, 1)
    assert report.first_reject.startswith(f"line{says[:2].replace(':', ' ')}: {field}: ")
    with pytest.raises(DataError) as raised:
        survey(Source.open(path, ImportOptions()), strict=True)
    assert says in str(raised.value)
    asked = {name: value for name, value in ROW.items() if name != "score"} | {field: word}
    (fault,) = read_requests(str(write(tmp_path / "asked.jsonl", asked)), {})
    assert says in str(fault)


def test_they_are_counted_by_field(tmp_path):
    rows = [ROW | {"reference": word, "response": f"{n}"} for n, word in enumerate(WORDS)]
    rows.append(ROW | {"reference": "", "category": "nan"})
    path = write(tmp_path / "in.jsonl", *rows)
    wanted = {"reference": len(WORDS), "category": 1}
    assert import_data(str(path), tmp_path / "out.jsonl", ImportOptions()).unsaid == wanted
    assert read_benchmark(path).unsaid == wanted
    assert read_graded(path).unsaid == wanted
    assert survey(Source.open(path, ImportOptions()), strict=True).unsaid == {
        "reference": len(WORDS)
    }
    result = CliRunner().invoke(data, ["audit", str(path)], catch_exceptions=False)
    assert "taken as empty: category 1, reference 12" in result.stderr


def test_a_data_frame_with_gaps_shows_the_judge_no_nan(tmp_path):
    frame = pd.DataFrame([ROW | {"reference": None}, ROW | {"reference": "gold"}])
    frame.map(str).to_csv(tmp_path / "a.csv", index=False, quoting=csv.QUOTE_ALL)
    assert '"nan"' in (tmp_path / "a.csv").read_text()
    source = Source.open(tmp_path / "a.csv", ImportOptions())
    assert [source.request(row).reference for row in source.rows()] == ["", "gold"]


def test_entries_of_an_item_may_have_empty_reasons(tmp_path):
    entries = [{"score": 1, "response": "no", "reasoning": ""}, {"score": 5, "response": "yes"}]
    item = {"id": "i", "category": "c", "level": 1, "prompt": "p", "rubric": "r"}
    item |= {"responses": entries, "reference": None, "group": "nan"}
    path = write(tmp_path / "in.jsonl", item)
    for examples in (read_graded(path).examples, read_benchmark(path).examples):
        assert [(e.score, e.reasoning, e.item) for e in examples] == [(1, "", "i"), (5, "", "i")]
