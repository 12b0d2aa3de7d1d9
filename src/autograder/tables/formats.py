"""What the user says about a source, and which reader opens it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from autograder.errors import DataError
from autograder.tables import arrow, textfiles
from autograder.tables.rows import Table
from autograder.tables.scales import PairRule, Scale

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
        delimiter: between the cells of CSV; None: a comma, or a tab in `.tsv`.
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
    split: str | None = None
    revision: str | None = None
    config: str | None = None


def open_table(source: str, options: ImportOptions) -> Table:
    """Open a source in the format that the options or its name tell.

    Raises:
        DataError: it cannot be read, or options do not belong to its format.
    """
    path = Path(source)
    form = options.form
    if form in {"auto", *LAYOUTS}:
        form = _form_by_name(source, path)
    hub_only = {"split": options.split, "revision": options.revision, "config": options.config}
    for name, value in hub_only.items():
        if value is not None and form != "hub":
            raise DataError(f"--{name} is for data sets of the hub, not for {form}", path=source)
    if options.delimiter is not None and form != "csv":
        raise DataError(f"--delimiter is for CSV, not for {form}", path=source)
    if form == "csv":
        tab = "\t" if path.suffix.lower() == ".tsv" else ","
        return textfiles.open_csv(path, options.delimiter or tab)
    if form == "hub":
        return arrow.open_hub(source, options.split, options.revision, options.config)
    if form == "parquet":
        return arrow.open_parquet(path)
    return textfiles.open_json(path) if form == "json" else textfiles.open_jsonl(path)


def _form_by_name(source: str, path: Path) -> str:
    if path.is_dir():
        return "hub"
    form = SUFFIXES.get(path.suffix.lower())
    if not path.exists():
        if form is None and _HUB_ID.fullmatch(source):
            return "hub"
        raise DataError("no such file", path=source)
    if form is None:
        known = ", ".join(SUFFIXES)
        raise DataError(
            f"the name tells no format (known: {known}); say it with --format", path=source
        )
    # Many files named .json hold one object a line.
    return "jsonl" if form == "json" and textfiles.starts_with_object(path) else form
