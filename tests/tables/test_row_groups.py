"""Files that unpack to far more than their size, and ordinary ones, in batches."""

from __future__ import annotations

import subprocess
import sys
from typing import Any, cast

import pyarrow as pa
import pytest
from pyarrow import parquet

from autograder.tables.row_groups import MAX_BATCH, read_batches

NUM, LONG = 200, "x" * 500_000
ONCE = pa.DictionaryArray.from_arrays(pa.array([0] * NUM, pa.int32()), [LONG])
SHORT = pa.array(["x" * 10_000] * 50 * NUM)


def lists(ends):
    return pa.ListArray.from_arrays(pa.array([0, *ends], pa.int32()), SHORT)


BOMBS = {
    "text": (ONCE.cast(pa.string()), {}),
    "after short ones": (["x"] * NUM + [LONG] * NUM, {}),
    "bytes of fixed length": (pa.array([LONG.encode()] * NUM, pa.binary(len(LONG))), {}),
    "in lists": (lists(range(50, 50 * NUM + 1, 50)), {}),
    "in lists of the last rows": (lists([0] * 10_000 + [*range(50, 50 * NUM + 1, 50)]), {}),
    "in chats, the first missing": ([None, *[[{"role": "user", "content": LONG}]] * NUM], {}),
    "each with the start of the one before": (
        [LONG] * NUM,
        {"use_dictionary": False, "column_encoding": {"a": "DELTA_BYTE_ARRAY"}},
    ),
    "each by itself, after short ones": (
        ["x"] * 10_000 + [LONG] * NUM,
        {"use_dictionary": False, "write_batch_size": 1, "data_page_size": 1},
    ),
}


@pytest.mark.parametrize("name", BOMBS)
def test_large_cells_are_unpacked_few_at_a_time(tmp_path, name):
    cells, options = BOMBS[name]
    path = tmp_path / "a.parquet"
    table = pa.table({"a": cells})
    parquet.write_table(table, path, compression="zstd", **cast(Any, options))
    num_rows, sizes = 0, []
    with parquet.ParquetFile(path) as file:
        for batch in read_batches(path, file):
            num_rows += batch.num_rows
            sizes.append(batch.nbytes)
    assert num_rows == table.num_rows
    assert sum(sizes) > 10 * MAX_BATCH
    assert max(sizes) <= MAX_BATCH


def test_a_category_of_many_values_is_read_in_few_batches(tmp_path):
    num, path = 5000, tmp_path / "a.parquet"
    codes = pa.array([n * 7 % 20_000 for n in range(num)], pa.int32())
    names = pa.array([f"category number {n}" for n in range(20_000)])
    category = pa.DictionaryArray.from_arrays(codes, names)
    table = pa.table({"id": range(num), "text": [f"text {n}" for n in range(num)], "c": category})
    parquet.write_table(table, path)
    before = pa.default_memory_pool().total_bytes_allocated()
    with parquet.ParquetFile(path) as file:
        batches = list(read_batches(path, file))
    assert pa.Table.from_batches(batches).equals(parquet.read_table(path))
    assert len(batches) < 10
    assert pa.default_memory_pool().total_bytes_allocated() - before < 200 * names.nbytes


FLIP_EACH_BYTE_OF_THE_FOOTER = """
import contextlib, sys
from pathlib import Path
from autograder.errors import DataError
from autograder.tables.arrow import open_parquet
path = Path(sys.argv[1])
content = path.read_bytes()
start = len(content) - 8 - int.from_bytes(content[-8:-4], "little")
for place in range(start, len(content)):
    for bit in 1, 2, 16, 128:
        damaged = bytearray(content)
        damaged[place] ^= bit
        path.write_bytes(damaged)
        with contextlib.suppress(DataError):
            list(open_parquet(path).rows)
"""


def test_a_damaged_footer_ends_in_an_error_and_not_the_process(tmp_path):
    path = tmp_path / "a.parquet"
    parquet.write_table(pa.table({"a": ["x", None, "x"], "b": [[1], [], [2, 3]]}), path)
    run = [sys.executable, "-c", FLIP_EACH_BYTE_OF_THE_FOOTER, path]
    done = subprocess.run(run, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
