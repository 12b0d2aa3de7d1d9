"""`autograder grade`: grade a file of answers."""

from __future__ import annotations

import re
from pathlib import Path

import click

from autograder.cli.columns import (
    columns_and_texts,
    delimiter_option,
    encoding_option,
    map_option,
    one_delimiter,
    set_option,
)
from autograder.cli.counting import rows_bar
from autograder.cli.judge_option import judge_option
from autograder.cli.mode import mode_options
from autograder.judging.grader import Mode

_FILE = click.Path(path_type=Path)
_SKIPPED = 3
_PLACE = re.compile(r"(\[[0-9a-fA-F:]+\]|[^\s:/\[\]]+):\d{1,5}")


def _address(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
    if value is None or value == "auto" or _PLACE.fullmatch(value):
        return value
    if value.startswith("ray://"):
        raise click.BadParameter(
            "Ray's client is not supported; run the command on a machine of the cluster and give "
            "auto, or HOST:PORT of the head node"
        )
    raise click.BadParameter(f"{value!r} is neither auto nor HOST:PORT, e.g. 10.0.0.5:6379")


@click.command()
@click.argument("source", metavar="IN", type=_FILE)
@click.argument("out", metavar="OUT", type=_FILE)
@judge_option()
@map_option
@set_option
@click.option("--columns", metavar="A,B,...", help="Keep only these columns of IN, in this order.")
@click.option("--prefix", default="", help="Prefix for the names of the added columns.")
@click.option(
    "--reasoning/--no-reasoning",
    default=False,
    show_default=True,
    help="Add the judge's reasoning, which takes many times as long.",
)
@click.option(
    "--on-error",
    type=click.Choice(["stop", "skip"]),
    default="stop",
    show_default=True,
    help="What to do with a row that cannot be graded.",
)
@click.option("--limit", type=click.IntRange(min=1), help="Stop after this many rows.")
@click.option("--batch-size", type=click.IntRange(min=1), help="Answers in one forward pass.")
@mode_options
@click.option(
    "--engine",
    type=click.Choice(["local", "ray"]),
    default="local",
    show_default=True,
    help="Where to grade: in this process, or by workers on a Ray cluster.",
)
@click.option(
    "--ray-address",
    metavar="auto|HOST:PORT",
    callback=_address,
    help="The Ray cluster; by default one on this machine, for the duration of the run.",
)
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    help="Judges on the Ray cluster; by default one for each GPU, or without GPUs for each node.",
)
@delimiter_option
@encoding_option
@click.option("--overwrite", is_flag=True, help="Replace an existing OUT.")
@click.option("--restart", is_flag=True, help="Discard the verdicts of an unfinished run.")
@click.pass_context
def grade(
    context: click.Context,
    source: Path,
    out: Path,
    judge_name: str,
    mapped: tuple[str, ...],
    constants: tuple[str, ...],
    columns: str | None,
    prefix: str,
    reasoning: bool,
    on_error: str,
    limit: int | None,
    batch_size: int | None,
    mode: Mode,
    engine: str,
    ray_address: str | None,
    workers: int | None,
    delimiter: str | None,
    encoding: str | None,
    overwrite: bool,
    restart: bool,
) -> None:
    """Grade the answers in IN and write them with their verdicts to OUT.

    IN and OUT are CSV, JSON Lines or Parquet, by their file names; IN may be JSON of any shape.
    The fields prompt, response, rubric and optionally reference are read from the columns with
    their names, or from other columns with --map FIELD=COLUMN; --set FIELD=TEXT gives all rows the
    same text. OUT has the columns of IN, then score, expected_score, confidence, p1 to p5,
    truncated (the fields that were shortened to fit) and with --reasoning the reasoning. See
    docs/grading.md.

    After an interruption or a kill, the same command resumes. OUT appears when all rows are done.

    Exit codes: 0 if all rows were graded, 1 after an error, 3 if rows were skipped (the reasons
    are in OUT.rejected.jsonl), 130 when interrupted.
    """
    from autograder.bulk.source import FIELDS, Source
    from autograder.tables.binding import said_of
    from autograder.tables.formats import ImportOptions
    from autograder.tables.shown_names import some_of
    from autograder.terminal import printable

    if engine != "ray" and (ray_address or workers):
        raise click.UsageError("--ray-address and --workers need --engine ray")
    columns_by_field, texts = columns_and_texts(mapped, constants, FIELDS)
    options = ImportOptions(
        mapped=columns_by_field,
        constants=texts,
        limit=limit,
        delimiter=one_delimiter(delimiter),
        encoding=encoding,
    )
    opened = Source.open(source, options)

    from autograder.bulk.grade_file import Engine, Plan, check, grade_file
    from autograder.bulk.windows import grade_rows
    from autograder.judging.folder import judge_fingerprint, read_judge
    from autograder.judging.judge import Judge
    from autograder.judging.naming import find_judge

    plan = Plan(
        opened,
        out,
        columns=None if columns is None else tuple(dict.fromkeys(filter(None, columns.split(",")))),
        prefix=prefix,
        reasoning=reasoning,
        mode=mode,
        skip=on_error == "skip",
        overwrite=overwrite,
        restart=restart,
    )
    found = check(plan)
    if opened.note:
        click.echo(printable(f"{source} {opened.note}"), err=True)
    if found.unsaid:
        click.echo(said_of(found.unsaid), err=True)
    if unread := opened.binding.unread(found.kinds):
        names = printable(some_of(unread))
        click.echo(
            f"columns that the judge does not see: {names}; --map FIELD=COLUMN reads one", err=True
        )
    folder = find_judge(judge_name)
    read_judge(folder)
    fingerprint = judge_fingerprint(folder)

    def load() -> Judge:
        judge = Judge.load(folder, **mode.values)
        judge.batch_size = batch_size or judge.batch_size
        return judge

    where: Engine = grade_rows
    if engine == "ray":
        from functools import partial

        from autograder.bulk.ray_engine import RayEngine, load_same

        where = RayEngine(ray_address, workers)
        same = partial(load_same, folder.absolute(), fingerprint, batch_size)
        load = partial(same, mode=mode)
    try:
        with rows_bar(found.num_rows, "row") as progress:
            report = grade_file(plan, found, fingerprint, load, progress, where)
    except KeyboardInterrupt:
        click.echo("interrupted; the same command goes on from here", err=True)
        context.exit(130)
    if report.first_skipped:
        click.echo(f"first skipped row: {printable(report.first_skipped)}", err=True)
    line = f"{report.num_graded} rows graded, {report.num_cut} of them cut to fit, "
    line += f"{report.num_skipped} skipped: {out}"
    click.echo(printable(line))
    if report.num_skipped:
        rejected = printable(str(plan.rejected))
        click.echo(f"the skipped rows and why: {rejected}", err=True)
        context.exit(_SKIPPED)
