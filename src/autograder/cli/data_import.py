"""`autograder data import`: bring graded data of other layouts into ours."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from autograder.cli.source_options import source_options

if TYPE_CHECKING:
    from autograder.tables.formats import ImportOptions

_REJECTED = 3


@click.command("import")
@click.argument("source")
@click.option("-o", "--out", required=True, type=click.Path(), help="The JSON Lines file to write.")
@source_options
@click.option(
    "--rejected",
    type=click.Path(),
    help="File for unusable rows, with line and reason; by default OUT.rejected.jsonl. Without "
    "such rows, one of an earlier run is removed.",
)
@click.option("--limit", type=click.IntRange(min=1), help="Read at most this many rows.")
@click.pass_context
def import_command(
    context: click.Context,
    source: str,
    out: str,
    options: ImportOptions,
    rejected: str | None,
    limit: int | None,
) -> None:
    """Convert graded data to examples.

    SOURCE is CSV, JSON of any shape or Parquet, a folder of such files, or the id of a
    data set on the Hugging Face hub. Fields are read from the columns with their names:
    prompt, response, rubric, score, and optionally reasoning, reference, id, item, category,
    level, language, source. Rows without a reasoning teach the score alone. See
    docs/your-data.md.

    Exit codes: 0 if all rows were imported, 1 after an error (then nothing is written), 3 if rows
    were rejected (the reasons are in OUT.rejected.jsonl).
    """
    import dataclasses
    from pathlib import Path

    from autograder.tables.binding import said_of
    from autograder.tables.importing import import_data
    from autograder.tables.rejects import rejected_path
    from autograder.tables.shown_names import some_of
    from autograder.terminal import printable

    report = import_data(
        source,
        Path(out),
        dataclasses.replace(options, limit=limit),
        Path(rejected) if rejected else None,
    )
    if report.note:
        click.echo(printable(f"{source} {report.note}"), err=True)
    if report.num_repeated:
        click.echo(f"left out {report.num_repeated} examples that stood there already", err=True)
    if report.unsaid:
        click.echo(said_of(report.unsaid), err=True)
    if report.num_rejected:
        first = printable(report.first_reject)
        click.echo(f"first rejected row: {first}", err=True)
    if report.unread:
        hint = "--map FIELD=COLUMN reads one"
        if report.num_unexplained == report.num_examples:
            hint = "if one gives reasons: --map reasoning=COLUMN"
        unread = printable(some_of(report.unread))
        click.echo(f"columns that are not read: {unread}; {hint}", err=True)
    done = (
        f"{report.num_examples} examples of {report.num_items} items from {report.num_rows} "
        f"{report.layout} rows, {report.num_rejected} rejected"
    )
    if report.num_unexplained:
        done += f", {report.num_unexplained} without reasoning (only the score is taught)"
    click.echo(printable(f"{done}: {out}"))
    if report.num_rejected:
        place = printable(rejected or str(rejected_path(Path(out))))
        click.echo(f"the rejected rows and why: {place}", err=True)
        context.exit(_REJECTED)
