"""`autograder merge`: a judge folder out of several, with a temperature of its own."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from autograder import __version__
from autograder.benchmark.predictions import grade
from autograder.benchmark.records import Graded
from autograder.errors import DataError
from autograder.evaluation.measure import measure
from autograder.evaluation.result_models import Figures
from autograder.export.combine import Recipe, combine
from autograder.export.progress import Progress
from autograder.export.readme import escape, front_matter
from autograder.export.trained import Trained, check_space, weights_errors
from autograder.files import atomic_folder, finite, json_text
from autograder.judging.calibration import fit_temperature
from autograder.judging.folder import can_solve, write_sums
from autograder.judging.judge import Judge
from autograder.metrics.functional import MEASURES
from autograder.schema import Example

_SHOWN = ("exact", "mae", "pearson")


def merge(
    judges: Sequence[Trained],
    recipe: Recipe,
    out: Path,
    validation: Sequence[Example],
    progress: Progress,
) -> dict[str, Any]:
    """Write a judge folder that `Judge.load` reads; it appears by one rename.

    Args:
        judges: checked to fit together.
        recipe: how to combine them.
        out: the folder.
        validation: graded examples for the temperature; none for the judges' weighted mean.
        progress: shows the stages.

    Returns:
        the new judge.json.

    Raises:
        ModelError: an adapter or the base cannot be loaded.
        DataError: an example is too long for the judge.
        StorageError: the disk is full or the folder cannot be written; OUT is untouched.
    """
    weights = sum((j.folder / "adapter_model.safetensors").stat().st_size for j in judges)
    check_space(out, weights)
    with weights_errors(out), atomic_folder(out) as folder:
        kept = combine(
            judges, recipe, folder, lambda done, total: progress("combining", done, total)
        )
        values = _describe(judges, recipe, folder, kept)
        _write(folder, values)
        if validation:
            judge = Judge.load(folder)
            _refit(judge, validation, values, progress)
            _write(folder, values)
        (folder / "README.md").write_text(_card(values, judges), encoding="utf-8")
    return values


def _describe(
    judges: Sequence[Trained], recipe: Recipe, folder: Path, kept: float
) -> dict[str, Any]:
    values: dict[str, Any] = json.loads(json.dumps(judges[0].values))
    settings = json.loads((folder / "adapter_config.json").read_text(encoding="utf-8"))
    targets = [name for judge in judges for name in judge.config.lora.targets]
    values["params"]["lora"] |= {
        "r": settings["r"],
        "alpha": float(settings["lora_alpha"]),
        "targets": list(dict.fromkeys(targets)),
    }
    sizes = [abs(weight) for weight in recipe.weights]
    mean = sum(
        size * judge.values["temperature"] for size, judge in zip(sizes, judges, strict=True)
    )
    values["temperature"] = mean / sum(sizes)
    if not all(can_solve(judge.values) for judge in judges):
        # One that never saw the base's own answers would be confused by them.
        values["params"].get("train", {}).pop("solve", None)
    values["validation"] = {}
    values["merge"] = {
        "method": recipe.method,
        "density": recipe.density,
        "seed": recipe.seed if recipe.method.startswith("dare") else None,
        "kept_share": kept,
        "temperature_from": "the weighted mean of the judges' own",
        "judges": [
            {
                "sha256": judge.fingerprint,
                "weight": weight,
                "temperature": judge.values["temperature"],
            }
            for judge, weight in zip(judges, recipe.weights, strict=True)
        ],
        "autograder": __version__,
    }
    return values


def _refit(
    judge: Judge, validation: Sequence[Example], values: dict[str, Any], progress: Progress
) -> None:
    """Fit the temperature anew, and write down how the judge does on the same rows."""
    encoded = judge.encoder.encode_all(validation)
    rows = []
    for start in range(0, len(encoded), judge.batch_size):
        rows.append(judge.digit_logits(encoded[start : start + judge.batch_size]))
        progress(
            "fitting the temperature", min(start + judge.batch_size, len(encoded)), len(encoded)
        )
    logits, scores = torch.cat(rows), torch.tensor([example.score for example in validation])
    values["temperature"] = fit_temperature(logits, scores)
    values["merge"]["temperature_from"] = f"{len(validation)} validation examples"
    probabilities = (logits / values["temperature"]).softmax(dim=1)
    values["validation"] = {
        name: finite(of(probabilities, scores, None).item()) for name, of in MEASURES.items()
    }


def _write(folder: Path, values: dict[str, Any]) -> None:
    (folder / "judge.json").write_text(json_text(values), encoding="utf-8")
    write_sums(folder)


def compare(
    folders: Sequence[Path], rows: Sequence[Graded], source: Path, progress: Progress, seed: int
) -> list[Figures]:
    """Figures of each judge on the same graded answers, in order.

    Raises:
        DataError: a row is too long for a judge.
        ModelError: a judge cannot be loaded.
    """
    examples = [row.example for row in rows]
    if not examples:
        raise DataError("holds no graded answer", path=str(source))
    found = []
    for number, folder in enumerate(folders, start=1):
        done = 0

        def count(
            num: int, _is_new: bool, what: str = f"grading {number} of {len(folders)}"
        ) -> None:
            nonlocal done
            done += num
            progress(what, done, len(rows))

        grades = grade(Judge.load(folder), rows, source=str(source), progress=count)
        probabilities = torch.tensor([g.probabilities for g in grades], dtype=torch.float64)
        found.append(measure(probabilities, examples, resamples=1000, seed=seed))
    return found


def table(titles: Sequence[str], figures: Sequence[Figures]) -> str:
    """The figures side by side for a terminal, each with its 95 % interval."""
    width = max(map(len, titles))
    lines = [f"{'':{width}}" + "".join(f"  {name:24}" for name in _SHOWN)]
    for title, row in zip(titles, figures, strict=True):
        cells = (f"  {_with_interval(row, name):24}" for name in _SHOWN)
        lines.append(f"{title:{width}}{''.join(cells)}")
    return "\n".join(line.rstrip() for line in lines)


def _with_interval(figures: Figures, name: str) -> str:
    value, bounds = getattr(figures, name), getattr(figures.interval, name)
    if value is None:
        return "-"
    return f"{value:.3f}" + (f" ({bounds[0]:.3f} to {bounds[1]:.3f})" if bounds else "")


def _card(values: dict[str, Any], judges: Sequence[Trained]) -> str:
    made = values["merge"]
    parts = "\n".join(
        f"- weight {row['weight']:g}: judge `{row['sha256'][:12]}`" for row in made["judges"]
    )
    figures = "\n".join(
        f"| {escape(name)} | {'undefined' if value is None else format(value, '.3f')} |"
        for name, value in values["validation"].items()
    )
    measured = (
        "On the validation split, on which the temperature was fitted:\n\n| measure | value |\n"
        f"|---|---|\n{figures}"
        if figures
        else "It has not been measured."
    )
    return (
        f"{front_matter(judges[0], 'adapter')}\n# A judge combined of {len(judges)} others\n\n"
        f"Method `{made['method']}` on the adapters of:\n\n{parts}\n\n"
        f"The base is {escape(judges[0].base_title)}. The result holds "
        f"{made['kept_share']:.1%} of the wanted change of the weights.\n"
        f"The temperature, {values['temperature']:.4f}, is from {made['temperature_from']}.\n\n"
        f"{measured}\n\nWhat is true of the judges that it is made of is not for that reason "
        "true of it: measure it on answers of your own.\n"
    )
