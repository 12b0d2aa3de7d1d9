"""Figures for a judge's card, and whether they are of this very judge.

Files of figures name their judge: `reports/eval/systems.json` of the project, and what
`autograder benchmark --output` writes. `reports/metrics.json` stands for the former, of which it
is the headline.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from autograder.errors import DataError
from autograder.evaluation.result_models import Comparison, Figures, Systems
from autograder.evaluation.results import SYSTEMS
from autograder.evaluation.typed_files import made_by, read_json, read_text
from autograder.export.trained import Trained
from autograder.judging.folder import can_solve


@dataclass(frozen=True)
class Evidence:
    """Measured figures of a judge.

    Attributes:
        sets: for each set of answers its title and the figures of each system, `judge` first.
        is_certain: the figures are known to be of this judge; otherwise its owner says so.
    """

    sets: Mapping[str, Mapping[str, Figures]]
    is_certain: bool


class Benchmark(BaseModel):
    """What a card takes from a file of `autograder benchmark --output`."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")

    file: str = "a benchmark"
    judge_sha256: str | None = None
    systems: Mapping[str, Figures]
    fast: bool = False
    renderings: int = 1
    solve: bool | None = None

    def title(self, trained: Trained) -> str:
        """The file's name, and the options with which the judge graded otherwise than by itself."""
        options = {
            "--fast": self.fast,
            f"--renderings {self.renderings}": self.renderings > 1,
            "--no-solve": self.solve is False and can_solve(trained.values),
        }
        return " ".join((Path(self.file).name, *(name for name, holds in options.items() if holds)))


def find_evidence(trained: Trained, metrics: Path | None, default: Path) -> Evidence | None:
    """The figures in `metrics`, or those in `default` where they are of this judge.

    Raises:
        DataError: `metrics` cannot be read, is of another shape, or is of another judge.
    """
    if metrics is None and not default.is_file():
        return None
    path = metrics or default
    sha256, sets = _read(path, trained)
    certain = sha256 == trained.fingerprint
    if metrics is None and not certain:
        return None
    if sha256 is not None and not certain:
        raise DataError(
            f"is of another judge, {sha256[:12]!r}; this one is {trained.fingerprint[:12]!r}",
            path=str(path),
            field="judge_sha256",
        )
    return Evidence(sets, certain)


def _read(path: Path, trained: Trained) -> tuple[str | None, dict[str, dict[str, Figures]]]:
    """The judge's sha256, and the figures by the title of the set of answers."""
    keys = _keys(path)
    if "pairs" in keys:
        message = "holds figures of pairs; a card takes those of answers with scores"
        raise DataError(message, path=str(path))
    if "systems" in keys:
        try:
            found = read_json(path, Benchmark)
        except DataError as error:
            error.args = (f"{error}; run `autograder benchmark --output` again",)
            raise
        if "judge" not in found.systems:
            raise DataError("missing", path=str(path), field="systems.judge")
        return found.judge_sha256, {found.title(trained): dict(found.systems)}
    whole = path.parent / "eval" / SYSTEMS if path.name == "metrics.json" else path
    with made_by("evaluate"):
        systems = read_json(whole, Systems)
    parts = {
        "held-out test split": systems.test,
        "kinds of task that were in no training": systems.holdout,
    }
    return systems.judge_sha256, {title: _all(part) for title, part in parts.items() if part}


def _keys(path: Path) -> set[str]:
    """The names at the top of a JSON file; none where it holds none."""
    text = read_text(path)
    try:
        values = json.loads(text)
    except (ValueError, RecursionError):
        return set()
    return set(values) if isinstance(values, dict) else set()


def _all(compared: Comparison) -> dict[str, Figures]:
    return {"judge": compared.judge, **dict(compared.baselines.items())}
