"""The folder of a published judge: its description, and what decides its scores."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from autograder.errors import ModelError

JUDGE_FILE = "judge.json"
SUMS_FILE = "SHA256SUMS"
"""The sha256 of each file that decides the scores, as `sha256sum -c` reads them."""

LFS_POINTER = b"version https://git-lfs"
FILES = (JUDGE_FILE, "adapter_config.json", "adapter_model.safetensors")


def read_judge(folder: Path) -> dict[str, Any]:
    """The description of a published judge.

    Raises:
        ModelError: the folder holds none.
    """
    try:
        values = json.loads((folder / JUDGE_FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(
            f"{folder}: holds no judge ({error}); train one with `dvc repro`"
        ) from None
    wanted = {"base", "template_version", "digit_ids", "temperature", "params"}
    if not isinstance(values, dict) or wanted - values.keys():
        raise ModelError(f"{folder}: judge.json is not one of ours; train a judge with `dvc repro`")
    return values


def can_solve(values: Mapping[str, Any]) -> bool:
    """Whether a judge was trained to read what its base answers itself.

    Args:
        values: its description. That of a judge from before there was such a parameter has none.
    """
    return bool(values["params"].get("train", {}).get("solve", 0) > 0)


def judge_fingerprint(folder: Path) -> str:
    """sha256 over what decides a published judge's scores.

    Raises:
        ModelError: a file of it is missing, or is not what was published.
    """
    digest, sums = hashlib.sha256(), _sums(folder)
    for name in FILES:
        try:
            content = (folder / name).read_bytes()
        except OSError as error:
            raise ModelError(
                f"{folder}: holds no whole judge ({error}); train one with `dvc repro`"
            ) from None
        if content.startswith(LFS_POINTER):
            raise ModelError(
                f"{folder / name}: is a pointer of Git LFS, not the file itself; run `git lfs "
                "pull` in its repository"
            )
        found = hashlib.sha256(content)
        if sums.get(name, found.hexdigest()) != found.hexdigest():
            raise ModelError(
                f"{folder / name}: is not what was published: its sha256 is not the one in "
                f"{SUMS_FILE}; copy the judge again or run `dvc repro`, or if you changed the file "
                f"yourself, delete {folder / SUMS_FILE}"
            )
        digest.update(found.digest())
    return digest.hexdigest()


def write_sums(folder: Path) -> None:
    """Write the sha256 of each file that decides the scores; see `SUMS_FILE`."""
    lines = [f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}\n"
             for name in FILES]  # fmt: skip
    (folder / SUMS_FILE).write_text("".join(lines), encoding="utf-8")


def _sums(folder: Path) -> dict[str, str]:
    """sha256 by name; empty for a judge from before there were any."""
    path = folder / SUMS_FILE
    lines = path.read_text("utf-8", "replace").splitlines() if path.is_file() else []
    return {name: sha256 for sha256, _, name in (line.partition("  ") for line in lines)}
