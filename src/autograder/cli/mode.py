"""How a judge grades: the options of every command that does."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import click

from autograder.judging.grader import MAX_RENDERINGS, Mode

_OPTIONS = (
    click.option(
        "--fast",
        is_flag=True,
        help="Compute in 8 bits on a CPU (W8A8): 1.5 times as fast; expected scores change by "
        "0.03.",
    ),
    click.option(
        "--renderings",
        type=click.IntRange(1, MAX_RENDERINGS),
        default=1,
        show_default=True,
        metavar="N",
        help="Grade by the mean over up to N layouts of the rubric, which takes up to N times as "
        "long.",
    ),
    click.option(
        "--solve/--no-solve",
        default=None,
        help="Let the base model answer the prompt first, for the judge to read, where there is no "
        "reference answer. By default if the judge was trained with train.solve.",
    ),
)


def mode_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options to a command, which gets them as `mode`."""

    @functools.wraps(command)
    def with_mode(*args: Any, **values: Any) -> Any:
        names = ("fast", "renderings", "solve")
        return command(*args, mode=Mode(**{name: values.pop(name) for name in names}), **values)

    for option in reversed(_OPTIONS):
        with_mode = option(with_mode)
    return with_mode
