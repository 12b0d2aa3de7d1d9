"""From the bytes of a file to its lines: byte order marks, encodings and ends of lines."""

from __future__ import annotations

import codecs
import contextlib
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TextIO

from autograder.errors import DataError

MAX_LINE = 2**24
"""A longer line, or a longer cell of CSV, in characters, is a fault and not a text."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # begins as the mark of UTF-16 does
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_PARQUET = b"PAR1"
_OTHERS = (
    (b"version https://git-lfs", "is a pointer of Git LFS and not the file; run git lfs pull"),
    (b"PK\x03\x04", "is a zip file or a workbook of Excel; save the table as CSV"),
    (b"\xd0\xcf\x11\xe0", "is a workbook of Excel; save the table as CSV"),
    (b"\x1f\x8b", "is compressed; unpack it with gunzip"),
    (b"BZh", "is compressed; unpack it with bunzip2"),
    (b"\xfd7zXZ\x00", "is compressed; unpack it with unxz"),
    (b"\x28\xb5\x2f\xfd", "is compressed; unpack it with unzstd"),
    (_PARQUET, "is a Parquet file; name it .parquet"),
    (b"ARROW1", "is a file of Arrow or Feather; save the table as Parquet"),
    (b"SQLite format 3", "is a database of SQLite; save the table as CSV"),
    (b"\x80\x04\x95", "is a pickle of Python; save the table as Parquet"),
    (b"\x80\x05\x95", "is a pickle of Python; save the table as Parquet"),
    (b"\x93NUMPY", "is an array of numpy; save the table as Parquet"),
    (b"%PDF", "is a PDF; save the table as CSV"),
    (b"{\\rtf", "is rich text; save it as plain text"),
)
_PAGE = re.compile(r"[\ufeff\s]*<(?:!doctype\s+html|html|\?xml|!--)", re.IGNORECASE)
"""How web pages begin, and what stores of files answer in place of a file."""

_GUESSED = {
    "cp1252": "Windows-1252, --encoding names another",
    "mac-roman": "Mac OS Roman, as its lines end in CR; --encoding names another",
}
_BLOCK = 2**20
_MAX_PIPED = 2**30
_PEEKED = 4096
# Whole sequences of UTF-8 beyond ASCII.
_SEQUENCE = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
)
_NOT_WESTERN = re.compile(rb"[\x80-\xff]{4}|[\x81\x8d\x8f\x90\x9d\xff]")
_ASCII = {*b"\t\r\n", *range(0x20, 0x7F)}
_NUM_LETTERS = 4
"""Different ones beside a zero; a text of another encoding has no zeros, or one somewhere."""
_HIGH = re.compile(rb"[\x80-\xff]")


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
            if what := _other_kind(start):
                raise DataError(what, path=name)
            if encoding is not None:
                return cls(name, _with_order(encoding, start), "", opened)
            found = _by_zeros(start)
            if found == "utf-8":
                file.seek(0)
                found = _by_letters(file)
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
                while part := file.read(_BLOCK):
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
        while part := file.read(_BLOCK):
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
    return _decoded(start)


def refuse_others(path: Path) -> None:
    """Refuse what lies in place of a Parquet file, such as a pointer to it or a web page.

    Raises:
        DataError: the file cannot be read, or is such a thing.
    """
    with _system_errors(str(path)), path.open("rb") as file:
        start = file.read(_PEEKED)
    if not start.startswith(_PARQUET) and (what := _other_kind(start)):
        raise DataError(what, path=str(path))


def _other_kind(start: bytes) -> str:
    """What a file is, and what to do, if it begins as something that is no text of rows."""
    if found := next((what for sign, what in _OTHERS if start.startswith(sign)), ""):
        return found
    if _PAGE.match(_decoded(start)):
        return "is a web page or XML; download the file itself, logged in if need be"
    return ""


def _decoded(start: bytes) -> str:
    return start.decode(_by_zeros(start), "replace").removeprefix("\ufeff")


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


def _by_zeros(start: bytes) -> str:
    """The encoding that a mark or the places of the zeros in the first bytes tell, else UTF-8.

    In UTF-16 a zero stands beside each letter of ASCII, and so beside the names and separators of
    a table of Chinese too. Of those a table has several; that of the common sign U+4E00 stands on
    the other side of always the same one.
    """
    for mark, name in _MARKS:
        if start.startswith(mark):
            return name
    pairs = [start[at : at + 2] for at in range(0, len(start) - 1, 2)]
    little = {pair[0] for pair in pairs if pair[1] == 0} & _ASCII
    big = {pair[1] for pair in pairs if pair[0] == 0} & _ASCII
    if len(little | big) >= _NUM_LETTERS:
        if len(little) > 2 * len(big):
            return "utf-16-le"
        if len(big) > 2 * len(little):
            return "utf-16-be"
    return "utf-8"


def _with_order(encoding: str, start: bytes) -> str:
    """The encoding that a user names, with the order of the bytes where no mark tells it.

    It is the one that the zeros tell, or else that of Windows.
    """
    with contextlib.suppress(LookupError):
        name = codecs.lookup(encoding).name
        if name in ("utf-16", "utf-32") and not start.startswith(tuple(m for m, _ in _MARKS)):
            found = _by_zeros(start)
            return found if found.startswith(f"{name}-") else f"{name}-le"
    return encoding


def _reason(error: UnicodeError) -> str:
    return error.reason if isinstance(error, UnicodeDecodeError) else str(error)


def _by_letters(file: BinaryIO) -> str:
    """`cp1252` where most letters beyond ASCII are no UTF-8 and look Western, else UTF-8.

    A file of one-byte letters whose lines end as no program but those of old Macs ends them is in
    their encoding.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while block := file.read(_BLOCK):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        pass
    else:
        return "utf-8"
    if _ends_lines_in_cr(file):
        return "mac-roman"
    file.seek(0)
    num_whole = num_broken = 0
    while block := file.read(_BLOCK):
        if _NOT_WESTERN.search(rest := _SEQUENCE.sub(b"", block)):
            return "utf-8"
        num_broken += len(_HIGH.findall(rest))
        num_whole += len(_SEQUENCE.findall(block))
    return "cp1252" if num_broken > num_whole else "utf-8"


def _ends_lines_in_cr(file: BinaryIO) -> bool:
    """Whether there are ends of lines and all of them are a carriage return alone."""
    file.seek(0)
    has_cr = False
    while block := file.read(_BLOCK):
        if b"\n" in block:
            return False
        has_cr = has_cr or b"\r" in block
    return has_cr
