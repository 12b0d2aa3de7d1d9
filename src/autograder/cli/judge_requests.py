"""What `autograder judge` is asked to grade: read from options, files and standard input."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click

from autograder.empty import is_empty, stands_for_nothing
from autograder.errors import DataError
from autograder.jsonl import RepeatedKeyError, Row, first_repeated, nothing_said, show, unique_keys
from autograder.schema import Request
from autograder.tables.binding import NOT_SHOWN, said_of
from autograder.tables.conversation import CHATS, as_texts, chat_in
from autograder.tables.encodings import TextFile
from autograder.tables.formats import SUFFIXES, ImportOptions, open_table, open_text
from autograder.tables.rows import NoRowsError, Table
from autograder.tables.rubrics import rubric_text
from autograder.tables.shown_names import some_of
from autograder.tables.values import renamed, usual_name
from autograder.terminal import printable

STDIN = "standard input"
_NEEDED = ("prompt", "response", "a", "b", "rubric")
_NAMED = {*_NEEDED, *CHATS, "rubrics", "reference", "id"}


@dataclass(frozen=True, slots=True)
class Asked:
    """One line of output: a response by one rubric or several, or two responses by one.

    Attributes:
        prompt, response, reference: untrusted text; an empty reference is none.
        rubrics: by name; a single one that nobody named is under the empty name.
        other: the response to compare with.
        identity: the request's `id`, passed on.
        path, line: where it stands, if in a file.
    """

    prompt: str
    response: str
    rubrics: dict[str, str]
    reference: str = ""
    other: str | None = None
    identity: str | int | None = None
    path: str | None = None
    line: int | None = None

    @property
    def is_plain(self) -> bool:
        """One response, one rubric, one verdict."""
        return self.other is None and "" in self.rubrics

    def requests(self) -> Iterator[tuple[str, Request]]:
        """Everything that has to fit the model, by the rubric's name."""
        for name, rubric in self.rubrics.items():
            for response in (self.response, self.other):
                if response is not None:
                    yield name, Request(self.prompt, response, rubric, self.reference)

    def fault(self, error: DataError, name: str) -> DataError:
        """What the model's limits say of it, with its place."""
        message = str(error)
        if name and error.field == "rubric":
            message = f"rubrics.{name}{message.removeprefix('rubric')}"
        return DataError(message, path=self.path, line=self.line)


def read_text(path: str) -> str:
    """A text file, or standard input for `-`; the end of its last line is no part of the text.

    Raises:
        DataError: there is no such file, or it is not UTF-8.
    """
    text = _text_file(path).text()
    return text.removesuffix("\n").removesuffix("\r")


def _text_file(path: str, encoding: str | None = None) -> TextFile:
    if path == "-":
        return TextFile.of(sys.stdin.buffer.read(), STDIN, encoding)
    return TextFile.at(Path(path), encoding)


def option_text(option: str, text: str | None) -> str:
    """The text of an option, `-` read from standard input.

    Raises:
        click.UsageError: it is not given.
        DataError: it is empty or not UTF-8.
    """
    if text is None:
        raise click.UsageError(f"{option} is missing; or give requests with --file")
    return _checked(option, read_text("-") if text == "-" else text)


def _checked(option: str, text: str) -> str:
    if not text.strip():
        raise DataError("is empty; write the text", field=option)
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise DataError("holds bytes that are not UTF-8; convert it", field=option) from None
    return text


def is_stdin(rubric: str) -> bool:
    """Whether `--rubric -` or `--rubric NAME=-` reads standard input."""
    return re.fullmatch(r"([\w.-]+=)?-", rubric) is not None


def option_reference(text: str | None) -> str:
    """The text of `--reference`, empty if it is not given.

    Raises:
        DataError: as `option_text`; or it is a word for nothing, which no judge would be shown.
    """
    if not text:
        return ""
    found = option_text("--reference", text)
    if stands_for_nothing(found):
        message = "says that there is none; leave it out, or end the text with a period"
        raise DataError(f"{show(found)} {message} if it is meant", field="--reference")
    return found


def option_rubrics(given: Sequence[str], files: Sequence[str]) -> dict[str, str]:
    """Rubrics by name; where there is one alone that nobody named, by the empty name.

    Raises:
        click.UsageError: there are several, and one has no name or that of another.
        DataError: one is empty, or a file cannot be read.
    """
    contents = [_rubric_file(path) for path in files]
    if len(given) + len(contents) == 1:
        (alone,) = contents or [option_text("--rubric", "-" if is_stdin(given[0]) else given[0])]
        return {"": alone} if isinstance(alone, str) else alone
    found: list[tuple[str, str]] = []
    for path, content in zip(files, contents, strict=True):
        found += [(Path(path).stem, content)] if isinstance(content, str) else content.items()
    for text in given:
        name, sign, rubric = text.partition("=")
        if not sign or not re.fullmatch(r"[\w.-]+", name):
            raise click.UsageError(
                f"--rubric {text!r:.60}: with several rubrics write NAME=TEXT, e.g. tone=Polite"
            )
        found.append((name, option_text(f"--rubric {name}", rubric)))
    if twice := first_repeated(name for name, _ in found):
        raise click.UsageError(f"two rubrics are called {twice!r}; give one another name")
    return dict(found)


def _rubric_file(path: str) -> str | dict[str, str]:
    """The one rubric of a text file or of a JSON object of criteria, or the named ones of JSON."""
    text = read_text(path)
    if not path.lower().endswith(".json"):
        if not text.strip():
            raise DataError("is empty; write the rubric", path=path)
        return text.strip()
    value = _document(text, path)
    if isinstance(value, dict) and "criteria" in value:
        return rubric_text(Row({"rubric": value}, path, 1))
    return _named(Row(value, path, 1))


