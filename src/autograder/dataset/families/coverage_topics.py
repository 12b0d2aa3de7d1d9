"""The topics of `coverage` (`data/topics.jsonl`), read and checked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from autograder.jsonl import Row, read_records, show

POINTS = 4
_SENTENCE_WORDS = (8, 22)


@dataclass(frozen=True, slots=True)
class Point:
    """A key point with sentences that state it and sentences that contradict it."""

    name: str
    right: tuple[str, ...]
    wrong: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Topic:
    """Wordings of one question, four points, sentences that prove nothing, and its origin."""

    path: str
    line: int
    id: str
    prompts: tuple[str, ...]
    points: tuple[Point, ...]
    filler: tuple[str, ...]


def _texts(row: Row, field: str, least: int, low: int, high: int) -> tuple[str, ...]:
    values = row.get(field)
    if not isinstance(values, list) or len(values) < least:
        raise row.error(field, f"expected a list of {least} or more texts, got {show(values)}")
    for index, value in enumerate(values):
        words = value.split() if isinstance(value, str) else []
        whole = value == " ".join(words) and low <= len(words) <= high
        if not whole or value[0].islower() or value[-1] not in ".?":
            wanted = f"{low} to {high} words with single spaces, a capital and a full stop"
            raise row.error(f"{field}[{index}]", f"expected {wanted}, got {show(value)}")
    return tuple(values)


def _parse_point(values: object, path: str, line: int, prefix: str) -> Point:
    row = Row(values, path, line, prefix)
    name = row.text("name")
    # An `and` or a comma inside a name would run into the lists that the reasoning makes.
    if not 2 <= len(name.split()) <= 6 or re.search(r"[^\w' -]|\band\b|\bscore\b", name):
        wanted = "2 to 6 words without comma, `and` or `score`"
        raise row.error("name", f"expected {wanted}, got {show(name)}")
    point = Point(
        name, _texts(row, "right", 3, *_SENTENCE_WORDS), _texts(row, "wrong", 2, *_SENTENCE_WORDS)
    )
    row.no_more()
    return point


def parse_topic(values: object, path: str, line: int) -> Topic:
    """Check one row of `topics.jsonl`; a `DataError` names file, line and field."""
    row = Row(values, path, line)
    identity = row.text("id")
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", identity):
        raise row.error("id", f"expected lower-case words joined by `-`, got {show(identity)}")
    prompts = _texts(row, "prompt", 2, 3, 30)
    entries = row.get("points")
    if not isinstance(entries, list) or len(entries) != POINTS:
        raise row.error("points", f"expected a list of {POINTS}, got {show(entries)}")
    points = tuple(
        _parse_point(entry, path, line, f"points[{index}].") for index, entry in enumerate(entries)
    )
    filler = _texts(row, "filler", 4, *_SENTENCE_WORDS)
    row.no_more()
    names = [point.name for point in points]
    if len(set(names)) != POINTS:
        raise row.error("points", f"expected four different names, got {show(names)}")
    texts = [text for point in points for text in point.right + point.wrong] + [*filler, *prompts]
    for index, text in enumerate(texts):
        if any(text in other for place, other in enumerate(texts) if place != index):
            raise row.error(None, f"a text stands twice; reword or remove {show(text)}")
    return Topic(path, line, identity, prompts, points, filler)


def read_topics(path: Path) -> list[Topic]:
    """Read and check a file of topics; a `DataError` names file, line and field."""
    return read_records(path, parse_topic)
