"""The folder of a published judge: its description, and what decides its scores."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from autograder.errors import ModelError

JUDGE_FILE = "judge.json"
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


def judge_fingerprint(folder: Path) -> str:
    """sha256 over what decides a published judge's scores.

    Raises:
        ModelError: a file of it is missing.
    """
    digest = hashlib.sha256()
    for name in FILES:
        try:
            content = (folder / name).read_bytes()
        except OSError as error:
            raise ModelError(
                f"{folder}: holds no whole judge ({error}); train one with `dvc repro`"
            ) from None
        digest.update(hashlib.sha256(content).digest())
    return digest.hexdigest()
