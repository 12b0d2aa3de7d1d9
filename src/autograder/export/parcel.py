"""What would be uploaded: the files of a judge or an export, checked before anything leaves."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from autograder.bases.download import sha256_file
from autograder.errors import ModelError
from autograder.export.intact import refuse_pointers
from autograder.judging.folder import read_judge

# Names that hold keys, or that tools of the house leave behind.
_SECRET_NAMES = (
    "*.env", "*.key", "*.pem", "*.p12", "*.pfx", "*.jks", "*.kdbx", "*.ppk", "*.asc", "*.gpg",
    "*credential*", "*secret*", "*password*", "*passwd*", "*.token", "token", "token.*",
    "*api_key*", "*apikey*", "id_rsa*", "id_dsa*", "id_ecdsa*", "id_ed25519*", "*netrc*",
    "*htpasswd*",
)  # fmt: skip
_SECRET_TEXTS = re.compile(
    rb"-----BEGIN [A-Z ]*PRIVATE KEY-----"
    rb"|\bhf_[A-Za-z0-9]{30,}\b"
    rb"|\bgh[pousr]_[A-Za-z0-9]{36,}\b|\bgithub_pat_[A-Za-z0-9_]{40,}\b|\bglpat-[\w-]{20,}\b"
    rb"|\bAKIA[0-9A-Z]{16}\b|\bAIza[0-9A-Za-z_-]{35}\b"
    rb"|\bsk-[A-Za-z0-9_-]{32,}\b|\bxox[abprs]-[0-9A-Za-z-]{20,}\b"
)
_WEIGHTS = (".safetensors", ".gguf")
_PATH = re.compile(r"(?:[A-Za-z]:)?[/\\]|~[/\\]|\.{1,2}[/\\]")
_LICENCE_ID = re.compile(r"[a-z0-9][a-z0-9.-]*")


@dataclass(frozen=True)
class Parcel:
    """The files of a folder that may be uploaded.

    Attributes:
        folder: where they are.
        kind: judge, merged, adapter or gguf.
        files: relative paths, sorted.
        remarks: what the card lacks; no reason to stop.
    """

    folder: Path
    kind: str
    files: tuple[str, ...]
    remarks: tuple[str, ...]

    def listing(self) -> Iterator[tuple[str, int, str]]:
        """Name, size in bytes and sha256 of each file."""
        for name in self.files:
            path = self.folder / name
            yield name, path.stat().st_size, sha256_file(path)


def pack(folder: Path) -> Parcel:
    """Look at a folder that is to be uploaded; asks no network.

    Raises:
        ModelError: it is no judge or export, holds what may be a secret or leads elsewhere, or its
            card's metadata cannot be read.
    """
    refuse_pointers(folder)
    values = read_judge(folder)
    kind = _kind(folder, values)
    files = []
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            raise ModelError(
                f"{folder}: {name!r} is a link, which may lead anywhere; copy the file"
            )
        if path.is_dir():
            continue
        _check_file(folder, path, name)
        files.append(name)
    return Parcel(folder, kind, tuple(files), tuple(_remarks(folder, values)))


def _kind(folder: Path, values: dict[str, Any]) -> str:
    about = values.get("export")
    kind = about.get("format") if isinstance(about, dict) else "judge"
    needed = {
        "judge": ("adapter_config.json", "adapter_model.safetensors"),
        "adapter": ("adapter_config.json", "adapter_model.safetensors", "tokenizer.json"),
        "merged": ("config.json", "tokenizer.json", "*.safetensors"),
        "gguf": ("*.gguf",),
    }.get(str(kind))
    if needed is None:
        raise ModelError(f"{folder}: judge.json: export.format: {kind!r} is not known")
    for pattern in (*needed, "README.md"):
        if not any(folder.glob(pattern)):
            raise ModelError(f"{folder}: is no whole {kind}, it lacks {pattern}; write it anew")
    return str(kind)


def _check_file(folder: Path, path: Path, name: str) -> None:
    parts = [part.lower() for part in Path(name).parts]
    if any(part.startswith(".") and part != ".gitattributes" for part in parts):
        raise ModelError(f"{folder}: {name!r} is hidden and no part of a judge; remove it first")
    secret = any(fnmatch(part, pattern) for part in parts for pattern in _SECRET_NAMES)
    if secret:
        raise ModelError(f"{folder}: {name!r} looks like a secret by its name; remove it first")
    if not path.is_file():
        raise ModelError(f"{folder}: {name!r} is no plain file; remove it first")
    if path.suffix not in _WEIGHTS and _holds_secret(path):
        raise ModelError(
            f"{folder}: {name!r} holds what looks like a key or token; remove it first"
        )


def _holds_secret(path: Path) -> bool:
    """Whether a text has the form of a key; read in pieces that overlap by more than a key."""
    overlap, before = 256, b""
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            if _SECRET_TEXTS.search(before + piece):
                return True
            before = piece[-overlap:]
    return False


def _remarks(folder: Path, values: dict[str, Any]) -> Iterator[str]:
    """What the hub or a reader would miss.

    Raises:
        ModelError: the card's front matter is not one.
    """
    found = _front_matter(folder / "README.md")
    licence = found.get("license")
    if not licence:
        yield "README.md: license: is missing"
    elif not isinstance(licence, str) or not _LICENCE_ID.fullmatch(licence):
        yield f"README.md: license: {licence!r} is no id that the hub knows; e.g. apache-2.0, other"
    elif licence == "other" and not found.get("license_name"):
        yield "README.md: license_name: is missing, and license is 'other'"
    base = found.get("base_model")
    if not base:
        yield "README.md: base_model: is missing; the hub will not show what it was made from"
    elif not isinstance(base, str) or not re.fullmatch(r"[\w.-]+/[\w.-]+", base, flags=re.ASCII):
        yield f"README.md: base_model: {base!r} is no hub id of the form org/name"
    if not found.get("library_name"):
        yield "README.md: library_name: is missing"
    if not isinstance(found.get("tags", []), list):
        yield "README.md: tags: expected a list"
    name = str(values["base"].get("name", ""))
    if _PATH.match(name):
        yield f"judge.json: base.name: {name!r} is a path of this machine; export the judge first"


def _front_matter(path: Path) -> dict[str, Any]:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ModelError(f"{path}: cannot be read: {error}") from None
    found = re.match(r"---\r?\n(.*?)\r?\n---\s*(?:\n|\Z)", text, flags=re.DOTALL)
    if not found:
        return {}
    try:
        values = YAML(typ="safe", pure=True).load(found[1])
    except YAMLError as error:
        reason = " ".join(str(error).split())
        raise ModelError(f"{path}: its metadata is not YAML: {reason}") from None
    if not isinstance(values, dict):
        raise ModelError(f"{path}: its metadata is no list of keys and values")
    return {str(key): json.loads(json.dumps(value, default=str)) for key, value in values.items()}
