"""A source as its tables: a file is one, a folder has one for each of its data files."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from autograder.errors import DataError
from autograder.tables.formats import SUFFIXES, ImportOptions, form_of, open_table
from autograder.tables.rows import NoRowsError, Table
from autograder.tables.shown_names import some_of

# What stands beside data and holds none: hidden files, texts about them, rejects of an import.
_ABOUT = re.compile(r"\..*|(?:readme|licen[cs]e|copying).*|.*\.md|.*\.rejected\.jsonl", re.I)
_OF_SAVED = {"dataset_info.json", "dataset_infos.json", "dataset_dict.json", "state.json"}
"""What `datasets` writes beside the rows; no rows."""

_SPLITS = {
    **dict.fromkeys(("train", "training"), "train"),
    **dict.fromkeys(("test", "testing", "eval", "evaluation"), "test"),
    **dict.fromkeys(("validation", "valid", "val", "dev"), "validation"),
}
_SHARD = re.compile(r"(.+)-\d{5}-of-\d{5}(?:-[0-9a-f]+)?")
_FIRST_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Tables:
    """A source that is open.

    Attributes:
        tables: in order; each has to be read before the next is taken.
        remarks: what is told of which files; complete once all tables are read.
        left_out: files of a folder that are not read.
    """

    tables: Iterator[Table]
    remarks: dict[str, list[str]]
    left_out: list[str] = field(default_factory=list)

    @property
    def note(self) -> str:
        """What the user should know of the source; empty if nothing."""
        told = [f"leaves out {some_of(self.left_out)}"] if self.left_out else []
        for remark, names in self.remarks.items():
            which = "each of which" if names[1:] else "which"
            told.append(f"has {some_of(names)}, {which} {remark}" if any(names) else remark)
        return "; ".join(told)


def open_tables(source: str, options: ImportOptions) -> Tables:
    """Open a file, a data set of the hub, or a folder's data files in the order of their names.

    A folder without such files is left to `datasets`, and so is one of which the user names a
    revision, a configuration or the format `hub`.

    Raises:
        DataError: it cannot be read, options belong to no file of it, or a folder has several
            splits and none is named.
    """
    folder = Path(source)
    is_for_datasets = options.form == "hub" or options.revision or options.config
    files, others = _files(folder) if not is_for_datasets else ({}, [])
    if not files:
        table = open_table(source, options)
        return Tables(iter([table]), {table.note: [""]} if table.note else {})
    files = _of_split(files, options.split, source)
    options = replace(options, split=None)
    forms = {name: form_of(str(path), options) for name, path in files.items()}
    if options.delimiter is not None and "csv" not in forms.values():
        raise DataError("--delimiter is for CSV, and no file in it is CSV", path=source)
    if options.encoding is not None and {*forms.values()} == {"parquet"}:
        message = "--encoding is for CSV and JSON, and all files in it are Parquet"
        raise DataError(message, path=source)
    remarks: dict[str, list[str]] = {}
    return Tables(_tables(files, forms, options, remarks), remarks, others)


def _tables(
    files: Mapping[str, Path],
    forms: Mapping[str, str],
    options: ImportOptions,
    remarks: dict[str, list[str]],
) -> Iterator[Table]:
    """The table of each file, opened with the options that fit it; adds to the remarks."""
    for name, path in files.items():
        fitting = replace(
            options,
            delimiter=options.delimiter if forms[name] == "csv" else None,
            encoding=None if forms[name] == "parquet" else options.encoding,
        )
        try:
            table = open_table(str(path), fitting)
        except NoRowsError:  # as programs write that part their output
            remarks.setdefault("holds no rows", []).append(name)
            continue
        if table.note:
            remarks.setdefault(table.note, []).append(name)
        yield replace(table, part=name)


def _files(folder: Path) -> tuple[dict[str, Path], list[str]]:
    """The data files in a folder and those below it, by name, and the names of all other files.

    Raises:
        DataError: one of the folders cannot be read.
    """

    def fail(error: OSError) -> None:
        raise DataError(f"cannot be read: {error.strerror}", path=str(error.filename))

    if not folder.is_dir():
        return {}, []
    paths: list[Path] = []
    for root, below, names in os.walk(folder, onerror=fail):
        below[:] = [name for name in below if not name.startswith(".")]
        paths += [Path(root, name) for name in names if not _ABOUT.fullmatch(name)]
    files, others = {}, []
    for path in sorted(paths):
        name = str(path.relative_to(folder))
        if path.suffix.lower() in SUFFIXES and path.name not in _OF_SAVED:
            files[name] = path
        else:
            others.append(name)
    return files, others


def _of_split(files: Mapping[str, Path], split: str | None, source: str) -> dict[str, Path]:
    """The files of a split, or all where none is named and no two files name different ones.

    Raises:
        DataError: it has several splits and none is named, or not the one that is.
    """
    splits = {name: _split_of(Path(name)) for name in files}
    named = [*dict.fromkeys(filter(None, splits.values()))]
    if split is None:
        if len(named) > 1:
            remedy = f"choose one with --split, or all with --split {'+'.join(named)}"
            raise DataError(f"has the splits {', '.join(named)}; {remedy}", path=source)
        return dict(files)
    # A file whose name tells no split is for training, as `datasets` has it.
    splits = {name: found or "train" for name, found in splits.items()}
    wanted = {_SPLITS.get(part, part) for part in split.split("+")}
    if unknown := wanted - {*splits.values()}:
        known = ", ".join(dict.fromkeys(splits.values()))
        raise DataError(f"has no split {min(unknown)!r}; there are: {known}", path=source)
    return {name: path for name, path in files.items() if splits[name] in wanted}


def _split_of(name: Path) -> str:
    """The split that the name of a file, or of a folder that it is in, tells; empty if none."""
    if shard := _SHARD.fullmatch(name.stem):
        return shard[1]
    first = _FIRST_WORD.match(name.stem)
    words = [first[0] if first else "", *reversed(name.parent.parts)]
    return next((_SPLITS[word.lower()] for word in words if word.lower() in _SPLITS), "")
