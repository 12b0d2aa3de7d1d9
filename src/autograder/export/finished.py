"""A finished run of the pipeline: whether its judge, figures, code and data belong together."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from autograder import config as configuration
from autograder.errors import TrainingError
from autograder.export.evidence import Evidence, find_evidence
from autograder.export.trained import Trained, open_trained

_CODE = ("src", "dvc.yaml", "data.dvc")
_TRAINED_BY = ("seed", "model", "quantization", "lora", "loss", "train")
"""The parameters that the stage `train` reads."""


@dataclass(frozen=True)
class Run:
    """Where a run has written what a release holds."""

    judge: Path
    metrics: Path
    params: Path
    test: Path


@dataclass(frozen=True)
class Finished:
    """A run whose parts belong together.

    Attributes:
        trained: its judge.
        evidence: the figures of this judge.
        commit: of the code.
        data: DVC's hash of `data/`.
    """

    trained: Trained
    evidence: Evidence
    commit: str
    data: str


def check_finished(run: Run) -> Finished:
    """Read a run in the working directory, a Git clone with DVC.

    Intermediate files may be gone, so that a run of another machine can be released: what is
    there has to be what `dvc.lock` says.

    Raises:
        TrainingError: code is not committed, the pipeline is stale, or judge, parameters and
            figures are of different runs.
        ModelError: the judge is not whole.
    """
    trained = open_trained(run.judge)
    params = configuration.describe(configuration.load(run.params))
    for group in _TRAINED_BY:
        if params[group] != trained.values["params"].get(group):
            raise TrainingError(
                f"{run.params}: {group}: {run.judge} was trained with other values; run `dvc repro`"
            )
    evidence = find_evidence(trained, None, run.metrics)
    if evidence is None:
        raise TrainingError(f"{run.metrics}: holds no figures of {run.judge}; run `dvc repro`")
    if changed := _output("git", "status", "--porcelain", "--", *_CODE).splitlines():
        raise TrainingError(
            f"{changed[0][3:]}: is not committed, and {len(changed) - 1} more such files; commit "
            "them, then `dvc repro`"
        )
    status = json.loads(_output(sys.executable, "-m", "dvc", "status", "--json"))
    if stale := list(_stale(status)):
        raise TrainingError(f"dvc.lock: stale: {', '.join(stale)}; run `dvc repro`")
    pinned = YAML(typ="safe", pure=True).load(Path("data.dvc").read_text(encoding="utf-8"))
    commit = _output("git", "rev-parse", "HEAD").strip()
    return Finished(trained, evidence, commit, pinned["outs"][0]["md5"])


def pin(box: Path) -> None:
    """Write the hash of the box into `BOX.dvc`; the files themselves are kept in Git.

    Raises:
        TrainingError: DVC refuses.
    """
    file = box.with_name(f"{box.name}.dvc")
    if not file.exists():
        file.write_text(f"outs:\n- path: {box.name}\n  cache: false\n", encoding="utf-8")
    _output(sys.executable, "-m", "dvc", "commit", "--force", "--quiet", str(file))


def _stale(status: Mapping[str, Any]) -> Iterator[str]:
    """The stages of which something is another than `dvc.lock` says, by `dvc status`."""
    for stage, changes in status.items():
        if stage != "judges.dvc" and any(how != "deleted" for how in _leaves(changes)):
            yield stage


def _leaves(tree: Any) -> Iterator[str]:
    if isinstance(tree, str):
        yield tree
    else:
        for below in tree.values() if isinstance(tree, Mapping) else tree:
            yield from _leaves(below)


def _output(*command: str) -> str:
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError as error:
        raise TrainingError(f"{command[0]}: {error.strerror}; install it") from None
    if done.returncode:
        lines = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
        raise TrainingError(
            f"`{' '.join(command[-3:])}`: {lines[-1]}; run this in the project's Git clone"
        )
    return done.stdout
