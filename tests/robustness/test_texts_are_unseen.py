"""No text that counts what a judge withstands stands in what judges are trained on."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.text import SIGNS

DATA = Path(__file__).parents[2] / "data"
WORD = re.compile(rf"[{SIGNS}]|\w+")


def strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from strings(part)
    elif isinstance(value, list):
        for part in value:
            yield from strings(part)


def ngrams(path: Path, n: int = 8) -> set[tuple[str, ...]]:
    found = set()
    for line in path.read_text(encoding="utf-8").splitlines():
        for text in strings(json.loads(line)):
            words = WORD.findall(text.casefold())
            found |= {tuple(words[at : at + n]) for at in range(len(words) - n + 1)}
    return found


@pytest.fixture(scope="module")
def trained() -> set[tuple[str, ...]]:
    folders = [DATA / name for name in ("bank", "natural", "families")]
    paths = [DATA / "starter.jsonl", *(p for folder in folders for p in folder.rglob("*.jsonl"))]
    assert len(paths) > 50
    return set().union(*map(ngrams, paths))


@pytest.mark.parametrize("name", ["attacks", "quotes", "padding", "additions", "falsehoods"])
def test_no_eight_words_in_a_row_are_trained_on(name: str, trained: set[tuple[str, ...]]) -> None:
    mine = ngrams(DATA / "behaviour" / f"{name}.jsonl")
    assert mine or name == "padding"
    assert mine & trained == set()
