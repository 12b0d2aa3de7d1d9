"""What the user says about a source, and which reader opens it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from autograder.errors import DataError
from autograder.tables import arrow
from autograder.tables.csv_text import open_csv
from autograder.tables.encodings import TextFile, first_text, is_stream, refuse_others
from autograder.tables.json_text import open_json
from autograder.tables.rows import Table, bounded
from autograder.tables.scales import PairRule, Scale
from autograder.tables.values import heads_of

LAYOUTS = ("prometheus", "pairwise")
FORMATS = ("auto", "csv", "jsonl", "json", "parquet", "hub", *LAYOUTS)
SUFFIXES = {
    ".csv": "csv",
    ".tsv": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
    ".parquet": "parquet",
}
_HUB_ID = re.compile(r"[\w.-]+/[\w.-]+")
_PARQUET = "PAR1"
_JSON = re.compile(r"\s*(?:\[\s*[\[{\]]|\{\s*[\"}])")
"""How an object begins, or an array of rows; no header of CSV does."""


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """What the user says about a source.

    Attributes:
        form: one of `FORMATS`.
        mapped: column by field.
        constants: text by field.
        scale: how scores are converted; None: they are whole numbers from 1 to 5.
        pair: the scores of pairs.
        item: a column, or one of `ITEM_RULES`; None: the column `item`, else the first rule.
        limit: read no more rows than this.
        delimiter: between the cells of CSV; None: the one that the file seems to have.
        encoding: of a text file; None: the one that it seems to have.
        split, revision, config: of a data set of the hub.
    """

    form: str = "auto"
    mapped: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    scale: Scale | None = None
    pair: PairRule | None = None
    item: str | None = None
    limit: int | None = None
    delimiter: str | None = None
    encoding: str | None = None
    split: str | None = None
    revision: str | None = None
    config: str | None = None


def open_table(source: str, options: ImportOptions) -> Table:
    """Open a source in the format that the options, its name or its content tell.

    A row that is longer than `MAX_ROW` is faulty by itself.

    Raises:
        DataError: it cannot be read, or options do not belong to its format.
    """
    form = form_of(source, options)
    hub_only = {"split": options.split, "revision": options.revision, "config": options.config}
    for name, value in hub_only.items():
        if value is not None and form != "hub":
            raise DataError(f"--{name} is for data sets of the hub, not for {form}", path=source)
    if options.delimiter is not None and form != "csv":
        raise DataError(f"--delimiter is for CSV, not for {form}", path=source)
    if options.encoding is not None and form in {"hub", "parquet"}:
        raise DataError(f"--encoding is for CSV and JSON, not for {form}", path=source)
    if form == "hub":
        return _bounded(arrow.open_hub(source, options.split, options.revision, options.config))
    path = Path(source)
    if form == "parquet" and is_stream(path):
        raise DataError(
            "is a pipe, and Parquet is not read in order; write it to a file", path=source
        )
    if form == "parquet":
        refuse_others(path)
        return _bounded(arrow.open_parquet(path))
    return open_text(TextFile.at(path, options.encoding), form, options)


def open_text(file: TextFile, form: str, options: ImportOptions) -> Table:
    """Open a text as CSV, or as JSON of any shape; see `open_table`.

    Raises:
        DataError: it cannot be read.
    """
    if form != "csv":
        heads = {head for column in options.mapped.values() for head in heads_of(column)}
        return open_json(file, heads)
    return _bounded(open_csv(file, options.delimiter))


def _bounded(table: Table) -> Table:
    return replace(table, rows=map(bounded, table.rows))


def form_of(source: str, options: ImportOptions) -> str:
    """`csv`, `json`, `parquet` or `hub`: as the user says, else by the content and the name.

    Raises:
        DataError: there is no such file, or nothing tells.
    """
    path = Path(source)
    if options.form not in {"auto", *LAYOUTS}:
        return "json" if options.form == "jsonl" else options.form
    if path.is_dir():
        return "hub"
    form = SUFFIXES.get(path.suffix.lower())
    if not path.exists():
        if form is None and _HUB_ID.fullmatch(source):
            return "hub"
        raise DataError("no such file", path=source)
    start = "" if is_stream(path) and form else first_text(path)
    if start.startswith(_PARQUET):
        return "parquet"
    if form != "csv" and start.lstrip().startswith(("{", "[")):
        return "json"
    if form == "csv" and _JSON.match(start) and options.delimiter is None:
        return "json"
    if form is None:
        TextFile.at(path, options.encoding)  # knows more kinds of files
        known = ", ".join(SUFFIXES)
        raise DataError(f"neither name nor content tells a format; name it {known}", path=source)
    return "json" if form == "jsonl" else form
