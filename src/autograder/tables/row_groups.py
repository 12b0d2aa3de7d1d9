"""Batches of a Parquet file: many rows where cells are short, one row where one may be huge.

A cell of megabytes may take no room in the file, which stores equal cells once, so rows are
unpacked only as far as they fit `MAX_BATCH`. To unpack each row by itself would hold, too, but it
takes a hundred times as long, and copies the dictionary of a categorical column for each row.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

MAX_ROWS = 2048
MAX_BATCH = 2**22
"""Bytes of a batch, unpacked; a row that is larger is a batch of its own."""

_CELL = 64
"""Bytes of a cell as an object of Python; those of its text come on top."""

_RATIO = 64
"""A row group that unpacks to more than so many times its size in the file is made to do harm."""

_NUM_PEEKED = 100


def read_batches(path: Path, file: Any) -> Iterator[Any]:
    """The rows of an open Parquet file as record batches that never cross a row group.

    The sizes that the footer tells are believed. A page is unpacked whole, whatever its size.

    Args:
        path: of the file, which is opened a second time.
        file: a `pyarrow.parquet.ParquetFile`.
    """
    from pyarrow import parquet

    schema = file.metadata.schema
    leaves = [schema.column(number) for number in range(len(schema))]
    texts = [leaf.path for leaf in leaves if leaf.physical_type == "BYTE_ARRAY"]
    with parquet.ParquetFile(path, metadata=file.metadata, read_dictionary=texts) as coded:
        for group in range(file.metadata.num_row_groups):
            # What the footer tells of a column ends the process if it is damaged and asked for
            # below, where pyarrow catches nothing; a reader raises an error.
            next(file.iter_batches(1, row_groups=[group]), None)
            num_rows = _rows_at_once(coded, leaves, group)
            yield from file.iter_batches(num_rows, row_groups=[group])


def _rows_at_once(coded: Any, leaves: list[Any], group: int) -> int:
    """How many rows of a row group surely fit `MAX_BATCH`; at least 1."""
    about = coded.metadata.row_group(group)
    chunks = [about.column(number) for number in range(len(leaves))]
    stored = sum(chunk.total_compressed_size for chunk in chunks)
    # What is stored cell by cell, and lists, may lie unevenly: in a few rows or in all.
    uneven = sum(chunk.total_uncompressed_size for chunk in chunks)
    each: int = 1
    for leaf, chunk in zip(leaves, chunks, strict=True):
        longest = _CELL + _longest(coded, leaf, chunk, group)
        if leaf.max_repetition_level:
            uneven += chunk.num_values * longest
        else:
            each += longest
    if uneven <= _RATIO * stored:
        uneven //= max(1, about.num_rows)
    return max(1, min(MAX_ROWS, int(MAX_BATCH // (each + uneven))))


def _longest(coded: Any, leaf: Any, chunk: Any, group: int) -> int:
    """Bytes of the longest cell that the file stores once for several rows."""
    if leaf.physical_type != "BYTE_ARRAY":
        return int(leaf.length)
    most = int(chunk.total_uncompressed_size)
    # Short anyway; or a cell may share its start with the one before, which no dictionary tells.
    if most <= _CELL or any(name.startswith("DELTA") for name in chunk.encodings):
        return most
    from pyarrow import compute, types

    batches = coded.iter_batches(1, row_groups=[group], columns=[leaf.path])
    for batch in islice(batches, _NUM_PEEKED):  # a list may be empty
        cells = batch.column(0)
        while types.is_nested(cells.type):
            cells = cells.field(0) if types.is_struct(cells.type) else cells.values
        if types.is_dictionary(cells.type) and len(cells.dictionary):
            return int(compute.max(compute.binary_length(cells.dictionary)).as_py())
    return most
