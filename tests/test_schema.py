from __future__ import annotations

import json
from typing import Any

import pytest

import autograder
from autograder.errors import DataError
from autograder.schema import (
    TIE,
    Comparison,
    Example,
    Request,
    Verdict,
    example_line,
    read_any,
    read_examples,
    read_items,
    write_examples,
)

ROW: dict[str, Any] = {
    "id": "a",
    "prompt": "What is 2 + 2?",
    "response": "4",
    "rubric": "Correct sum.",
    "score": 5,
    "reasoning": "The sum is right.",
}
ITEM: dict[str, Any] = {
    "id": "i",
    "category": "arithmetic",
    "level": 1,
    "language": "en",
    "prompt": "What is 2 + 2?",
    "rubric": "Correct sum.",
    "responses": [
        {"score": score, "response": f"It is {score}.", "reasoning": "Because."}
        for score in (3, 1, 2, 5, 4)
    ],
}


@pytest.fixture
def write(tmp_path):
    def lines(*rows: object):
        path = tmp_path / "rows.jsonl"
        path.write_bytes(
            b"\n".join(row if isinstance(row, bytes) else json.dumps(row).encode() for row in rows)
        )
        return path

    return lines


def without(name: str) -> dict:
    return {key: value for key, value in ROW.items() if key != name}


@pytest.mark.parametrize("reference", [None, "", " \n", "nan", " None ", "N/A", "-", float("nan")])
def test_a_request_without_a_reference_has_one_form(reference):
    request = Request("p", "x", "r", reference)
    assert request == Request("p", "x", "r")
    assert hash(request) == hash(Request("p", "x", "r"))
    assert request.texts == ("p", "x", "r", "")
    with pytest.raises(AttributeError):
        request.prompt = "other"  # type: ignore[misc]  # wrong on purpose


@pytest.mark.parametrize("reference", ["None.", "no", "0", "nan nan", "- a list", "`nan`", " Na "])
def test_a_reference_that_says_something_stays_as_it_is(reference):
    assert Request("p", "x", "r", reference).reference == reference


def test_an_example_is_seen_as_a_request(write):
    (example,) = read_examples(write({**ROW, "reference": "Four."}))
    assert example.request == Request(ROW["prompt"], ROW["response"], ROW["rubric"], "Four.")
    assert autograder.Request is Request


def test_defaults_are_filled_in(write):
    (example,) = read_examples(write(ROW))
    assert (example.item, example.category, example.level) == ("a", "general", 1)
    assert (example.language, example.source) == ("en", "user")


@pytest.mark.parametrize("nothing", [None, "", " \n", "nan", "N/A", "-", "\u2014", "\u200b", []])
def test_an_optional_field_that_says_nothing_is_absent(write, nothing):
    optional = ("item", "reasoning", "category", "level", "language", "source", "reference")
    without_reasoning = without("reasoning")
    (example,) = read_examples(write(ROW | dict.fromkeys(optional, nothing)))
    assert [example] == read_examples(write(without_reasoning))
    absent = dict.fromkeys(("group", "reference", "note"), nothing)
    (item,) = read_items(write(changed(0, reasoning=nothing) | absent))
    assert item.responses[0].reasoning == ""
    assert (item.group, item.reference) == ("", "")


def test_a_whole_number_may_be_written_as_a_float(write):
    (example,) = read_examples(write(ROW | {"score": 4.0, "level": 2.0}))
    assert (example.score, example.level) == (4, 2)
    assert '"score": 4,' in example_line(example)
    (item,) = read_items(write(changed(0, score=3.0) | {"level": 1.0}))
    assert (item.responses[0].score, item.level) == (3, 1)


def test_what_an_answer_says_is_taken_as_it_is(write):
    for response in ("-", "N/A", "nan"):
        assert read_examples(write(ROW | {"response": response}))[0].response == response


def test_blank_lines_and_carriage_returns_are_no_rows(write):
    path = write(b"", json.dumps(ROW).encode() + b"\r", b"   ", b"")
    assert len(read_examples(path)) == 1


def test_what_is_written_is_read_back(tmp_path):
    examples = [
        Example("é\u2028", "i", "p\n\t", "r\x00\x1b", "ü", 3, "why", "c", 2, "tr", "s"),
        Example("b", "i", "😀", "a\u200db", "r", 1, "w", "c", 3),
        Example("c", "i", "p", "a", "r", 1, "w", "c", 3, reference="gold \x1b"),
    ]
    path = tmp_path / "new" / "rows.jsonl"
    write_examples(path, examples)
    assert read_examples(path) == examples


