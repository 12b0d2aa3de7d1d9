"""How a file of graded rows is read: the options of the commands that look at one."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

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
_OF_TABLES = (map_option, set_option, scale_option, delimiter_option, encoding_option)
_OF_SOURCES = (
    click.option(
        "--format",
        "form",
        type=click.Choice(_FORMATS),
        default="auto",
        show_default=True,
        help="auto decides by name and columns; prometheus and pairwise say what the columns mean, "
        "in any kind of file.",
    ),
    click.option("--preferred", type=_SCORE, help="Pairs: score of the preferred response."),
    click.option("--other", type=_SCORE, help="Pairs: score of the other response."),
    click.option("--tied", type=_SCORE, help="Pairs: score of both responses of a tie."),
    click.option(
        "--item",
        metavar="COLUMN|prompt|prompt+rubric",
        help="Keep rows with the same value on one side of the split. The default is the column "
        "`item`, or without it the prompt.",
    ),
    click.option("--split", help="Split of a hub data set or a folder."),
    click.option("--revision", help="Revision of a hub data set; a commit pins it."),
    click.option("--config", help="Configuration of a hub data set that has several."),
)


def table_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add what says how a table of labelled answers is read, as `options`: `ImportOptions`."""

    @functools.wraps(command)
    def with_options(*args: Any, **values: Any) -> Any:
        from autograder.benchmark.fields import FIELDS
        from autograder.tables.formats import ImportOptions

        return command(*args, options=ImportOptions(**_of_table(values, FIELDS)), **values)

    return _with(with_options, _OF_TABLES)


def source_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add what says how a source of graded rows is read, as `options`: `ImportOptions`."""

    @functools.wraps(command)
    def with_options(*args: Any, **values: Any) -> Any:
        from autograder.tables.formats import ImportOptions
        from autograder.tables.layouts import ANCHORS, FIELDS, PAIR

        given = _of_table(values, (*FIELDS, *ANCHORS, *PAIR))
        item = values.pop("item")
        if item is not None and "item" in given["mapped"] | given["constants"]:
            raise click.UsageError("--item and --map or --set item say the same; leave one out")
        if "id" in given["constants"]:
            raise click.UsageError("--set id would give all rows one id; leave it out")
        pair = _pair_rule(*(values.pop(name) for name in ("preferred", "other", "tied")))
        given |= {name: values.pop(name) for name in ("form", "split", "revision", "config")}
        return command(*args, options=ImportOptions(item=item, pair=pair, **given), **values)

    return _with(with_options, (*_OF_TABLES, *_OF_SOURCES))


def _with(command: Callable[..., Any], options: Sequence[Callable[..., Any]]) -> Callable[..., Any]:
    for option in reversed(options):
        command = option(command)
    return command


def _of_table(values: dict[str, Any], known: Sequence[str]) -> dict[str, Any]:
    """What the options of a table say, taken out of a command's values."""
    columns, texts = columns_and_texts(values.pop("mapped"), values.pop("constants"), known)
    return {
        "mapped": columns,
        "constants": texts,
        "scale": one_scale(values.pop("scale")),
        "delimiter": one_delimiter(values.pop("delimiter")),
        "encoding": values.pop("encoding"),
    }


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
