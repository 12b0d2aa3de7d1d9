"""`autograder benchmark`: measure a judge on a file of graded answers."""

from __future__ import annotations

from pathlib import Path

import click

from autograder.cli.apart import check_writable, keep_apart
from autograder.cli.columns import (
    columns_and_texts,
    delimiter_option,
    encoding_option,
    map_option,
    one_delimiter,
    one_scale,
    scale_option,
    set_option,
)
from autograder.cli.counting import rows_bar
from autograder.cli.judge_option import judge_option
from autograder.cli.mode import mode_options
from autograder.judging.grader import Mode

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("file", type=_FILE)
@judge_option()
@click.option("--output", type=_FILE, help="Write all figures to this JSON file.")
@click.option(
    "--predictions",
    type=_FILE,
    help="Write the grade of each row to this CSV file; after an interruption, resume from it. "
    "What other runs have written there stays, below the rows of this one.",
)
@click.option(
    "--bootstrap",
    default=1000,
    show_default=True,
    type=click.IntRange(min=10),
    help="Resamples for the 95 % intervals; each draws whole prompts.",
)
@mode_options
@click.option(
    "--limit", type=click.IntRange(min=1), help="Stop after this many answers, or pairs of them."
)
@click.option(
    "--reference/--no-reference",
    default=True,
    show_default=True,
    help="Show the judge the reference answer of each row that has one.",
)
@click.option(
    "--rubric",
    metavar="TEXT",
    help="Rubric of the rows without one. Pairs have a default; other rows need theirs.",
)
@map_option
@set_option
@scale_option
@delimiter_option
@encoding_option
def benchmark(
    file: Path,
    judge_name: str,
    output: Path | None,
    predictions: Path | None,
    bootstrap: int,
    mode: Mode,
    limit: int | None,
    reference: bool,
    rubric: str | None,
    mapped: tuple[str, ...],
    constants: tuple[str, ...],
    scale: str | None,
    delimiter: str | None,
    encoding: str | None,
) -> None:
    """Measure a judge on labelled answers in FILE, next to simple baselines.

    FILE is JSON of any shape, CSV or Parquet. A row has prompt, response, rubric and score;
    or is a pair, of which both answers are graded: prompt, better and worse (or chosen and
    rejected; or response_a, response_b and winner, where ties are left out); or is an example, an
    item, or a Prometheus-style record (instruction, response, score, and rubric with criteria
    and score1_description ...; or the same fields as orig_instruction, orig_criteria ...).

    The baselines of scores are the majority class and the response's length, and that of pairs is
    the longer answer. The default rubric of pairs is: "How good is the answer? It does what was
    asked, is correct, helpful and honest, and does no harm."
    """
    from autograder.benchmark.fields import FIELDS
    from autograder.benchmark.labelled import COLUMN_OPTION, DEFAULT_RUBRIC, RUBRIC_OPTION
    from autograder.benchmark.records import read_benchmark
    from autograder.config import Config
    from autograder.files import atomic_write, json_text
    from autograder.tables.binding import said_of
    from autograder.tables.formats import ImportOptions
    from autograder.tables.scales import SCALE_OPTION
    from autograder.tables.shown_names import some_of
    from autograder.terminal import printable

    keep_apart({"FILE": file, "--output": output, "--predictions": predictions})
    check_writable(output, predictions)
    columns, texts = columns_and_texts(mapped, constants, FIELDS)
    for field in ("id", "item"):
        if field in texts:
            raise click.UsageError(f"--set {field} would make one item of all rows; leave it out")
    if rubric is not None and "rubric" in texts:
        raise click.UsageError("--rubric and --set rubric both give one; leave one out")
    if rubric is not None and not rubric.strip():
        raise click.UsageError("--rubric is empty; write one or leave it out")
    options = ImportOptions(
        mapped=columns,
        constants=texts,
        scale=one_scale(scale),
        delimiter=one_delimiter(delimiter),
        encoding=encoding,
    )
    remedies = {"rubric": RUBRIC_OPTION, "score": SCALE_OPTION, "column": COLUMN_OPTION}
    whole = read_benchmark(
        file, reference=reference, rubric=rubric, options=options, remedies=remedies
    )
    read = whole.first(limit)
    if whole.unread:
        click.echo(f"fields that are not read: {printable(some_of(whole.unread))}", err=True)
    if whole.note:
        click.echo(printable(f"{file} {whole.note}"), err=True)
    if whole.unsaid:
        click.echo(said_of(whole.unsaid), err=True)
    if whole.num_tied:
        click.echo(f"ties left out, as they have no better answer: {whole.num_tied}", err=True)

    from autograder.benchmark.board import measure_file, summary
    from autograder.benchmark.predictions import grade
    from autograder.judging.folder import judge_fingerprint
    from autograder.judging.judge import Judge
    from autograder.judging.naming import find_judge

    folder = find_judge(judge_name)
    judge = Judge.load(folder, **mode.values)
    fingerprint = judge_fingerprint(folder)
    with rows_bar(len(read.rows), "answer") as progress:
        grades = grade(
            judge,
            read.rows,
            source=str(file),
            fingerprint=fingerprint + mode.mark,
            predictions=predictions,
            progress=progress,
        )
    seed = Config().seed
    tree = measure_file(grades, read, resamples=bootstrap, seed=seed)
    about = {
        "file": str(file),
        "judge": judge_name,
        "judge_sha256": fingerprint,
        **mode.values,
        "solve": judge.encoder.solves,
        "max_length": judge.encoder.max_length,
        "num_references": read.num_references,
        "num_tied": read.num_tied,
        "fields_not_read": read.unread,
        "settings": {
            "rubric": DEFAULT_RUBRIC if rubric is None and read.is_pairs else rubric,
            "map": columns,
            "set": texts,
            "scale": scale,
            "delimiter": delimiter,
            "encoding": encoding,
            "reference": reference,
            "limit": limit,
            "bootstrap": bootstrap,
            "seed": seed,
        },
    }
    try:
        click.echo(summary(about | tree))
    finally:  # neither a pipe that is closed nor a full disk costs both
        if output:
            # Half a surrogate pair, as in a file name that is not UTF-8, becomes JSON's escape.
            content = json_text(about | tree).encode("utf-8", "backslashreplace")
            atomic_write(output, content)
