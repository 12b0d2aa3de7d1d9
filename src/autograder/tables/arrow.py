"""Parquet files and data sets of the Hugging Face hub, streamed with pyarrow and `datasets`."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from autograder.errors import DataError
from autograder.jsonl import first_repeated
from autograder.tables.row_groups import read_batches
from autograder.tables.rows import SourceRow, Table, peek

_LOOK = "check the name, the file and the network"
_WRITE_ANEW = "copy the file again, or write it anew with plain columns"
_INSTALL = "is not installed: pip install datasets"


def open_parquet(path: Path) -> Table:
    """A Parquet file; its rows are numbered from 1.

    Raises:
        DataError: pyarrow is missing, the file is not Parquet, or a column is there twice.
    """
    parquet = parquet_module(path)
    with _foreign_errors(str(path), "cannot be read as Parquet", _WRITE_ANEW):
        file = parquet.ParquetFile(path)
        columns = tuple(file.schema_arrow.names)
        if name := first_repeated(columns):
            raise DataError(f"column {name!r} is there twice; rename one", path=str(path))
    return Table(str(path), columns, _numbered(str(path), _parquet_rows(path, file), _WRITE_ANEW))


def parquet_module(path: Path) -> Any:
    """pyarrow's module for Parquet.

    Raises:
        DataError: pyarrow is missing; names the file that needs it.
    """
    try:
        from pyarrow import parquet
    except ImportError:
        raise DataError(f"Parquet needs pyarrow, which {_INSTALL}", path=str(path)) from None
    return parquet


def _parquet_rows(path: Path, file: Any) -> Iterator[dict[str, object]]:
    with file:
        for batch in read_batches(path, file):
            yield from batch.to_pylist()


def open_hub(
    name: str, split: str | None = None, revision: str | None = None, config: str | None = None
) -> Table:
    """A data set by its hub id, or a local folder of data files; rows are numbered from 1.

    Nothing of it is executed: `datasets` reads data files only.

    Raises:
        DataError: `datasets` is missing, the hub cannot be reached, there is no such data
            set, or it has several splits and none is named.
    """
    try:
        import datasets
    except ImportError:
        raise DataError(f"the hub needs datasets, which {_INSTALL}", path=name) from None
    with _foreign_errors(name, "cannot be loaded"):
        loaded = datasets.load_dataset(name, config, split=split, revision=revision, streaming=True)
        if isinstance(loaded, dict):
            if len(loaded) != 1:
                known = ", ".join(loaded)
                raise DataError(f"has the splits {known}; choose one with --split", path=name)
            (loaded,) = loaded.values()
        rows = _numbered(name, iter(loaded))
        columns = loaded.column_names
    return Table(name, tuple(columns), rows) if columns else peek(name, rows)


def _numbered(
    name: str, rows: Iterator[dict[str, object]], remedy: str = _LOOK
) -> Iterator[SourceRow]:
    with _foreign_errors(name, "cannot be read further", remedy):
        for number, values in enumerate(rows, start=1):
            yield SourceRow(number, values)


@contextlib.contextmanager
def _foreign_errors(name: str, failed: str, remedy: str = _LOOK) -> Iterator[None]:
    """One line for whatever goes wrong in a library that reads files and the network."""
    try:
        yield
    except DataError:
        raise
    except Exception as error:
        first = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise DataError(
            f"{failed}: {type(error).__name__}: {first}; {remedy}", path=name
        ) from error
