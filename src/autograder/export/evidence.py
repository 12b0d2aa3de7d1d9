"""Figures for a judge's card, and whether they are of this very judge.

A file that names its judge (`judge_sha256`, as `autograder benchmark --output` writes) is believed.
`reports/metrics.json` names none, but the pipeline's dvc.lock ties it to the judge that it was
measured with: the evaluate stage has the judge's folder as a dependency and the file as an output.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.errors import DataError
from autograder.export.trained import Trained
from autograder.report.results import read_tree
from autograder.report.shapes import FIGURES, check_tree


@dataclass(frozen=True)
class Evidence:
    """Measured figures of a judge.

    Attributes:
        sets: for each set of answers its title and the figures of each system, `judge` first.
        is_certain: the figures are known to be of this judge; otherwise its owner says so.
    """

    sets: dict[str, dict[str, dict[str, Any]]]
    is_certain: bool


def find_evidence(trained: Trained, metrics: Path | None, default: Path) -> Evidence | None:
    """The figures in `metrics`, or those in `default` where they are of this judge.

    Raises:
        DataError: `metrics` cannot be read, is of another shape, or is of another judge.
    """
    if metrics is None:
        if not default.is_file():
            return None
        tree = read_tree(default, {})
        certain = _is_of(trained, tree, default)
        return Evidence(_sets(tree, default), True) if certain else None
    tree = read_tree(metrics, {})
    certain = _is_of(trained, tree, metrics)
    named = tree.get("judge_sha256")
    if named is not None and not certain:
        raise DataError(
            f"is of another judge, {str(named)[:12]!r}; this one is {trained.fingerprint[:12]!r}",
            path=str(metrics),
            field="judge_sha256",
        )
    return Evidence(_sets(tree, metrics), certain)


def _is_of(trained: Trained, tree: dict[str, Any], path: Path) -> bool:
    """Whether figures are known to be of this judge."""
    if "judge_sha256" in tree:
        return bool(tree["judge_sha256"] == trained.fingerprint)
    return _locked(trained.folder, path)


def _sets(tree: dict[str, Any], path: Path) -> dict[str, dict[str, dict[str, Any]]]:
    if "systems" in tree:  # of `autograder benchmark`
        found = {Path(str(tree.get("file", "a benchmark"))).name: tree["systems"]}
    else:
        parts = {
            "held-out test split": tree,
            "kinds of task that were in no training": tree.get("holdout"),
        }
        found = {
            title: {"judge": part.get("judge"), **(part.get("baselines") or {})}
            for title, part in parts.items()
            if isinstance(part, dict)
        }
    for systems in found.values():
        check_tree(systems, [FIGURES], str(path))
        if "judge" not in systems:
            raise DataError("missing", path=str(path), field="judge")
    return found


# --- dvc.lock


def _locked(folder: Path, metrics: Path) -> bool:
    """Whether a dvc.lock above the metrics ties them to what the folder holds now."""
    metrics = metrics.resolve()
    locks = (parent / "dvc.lock" for parent in metrics.parents)
    lock = next((path for path in locks if path.is_file()), None)
    if lock is None:
        return False
    name = metrics.relative_to(lock.parent).as_posix()
    wanted = {"outs": (name, _md5(metrics.read_bytes())), "deps": (None, md5_of_folder(folder))}
    return any(
        all(
            any(
                isinstance(row, dict) and row.get("md5") == md5 and path in (None, row.get("path"))
                for row in stage.get(side) or ()
            )
            for side, (path, md5) in wanted.items()
        )
        for stage in _stages(lock)
    )


def _stages(lock: Path) -> list[dict[str, Any]]:
    """The stages in a dvc.lock; none where it cannot be read, for then it proves nothing."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        values = YAML(typ="safe", pure=True).load(lock.read_text(encoding="utf-8"))
        return [stage for stage in values["stages"].values() if isinstance(stage, dict)]
    except (OSError, UnicodeDecodeError, YAMLError, KeyError, TypeError, AttributeError):
        return []


def md5_of_folder(folder: Path) -> str:
    """What DVC writes down for a folder: md5 over its files' names and md5 sums."""
    rows = [
        {
            "md5": _md5(path.read_bytes()),
            "relpath": path.relative_to(folder).as_posix(),
        }
        for path in folder.rglob("*")
        if path.is_file()
    ]
    rows.sort(key=lambda row: row["relpath"])
    return _md5(json.dumps(rows, sort_keys=True).encode()) + ".dir"


def _md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()
