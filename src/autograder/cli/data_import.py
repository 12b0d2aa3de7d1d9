"""`autograder data import`: bring graded data of other layouts into ours."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

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

if TYPE_CHECKING:
    from autograder.tables.scales import PairRule

_FORMATS = ("auto", "csv", "jsonl", "json", "parquet", "hub", "prometheus", "pairwise")
_SCORE = click.IntRange(1, 5)
_REJECTED = 3


@click.command("import")
@click.argument("source")
@click.option("-o", "--out", required=True, type=click.Path(), help="The JSON Lines file to write.")
@click.option(
    "--format",
    "form",
    type=click.Choice(_FORMATS),
    default="auto",
    show_default=True,
    help="auto decides by name and columns; prometheus and pairwise say what the columns mean, in "
    "any kind of file.",
)
@map_option
@set_option
@scale_option
@click.option("--preferred", type=_SCORE, help="Pairs: score of the preferred response.")
@click.option("--other", type=_SCORE, help="Pairs: score of the other response.")
@click.option("--tied", type=_SCORE, help="Pairs: score of both responses of a tie.")
@click.option(
    "--item",
    metavar="COLUMN|prompt|prompt+rubric",
    help="Keep rows with the same value on one side of the split. The default is the column "
    "`item`, or without it the prompt.",
)
@click.option(
    "--rejected",
    type=click.Path(),
    help="File for unusable rows, with line and reason; by default OUT.rejected.jsonl. Without "
    "such rows, one of an earlier run is removed.",
)
@click.option("--limit", type=click.IntRange(min=1), help="Read at most this many rows.")
@delimiter_option
@encoding_option
@click.option("--split", help="Split of a hub data set.")
@click.option("--revision", help="Revision of a hub data set; a commit pins it.")
@click.option("--config", help="Configuration of a hub data set that has several.")
@click.pass_context
def import_command(
    context: click.Context,
    source: str,
    out: str,
    form: str,
    mapped: tuple[str, ...],
    constants: tuple[str, ...],
    scale: str | None,
    preferred: int | None,
    other: int | None,
    tied: int | None,
    item: str | None,
    rejected: str | None,
    limit: int | None,
    delimiter: str | None,
    encoding: str | None,
    split: str | None,
    revision: str | None,
    config: str | None,
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
    from pathlib import Path

    from autograder.tables.binding import said_of
    from autograder.tables.formats import ImportOptions
    from autograder.tables.importing import import_data
    from autograder.tables.layouts import ANCHORS, FIELDS, PAIR
    from autograder.tables.rejects import rejected_path
    from autograder.terminal import printable

    columns, texts = columns_and_texts(mapped, constants, (*FIELDS, *ANCHORS, *PAIR))
    if item is not None and "item" in columns | texts:
        raise click.UsageError("--item and --map or --set item say the same; leave one out")
    if "id" in texts:
        raise click.UsageError("--set id would give all rows one id; leave it out")
    report = import_data(
        source,
        Path(out),
        ImportOptions(
            form=form,
            mapped=columns,
            constants=texts,
            scale=one_scale(scale),
            pair=_pair_rule(preferred, other, tied),
            item=item,
            limit=limit,
            delimiter=one_delimiter(delimiter),
            encoding=encoding,
            split=split,
            revision=revision,
            config=config,
        ),
        Path(rejected) if rejected else None,
    )
    if report.note:
        click.echo(printable(f"{source} {report.note}", keep=""), err=True)
    if report.num_repeated:
        click.echo(f"left out {report.num_repeated} examples that stood there already", err=True)
    if report.unsaid:
        click.echo(said_of(report.unsaid), err=True)
    if report.num_rejected:
        first = printable(report.first_reject, keep="")
        click.echo(f"first rejected row: {first}", err=True)
    if report.unread:
        hint = "--map FIELD=COLUMN reads one"
        if report.num_unexplained == report.num_examples:
            hint = "if one gives reasons: --map reasoning=COLUMN"
        unread = printable(
            ", ".join(name or "one without a name" for name in report.unread), keep=""
        )
        click.echo(f"columns that are not read: {unread}; {hint}", err=True)
    done = (
        f"{report.num_examples} examples of {report.num_items} items from {report.num_rows} "
        f"{report.layout} rows, {report.num_rejected} rejected"
    )
    if report.num_unexplained:
        done += f", {report.num_unexplained} without reasoning (only the score is taught)"
    click.echo(printable(f"{done}: {out}", keep=""))
    if report.num_rejected:
        place = printable(rejected or str(rejected_path(Path(out))), keep="")
        click.echo(f"the rejected rows and why: {place}", err=True)
        context.exit(_REJECTED)


def _pair_rule(preferred: int | None, other: int | None, tied: int | None) -> PairRule | None:
    from autograder.tables.scales import PairRule

    if preferred is None and other is None and tied is None:
        return None
    if preferred is None or other is None:
        raise click.UsageError("a pair takes both --preferred N and --other N")
    try:
        return PairRule(preferred, other, tied)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
