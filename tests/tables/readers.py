"""Rows as every reader of a file has them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from autograder.benchmark.records import read_benchmark
from autograder.bulk.source import Source
from autograder.schema import read_examples
from autograder.tables.formats import ImportOptions, open_table
from autograder.tables.graded import read_graded
from autograder.tables.importing import import_data

ROWS = [
    {"prompt": "Où?", "response": "Près d'ici; là", "rubric": "Juste?", "score": 5},
    {"prompt": "Wer?", "response": "Größe, „so“", "rubric": "Richtig?", "score": 1},
]
TEXTS = [(row["prompt"], row["response"], row["rubric"], row["score"]) for row in ROWS]


def read_by_all(path: Path, **options: Any) -> list[tuple[Any, ...]]:
    """Prompt, response, rubric and score, after every reader has read the same of them."""
    given = ImportOptions(**options)
    out = path.with_name("out.jsonl")
    import_data(str(path), out, given)
    found = [(e.prompt, e.response, e.rubric, e.score) for e in read_examples(out)]
    for examples in (
        read_graded(path, given).examples,
        read_benchmark(path, options=given).examples,
    ):
        assert [(e.prompt, e.response, e.rubric, e.score) for e in examples] == found
    source = Source.open(path, given)
    assert [source.request(row).texts[:3] for row in source.rows()] == [t[:3] for t in found]
    return found


def read_all(path: Path, **options: Any) -> list[dict[str, Any]]:
    return [dict(row.values) for row in open_table(str(path), ImportOptions(**options)).rows]