def _named(row: Row) -> dict[str, str]:
    if not row.values or "" in row.values:
        raise row.error(None, "expected an object of rubrics, each with a name")
    return {name: row.text(name) for name in row.values}


def read_requests(
    path: str, rubrics: dict[str, str], options: ImportOptions | None = None
) -> list[Asked | DataError]:
    """The requests of a file, or of standard input for `-`; a fault in the place of a faulty one.

    The file holds JSON of any shape, CSV or Parquet; standard input holds JSON. Fields that no
    judge sees are left out, and named on standard error unless they describe an example.

    Args:
        path: the file.
        rubrics: for all requests; then none may have its own.
        options: the file's delimiter and encoding.

    Raises:
        DataError: the file cannot be read, is not JSON, or holds nothing.
    """
    name = STDIN if path == "-" else path
    found: list[Asked | DataError] = []
    num_unsaid = 0
    unread: dict[str, None] = {}
    table = _table(path, options or ImportOptions())
    if table.note:
        click.echo(printable(f"{name} {table.note}"), err=True)
    for row in table.rows:
        try:
            if row.fault:
                raise DataError(row.fault, path=name, line=row.line)
            request = Row(renamed(row.values, _NAMED), name, row.line)
            num_unsaid += stands_for_nothing(request.values.get("reference"))
            found.append(_asked(request, rubrics))
            unread.update(dict.fromkeys(_unread(request)))
        except DataError as error:
            found.append(error)
    if not found:
        raise DataError(
            "holds no request; expected a JSON object with prompt, response and rubric", path=name
        )
    if num_unsaid:
        click.echo(said_of({"reference": num_unsaid}), err=True)
    if unread:
        click.echo(f"fields that the judge does not see: {printable(some_of(unread))}", err=True)
    return found


def _table(path: str, options: ImportOptions) -> Table:
    try:
        if path == "-":
            if options.delimiter is not None:
                raise DataError("holds JSON; --delimiter is for CSV", path=STDIN)
            return open_text(_text_file(path, options.encoding), "json", options)
        is_named = Path(path).suffix.lower() in SUFFIXES
        return open_table(path, replace(options, form="auto" if is_named else "json"))
    except NoRowsError:
        return Table(path, (), iter(()))


def _document(text: str, name: str) -> object:
    try:
        return json.loads(text, object_pairs_hook=unique_keys)
    except json.JSONDecodeError as error:
        raise DataError(f"not JSON: {error.msg}", path=name, line=error.lineno) from None
    except RepeatedKeyError as error:
        raise DataError(str(error), path=name) from None
    except (ValueError, RecursionError) as error:
        raise DataError(f"not JSON that can be read: {error}", path=name) from None


def _asked(row: Row, rubrics: dict[str, str]) -> Asked:
    for field in _NEEDED:
        if stands_for_nothing(row.values.get(field)):
            raise row.error(field, nothing_said(row.values[field]))
    row.values = as_texts(
        _with_chat(row.values),
        row.error,
        prompt="prompt",
        answers=("response", "a", "b"),
        others=("reference",),
    )
    pair = "a" in row.values or "b" in row.values
    if pair and not is_empty(row.values.get("response")):
        raise row.error("response", "stands beside a and b, which are compared; leave it out")
    asked = Asked(
        prompt=row.text("prompt"),
        response=row.text("a" if pair else "response"),
        rubrics=_rubrics(row, rubrics),
        reference=_reference(row),
        other=row.text("b") if pair else None,
        identity=_identity(row),
        path=row.path,
        line=row.line,
    )
    if pair and "" not in asked.rubrics:
        raise row.error("rubrics", "two responses are compared by one rubric; give rubric")
    return asked


def _unread(row: Row) -> list[str]:
    """The fields that say something and were not looked up, but for what describes an example."""
    return [
        name
        for name, value in row.values.items()
        if name not in row.known and usual_name(name) not in NOT_SHOWN and not is_empty(value)
    ]


def _with_chat(values: dict[str, Any]) -> dict[str, Any]:
    """The request with its chat as prompt and response, where it has none of its own."""
    chat, messages = chat_in(values)
    needed = ["prompt"] if values.keys() & {"a", "b"} else ["prompt", "response"]
    missing = [field for field in needed if field not in values]
    if not chat or not missing:
        return values
    rest = {name: value for name, value in values.items() if name != chat}
    return rest | dict.fromkeys(missing, messages)


def _rubrics(row: Row, given: dict[str, str]) -> dict[str, str]:
    own = [field for field in ("rubric", "rubrics") if field in row.values]
    if given and own:
        raise row.error(own[0], "is given by an option too; leave one out")
    if len(own) > 1:
        raise row.error("rubrics", "stands beside rubric; leave one out")
    if given:
        return given
    if own == ["rubrics"]:
        return _named(Row(row.get("rubrics"), row.path, row.line, prefix="rubrics."))
    return {"": rubric_text(Row({"rubric": row.get("rubric")}, row.path, row.line))}


def _reference(row: Row) -> str:
    row.known.append("reference")
    return "" if is_empty(row.values.get("reference")) else row.text("reference")


def _identity(row: Row) -> str | int | None:
    row.known.append("id")
    value: Any = row.values.get("id")
    if value is not None and not isinstance(value, str | int):
        raise row.error("id", f"expected text or a whole number, got {show(value)}")
    return value
