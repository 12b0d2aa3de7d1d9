"""What a finished training leaves: checkpoints, the adapter, what a judge must know, the curves."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.bases.fetch import base_info, pull
from autograder.config import Config, describe
from autograder.files import atomic_folder, finite, json_text
from autograder.metrics.classes import LOWER_IS_BETTER
from autograder.prompt import TEMPLATE_VERSION
from autograder.training.callbacks import BEST, LAST
from autograder.training.module import JudgeModule

ADAPTER = "adapter"
"""The folder among the checkpoints with the best epoch's adapter, as PEFT reads it."""

TRAINED = "trained.json"
"""The file beside the adapter that says what it was trained on and how."""


@dataclass(frozen=True)
class Outputs:
    """Where a finished training is written."""

    checkpoints: Path
    reports: Path


def write_outcome(module: JudgeModule, scratch: Path, outputs: Outputs) -> None:
    """Write checkpoints, adapter and curves; each folder appears by one rename."""
    with atomic_folder(outputs.checkpoints) as folder:
        for name in (BEST, LAST):
            shutil.copyfile(scratch / name, folder / name)
        save_adapter(module, folder / ADAPTER)
    with atomic_folder(outputs.reports) as folder:
        for name, rows in module.history.items():
            (folder / f"{name}.csv").write_text(csv_text(rows), encoding="utf-8")


def save_adapter(module: JudgeModule, folder: Path) -> None:
    """Write the adapter in PEFT's format, and beside it what a judge has to know about it."""
    config = module.config
    model: Any = module.backbone.model
    settings = next(iter(model.peft_config.values()))
    # PEFT writes down the folder that the base came from; on another machine it is elsewhere.
    settings.base_model_name_or_path = config.model.name
    settings.target_modules = sorted(settings.target_modules)  # a set: another order each run
    model.save_pretrained(folder, save_embedding_layers=False)
    (folder / "README.md").unlink(missing_ok=True)  # PEFT's blank card
    best = _best_row(config, module.history["validation"])
    info = base_info(pull(config.model.name)) or {}
    facts = {
        "base": {"name": config.model.name, "pin": info.get("pin")},
        "template_version": TEMPLATE_VERSION,
        "digit_ids": list(module.backbone.encoder.digit_ids),
        "params": describe(config),
        "validation": {name: finite(value) for name, value in best.items()},
    }
    (folder / TRAINED).write_text(json_text(facts), encoding="utf-8")


def _best_row(config: Config, rows: list[dict[str, float]]) -> dict[str, float]:
    name = config.train.monitor
    known = [row for row in rows if finite(row[name]) is not None]
    if not known:
        return rows[-1] if rows else {}
    return (min if name in LOWER_IS_BETTER else max)(known, key=lambda row: row[name])


def csv_text(rows: Sequence[dict[str, float]]) -> str:
    """Rows as CSV, six significant digits; an undefined value is empty."""
    text = io.StringIO()
    if rows:
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(rows[0])
        for row in rows:
            writer.writerow("" if finite(v) is None else f"{v:.6g}" for v in row.values())
    return text.getvalue()
