"""The files of one command: none may be two at once, and those to write must be writable."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

import click

from autograder.files import storage_errors


def keep_apart(places: Mapping[str, Path | None]) -> None:
    """Refuse to write over what is read, or twice to one file.

    Args:
        places: the files by the argument or option that names them.
    """
    seen: dict[Path, str] = {}
    for name, path in places.items():
        if path and (other := seen.setdefault(path.resolve(), name)) != name:
            raise click.UsageError(f"{other} and {name} are the same file {path}; name another")


def check_writable(*places: Path | None) -> None:
    """Refuse files that could not be written in the end, before any work.

    Raises:
        StorageError: the folder of one cannot be made or written, or it is a folder itself.
    """
    for path in filter(None, places):
        with storage_errors(path):
            if path.is_dir():
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
            path.parent.mkdir(parents=True, exist_ok=True)
            tempfile.TemporaryFile(dir=path.parent).close()
