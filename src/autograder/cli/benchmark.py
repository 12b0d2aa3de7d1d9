"""`autograder benchmark`: measure a judge on a file of graded answers."""

from __future__ import annotations

from pathlib import Path

import click

from autograder.cli.counting import rows_bar
from autograder.cli.fast import fast_option
from autograder.cli.judge_option import judge_option

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("file", type=_FILE)
@judge_option()
@click.option("--output", type=_FILE, help="Write all figures to this JSON file.")
@click.option(
    "--predictions",
    type=_FILE,
    help="Write the grade of each row to this CSV file; after an interruption, resume from it.",
)
@click.option(
    "--bootstrap",
    default=1000,
    show_default=True,
    type=click.IntRange(min=10),
    help="Resamples for the 95 % intervals; each draws whole prompts.",
)
@fast_option
@click.option("--limit", type=click.IntRange(min=1), help="Stop after this many rows.")
@click.option(
    "--reference/--no-reference",
    default=True,
    show_default=True,
    help="Show the judge the reference answer of each row that has one.",
)
def benchmark(
    file: Path,
    folder: Path,
    output: Path | None,
    predictions: Path | None,
    bootstrap: int,
    fast: bool,
    limit: int | None,
    reference: bool,
) -> None:
    """Measure a judge on FILE, next to two baselines: majority class and response length.

    FILE is JSON Lines. A line is an example, an item, a record with prompt, response, rubric and
    score, or a Prometheus-style record (instruction, response, score, and rubric with criteria
    and score1_description ...; or the same fields as orig_instruction, orig_criteria ...).
    """
    from autograder.benchmark.records import read_benchmark
    from autograder.config import Config
    from autograder.files import atomic_write, json_text
    from autograder.terminal import printable

    _keep_apart(file, output, predictions)
    read = read_benchmark(file, reference=reference)
    rows, unread = read.rows[:limit], printable(", ".join(read.unread), keep="")
    num_references = sum(bool(row.example.reference) for row in rows)
    if unread:
        click.echo(f"fields that are not read: {unread}", err=True)

    from autograder.benchmark import scoreboard
    from autograder.benchmark.predictions import grade
    from autograder.judging.folder import judge_fingerprint
    from autograder.judging.judge import FAST, Judge

    judge, fingerprint = Judge.load(folder, fast=fast), judge_fingerprint(folder)
    with rows_bar(len(rows), "answer") as progress:
        grades = grade(
            judge,
            rows,
            source=str(file),
            fingerprint=fingerprint + FAST if fast else fingerprint,
            predictions=predictions,
            progress=progress,
        )
    examples = [row.example for row in rows]
    tree = scoreboard.benchmark(grades, examples, resamples=bootstrap, seed=Config().seed)
    about = {
        "file": str(file),
        "judge": str(folder),
        "judge_sha256": fingerprint,
        "fast": fast,
        "max_length": judge.encoder.max_length,
        "num_references": num_references,
        "fields_not_read": read.unread,
    }
    if output:
        atomic_write(output, json_text(about | tree))
    num_prompts = tree["systems"]["judge"]["num_items"]
    scores = ", ".join(f"{score}: {count}" for score, count in tree["scores"].items())
    click.echo(f"answers: {len(rows)}, prompts: {num_prompts}; scores {scores}")
    click.echo(f"with a reference answer: {num_references}")
    cut = ", ".join(f"{name} {count}" for name, count in tree["truncated"].items())
    click.echo(f"cut to fit {judge.encoder.max_length} tokens: {cut}\n")
    click.echo(scoreboard.table(tree))


def _keep_apart(file: Path, output: Path | None, predictions: Path | None) -> None:
    """Refuse to write over what is read."""
    places = {"FILE": file, "--output": output, "--predictions": predictions}
    seen: dict[Path, str] = {}
    for name, path in places.items():
        if path and (other := seen.setdefault(path.resolve(), name)) != name:
            raise click.UsageError(f"{other} and {name} are the same file {path}; name another")
