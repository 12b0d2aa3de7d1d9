"""A judge out of a trained adapter: one fitted temperature, a description and a model card.

Publishing needs no model in memory, so that the judge of the run before is replaced at once.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from autograder.errors import ModelError
from autograder.files import atomic_folder, json_text
from autograder.judging.card import model_card
from autograder.judging.folder import JUDGE_FILE, write_sums

TRAINED = "trained.json"


def read_trained(adapter: Path) -> dict[str, Any]:
    """What training wrote beside an adapter: base, template, digits, parameters, validation.

    Raises:
        ModelError: the folder holds no such file.
    """
    try:
        values = json.loads((adapter / TRAINED).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(
            f"{adapter}: holds no trained adapter ({error}); run `dvc repro`"
        ) from None
    assert isinstance(values, dict)
    return values


def publish(adapter: Path, temperature: float, folder: Path) -> None:
    """Write a judge: the adapter's files, `judge.json`, a model card and digests, at once.

    Args:
        adapter: what training left, in PEFT's format with `trained.json`.
        temperature: divides the digits' logits.
        folder: the judge's; replaced.

    Raises:
        ModelError: `adapter` holds none.
    """
    trained = read_trained(adapter)
    names = ("base", "template_version", "digit_ids")
    judge = {name: trained[name] for name in names} | {"temperature": temperature}
    judge |= {name: trained[name] for name in ("params", "validation")}
    with atomic_folder(folder) as new:
        for file in _adapter_files(adapter):
            shutil.copyfile(file, new / file.name)
        (new / JUDGE_FILE).write_text(json_text(judge), encoding="utf-8")
        (new / "README.md").write_text(model_card(judge), encoding="utf-8")
        write_sums(new)


def _adapter_files(adapter: Path) -> Iterable[Path]:
    return (file for file in sorted(adapter.iterdir()) if file.name != TRAINED)
