"""Files in a cache that are still what was written there.

`checked.json` in a folder holds the sha256 of each of its files, with the size, time and inode
that the file had when it was read last: only a file of which one of these is another is read
again, so that a load costs nothing. A file that is not listed is taken as it is, and listed.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from autograder.bases.download import sha256_file
from autograder.errors import ChecksumError, StorageError
from autograder.files import atomic_write, json_text

CHECKED = "checked.json"


def check(folder: Path, remedy: str, known: Mapping[str, str] | None = None) -> dict[str, str]:
    """The sha256 of each file of a folder, by name, once all are what they were.

    Args:
        folder: has no folders of its own.
        remedy: for the message.
        known: sha256 by name, of files that may not be listed yet.

    Raises:
        ChecksumError: a file is another, or gone.
    """
    listed, found = _listed(folder), {}
    for path in sorted(folder.iterdir()):
        if path.name == CHECKED or path.name.startswith(".") or not path.is_file():
            continue
        stat = path.stat()
        stamp = [stat.st_size, stat.st_mtime_ns, stat.st_ino]
        before = listed.get(path.name, {"sha256": (known or {}).get(path.name)})
        if before.get("stamp") != stamp:
            try:
                sha256 = sha256_file(path)
            except OSError as error:
                raise ChecksumError(f"{path}: cannot be read: {error.strerror}; {remedy}") from None
            if before["sha256"] not in (None, sha256):
                raise ChecksumError(
                    f"{path}: has been changed or damaged: expected sha256 {before['sha256']}, "
                    f"got {sha256}; {remedy}"
                )
            before = {"sha256": sha256, "stamp": stamp}
        found[path.name] = before
    if gone := sorted(listed.keys() - found.keys()):
        raise ChecksumError(f"{folder / gone[0]}: is gone; {remedy}")
    if found != listed:
        with contextlib.suppress(StorageError):  # a cache that is only read
            atomic_write(folder / CHECKED, json_text(found))
    return {name: entry["sha256"] for name, entry in found.items()}


def _listed(folder: Path) -> dict[str, dict[str, Any]]:
    try:
        entries = json.loads((folder / CHECKED).read_text(encoding="utf-8"))
        return {name: {"sha256": entry["sha256"], "stamp": entry["stamp"]}
                for name, entry in entries.items()}  # fmt: skip
    except (OSError, ValueError, AttributeError, TypeError, KeyError):
        return {}
