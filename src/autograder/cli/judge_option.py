"""The option that names a judge, the same in every command."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from autograder.judging.naming import BUILT, FIRST, default_judge

Command = TypeVar("Command", bound=Callable[..., Any])


class _Judge(click.Option):
    """`--judge`, and an older name that still works but is not shown."""

    def __init__(self, *args: Any, older: str | None, **options: Any) -> None:
        super().__init__(*args, **options)
        self._older = older

    def add_to_parser(self, parser: Any, ctx: click.Context) -> None:
        super().add_to_parser(parser, ctx)
        if self._older:
            parser.add_option(obj=self, opts=[self._older], dest=self.name, action="store", nargs=1)


def judge_option(older: str | None = None) -> Callable[[Command], Command]:
    """`--judge JUDGE`, passed on as `judge_name`, for `find_judge`.

    Args:
        older: the name of the option in earlier versions of the command.
    """
    return click.option(
        "--judge",
        "judge_name",
        cls=_Judge,
        older=older,
        metavar="JUDGE",
        default=default_judge,
        show_default=", or else ".join((BUILT, *FIRST)),
        help="Name of a judge that comes with the package, folder, or hub id org/name[@revision].",
    )
