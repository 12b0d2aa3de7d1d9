"""Rubrics in columns, objects and cells: no description is lost, and none changes its level."""

from __future__ import annotations

import csv
import json

import pytest

from autograder.benchmark.records import read_benchmark
from autograder.bulk.source import Source
from autograder.cli.judge_requests import Asked, read_requests
from autograder.errors import DataError
from autograder.tables.formats import ImportOptions
from autograder.tables.importing import import_data
from tables.readers import read_by_all

LEVELS = [f"score{level}_description" for level in range(1, 6)]
WORDS = ["rude", "cool", "fine", "polite", "warm"]
WHOLE = "Tone\n5: warm\n4: polite\n3: fine\n2: cool\n1: rude"


def write(tmp_path, *rows):
    path = tmp_path / "in.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows({"prompt": "p", "response": "a", "score": 3} | row for row in rows)
    return path


def row_of(**fields):
    return {"prompt": "p", "response": "a", "score": 3, **fields}


def rubrics(path, **options):
    return [rubric for _, _, rubric, _ in read_by_all(path, **options)]


def test_descriptions_beside_a_rubric_stand_below_it(tmp_path):
    found = {LEVELS[0]: "rude", LEVELS[4]: "polite"}
    path = write(tmp_path, row_of(rubric="Tone", **found))
    assert rubrics(path) == ["Tone\n5: polite\n1: rude"]
    assert read_benchmark(path).unread == []
    assert import_data(str(path), tmp_path / "o.jsonl", ImportOptions()).unread == ()


@pytest.mark.parametrize(
    "given", [{"mapped": {"rubric": "aim"}}, {"constants": {"rubric": "Tone"}}]
)
def test_descriptions_beside_a_rubric_of_the_user_stand_below_it(tmp_path, given):
    path = write(tmp_path, row_of(aim="Tone", **dict(zip(LEVELS, WORDS, strict=True))))
    assert rubrics(path, **given) == [WHOLE]


def test_a_rubric_of_the_user_replaces_criteria_with_their_descriptions(tmp_path):
    path = write(tmp_path, row_of(criteria="Tone", **dict(zip(LEVELS, WORDS, strict=True))))
    assert rubrics(path, constants={"rubric": "Right?"}) == ["Right?"]
    assert rubrics(path) == [WHOLE]


def test_a_rubric_without_descriptions_in_a_row_stands_alone(tmp_path):
    full = dict(zip(LEVELS, WORDS, strict=True))
    rows = [row_of(rubric="Tone", **full), row_of(rubric="Right?", response="b")]
    assert rubrics(write(tmp_path, *rows)) == [WHOLE, "Right?"]


def test_one_description_alone_beside_a_rubric_is_told(tmp_path):
    path = write(tmp_path, row_of(rubric="Tone", score4_description="polite"))
    (row,) = (source := Source.open(path, ImportOptions())).rows()
    for read in (lambda: source.request(row), lambda: read_benchmark(path)):
        with pytest.raises(DataError, match=r"in\.csv:2: score4_description: is the only"):
            read()


def test_descriptions_that_first_stand_in_a_later_row_are_read(tmp_path):
    rows = [row_of(response=f"{n}", rubric="Tone") for n in range(150)]
    rows.append(row_of(rubric="Tone", **dict(zip(LEVELS, WORDS, strict=True))))
    path = tmp_path / "in.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert rubrics(path) == ["Tone"] * 150 + [WHOLE]


@pytest.mark.parametrize("name", ["criteria", "rubric"])
@pytest.mark.parametrize("missing", [0, 2, 4])
def test_an_empty_description_moves_no_other(tmp_path, name, missing):
    words = [word if at != missing else "" for at, word in enumerate(WORDS)]
    path = write(tmp_path, row_of(**{name: "Tone"}, **dict(zip(LEVELS, words, strict=True))))
    lines = [f"{at + 1}: {word}" for at, word in enumerate(words) if word]
    assert rubrics(path) == ["\n".join(["Tone", *reversed(lines)])]
    for empty in ("", None):
        own = {"criteria": "Tone", **dict(zip(LEVELS, [w or empty for w in words], strict=True))}
        path = tmp_path / "in.jsonl"
        path.write_text(json.dumps(row_of(rubric=own)))
        assert rubrics(path) == ["\n".join(["Tone", *reversed(lines)])]


@pytest.mark.parametrize(
    "name", ["Score{}_Description", "score{} description", "SCORE{}-DESCRIPTION"]
)
@pytest.mark.parametrize("criteria", ["Criteria", "Rubric"])
def test_capitals_and_blanks_make_no_other_description(tmp_path, name, criteria):
    levels = {name.format(level): word for level, word in enumerate(WORDS, start=1)}
    path = write(tmp_path, row_of(**{criteria: "Tone"}, **levels))
    assert rubrics(path) == [WHOLE]
    assert read_benchmark(path).unread == []


@pytest.mark.parametrize("own", [
    dict(zip(LEVELS, WORDS, strict=True)),
    {"anchors": {str(level): word for level, word in enumerate(WORDS, start=1)}},
])  # fmt: skip
def test_an_object_as_json_in_a_cell_is_the_rubric_that_it_is(tmp_path, own):
    text = json.dumps({"criteria": "Tone", **own}, indent=1)
    path = write(tmp_path, row_of(rubric=text))
    assert rubrics(path) == [WHOLE]
    asked = tmp_path / "asked.jsonl"
    asked.write_text(json.dumps({"prompt": "p", "response": "a", "rubric": text}))
    (request,) = read_requests(str(asked), {})
    assert isinstance(request, Asked)
    assert request.rubrics == {"": WHOLE}


@pytest.mark.parametrize("text", [
    '{"criteria": "Tone"}', '{"criteria": "Tone", "score1_description": "x", "note": "y"}',
    '{"max": 5, "tone": "polite"}', "{name} is polite", "{" * 5000, '{"a": ' * 5000,
])  # fmt: skip
def test_other_json_in_a_cell_is_the_text_that_it_is(tmp_path, text):
    assert rubrics(write(tmp_path, row_of(rubric=text))) == [text]


def test_an_object_as_python_shows_it_is_told(tmp_path):
    own = {"criteria": "Tone", **dict(zip(LEVELS, WORDS, strict=True))}
    path = write(tmp_path, row_of(rubric=str(own)))
    with pytest.raises(DataError, match=r"in\.csv:2: rubric: .*Python.*json\.dumps"):
        read_benchmark(path)
