"""`autograder data`: look at a file of graded examples and check it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from autograder.cli.data_import import import_command
from autograder.cli.source_options import source_options, table_options

if TYPE_CHECKING:
    from autograder.benchmark.records import Benchmark
    from autograder.config import AuditConfig
    from autograder.schema import Example
    from autograder.tables.formats import ImportOptions
    from autograder.tables.graded import GradedFile

FILE = click.argument("file", type=click.Path())
PARAMS = click.option(
    "--params",
    type=click.Path(),
    help="Read the thresholds of the audit from this file, e.g. params.yaml.",
)


@click.group()
def data() -> None:
    """Import, check and inspect data sets.

    FILE holds graded answers as `import` reads them, such as build/dataset/examples.jsonl, or items
    as in data/bank/. `import` writes them as examples, which training reads.
    """


data.add_command(import_command)


@data.command()
@FILE
@click.option(
    "-n",
    "number",
    default=3,
    show_default=True,
    type=click.IntRange(min=0),
    help="How many examples to print.",
)
@click.option("--mask", is_flag=True, help="Print each token, coloured by its role in the loss.")
@click.option(
    "--model",
    default="qwen2.5-coder-1.5b-instruct",
    show_default=True,
    help="Base model whose tokenizer --mask uses.",
)
@click.option(
    "--max-length",
    default=1024,
    show_default=True,
    type=click.IntRange(min=256),
    help="Tokens to which --mask shortens an example.",
)
@source_options
def show(
    file: str, number: int, mask: bool, model: str, max_length: int, options: ImportOptions
) -> None:
    """Print the counts of FILE and its first examples.

    With --mask, tokens without loss are dim, the score token is bold on a colour, and the tokens
    of the reasoning are coloured. Without colours, the score is in << >>, the reasoning in < >.
    """
    from autograder.balance import summary

    examples = _read(file, options)
    if mask:
        _print_masks(examples[:number], model, max_length)
        return
    click.echo(summary(examples))
    for example in examples[:number]:
        click.echo()
        _print_example(example)


@data.command()
@FILE
@PARAMS
@source_options
def audit(file: str, params: str | None, options: ImportOptions) -> None:
    """Look for contradictions, leaks and shortcuts in FILE.

    Prints how far the scores depend on the prompt, how well length, format or the prompt alone
    predict them, how many rubrics there are, and warnings. Exits with 1 on a hard fault.
    """
    from autograder.checks.audit import audit as audit_examples

    report = audit_examples(_read(file, options), _thresholds(params))
    for line in report.lines():
        _echo(line)
    for warning in report.warnings:
        _echo(f"warning: {warning}")
    click.echo(f"{report.num_examples} examples: no hard fault, {len(report.warnings)} warnings")


@data.command()
@FILE
@source_options
def stats(file: str, options: ImportOptions) -> None:
    """Count the examples of FILE by score, category, level, language and source.

    Also says how many have no reasoning: these teach the score alone.
    """
    from autograder.balance import score_counts, summary
    from autograder.checks.grouping import FIELDS, group_by
    from autograder.checks.length import measure
    from autograder.cli.bars import bars
    from autograder.schema import SCORES

    examples = _read(file, options)
    click.echo(summary(examples))
    if unexplained := sum(not example.reasoning for example in examples):
        click.echo(f"without reasoning (only the score is taught): {unexplained}")
    click.echo("\nscore")
    for line in bars(score_counts(examples)):
        click.echo(line)
    for name in FIELDS:
        heads = "".join(f"{f'score {score}':>9}" for score in SCORES)
        click.echo(f"\n{name:24}{'all':>7}{heads}   length/score r")
        for value, rows in group_by(examples, name).items():
            counts = "".join(f"{count:9}" for count in score_counts(rows).values())
            r = measure(rows).correlation
            _echo(f"{value[:24]:24}{len(rows):7}{counts}   {'-' if r is None else f'{r:+.2f}'}")


@data.command()
@FILE
@click.option(
    "--against",
    required=True,
    type=click.Path(),
    help="The other file. Both files have a format that `autograder benchmark` reads.",
)
@table_options
def leaks(file: str, against: str, options: ImportOptions) -> None:
    """Look for rows of FILE that nearly repeat a row of another file.

    --map, --set, --scale, --delimiter and --encoding say how FILE is read, and not the other file.

    Compares prompts, and prompts with responses, by their common word 8-grams. Prints each such
    row with the nearest row of the other file. Exits with 1 if there is any.
    """
    from autograder.benchmark.labelled import DEFAULT_RUBRIC
    from autograder.benchmark.records import read_benchmark
    from autograder.checks.leaks import LEAST, answers, nearest, prompts

    # Rubrics are not compared, so a row need not have one, nor a pair a better answer.
    read = [
        read_benchmark(path, rubric=DEFAULT_RUBRIC, options=how)
        for path, how in ((file, options), (against, None))
    ]
    for path, each in zip((file, against), read, strict=True):
        _tell(path, each)
    mine, theirs = ([row.example for row in (*each.rows, *each.tied)] for each in read)
    compared = {
        "prompt": nearest(prompts(mine), prompts(theirs)),
        "prompt and response": nearest(answers(mine), answers(theirs)),
    }
    num_leaks = 0
    for what, overlaps in compared.items():
        for pair in overlaps:
            if pair.share >= LEAST:
                num_leaks += 1
                _echo(f"{what}: {pair.row} and {pair.other} share {pair.share:.0%}")
    largest = max((pair.share for each in compared.values() for pair in each), default=0.0)
    click.echo(
        f"{len(mine)} rows against {len(theirs)}: {num_leaks} nearly repeat another "
        f"(at least {LEAST:.0%} shared); the largest share is {largest:.0%}"
    )
    if num_leaks:
        raise click.exceptions.Exit(1)


def _tell(file: str, read: GradedFile | Benchmark) -> None:
    """What was guessed of a file, and what was left out of it."""
    from autograder.tables.binding import said_of

    if read.note:
        _echo(f"{file} {read.note}", err=True)
    if read.unsaid:
        click.echo(said_of(read.unsaid), err=True)


def _read(file: str, options: ImportOptions) -> list[Example]:
    """The examples of FILE, under the sources that they have in the pipeline.

    There each file of `data/natural/` is a source of its own; a row does not say so itself.
    """
    import dataclasses
    from pathlib import Path

    from autograder.tables.graded import read_graded
    from autograder.tables.shown_names import some_of

    read, path = read_graded(file, options), Path(file).absolute()
    _tell(file, read)
    if read.num_repeated:
        _echo(f"left out {read.num_repeated} examples that stood there already", err=True)
    if read.unread:
        _echo(f"columns that are not read: {some_of(read.unread)}", err=True)
    examples = read.examples
    if path.parent.name != "natural":
        return examples
    return [dataclasses.replace(row, source=f"natural/{path.stem}") for row in examples]


def _thresholds(params: str | None) -> AuditConfig:
    from autograder.config import AuditConfig, load

    return load(params).audit if params else AuditConfig()


def _print_example(example: Example) -> None:
    about = f"{example.category}, level {example.level}, {example.language}, {example.source}"
    _echo(f"{example.id}  score {example.score}  ({about})")
    for name in ("rubric", "prompt", "reference", "response", "reasoning"):
        first, *more = str(getattr(example, name)).splitlines() or [""]
        if not first and not more:
            continue
        _echo(f"  {name:10} {first}")
        for line in more:
            _echo(f"  {'':10} {line}".rstrip())


_STYLES: dict[str, dict[str, Any]] = {
    "prompt": {"dim": True},
    "score": {"bold": True, "fg": "black", "bg": "yellow"},
    "reasoning": {"fg": "green"},
}
_PLAIN = {"prompt": "{}", "score": "<<{}>>", "reasoning": "<{}>"}


def _print_masks(examples: list[Example], model: str, max_length: int) -> None:
    import sys

    from transformers import AutoTokenizer

    from autograder.bases.fetch import pull
    from autograder.model.encode import Encoder, mask_parts
    from autograder.terminal import printable

    tokenizer = AutoTokenizer.from_pretrained(pull(model), local_files_only=True)
    encoder = Encoder(tokenizer, max_length)
    coloured = sys.stdout.isatty()
    for example, encoded in zip(examples, encoder.encode_all(examples), strict=True):
        parts = mask_parts(encoder, encoded)
        counts = {kind: sum(name == kind for name, _ in parts) for kind in _STYLES}
        _echo(f"{example.id}: " + ", ".join(f"{n} {kind}" for kind, n in counts.items()))
        for kind, token in parts:
            text = printable(token, keep="\n")
            shown = click.style(text, **_STYLES[kind]) if coloured else _PLAIN[kind].format(text)
            click.echo(shown, nl=False)
        click.echo("\n")


def _echo(text: str, *, err: bool = False) -> None:
    from autograder.terminal import printable

    click.echo(printable(text), err=err)
