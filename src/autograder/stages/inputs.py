"""What a stage depends on, read from `dvc.yaml`, as one fingerprint.

DVC hashes dependencies after a command ran, so a file that was edited meanwhile would be
recorded as if it had been used. A long stage takes the fingerprint at its start and compares
at its end.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

from ruamel.yaml import YAML

from autograder.config import Config
from autograder.errors import TrainingError
from autograder.files import fingerprint


def stage_dependencies(stage: str, root: Path) -> list[Path]:
    """The `deps` of a stage, relative to the project's folder.

    Raises:
        TrainingError: `dvc.yaml` is missing or does not know the stage.
    """
    try:
        values = YAML(typ="safe", pure=True).load((root / "dvc.yaml").read_text(encoding="utf-8"))
        dependencies = values["stages"][stage]["deps"]
    except (OSError, KeyError, TypeError) as error:
        raise TrainingError(
            f"dvc.yaml: holds no stage {stage!r} with deps ({error!r}); run this in the project's "
            "folder"
        ) from None
    return [Path(name) for name in dependencies]


def run_fingerprint(stage: str, config: Config, root: Path = Path()) -> str:
    """sha256 over the stage's dependencies and the parameters that it reads."""
    default = Config()
    # How a judge is measured does not change how it is trained.
    config = replace(config, dataset=default.dataset, audit=default.audit, split=default.split)
    config = replace(config, evaluate=default.evaluate)
    # Nor do its checkpoints and its diary; where it computes does, as batches are dealt out by it.
    run = replace(
        config.run, logger=default.run.logger, checkpoint_every=default.run.checkpoint_every
    )
    config = replace(config, run=run)
    digest = hashlib.sha256(repr(config).encode())
    try:
        digest.update(fingerprint(stage_dependencies(stage, root)).encode())
    except FileNotFoundError as error:
        raise TrainingError(f"{error.filename}: missing; run `dvc repro`") from None
    return digest.hexdigest()
