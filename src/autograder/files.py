"""Files and folders that appear whole or not at all."""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
import os
import secrets
import shutil
import stat
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from autograder.errors import AutograderError, ModelError, StorageError


@contextlib.contextmanager
def storage_errors(path: Path) -> Iterator[None]:
    """Turn the system's refusal to write below `path` into a `StorageError`."""
    try:
        yield
    except AutograderError:  # some of ours are OSErrors too, and already say what is wrong
        raise
    except OSError as error:
        reason = error.strerror or str(error)
        raise StorageError(
            f"{path}: cannot be written: {reason}; free space or choose another place"
        ) from error


def path_of(text: str, setting: str) -> Path:
    """The path that a user gave, with `~` and `~NAME` as the home folders that they mean.

    Args:
        text: the path.
        setting: what gave it, for the message.

    Raises:
        ModelError: there is no such home folder.
    """
    try:
        return Path(text).expanduser()
    except RuntimeError:
        home = Path(text).parts[0]
        raise ModelError(
            f"{setting} {text!r}: there is no home folder {home}; write the whole path"
        ) from None


@contextlib.contextmanager
def atomic_file(path: Path) -> Iterator[BinaryIO]:
    """Give a temporary file that is renamed to `path` when the block ends without an error.

    A file that it replaces passes its permissions on.

    Raises:
        StorageError: the disk is full or the folder cannot be written; `path` is untouched.
    """
    with storage_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        # Not `mkstemp`, whose files are the owner's alone: this one follows the umask.
        scratch = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        opened = scratch.open("xb")
    try:
        with storage_errors(path):
            with opened as file:
                _take_permissions(path, file)
                yield file
                file.flush()
                os.fsync(file.fileno())
            scratch.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            scratch.unlink()
        raise


def _take_permissions(path: Path, file: BinaryIO) -> None:
    """Give a new file the permissions of the one at `path`, if that may be written at all.

    What DVC links into its cache is read-only, and what replaces it must not be.
    """
    with contextlib.suppress(FileNotFoundError):
        mode = path.lstat().st_mode
        if stat.S_ISREG(mode) and mode & stat.S_IWUSR:
            Path(file.name).chmod(stat.S_IMODE(mode))


def atomic_write(path: Path, content: str | bytes) -> None:
    """Write a file under a temporary name, then rename it into place.

    Raises:
        StorageError: the disk is full or the folder cannot be written; `path` is untouched.
    """
    data = content.encode("utf-8") if isinstance(content, str) else content
    with atomic_file(path) as file:
        file.write(data)


def replace(scratch: Path, path: Path) -> None:
    """Rename a written file into place, after its content has reached the disk."""
    with scratch.open("rb") as file:
        os.fsync(file.fileno())
    scratch.replace(path)


def share(folder: Path) -> None:
    """Give files the permissions that a plain `open` gives; safetensors' are the owner's alone."""
    probe = folder / f".{secrets.token_hex(4)}"
    probe.touch(exist_ok=False)
    permissions = probe.stat().st_mode & 0o777
    probe.unlink()
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            path.chmod(path.stat().st_mode | permissions)


@contextlib.contextmanager
def atomic_folder(path: Path) -> Iterator[Path]:
    """Give a temporary folder that replaces `path` when the block ends without an error.

    The old folder is renamed, not deleted, before the new one takes its place, and is put
    back if that fails.
    """
    with storage_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name}."))
        new, old = scratch / "new", scratch / "old"
    try:
        with storage_errors(path):
            new.mkdir()
            yield new
            share(new)
            if path.exists():
                path.replace(old)
            new.replace(path)
    finally:
        if old.exists() and not path.exists():
            old.replace(path)
        shutil.rmtree(scratch, ignore_errors=True)


def json_text(values: object) -> str:
    """Indented JSON for a file in Git.

    Raises:
        ValueError: a float is NaN or infinite, which JSON cannot hold.
    """
    return json.dumps(values, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def finite(value: float) -> float | None:
    """The value, or None where it is NaN or infinite."""
    return value if math.isfinite(value) else None


def fingerprint(paths: Iterable[Path]) -> str:
    """sha256 over the names and contents of files and of all files below folders.

    As for DVC (`.dvcignore`), the byte code that Python writes beside sources is no input.
    """
    digest = hashlib.sha256()
    for root in paths:
        files = sorted(p for p in root.rglob("*") if p.is_file()) if root.is_dir() else [root]
        for file in files:
            if "__pycache__" in file.relative_to(root).parts:
                continue
            content = hashlib.sha256(file.read_bytes()).hexdigest()
            digest.update(f"{file.as_posix()}\0{content}\0".encode())
    return digest.hexdigest()
