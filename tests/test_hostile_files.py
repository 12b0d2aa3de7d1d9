"""Files made to fill the memory or to break a reader: graded, or refused in a line that says where.

The memory is that of whole processes, as the system measures it.
"""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pytest
from pyarrow import parquet

SCRIPT = Path(__file__).parent / "scripts" / "command_memory.py"
LONG = "word " * 2_000_000
"""A cell of 10 MB."""

ROOM = 192 * 2**20
"""Bytes above what the same command takes for a small file. A cell that is too long is in memory
as it is unpacked, as text, and in what is compared: some 100 MB for `LONG`."""

COMMANDS = {
    "grade": ["grade", "{file}", "{out}.{form}", "--judge", "{judge}", "--on-error", "skip",
              "--columns", "id"],
    "import": ["data", "import", "{file}", "-o", "{out}.jsonl"],
    "audit": ["data", "audit", "{file}"],
    "stats": ["data", "stats", "{file}"],
    "leaks": ["data", "leaks", "{file}", "--against", "{small}"],
    "benchmark": ["benchmark", "{file}", "--judge", "{judge}", "--bootstrap", "10"],
    "judge": ["judge", "--file", "{file}", "--judge", "{judge}", "--no-reasoning"],
}  # fmt: skip

TOO_LONG = "has 10,000,0"
NO_PARQUET = "cannot be read as Parquet"
SAYS = {
    "bomb.parquet": ":1: " + TOO_LONG,
    "note.parquet": ":1: " + TOO_LONG,
    "ten.parquet": ":2: " + TOO_LONG,
    "ten.jsonl": ":2: " + TOO_LONG,
    "ten.csv": ":3: " + TOO_LONG,
    "deep.jsonl": ":1: nested too deeply",
    "deep.parquet": "Parquet schema too deeply nested",
    "truncated.parquet": NO_PARQUET,
    "long-footer.parquet": NO_PARQUET,
    "short-footer.parquet": NO_PARQUET,
    "damaged.parquet": "cannot be read further",
}


class Ran(NamedTuple):
    code: int
    peak: int
    said: str


def columns_of(
    num: int, response: Any = "It is 4.", *, scored: bool = True
) -> dict[str, list[Any]]:
    responses = response if isinstance(response, list) else [response] * num
    columns: dict[str, list[Any]] = {
        "id": [f"row-{n}" for n in range(num)],
        "prompt": [f"What is 2 + {n}?" for n in range(num)],
        "response": responses,
        "rubric": ["Is the sum right?"] * num,
    }
    return columns | ({"score": [1 + n % 5 for n in range(num)]} if scored else {})


def lines_of(columns: dict[str, list[Any]]) -> list[dict[str, Any]]:
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def write_files(folder: Path, *, scored: bool) -> None:
    """One of each kind in `SAYS`, and `small.*`, in which nothing is wrong."""
    folder.mkdir()
    small = columns_of(20, scored=scored)
    ten = columns_of(3, ["4", LONG, "6"], scored=scored)
    for name, columns in (("small", small), ("ten", ten)):
        parquet.write_table(pa.table(columns), folder / f"{name}.parquet")
        rows = lines_of(columns)
        text = "".join(f"{json.dumps(row)}\n" for row in rows)
        (folder / f"{name}.jsonl").write_text(text, encoding="utf-8")
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, columns)
            writer.writeheader()
            writer.writerows(rows)
    # Equal cells are stored once: 100 rows of 10 MB in some kilobytes.
    num = 100
    once = pa.DictionaryArray.from_arrays(pa.array([0] * num, pa.int32()), [LONG])
    for name, changes in (("bomb", {"response": once}), ("note", {"note": once})):
        path = folder / f"{name}.parquet"
        table = pa.table({**columns_of(num, scored=scored), **changes})
        parquet.write_table(table, path, compression="zstd")
        assert path.stat().st_size < 20_000
    deep = pa.array(["x"] * 20)
    for _ in range(1000):
        deep = pa.ListArray.from_arrays(pa.array(range(len(deep) + 1), pa.int32()), deep)
    parquet.write_table(pa.table({**small, "note": deep}), folder / "deep.parquet")
    nested = "[" * 1000 + "]" * 1000
    lines = [f'{json.dumps(row)[:-1]}, "note": {nested}}}\n' for row in lines_of(small)]
    (folder / "deep.jsonl").write_text("".join(lines), encoding="utf-8")
    whole = (folder / "small.parquet").read_bytes()
    size = int.from_bytes(whole[-8:-4], "little")
    pages = min(600, len(whole) - 8 - size)  # the footer stays
    broken = {
        "truncated": whole[: len(whole) // 2],
        "long-footer": whole[:-8] + (2**31 - 1).to_bytes(4, "little") + b"PAR1",
        "short-footer": whole[:-8] + (size // 2).to_bytes(4, "little") + b"PAR1",
        "damaged": whole[:4] + bytes(byte ^ 0x55 for byte in whole[4:pages]) + whole[pages:],
    }
    for name, content in broken.items():
        (folder / f"{name}.parquet").write_bytes(content)


@pytest.fixture(scope="module")
def ran(judge_folder, tmp_path_factory):
    """What became of each command on each file, the peak being that above a small file's."""
    folder = tmp_path_factory.mktemp("hostile")
    write_files(folder / "scored", scored=True)
    write_files(folder / "asked", scored=False)  # a request has no score
    small = [f"small.{form}" for form in ("parquet", "jsonl", "csv")]
    keys = [(command, name) for command in COMMANDS for name in (*small, *SAYS)]
    places = {"judge": str(judge_folder), "small": str(folder / "scored" / "small.jsonl")}
    plan = []
    for number, (command, name) in enumerate(keys):
        form = name.partition(".")[2]
        file = folder / ("asked" if command == "judge" else "scored") / name
        values = {"file": str(file), "out": str(folder / f"out-{number}"), "form": form}
        plan.append([part.format(**places, **values) for part in COMMANDS[command]])
    path = folder / "plan.json"
    path.write_text(json.dumps(plan), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, SCRIPT, path],
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    found = {
        key: Ran(**values)
        for key, values in zip(keys, json.loads(done.stdout.splitlines()[-1]), strict=True)
    }
    for command in COMMANDS:
        least = min(found[command, name].peak for name in small)
        for key in keys:
            if key[0] == command:
                found[key] = found[key]._replace(peak=found[key].peak - least)
    return found


@pytest.mark.parametrize("name", SAYS)
@pytest.mark.parametrize("command", COMMANDS)
def test_a_hostile_file_costs_little_and_is_told_in_a_line(ran, command, name):
    code, peak, said = ran[command, name]
    assert code in {1, 3}, said
    assert "Traceback" not in said
    assert peak < ROOM, f"{peak / 2**20:.0f} MiB"
    where, _, what = SAYS[name].rpartition(": ")
    assert what in said
    # Where other rows are of use, the line of the first that is not is told by itself.
    assert (f"line {where[1:]}: {what}" if code == 3 else name) in said
    if where and code == 1:
        assert f"{name}{where}: {what}" in said or f"line {where[1:]}: {what}" in said


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("form", ["parquet", "jsonl", "csv"])
def test_the_small_file_is_of_use(ran, command, form):
    assert ran[command, f"small.{form}"].code == (1 if command == "leaks" else 0)
