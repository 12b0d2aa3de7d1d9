"""What a run has done so far: `.OUT.part`, a verdict a line, appended to and never rewritten.

The first line says which judge the verdicts are from. A verdict knows its row's number and a
digest of the texts that it is about, so that it can only be used for those; the rows
themselves stay in the input. Every line has a digest of itself; one that is half-written or damaged
is dropped, with what follows it.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import json
import os
import stat
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from autograder.errors import DataError
from autograder.files import storage_errors

_KIND = "autograder grade 2"
_RESTART = "--restart throws away what it holds and starts afresh"


@dataclass(frozen=True, slots=True)
class Record:
    """What became of a row.

    Attributes:
        row: its number, counted from 0.
        key: digest of its texts; empty where it has none.
        verdict: what is added to the row; empty if it was skipped.
        reason: why it was skipped; empty if it was graded.
    """

    row: int
    key: str
    verdict: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""

    def line(self) -> bytes:
        values = {"row": self.row, "key": self.key, "verdict": self.verdict, "reason": self.reason}
        return _line(values)


class Part:
    """The file of a run, locked while it is open, at first before the record of row 0.

    Args:
        path: `.OUT.part`.
        about: what the verdicts depend on besides the texts: name and value.
        restart: throw away what is there.
        afresh: how the user does that, for messages.

    Raises:
        DataError: another run has it open, it is no such file, or one about something else.
        StorageError: it cannot be written.
    """

    def __init__(
        self,
        path: Path,
        about: Mapping[str, object],
        *,
        restart: bool = False,
        afresh: str = _RESTART,
    ) -> None:
        self.path = path
        self._afresh = afresh
        header = _line({"kind": _KIND, **about})
        with storage_errors(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = os.fdopen(_open(path), "r+b")
            try:
                self._lock()
                if restart:
                    self._file.truncate(0)
                first = self._file.readline()
                if header.startswith(first) and first != header:  # nothing, or killed right here
                    self._file.seek(0)
                    self._file.write(header)
                    self._file.truncate()
                    self._file.flush()
                elif first != header:
                    self._refuse(first, about)
            except BaseException:
                self._file.close()
                raise
        self._start = len(header)
        self.rewind()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._end == self._start and not self._next:  # nothing to go on from
            self.path.unlink(missing_ok=True)
        # After a full disk what is left would be tried once more.
        with storage_errors(self.path) if error is None else contextlib.suppress(OSError):
            self._file.close()

    def _lock(self) -> None:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # A run that ended between our opening and our locking has removed the file.
            ours = os.fstat(self._file.fileno())
            is_ours = self.path.exists() and os.path.samestat(self.path.stat(), ours)
        except BlockingIOError:
            is_ours = False
        if not is_ours:
            raise DataError("another run is writing here; wait for its end", path=str(self.path))

    def _refuse(self, first: bytes, about: Mapping[str, object]) -> None:
        found = _parse(first)
        if found.get("kind") != _KIND:
            raise DataError(f"is not the work of such a run; {self._afresh}", path=str(self.path))
        names = [name for name in {**about, **found} if name != "kind"]
        other = " and ".join(name for name in names if found.get(name) != about.get(name))
        raise DataError(
            f"an earlier run did not end, and was with another choice of {other}; choose as it "
            f"did to go on, or {self._afresh}",
            path=str(self.path),
        )

    def rewind(self) -> None:
        """Go back to before the first record."""
        self._file.seek(self._start)
        self._end = self._start
        self._next = self._read()

    def take(self, stop: int) -> list[Record]:
        """The next records, up to that row."""
        found = []
        while self._next and self._next.row < stop:
            found.append(self._next)
            self._end = self._file.tell()
            self._next = self._read()
        return found

    def num_from(self, row: int) -> int:
        """How many records there are of that row and of later ones; goes back to the first."""
        num = 0
        self.rewind()
        while self._next:
            num += sum(record.row >= row for record in self.take(self._next.row + 1))
        self.rewind()
        return num

    def _read(self) -> Record | None:
        values = _parse(self._file.readline())
        try:
            return Record(**values)
        except TypeError:
            return None

    def append(self, records: Iterable[Record]) -> None:
        """Write records after those that were taken.

        Raises:
            DataError: there are records of later rows, which never happens by itself.
            StorageError: the disk is full.
        """
        if self._next:
            raise self._damaged()
        with storage_errors(self.path):
            self._file.seek(self._end)
            self._file.truncate()
            self._file.write(b"".join(record.line() for record in records))
            self._file.flush()
            self._end = self._file.tell()

    def sync(self) -> None:
        """See to it that what was written outlasts a loss of power."""
        with storage_errors(self.path):
            os.fsync(self._file.fileno())

    def records(self, window: int) -> Iterator[Record]:
        """The record of each row, in order; in the file those of a window may be in another.

        Raises:
            DataError: a row has none, or several.
        """
        self.rewind()
        num = 0
        while self._next:
            for record in sorted(self.take(num - num % window + window), key=lambda each: each.row):
                if record.row != num:
                    raise self._damaged()
                yield record
                num += 1

    def _damaged(self) -> DataError:
        return DataError(f"is damaged; {self._afresh}", path=str(self.path))

    def finish(self, digest: str, run: str, counts: Mapping[str, int]) -> None:
        """Write down what is about to get its name: digest, the run that made it, its counts."""
        self.rewind()
        while self._next:
            self.take(self._next.row + 1)
        self.append([])
        with storage_errors(self.path):
            self._file.write(_line({"done": digest, "run": run, "counts": counts}))
            self._file.flush()
        self.sync()


def _open(path: Path) -> int:
    """Open or create a file that no other name leads to; a planted link would name its target."""
    if path.is_symlink() or (path.exists() and not path.is_file()):
        raise _foreign(path)
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK, 0o644)
    except OSError as error:
        raise _foreign(path) if error.errno == errno.ELOOP else error from None
    status = os.fstat(handle)
    if not stat.S_ISREG(status.st_mode) or status.st_nlink > 1:
        os.close(handle)
        raise _foreign(path)
    return handle


def _foreign(path: Path) -> DataError:
    return DataError("is a link, or no file of such a run; remove it", path=str(path))


def finished(path: Path, digest: str, run: str) -> dict[str, int] | None:
    """The counts of that run's output, if the part beside it says that it is done."""
    try:
        with path.open("rb") as file:
            last = next(iter(deque(file, maxlen=1)), b"")
    except OSError:
        return None
    values = _parse(last)
    is_done = (values.get("done"), values.get("run")) == (digest, run)
    return values["counts"] if is_done else None


def _line(values: Mapping[str, object]) -> bytes:
    return (json.dumps({"digest": _digest(values), **values}) + "\n").encode("ascii")


def _digest(values: Mapping[str, object]) -> str:
    return hashlib.sha256(json.dumps(values).encode("ascii")).hexdigest()[:16]


def _parse(line: bytes) -> dict[str, Any]:
    """The object in a whole and sound line; empty if there is none."""
    try:
        values = json.loads(line) if line.endswith(b"\n") else {}
        is_sound = isinstance(values, dict) and values.pop("digest", None) == _digest(values)
    except (ValueError, RecursionError):
        return {}
    return values if is_sound else {}
