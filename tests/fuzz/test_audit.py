"""`autograder data audit` on files that nobody has meant to write: a report, or a line of error."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import unicodedata
from dataclasses import asdict
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from autograder import cli
from conftest import make_examples
from fuzz.mutate import mutated


def seeds() -> dict[str, list[bytes]]:
    """Good files by their ending."""
    rows = [asdict(example) for example in make_examples(2)]
    items = [
        {
            "item": f"item-{n}",
            "category": "arithmetic",
            "level": 1,
            "prompt": f"Name {n} metals.",
            "rubric": {
                "criteria": "Enough?",
                "score1_description": "no",
                "score5_description": "y",
            },
            "responses": [
                {"score": score, "response": f"iron {score}", "reasoning": "It is one."}
                for score in (1, 3, 5)
            ],
        }
        for n in range(2)
    ]
    chats = [
        {
            "messages": [
                {"role": "user", "content": "2+2?"},
                {"role": "assistant", "content": "4"},
            ],
            "rubric": "Right?",
            "score": 5,
        }
    ]
    lines = [
        "".join(f"{json.dumps(row)}\n" for row in some).encode() for some in (rows, items, chats)
    ]
    text = io.StringIO()
    writer = csv.DictWriter(text, rows[0])
    writer.writeheader()
    writer.writerows(rows)
    table = io.BytesIO()
    parquet.write_table(pa.Table.from_pylist(rows), table)
    return {
        "jsonl": lines,
        "json": [json.dumps(rows).encode(), json.dumps({"data": items}).encode(), *lines],
        "csv": [text.getvalue().encode(), text.getvalue().replace(",", ";").encode("utf-16")],
        "parquet": [table.getvalue()],
    }


@pytest.mark.timeout(0)
def test_any_file_is_reported_on_or_refused_in_lines(numbers, tmp_path):
    known = seeds()
    endings = list(known)
    codes = {0: 0, 1: 0}
    for number in numbers:
        ending = endings[number % len(endings)]
        path = tmp_path / f"file.{ending}"
        path.write_bytes(mutated(known[ending], number))
        code, said = audited(path, number)
        assert code in codes, f"input {number}: {said}"
        kinds = {unicodedata.category(character) for character in said if character != "\n"}
        assert kinds.isdisjoint({"Cc", "Cf", "Cs"}), f"input {number}: {said!r}"
        assert code == 0 or "error: " in said, f"input {number}: {said!r}"
        codes[code] += 1
    assert min(codes.values()) > len(numbers) // 50, codes


def audited(path: Path, number: int) -> tuple[int | str | None, str]:
    said = io.StringIO()
    try:
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            cli.main(["data", "audit", str(path)])
    except SystemExit as error:
        return error.code, said.getvalue()
    except BaseException as error:
        error.add_note(f"input {number}")
        raise
    raise AssertionError("the command line ends by itself")
