"""Options that say how a file is read, and which of its columns is which field."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from autograder.tables.scales import Scale

map_option = click.option(
    "--map",
    "mapped",
    multiple=True,
    metavar="FIELD=COLUMN",
    help="Read a field from this column, or at a path such as data.messages.0.content; repeatable.",
)
set_option = click.option(
    "--set",
    "constants",
    multiple=True,
    metavar="FIELD=TEXT",
    help="Give this field the same text in all rows, e.g. rubric; repeatable.",
)
delimiter_option = click.option(
    "--delimiter", help="Separator of CSV cells; by default the one that the header shows."
)


def _encoding(_: click.Context, __: click.Parameter, name: str | None) -> str | None:
    import codecs

    try:
        if name is not None:
            "".encode(name)  # refuses what is no encoding of texts
            return codecs.lookup(name).name
    except LookupError:
        raise click.BadParameter(f"no encoding {name!r}; e.g. utf-8, utf-16, cp1252") from None
    return None


encoding_option = click.option(
    "--encoding",
    callback=_encoding,
    help="Encoding of CSV and JSON, e.g. cp1252; by default the one that the file shows.",
)
scale_option = click.option(
    "--scale",
    metavar="LOW:HIGH|WORST,...,BEST",
    help="Convert scores linearly: LOW becomes 1, HIGH becomes 5, halves are rounded up (6:1 where "
    "1 is the best); or the words for scores, e.g. bad,ok,good. Without it scores must be whole "
    "numbers from 1 to 5.",
)


def columns_and_texts(
    mapped: Sequence[str], constants: Sequence[str], known: Sequence[str]
) -> tuple[dict[str, str], dict[str, str]]:
    """What `--map FIELD=COLUMN` and `--set FIELD=TEXT` say: column by field, text by field.

    Raises:
        click.UsageError: a field is not known, or is given twice.
    """
    from autograder.empty import stands_for_nothing

    columns, texts = _pairs("--map", mapped, known), _pairs("--set", constants, known)
    for field in ("reference", "reasoning"):
        if stands_for_nothing(texts.get(field)):
            raise click.UsageError(
                f"--set {field}={texts[field]} says that there is none; leave it out, or end the "
                "text with a period if it is meant"
            )
    both = sorted({*columns} & {*texts})
    if both:
        raise click.UsageError(f"--map and --set both give {both[0]}; leave one out")
    return columns, texts


def one_delimiter(delimiter: str | None) -> str | None:
    """What `--delimiter` says, with a written out `\\t` as a tab.

    Raises:
        click.UsageError: it is not one character, or one that CSV needs for itself.
    """
    if delimiter is None:
        return None
    delimiter = delimiter.replace("\\t", "\t")
    if len(delimiter) != 1 or delimiter in '"\r\n':
        raise click.UsageError("--delimiter has to be one character, e.g. ';' or '\\t'")
    return delimiter


def one_scale(text: str | None) -> Scale | None:
    """What `--scale` says.

    Raises:
        click.UsageError: it is neither LOW:HIGH nor words.
    """
    from autograder.tables.scales import Scale

    try:
        return None if text is None else Scale.parse(text)
    except ValueError as error:
        raise click.UsageError(f"--scale: {error}") from None


def _pairs(option: str, given: Sequence[str], known: Sequence[str]) -> dict[str, str]:
    import difflib

    pairs: dict[str, str] = {}
    for text in given:
        field, sign, value = text.partition("=")
        if not sign or not value:
            raise click.UsageError(f"{option} {text}: write FIELD=VALUE")
        if field not in known:
            close = difflib.get_close_matches(field, known, n=1)
            hint = f"did you mean {close[0]}?" if close else f"known: {', '.join(known)}"
            raise click.UsageError(f"{option} {text}: no field {field!r}; {hint}")
        if field in pairs:
            raise click.UsageError(f"{option} gives {field} twice; leave one out")
        pairs[field] = value
    return pairs
