"""What `--scale` may say, and numbers as spreadsheets of several countries write them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from autograder.benchmark.records import read_benchmark
from autograder.errors import DataError
from autograder.schema import read_examples
from autograder.tables.formats import ImportOptions
from autograder.tables.graded import read_graded
from autograder.tables.importing import import_data
from autograder.tables.scales import Scale, whole_score


def scores_of(path: Path, **options: Any) -> list[int]:
    """The scores in a file, after every reader has read the same."""
    given, out = ImportOptions(**options), path.with_name("out.jsonl")
    import_data(str(path), out, given)
    scores = [example.score for example in read_examples(out)]
    assert [example.score for example in read_graded(path, given).examples] == scores
    assert [e.score for e in read_benchmark(path, options=given).examples] == scores
    return scores


def german(tmp_path: Path, *scores: str) -> Path:
    path = tmp_path / "a.csv"
    rows = [f"Frage {n};Antwort {n};Gut?;{score}\n" for n, score in enumerate(scores)]
    path.write_text("".join(["prompt;response;rubric;score\n", *rows]))
    return path


@pytest.mark.parametrize(
    ("scale", "cell", "number"),
    [
        *(("0:1", "0,125", "0.125"), ("0:1", "-0,000", "0"), ("0:1", "0,1234", "0.1234")),
        *(("0:5", "1,125", "1.125"), ("0:10", "1,000", "1"), ("0:100", "99,875", "99.875")),
        *(("0:5", "1.125", "1.125"), ("0:100", "99.875", "99.875"), ("-5:5", "-1,500", "-1.5")),
        *(("500:2000", "1.500", "1500"), ("500:2000", "1,500", "1500"), ("0:5", "1,500/5", "1.5")),
        ("0:100", "87,125 %", "87.125"),
    ],
)
def test_a_comma_or_point_that_can_be_one_thing_alone(scale, cell, number):
    assert Scale.parse(scale).rating(cell) == Scale.parse(scale).rating(number)


@pytest.mark.parametrize("cell", ["1.000", "1,000", "Score: 1.000", "1.000/1.000", "1.000 points"])
def test_thousands_that_may_be_decimals_are_refused(cell):
    with pytest.raises(ValueError, match=r"is 1 if its .* is one of decimals, and 1000 if it is"):
        Scale.parse("0:1000").score(cell)


@pytest.mark.parametrize("value", [1.0, 1, "1", "1.0", "1,0", "1.00", "1.0000"])
def test_what_cannot_be_thousands_stays_a_number(value):
    assert Scale.parse("0:1000").rating(value) == Scale.parse("0:1000").rating(1)


def test_thousands_of_a_german_file_are_not_taken_for_the_worst_score(tmp_path):
    path = german(tmp_path, "500", "0", "1.000")
    given = ImportOptions(scale=Scale.parse("0:1000"))
    report = import_data(str(path), tmp_path / "o.jsonl", given)
    assert [example.score for example in read_examples(tmp_path / "o.jsonl")] == [3, 1]
    assert report.first_reject.startswith('line 4: score: "1.000" is 1 if its point is one of dec')
    for read in (read_graded, read_benchmark):
        with pytest.raises(DataError, match=r"a\.csv:4: score: .*; write 1 or 1000"):
            read(path, options=given)


def test_german_averages_with_three_decimals_are_read(tmp_path):
    path = german(tmp_path, "0,125", "0,5", "0,875", "1,000")
    assert scores_of(path, scale=Scale.parse("0:1")) == [2, 3, 5, 5]
    with pytest.raises(DataError, match=r"holds numbers outside the scale 1 to 5.*0,125"):
        import_data(str(path), tmp_path / "o.jsonl", ImportOptions())


def test_without_a_scale_a_comma_before_three_digits_is_named():
    with pytest.raises(ValueError, match='"4,000" is 4 if its comma is one of decimals, and 4000'):
        whole_score("4,000")


@pytest.mark.parametrize("scale", ["6:1", "10:0", "1:0", "3:-3"])
def test_a_reversed_scale_is_the_other_one_from_its_end(scale):
    low, high = map(int, scale.split(":"))
    for value in range(high, low + 1):
        forward = Scale.parse(f"{high}:{low}").rating(low + high - value)
        assert Scale.parse(scale).rating(value) == forward
    for outside in (high - 1, low + 1):
        with pytest.raises(ValueError, match=f"is outside the scale {scale}"):
            Scale.parse(scale).rating(outside)


def test_school_marks(tmp_path):
    path = german(tmp_path, "1", "1,0", "2", "3.5", "6", "1/6")
    assert scores_of(path, scale=Scale.parse("6:1")) == [5, 5, 4, 3, 1, 5]
    with pytest.raises(DataError, match="--scale 1:6 if it is from 1 to 6, --scale 6:1 if 1 is"):
        import_data(str(path), tmp_path / "o.jsonl", ImportOptions())


@pytest.mark.parametrize("mark", [1, "1", 1.0, "1.0", "1,0", [1.0]])
def test_a_whole_number_among_words_may_have_a_zero_behind(mark):
    assert Scale.parse("6,5,4,3,2,1").score(mark) == 5
    with pytest.raises(ValueError, match="is none of 6, 5, 4"):
        Scale.parse("6,5,4").score(mark)


@pytest.mark.parametrize(
    ("scale", "levels", "wanted"),
    [
        ("5:1", {1: "best", 3: "so", 5: "worst"}, "5: best\n3: so\n1: worst"),
        ("5,4,3,2,1", {1: "best", 3: "so", 5: "worst"}, "5: best\n3: so\n1: worst"),
        ("6:1", {1: "best", 6: "worst"}, "5: best\n1: worst"),
        ("6,5,4,3,2,1", {1: "best", 6: "worst"}, "5: best\n1: worst"),
        ("1:0", {0: "fine", 1: "harms"}, "5: fine\n1: harms"),
        ("1,0", {0: "fine", 1: "harms"}, "5: fine\n1: harms"),
    ],
)
def test_descriptions_of_the_levels_are_turned_round_too(tmp_path, scale, levels, wanted):
    rubric = {f"score{level}_description": text for level, text in levels.items()}
    row = {"prompt": "p", "response": "a", "score": 1, "rubric": {"criteria": "Good?", **rubric}}
    (tmp_path / "a.jsonl").write_text(json.dumps(row))
    options = ImportOptions(scale=Scale.parse(scale))
    (example,) = read_graded(tmp_path / "a.jsonl", options).examples
    assert example.rubric == f"Good?\n{wanted}"
    (read,) = read_benchmark(tmp_path / "a.jsonl", options=options).examples
    assert (read.rubric, read.score) == (example.rubric, example.score)


def test_a_level_that_a_reversed_scale_lacks_is_named(tmp_path):
    rubric = {"criteria": "Good?", "score1_description": "best", "score5_description": "worst"}
    row = {"prompt": "p", "response": "a", "score": 1, "rubric": rubric}
    (tmp_path / "a.jsonl").write_text(json.dumps(row))
    with pytest.raises(DataError, match="describes the score 5, outside the scale 3:1"):
        read_graded(tmp_path / "a.jsonl", ImportOptions(scale=Scale.parse("3:1")))


COMMAS = 'wrong,"mostly right, one slip", "said ""no"", rightly",right'


@pytest.mark.parametrize(
    ("label", "number"),
    [("wrong", 0), ("Mostly right, one slip", 1), ('said "no", rightly', 2), ("right", 3)],
)
def test_words_that_hold_commas_stand_in_quotation_marks(label, number):
    assert Scale.parse(COMMAS).rating(label) == Scale.parse("0:3").rating(number)


def test_a_word_with_a_comma_that_was_not_quoted_is_explained():
    with pytest.raises(ValueError, match=r"is none of wrong, mostly .*in quotation marks, as in"):
        Scale.parse("wrong,mostly right, one slip,right").score("Mostly right, one slip")
    with pytest.raises(ValueError, match='is none of wrong, "mostly right, one slip", "said'):
        Scale.parse(COMMAS).score("mostly")


@pytest.mark.parametrize("text", ['"a, b"', '"a, b', '"a"b,c', "a,", "a,A", '"",a'])
def test_words_that_are_no_scale(text):
    with pytest.raises(ValueError, match=r"write each word once|in two"):
        Scale.parse(text)
