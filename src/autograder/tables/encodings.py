"""From the bytes of a file to its lines: byte order marks, encodings and ends of lines."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TextIO

from autograder.errors import DataError
from autograder.tables.first_bytes import (
    BLOCK,
    PARQUET,
    by_letters,
    by_zeros,
    decoded,
    other_kind,
    with_order,
)

MAX_LINE = 2**24
"""A longer line, or a longer cell of CSV, in characters, is a fault and not a text."""

_GUESSED = {
    "cp1252": "Windows-1252, --encoding names another",
    "mac-roman": "Mac OS Roman, as its lines end in CR; --encoding names another",
}
_MAX_PIPED = 2**30
_PEEKED = 4096


@dataclass(frozen=True, slots=True)
class TextFile:
    """A file, or bytes, whose text is read as often as it is needed.

    Attributes:
        name: for messages.
        encoding: one that `codecs` knows.
        note: what the user should know of it; empty if nothing.
    """

    name: str
    encoding: str
    note: str
    _open: Callable[[], BinaryIO]

    @classmethod
    def at(cls, path: Path, encoding: str | None = None) -> TextFile:
        """The file at a path.

        Args:
            path: of the file.
            encoding: what the user says; None: UTF-16 and UTF-32 are told by their mark or
                their zeros, Windows-1252 by its letters, Mac OS Roman by the ends of its lines,
                all else is UTF-8.

        Raises:
            DataError: it cannot be read, or is no text.
        """
        if is_stream(path):
            return cls.of(_whole(path), str(path), encoding)
        return cls._found(str(path), encoding, lambda: path.open("rb"))

    @classmethod
    def of(cls, content: bytes, name: str, encoding: str | None = None) -> TextFile:
        """Bytes that stand in no file, e.g. those of standard input."""
        return cls._found(name, encoding, lambda: io.BytesIO(content))

    @classmethod
    def _found(cls, name: str, encoding: str | None, opened: Callable[[], BinaryIO]) -> TextFile:
        with _system_errors(name), opened() as file:
            start = file.read(_PEEKED)
            if what := other_kind(start):
                raise DataError(what, path=name)
            if encoding is not None:
                return cls(name, with_order(encoding, start), "", opened)
            found = by_zeros(start)
            if found == "utf-8":
                file.seek(0)
                found = by_letters(file)
        note = _GUESSED.get(found, "")
        return cls(name, found, note and f"is not UTF-8; read as {note}", opened)

    def lines(self) -> Iterator[tuple[int, str]]:
        r"""Number and text of every line with its end, `\n`, `\r` or `\r\n`.

        Bytes that are not of the encoding stay, as lone surrogates: see `broken`. Of a line
        longer than `MAX_LINE` only the first characters are given, one more than that.

        Raises:
            DataError: the file cannot be read.
        """
        number = 0
        with _system_errors(self.name), self._text() as file:
            try:
                while line := file.readline(MAX_LINE + 1):
                    number += 1
                    rest = line
                    while len(rest) > MAX_LINE and not rest.endswith(("\n", "\r")):
                        rest = file.readline(MAX_LINE + 1)
                    yield number, line.removeprefix("\ufeff") if number == 1 else line
            except UnicodeError as error:
                message = f"not {self.encoding}: {_reason(error)}"
                raise DataError(message, path=self.name, line=number + 1) from None

    def text(self) -> str:
        """The whole text.

        Raises:
            DataError: the file cannot be read, or a byte in it is not of the encoding.
        """
        parts = []
        with _system_errors(self.name), self._text() as file:
            try:
                while part := file.read(BLOCK):
                    parts.append(part)
            except UnicodeError as error:
                raise DataError(f"not {self.encoding}: {_reason(error)}", path=self.name) from None
        text = "".join(parts).removeprefix("\ufeff")
        if is_broken(text):
            before = next(at for at, sign in enumerate(text) if "\udc80" <= sign <= "\udcff")
            line = text.count("\n", 0, before) + 1
            raise DataError(self.broken(), path=self.name, line=line)
        return text

    def broken(self) -> str:
        """What is wrong with a text that `is_broken`."""
        name = "UTF-8" if self.encoding == "utf-8" else self.encoding
        return f"not {name}; save the file as UTF-8, or name its encoding, as --encoding cp1251"

    def _text(self) -> TextIO:
        # Encodings of two and four bytes have no way to carry a broken one over.
        wide = self.encoding.startswith(("utf-16", "utf-32"))
        errors = "strict" if wide else "surrogateescape"
        return io.TextIOWrapper(self._open(), encoding=self.encoding, errors=errors, newline="")


def is_stream(path: Path) -> bool:
    """Whether a path leads to a pipe or a device, which can be read once alone."""
    try:
        return path.exists() and not path.is_file() and not path.is_dir()
    except OSError:  # such as a name that is too long, which opening it tells
        return False


def _whole(path: Path) -> bytes:
    """All that a pipe gives.

    Raises:
        DataError: it cannot be read, or is too long to be kept in memory.
    """
    parts, num_bytes = [], 0
    with _system_errors(str(path)), path.open("rb") as file:
        while part := file.read(BLOCK):
            parts.append(part)
            num_bytes += len(part)
            if num_bytes > _MAX_PIPED:
                message = f"is a pipe with more than {_MAX_PIPED:,} bytes, and it is kept in memory"
                raise DataError(f"{message}; write it to a file first", path=str(path))
    return b"".join(parts)


def first_text(path: Path) -> str:
    """The first characters of a file, to see of what kind it is.

    Raises:
        DataError: it cannot be read, or only once.
    """
    if is_stream(path):
        message = "is a pipe, whose format shows only once it is read; write it to a file first"
        raise DataError(f"{message}, or name its --format where there is one", path=str(path))
    with _system_errors(str(path)), path.open("rb") as file:
        start = file.read(_PEEKED)
    return decoded(start)


def refuse_others(path: Path) -> None:
    """Refuse what lies in place of a Parquet file, such as a pointer to it or a web page.

    Raises:
        DataError: the file cannot be read, or is such a thing.
    """
    with _system_errors(str(path)), path.open("rb") as file:
        start = file.read(_PEEKED)
    if not start.startswith(PARQUET) and (what := other_kind(start)):
        raise DataError(what, path=str(path))


def is_broken(text: str) -> bool:
    """Whether bytes that are not of the encoding were carried over as lone surrogates."""
    return not text.isascii() and any("\udc80" <= character <= "\udcff" for character in text)


def mend(text: str) -> str:
    """The text with such bytes as escapes."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def too_long(what: str) -> str:
    """What is wrong with a line, or whatever else it is, that is longer than `MAX_LINE`."""
    return f"the {what} is longer than {MAX_LINE:,} characters"


@contextlib.contextmanager
def _system_errors(name: str) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise DataError("no such file", path=name) from None
    except OSError as error:
        raise DataError(f"cannot be read: {error.strerror or error}", path=name) from None


def _reason(error: UnicodeError) -> str:
    return error.reason if isinstance(error, UnicodeDecodeError) else str(error)
