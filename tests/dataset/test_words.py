from __future__ import annotations

from pathlib import Path

import pytest
from pydantic.dataclasses import dataclass

from autograder.dataset.words import (
    STRICT,
    Phrases,
    Texts,
    pick,
    read_by_id,
    read_phrases,
    read_texts,
    read_words,
)
from autograder.errors import DataError


@dataclass(frozen=True, slots=True, config=STRICT)
class Place:
    name: str
    prices: tuple[int, ...]
    rules: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, config=STRICT)
class Greetings:
    hi: Phrases
    bye: Phrases


def write(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_records_come_in_order_with_tuples_for_lists(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.jsonl",
        '{"name": "b", "prices": [1, 2], "rules": [["x", "y"]]}',
        "",
        '{"name": "a", "prices": []}',
    )
    assert read_words(path, Place) == (Place("b", (1, 2), (("x", "y"),)), Place("a", ()))


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"name": "b"}', r"a\.jsonl:2: prices: missing"),
        ('{"name": "b", "prices": [1, "2"]}', r"a\.jsonl:2: prices\[1\]: .*integer, got \"2\""),
        ('{"name": "b", "prices": [], "price": 3}', r"a\.jsonl:2: price: unknown field"),
        ('{"name": "b", "name": "c", "prices": []}', r"a\.jsonl:2: .*'name' is given twice"),
        ("[1]", r"a\.jsonl:2: "),
        ("{", r"a\.jsonl:2: not a JSON object"),
    ],
)
def test_a_fault_names_file_line_and_field(tmp_path: Path, line: str, message: str) -> None:
    path = write(tmp_path / "a.jsonl", '{"name": "a", "prices": []}', line)
    with pytest.raises(DataError, match=message):
        read_words(path, Place)


def test_phrases_come_by_name(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.jsonl", '{"id": "hi", "texts": ["Hello", ""]}', '{"id": "bye", "texts": []}'
    )
    assert read_texts(path) == {"hi": ("Hello", ""), "bye": ()}


def test_a_name_stands_once(tmp_path: Path) -> None:
    path = write(tmp_path / "a.jsonl", *['{"id": "hi", "texts": []}'] * 2)
    with pytest.raises(DataError, match="'hi' is used twice"):
        read_texts(path)


def test_phrases_fill_the_fields_of_a_dataclass(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.jsonl", '{"id": "bye", "texts": ["x"]}', '{"id": "hi", "texts": ["a", "b"]}'
    )
    assert read_phrases(path, Greetings) == Greetings(("a", "b"), ("x",))


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"id": "by", "texts": ["x"]}', r"a\.jsonl: bye: missing"),
        ('{"id": "bye", "texts": []}', r"a\.jsonl: bye: .*at least 1 item"),
    ],
)
def test_a_missing_phrase_is_named(tmp_path: Path, line: str, message: str) -> None:
    path = write(tmp_path / "a.jsonl", '{"id": "hi", "texts": ["a"]}', line)
    with pytest.raises(DataError, match=message):
        read_phrases(path, Greetings)


@pytest.mark.parametrize(
    ("ids", "message"),
    [(("hi", "bye"), "no line has the id 'bye'"), (("bye",), "id: 'hi' is unknown; known: bye")],
)
def test_ids_that_the_code_knows_must_be_there(
    tmp_path: Path, ids: tuple[str, ...], message: str
) -> None:
    path = write(tmp_path / "a.jsonl", '{"id": "hi", "texts": ["a"]}')
    assert list(read_by_id(path, Texts)) == list(read_by_id(path, Texts, ["hi"])) == ["hi"]
    with pytest.raises(DataError, match=message):
        read_by_id(path, Texts, ids)


def test_a_list_that_is_referred_to_must_be_there(tmp_path: Path) -> None:
    lists = {"towns": ("Alten",), "tools": ()}
    assert pick(lists, "towns", tmp_path) == ("Alten",)
    for name in ("town", "tools"):
        with pytest.raises(DataError, match=f"no texts have the id '{name}'; there are: towns"):
            pick(lists, name, tmp_path)
