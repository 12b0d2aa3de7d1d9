"""`autograder merge`: combine several judges into one."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

if TYPE_CHECKING:
    from autograder.benchmark.records import Graded

_FOLDER = click.Path(file_okay=False, path_type=Path)
_FILE = click.Path(dir_okay=False, path_type=Path)
_DENSITY = 0.5


@click.command()
@click.argument("out", type=_FOLDER)
@click.argument("judges", metavar="A B...", nargs=-1, required=True)
@click.option(
    "--weights",
    metavar="W,W,...",
    help="One weight for each judge. By default equal weights that sum to 1 for linear and "
    "dare_linear, and 1 each for ties and dare_ties.",
)
@click.option(
    "--method",
    type=click.Choice(["linear", "ties", "dare_linear", "dare_ties"]),
    default="linear",
    show_default=True,
    help="linear is the exact weighted sum of the adapters' changes.",
)
@click.option(
    "--density",
    type=click.FloatRange(0, 1, min_open=True),
    help=f"Share of each adapter's change that ties and dare keep; {_DENSITY} by default.",
)
@click.option(
    "--rank",
    type=click.IntRange(min=1),
    help="Rank of the result of ties and dare; by default the sum of the judges' ranks.",
)
@click.option(
    "--seed",
    type=click.IntRange(0, 2**31 - 1),
    default=17,
    show_default=True,
    help="Seed of dare's random choice.",
)
@click.option(
    "--validation",
    type=_FILE,
    help="Graded examples to fit the temperature on; by default build/splits/validation.jsonl. "
    "Without such a file the temperature is the weighted mean of the judges'.",
)
@click.option(
    "--evaluate", "measured", type=_FILE, help="Measure each judge and the result on this file."
)
@click.option("--force", is_flag=True, help="Replace an existing judge.")
def merge(
    out: Path,
    judges: tuple[str, ...],
    weights: str | None,
    method: str,
    density: float | None,
    rank: int | None,
    seed: int,
    validation: Path | None,
    measured: Path | None,
    force: bool,
) -> None:
    """Combine the judges A, B, ... of one base into a new judge in the folder OUT.

    Each is the name of a judge that comes with the package, a folder, or a hub id. The file for
    --evaluate has a format that `autograder benchmark` reads. See docs/export.md.
    """
    if len(judges) < 2:
        raise click.UsageError("A B...: name at least two judges")
    numbers = _weights(weights, method, len(judges))
    if density is not None and math.isnan(density):
        raise click.BadParameter(
            "nan is no number; give one above 0, at most 1", param_hint="--density"
        )
    if method == "linear" and (density is not None or rank is not None):
        raise click.UsageError("--density and --rank: linear is exact and takes neither")

    from autograder.export.combine import Recipe, check_recipe
    from autograder.export.merge import compare, table
    from autograder.export.merge import merge as write
    from autograder.export.progress import stage_bars
    from autograder.export.trained import check_place, open_trained
    from autograder.judging.naming import find_judge
    from autograder.schema import read_examples
    from autograder.stages import SPLITS
    from autograder.terminal import printable

    kept = None if method == "linear" else density or _DENSITY
    recipe = Recipe(cast(Any, method), numbers, kept, rank, seed)
    folders = [find_judge(name) for name in judges]
    check_place(out, folders, force=force)
    trained = [open_trained(folder) for folder in folders]
    check_recipe(trained, recipe)
    default = SPLITS / "validation.jsonl"
    chosen = validation or (default if default.is_file() else None)
    examples = read_examples(chosen) if chosen else []
    rows = _graded(measured) if measured else []
    with stage_bars() as progress:
        values = write(trained, recipe, out, examples, progress)
    made = values["merge"]
    click.echo(printable(f"{out}: {method} of {len(judges)} judges, rank {_rank(values)}"))
    if made["kept_share"] < 0.9995:
        click.echo(f"it holds {made['kept_share']:.1%} of the wanted change of the weights")
    click.echo(f"temperature {values['temperature']:.4f}, from {made['temperature_from']}")
    if measured:
        with stage_bars() as progress:
            figures = compare([*folders, out], rows, measured, progress, seed)
        titles = [printable(str(name)) for name in (*judges, out)]
        click.echo(f"\n{table(titles, figures)}")


def _graded(path: Path) -> list[Graded]:
    from autograder.benchmark.records import read_benchmark
    from autograder.errors import DataError

    read = read_benchmark(path)
    if read.is_pairs:
        message = "holds pairs; --evaluate takes answers with scores"
        raise DataError(message, path=str(path))
    return read.rows


def _rank(values: dict[str, Any]) -> int:
    return int(values["params"]["lora"]["r"])


def _weights(text: str | None, method: str, count: int) -> tuple[float, ...]:
    """The weights as numbers; a mean needs them to sum to 1 only where they are not given."""
    if text is None:
        return (1.0,) * count if method.endswith("ties") else (1 / count,) * count
    try:
        numbers = tuple(float(part) for part in text.split(","))
    except ValueError:
        raise click.BadParameter(
            f"{text!r} are no numbers; write them as 0.5,0.5", param_hint="--weights"
        ) from None
    if len(numbers) != count:
        raise click.BadParameter(
            f"{len(numbers)} of them for {count} judges; give one for each", param_hint="--weights"
        )
    if not all(map(math.isfinite, numbers)) or 0 in numbers:
        raise click.BadParameter(
            f"{text!r}: each must be a number other than 0; leave a judge out instead",
            param_hint="--weights",
        )
    return numbers