@pytest.mark.parametrize(
    ("row", "place", "says"),
    [
        (b'{"id": "b", ', "", "not a JSON object"),
        (b"[1, 2]", "", "expected a JSON object with named fields, got list"),
        (b"null", "", "got NoneType"),
        (b"\xff{}", "", "not UTF-8 at byte 0"),
        (b"[" * 100_000, "", "nested too deeply"),
        (b'{"id": "b", "id": "c"}', "", "'id' is given twice"),
        (b'{"id": "b", "score": ' + b"9" * 5000 + b"}", "", "not a JSON object"),
        (without("rubric") | {"id": "b"}, "rubric", "missing; the row has: id, prompt"),
        (ROW | {"id": "b", "score": 6}, "score", "whole number from 1 to 5, got 6"),
        (ROW | {"id": "b", "score": 0}, "score", "got 0"),
        (ROW | {"id": "b", "score": 4.5}, "score", "got 4.5"),
        (ROW | {"id": "b", "score": "5"}, "score", 'got "5"'),
        (ROW | {"id": "b", "score": True}, "score", "got true"),
        (ROW | {"id": "b", "score": float("nan")}, "score", "got NaN"),
        (ROW | {"id": "b", "score": float("inf")}, "score", "got Infinity"),
        (ROW | {"id": "b", "score": 6.0}, "score", "whole number from 1 to 5, got 6.0"),
        (ROW | {"id": "b", "score": None}, "score", "got null"),
        (ROW | {"id": "b", "prompt": None}, "prompt", "is empty"),
        (ROW | {"id": "b", "rubric": "N/A"}, "rubric", "is what programs write for an empty cell"),
        (ROW | {"id": None}, "id", "is empty"),
        (ROW | {"id": "b", "response": None}, "response", "expected text, got null"),
        (ROW | {"id": "b", "level": 4}, "level", "from 1 to 3"),
        (ROW | {"id": "b", "prompt": " \n"}, "prompt", "is empty"),
        (ROW | {"id": "b", "prompt": 3}, "prompt", "expected text, got 3"),
        (ROW | {"id": "b", "response": "x\ud800"}, "response", "surrogate"),
        (ROW | {"id": "b", "reference": 4}, "reference", "expected text, got 4"),
        (ROW | {"id": "b", "": "x"}, "''", "unknown field; known are: category"),
        (ROW | {"id": "b", " note": "x"}, "' note'", "unknown field; known are: category"),
        (ROW | {"id": "b", "prompt": "\u200b"}, "prompt", "is empty"),
        (ROW | {"id": "b", "responce": "x"}, "responce", "unknown field; known are: category"),
        (ROW, "id", "'a' is used twice, first in line 1"),
    ],
)
def test_each_fault_names_file_line_and_field(write, row, place, says):
    path = write(ROW, b"", row)
    with pytest.raises(DataError) as caught:
        read_examples(path)
    lead = f"{path}:3: {place}: " if place else f"{path}:3: "
    assert str(caught.value).startswith(lead)
    assert says in str(caught.value)
    assert (caught.value.path, caught.value.line) == (str(path), 3)


def test_an_answer_of_a_model_that_said_nothing_is_graded_too(write):
    [example] = read_examples(write(ROW | {"response": ""}))
    assert (example.response, example.score) == ("", ROW["score"])
    [item] = read_items(write(changed(0, response="\n")))
    assert item.responses[0].response == "\n"


@pytest.mark.parametrize("content", [b"", b"\n \n"])
def test_an_empty_file_is_a_fault(tmp_path, content):
    path = tmp_path / "rows.jsonl"
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"rows\.jsonl: holds no rows"):
        read_examples(path)


def test_a_missing_file_and_a_folder_are_faults(tmp_path):
    with pytest.raises(DataError, match="no such file"):
        read_examples(tmp_path / "none.jsonl")
    with pytest.raises(DataError, match="cannot be read: Is a directory"):
        read_examples(tmp_path)


