"""What the bytes of a file tell: its encoding, or that it is no text of rows at all."""

from __future__ import annotations

import codecs
import contextlib
import re
from typing import BinaryIO

BLOCK = 2**20
"""Bytes that are read at once."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # begins as the mark of UTF-16 does
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
PARQUET = b"PAR1"
_OTHERS = (
    (b"version https://git-lfs", "is a pointer of Git LFS and not the file; run git lfs pull"),
    (b"PK\x03\x04", "is a zip file or a workbook of Excel; save the table as CSV"),
    (b"\xd0\xcf\x11\xe0", "is a workbook of Excel; save the table as CSV"),
    (b"\x1f\x8b", "is compressed; unpack it with gunzip"),
    (b"BZh", "is compressed; unpack it with bunzip2"),
    (b"\xfd7zXZ\x00", "is compressed; unpack it with unxz"),
    (b"\x28\xb5\x2f\xfd", "is compressed; unpack it with unzstd"),
    (PARQUET, "is a Parquet file; name it .parquet"),
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

# Whole sequences of UTF-8 beyond ASCII.
_SEQUENCE = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
)
_NOT_WESTERN = re.compile(rb"[\x80-\xff]{4}|[\x81\x8d\x8f\x90\x9d\xff]")
_ASCII = {*b"\t\r\n", *range(0x20, 0x7F)}
_NUM_LETTERS = 4
"""Different ones beside a zero; a text of another encoding has no zeros, or one somewhere."""
_HIGH = re.compile(rb"[\x80-\xff]")


def other_kind(start: bytes) -> str:
    """What a file is, and what to do, if it begins as something that is no text of rows."""
    if found := next((what for sign, what in _OTHERS if start.startswith(sign)), ""):
        return found
    if _PAGE.match(decoded(start)):
        return "is a web page or XML; download the file itself, logged in if need be"
    return ""


def decoded(start: bytes) -> str:
    return start.decode(by_zeros(start), "replace").removeprefix("\ufeff")


def by_zeros(start: bytes) -> str:
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


def with_order(encoding: str, start: bytes) -> str:
    """The encoding that a user names, with the order of the bytes where no mark tells it.

    It is the one that the zeros tell, or else that of Windows.
    """
    with contextlib.suppress(LookupError):
        name = codecs.lookup(encoding).name
        if name in ("utf-16", "utf-32") and not start.startswith(tuple(m for m, _ in _MARKS)):
            found = by_zeros(start)
            return found if found.startswith(f"{name}-") else f"{name}-le"
    return encoding


def by_letters(file: BinaryIO) -> str:
    """`cp1252` where most letters beyond ASCII are no UTF-8 and look Western, else UTF-8.

    A file of one-byte letters whose lines end as no program but those of old Macs ends them is in
    their encoding.
    """
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        while block := file.read(BLOCK):
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
    while block := file.read(BLOCK):
        if _NOT_WESTERN.search(rest := _SEQUENCE.sub(b"", block)):
            return "utf-8"
        num_broken += len(_HIGH.findall(rest))
        num_whole += len(_SEQUENCE.findall(block))
    return "cp1252" if num_broken > num_whole else "utf-8"


def _ends_lines_in_cr(file: BinaryIO) -> bool:
    """Whether there are ends of lines and all of them are a carriage return alone."""
    file.seek(0)
    has_cr = False
    while block := file.read(BLOCK):
        if b"\n" in block:
            return False
        has_cr = has_cr or b"\r" in block
    return has_cr
