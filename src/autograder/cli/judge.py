"""`autograder judge`: grade one response, or a few."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from autograder.cli.columns import delimiter_option, encoding_option, one_delimiter
from autograder.cli.judge_option import judge_option
from autograder.cli.mode import mode_options
from autograder.judging.grader import Mode
from autograder.schema import TIE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from autograder.cli.judge_requests import Asked
    from autograder.errors import DataError
    from autograder.judging.judge import Judge

_SKIPPED = 3


@click.command()
@click.option("--prompt", help="What was asked.")
@click.option("--response", help="The answer to grade; - reads standard input.")
@click.option(
    "--rubric",
    "rubrics",
    multiple=True,
    metavar="TEXT",
    help="What a good answer is. For several rubrics, repeat as NAME=TEXT.",
)
@click.option(
    "--rubric-file",
    "rubric_files",
    multiple=True,
    metavar="FILE",
    help="A text file with a rubric, or a .json file of names and rubrics; repeatable.",
)
@click.option("--reference", help="An optional reference answer.")
@click.option(
    "--compare",
    "--response-b",
    "other",
    metavar="TEXT",
    help="Another answer to compare with; - reads standard input.",
)
@click.option(
    "--tie",
    type=click.FloatRange(min=0),
    default=TIE,
    show_default=True,
    help="It is a tie if the expected scores differ by less.",
)
@click.option(
    "--file",
    "path",
    metavar="FILE",
    help="Requests: JSON of any shape, CSV or Parquet; - reads JSON from standard input.",
)
@delimiter_option
@encoding_option
@judge_option(older="--model")
@mode_options
@click.option(
    "--reasoning/--no-reasoning",
    default=True,
    show_default=True,
    help="Generate a reasoning, which takes many times as long.",
)
@click.option(
    "--on-error",
    type=click.Choice(["stop", "skip"]),
    default="stop",
    show_default=True,
    help="What to do with a request of FILE that cannot be graded.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per request.")
@click.pass_context
def judge(
    context: click.Context,
    prompt: str | None,
    response: str | None,
    rubrics: tuple[str, ...],
    rubric_files: tuple[str, ...],
    reference: str | None,
    other: str | None,
    tie: float,
    path: str | None,
    delimiter: str | None,
    encoding: str | None,
    judge_name: str,
    mode: Mode,
    reasoning: bool,
    on_error: str,
    as_json: bool,
) -> None:
    """Grade one response by one rubric or several, or compare two responses.

    Give the request as options, as JSON in --file, or as JSON on standard input. A JSON request is
    an object with prompt, response, rubric and optionally reference. It may have rubrics (an
    object of names and texts) instead of rubric, and the two responses a and b, to be compared,
    instead of response. An id is copied to the JSON output. Other fields are not seen by the judge,
    and named on standard error unless they describe an example, as category and score do.

    Exit codes: 0 if all requests were graded, 1 after an error, 3 if a request was skipped, 130
    when interrupted.
    """
    import sys

    from autograder.cli.judge_requests import (
        Asked,
        is_stdin,
        option_reference,
        option_rubrics,
        option_text,
        read_requests,
    )
    from autograder.errors import DataError
    from autograder.judging.folder import read_judge
    from autograder.judging.naming import find_judge
    from autograder.tables.formats import ImportOptions

    texts = {
        "--prompt": prompt,
        "--response": response,
        "--compare": other,
        "--reference": reference,
    }
    given = [option for option, text in texts.items() if text is not None]
    if path is None and not given and not sys.stdin.isatty():
        path = "-"
    if path is not None and given:
        raise click.UsageError(f"--file has the texts, and so has {given[0]}; leave one out")
    from_stdin = [*texts.values(), *rubric_files, path, *("-" for r in rubrics if is_stdin(r))]
    if from_stdin.count("-") > 1:
        raise click.UsageError("standard input can be read once; write - once")

    by_name = option_rubrics(rubrics, rubric_files)
    if path is not None:
        how = ImportOptions(delimiter=one_delimiter(delimiter), encoding=encoding)
        found: list[Asked | DataError] = read_requests(path, by_name, how)
    else:
        if delimiter is not None or encoding is not None:
            raise click.UsageError("--delimiter and --encoding are for --file")
        if not by_name:
            raise click.UsageError("--rubric is missing; or give requests with --file")
        if other is not None and "" not in by_name:
            raise click.UsageError("two responses are compared by one rubric; give one")
        one = Asked(
            prompt=option_text("--prompt", prompt),
            response=option_text("--response", response),
            rubrics=by_name,
            reference=option_reference(reference),
            other=None if other is None else option_text("--compare", other),
        )
        found = [one]
    skip = on_error == "skip" and path is not None
    _stop_at_fault(found, skip)
    folder = find_judge(judge_name)
    read_judge(folder)

    from autograder.cli.judge_answers import print_json, print_text
    from autograder.judging.judge import Judge

    loaded = Judge.load(folder, **mode.values)
    found = [row if isinstance(row, DataError) else _fitting(loaded, row) for row in found]
    _stop_at_fault(found, skip)
    print_answers = print_json if as_json else print_text
    print_answers(loaded, found, reasoning=reasoning, tie=tie)
    if any(isinstance(row, DataError) for row in found):
        context.exit(_SKIPPED)


def _stop_at_fault(found: Sequence[Asked | DataError], skip: bool) -> None:
    fault = next((row for row in found if isinstance(row, Exception)), None)
    if fault is not None and not skip:
        raise fault


def _fitting(judge: Judge, asked: Asked) -> Asked | DataError:
    """The request, or that it is too long: found out before any is graded."""
    from autograder.errors import DataError

    for name, request in asked.requests():
        try:
            judge.encoder.encode_request(request)
        except DataError as error:
            return asked.fault(error, name)
    return asked