def test_an_item_has_an_example_for_each_response_in_their_order(write):
    (item,) = read_items(write(ITEM))
    examples = item.examples()
    assert [example.score for example in examples] == [r["score"] for r in ITEM["responses"]]
    assert [example.id for example in examples] == ["i/1", "i/2", "i/3", "i/4", "i/5"]
    assert {example.item for example in examples} == {"i"}
    assert {example.source for example in examples} == {"bank"}


@pytest.mark.parametrize("scores", [[3], [5, 5, 4], [1, 1], [2] * 8])
def test_an_item_may_have_any_scores_and_no_reasonings(write, scores):
    responses = [{"score": score, "response": f"It is {at}."} for at, score in enumerate(scores)]
    (item,) = read_items(write(ITEM | {"responses": responses}))
    examples = item.examples()
    assert [example.score for example in examples] == scores
    assert [example.id for example in examples] == [f"i/{at + 1}" for at in range(len(scores))]
    assert {example.reasoning for example in examples} == {""}
    written = write(*(json.loads(example_line(example)) for example in examples))
    assert "reasoning" not in json.loads(written.read_text().splitlines()[0])
    assert read_examples(written) == examples


def test_an_item_s_reference_is_that_of_its_examples(write):
    (item,) = read_items(write(ITEM | {"reference": "4"}))
    assert [example.reference for example in item.examples()] == ["4"] * 5
    assert {example.reference for example in read_any(write(ITEM))} == {""}


def test_without_a_reference_the_bytes_are_those_of_before_there_were_any(tmp_path):
    values = ROW | {"item": "i", "category": "c", "level": 1, "language": "en", "source": "s"}
    write_examples(tmp_path / "rows.jsonl", [Example(**values)])
    written = json.loads((tmp_path / "rows.jsonl").read_text())
    assert written == values
    assert list(written)[-2:] == ["language", "source"]


def changed(index: int, **values: object) -> dict:
    responses = [dict(entry) for entry in ITEM["responses"]]
    responses[index] |= values
    return ITEM | {"responses": responses}


@pytest.mark.parametrize(
    ("row", "place", "says"),
    [
        (changed(2, score=6), "responses[2].score", "got 6"),
        (ITEM | {"responses": []}, "responses", "expected one to eight, got 0"),
        (ITEM | {"responses": ITEM["responses"] * 2}, "responses", "expected one to eight, got 10"),
        (
            changed(0, response="It is  5. "),
            "responses",
            "one response stands there twice, with scores 3 and 5",
        ),
        (ITEM | {"category": ""}, "category", "is empty"),
        (ITEM | {"level": None}, "level", "from 1 to 3, got null"),
        (changed(1, note="x"), "responses[1].note", "unknown field"),
        (ITEM | {"responses": "x"}, "responses", "expected a list of one to eight"),
        (ITEM | {"responses": [1] * 5}, "responses[0]", "expected a JSON object"),
        ({k: v for k, v in ITEM.items() if k != "level"}, "level", "missing"),
    ],
)
def test_each_fault_of_an_item_names_file_line_and_field(write, row, place, says):
    path = write(row)
    with pytest.raises(DataError) as caught:
        read_items(path)
    assert str(caught.value).startswith(f"{path}:1: {place}: ")
    assert says in str(caught.value)


def test_items_and_examples_are_read_from_one_file(write):
    assert [e.id for e in read_any(write(ITEM, ROW))] == ["i/1", "i/2", "i/3", "i/4", "i/5", "a"]


def test_an_example_may_not_take_the_id_of_an_item_s_response(write):
    path = write(ITEM, ROW | {"id": "i/3"})
    with pytest.raises(DataError, match="'i/3' is used twice, first in line 1"):
        read_any(path)


@pytest.mark.parametrize(
    ("a", "b", "tie", "winner"),
    [
        (4.0, 3.0, TIE, "a"),
        (3.0, 4.0, TIE, "b"),
        (3.2, 3.0, TIE, "tie"),
        (3.25, 3.0, TIE, "a"),
        (3.01, 3.0, 0, "a"),
        (3.0, 3.0, 0, "tie"),
        (5.0, 1.0, 4.5, "tie"),
    ],
)
def test_answers_are_compared_by_their_expected_scores(a, b, tie, winner):
    one, other = (Verdict(3, mean, (0.2,) * 5, 0.2) for mean in (a, b))
    comparison = Comparison.of(one, other, tie)
    assert (comparison.winner, comparison.margin) == (winner, a - b)
    assert (comparison.a, comparison.b) == (one, other)
