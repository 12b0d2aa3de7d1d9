"""Pairs whose winner has a column of another name, and winners and scores that say nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from autograder.benchmark.records import read_benchmark
from autograder.errors import DataError
from autograder.schema import read_examples
from autograder.tables.formats import ImportOptions
from autograder.tables.importing import import_data
from autograder.tables.scales import PairRule

SIDES = [("response_a", "response_b"), ("answer_a", "answer_b"), ("output_1", "Output 2")]
RULE = PairRule(5, 2)


def arena(tmp_path: Path, sides: tuple[str, str]) -> str:
    path = tmp_path / "a.jsonl"
    rows = [{"prompt": f"Q{w}", sides[0]: "x", sides[1]: "y", "label": w} for w in ("A", "B")]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return str(path)


def imported(source: str, tmp_path: Path, **options: Any) -> list[tuple[str, str, int]]:
    import_data(
        source, tmp_path / "o.jsonl", ImportOptions(pair=RULE, constants={"rubric": "r"}, **options)
    )
    return [(e.prompt, e.response, e.score) for e in read_examples(tmp_path / "o.jsonl")]


@pytest.mark.parametrize("sides", SIDES)
@pytest.mark.parametrize("form", ["auto", "pairwise"])
def test_two_responses_without_a_winner_ask_for_the_winner(tmp_path, sides, form):
    source = arena(tmp_path, sides)
    with pytest.raises(DataError, match=r"no column 'winner'; there are: .*--map winner=COL") as e:
        imported(source, tmp_path, form=form)
    assert "chosen" not in str(e.value)
    assert "--set" not in str(e.value)
    found = imported(source, tmp_path, form=form, mapped={"winner": "label"})
    assert found == [("QA", "x", 5), ("QA", "y", 2), ("QB", "x", 2), ("QB", "y", 5)]


def test_pairs_may_still_be_named_by_hand(tmp_path):
    source = arena(tmp_path, SIDES[1])
    mapped = {"chosen": "answer_a", "rejected": "answer_b"}
    assert imported(source, tmp_path, mapped=mapped)[0] == ("QA", "x", 5)


@pytest.mark.parametrize("word", ["N/A", "none", "-"])
@pytest.mark.parametrize("field", ["score", "winner"])
def test_a_score_or_winner_that_says_nothing_is_not_told_to_end_with_a_period(
    tmp_path, field, word
):
    row = {"prompt": "p", "rubric": "r", "response": "a", "score": word}
    if field == "winner":
        row = {"prompt": "p", "rubric": "r", "response_a": "x", "response_b": "y", "winner": word}
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps(row))
    options = ImportOptions(pair=RULE if field == "winner" else None)
    for read in (
        lambda: import_data(str(path), tmp_path / "o", options),
        lambda: read_benchmark(path),
    ):
        with pytest.raises(DataError, match=f"; write the {field} or remove the row") as caught:
            read()
        assert "period" not in str(caught.value)
