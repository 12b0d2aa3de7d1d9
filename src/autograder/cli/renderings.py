"""The option for verdicts that are the mean over several renderings of a request."""

from __future__ import annotations

import click

from autograder.judging.grader import MAX_RENDERINGS

renderings_option = click.option(
    "--renderings",
    type=click.IntRange(1, MAX_RENDERINGS),
    default=1,
    show_default=True,
    metavar="N",
    help="Grade by the mean over up to N layouts of the rubric, which takes up to N times as long.",
)
