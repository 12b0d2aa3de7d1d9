"""What `autograder judge` prints: for each request a verdict, several, or a comparison."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

import click

from autograder.cli.judge_requests import Asked
from autograder.cli.verdict_text import Screen, json_line
from autograder.errors import DataError
from autograder.judging.judge import Judge
from autograder.schema import Comparison, Verdict

Graded = Verdict | Comparison | dict[str, Verdict] | DataError


def print_json(
    judge: Judge, found: Sequence[Asked | DataError], *, reasoning: bool, tie: float
) -> None:
    """One JSON object a request, in order; one that is skipped has only its error."""
    graded = _grade(judge, found, reasoning=reasoning, tie=tie)
    for row, result in zip(found, graded, strict=True):
        values: dict[str, Any] = {}
        if isinstance(row, Asked) and row.identity is not None:
            values["id"] = row.identity
        if isinstance(result, DataError):
            values["error"] = str(result)
        elif isinstance(result, dict):
            values["verdicts"] = {name: asdict(verdict) for name, verdict in result.items()}
        else:
            values |= asdict(result)
        click.echo(json_line(values, sys.stdout.encoding))


def print_text(
    judge: Judge, found: Sequence[Asked | DataError], *, reasoning: bool, tie: float
) -> None:
    """A block a request, with its name or place above it if there are several."""
    screen = Screen(sys.stdout)
    streamed = {
        at for at, row in enumerate(found) if reasoning and isinstance(row, Asked) and row.is_plain
    }
    others = [row for at, row in enumerate(found) if at not in streamed]
    graded = _grade(judge, others, reasoning=reasoning, tie=tie)
    for at, row in enumerate(found):
        if len(found) > 1 and isinstance(row, Asked):
            place = f"{row.path}:{row.line}"
            screen.heading(place if row.identity is None else f"{place}: {row.identity}")
        if at in streamed and isinstance(row, Asked):
            _stream(judge, row, screen)
            continue
        result = next(graded)
        if isinstance(result, Verdict):
            screen.verdict(result)
        elif isinstance(result, Comparison):
            screen.comparison(result, tie)
        elif isinstance(result, dict):
            screen.table(result)
        else:
            click.echo(f"skipped: {screen.shown(str(result))}", err=True)


def _stream(judge: Judge, asked: Asked, screen: Screen) -> None:
    ((_, request),) = asked.requests()
    pieces = judge.stream(*request.texts)
    verdict = next(pieces)
    assert isinstance(verdict, Verdict)
    screen.verdict(verdict)
    screen.reasoning(map(str, pieces))


def _grade(
    judge: Judge, found: Sequence[Asked | DataError], *, reasoning: bool, tie: float
) -> Iterator[Graded]:
    """What each request asks for, in order; lazily, with the plain ones in batches."""
    plain = judge.evaluate_many(
        [
            request
            for row in found
            if isinstance(row, Asked) and row.is_plain
            for _, request in row.requests()
        ],
        reasoning=reasoning,
    )
    for row in found:
        if isinstance(row, DataError):
            yield row
        elif row.is_plain:
            yield next(plain)
        elif row.other is not None:
            pair = (row.prompt, row.response, row.other, row.rubrics[""], row.reference)
            yield judge.compare(*pair, tie=tie, reasoning=reasoning)
        else:
            one = (row.prompt, row.response, row.rubrics, row.reference)
            yield judge.evaluate_rubrics(*one, reasoning=reasoning)
