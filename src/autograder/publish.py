"""What a finished training leaves: checkpoints, a judge, and the curves."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from autograder.config import Config, describe
from autograder.files import atomic_folder, finite, json_text
from autograder.judge import Judge
from autograder.model.calibration import fit_temperature
from autograder.model.callbacks import BEST, LAST
from autograder.model.card import model_card
from autograder.model.encode import Encoded
from autograder.model.fetch import base_info, pull
from autograder.model.module import LOWER_IS_BETTER, JudgeModule
from autograder.prompt import TEMPLATE_VERSION


@dataclass(frozen=True)
class Outputs:
    """Where a finished training is published."""

    checkpoints: Path
    judge: Path
    reports: Path


def publish(
    module: JudgeModule, validation: Sequence[Encoded], scratch: Path, outputs: Outputs
) -> None:
    """Write checkpoints, the judge and the curves; each folder appears by one rename."""
    scores = torch.tensor([example.score for example in validation], dtype=torch.int64)
    judge = Judge(module.backbone, batch_size=module.config.evaluate.batch_size)
    temperature = fit_temperature(judge.digit_logits(validation), scores)
    with atomic_folder(outputs.judge) as folder:
        save_judge(module, folder, temperature)
    with atomic_folder(outputs.checkpoints) as folder:
        for name in (BEST, LAST):
            shutil.copyfile(scratch / name, folder / name)
    with atomic_folder(outputs.reports) as folder:
        for name, rows in module.history.items():
            (folder / f"{name}.csv").write_text(csv_text(rows), encoding="utf-8")


def save_judge(module: JudgeModule, folder: Path, temperature: float) -> None:
    """Write the adapter in PEFT's format, `judge.json` and a model card."""
    config = module.config
    encoder = module.backbone.encoder
    model: Any = module.backbone.model
    settings = next(iter(model.peft_config.values()))
    # PEFT writes down the folder that the base came from; on another machine it is elsewhere.
    settings.base_model_name_or_path = config.model.name
    settings.target_modules = sorted(settings.target_modules)  # a set: another order each run
    model.save_pretrained(folder, save_embedding_layers=False)
    best = _best_row(config, module.history["validation"])
    info = base_info(pull(config.model.name)) or {}
    judge = {
        "base": {"name": config.model.name, "pin": info.get("pin")},
        "template_version": TEMPLATE_VERSION,
        "digit_ids": list(encoder.digit_ids),
        "temperature": temperature,
        "params": describe(config),
        "validation": {name: finite(value) for name, value in best.items()},
    }
    (folder / "judge.json").write_text(json_text(judge), encoding="utf-8")
    (folder / "README.md").write_text(model_card(judge), encoding="utf-8")


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
