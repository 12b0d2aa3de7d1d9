"""Every error that a user can cause, in one tree.

    AutograderError
    ├── ConfigError          a value in params.yaml (all faults at once)
    ├── DataError            a row of data: names file, line and field
    ├── AuditError           rows that contradict each other or give the score away
    ├── ModelError           a base model or adapter that cannot be used
    │   ├── UnknownModelError
    │   ├── SourceError      no source of the model could be reached
    │   └── ChecksumError    a file is not the one that was pinned
    ├── TrainingError        training cannot start, resume or be published
    └── StorageError         a file cannot be written (disk full, no permission)

A message says where the fault is, what was found and what to do. The command line prints
only the message, without a traceback, and exits with code 1.
"""

from __future__ import annotations

from collections.abc import Iterable

from autograder.terminal import printable


class AutograderError(Exception):
    """Base class of all errors that this package raises on purpose.

    Args:
        message: one line. A line break in it comes from a name or a text of somebody else, which
            must not look like a message of ours, and is escaped.
        more: lines below it.
    """

    def __init__(self, message: str = "", more: Iterable[str] = ()) -> None:
        lines = (printable(line) for line in (message, *more))
        super().__init__("\n  ".join(lines))


class ConfigError(AutograderError, ValueError):
    """The configuration holds one or more faults; the message lists all of them, a line each."""

    def __init__(self, source: str, faults: list[str]) -> None:
        self.source = source
        self.faults = faults
        noun = "fault" if len(faults) == 1 else "faults"
        super().__init__(f"{source}: {len(faults)} {noun}", faults)


class DataError(AutograderError, ValueError):
    """A row of data is unusable.

    Args:
        message: what was found and what would be right.
        path: the file.
        line: the line in it, counted from 1.
        field: the field in that line, dotted for nested ones.
    """

    def __init__(
        self,
        message: str,
        *,
        path: str | None = None,
        line: int | None = None,
        field: str | None = None,
    ) -> None:
        self.path = path
        self.line = line
        self.field = field
        place = ":".join(str(part) for part in (path, line) if part is not None)
        # The name of a file or of a field may hold anything, a line break too.
        where = printable(": ".join(part for part in (place, field) if part))
        super().__init__(f"{where}: {message}" if where else message)


class AuditError(AutograderError, ValueError):
    """The data set has hard faults; the message names the rows."""


class ModelError(AutograderError):
    """A base model or an adapter cannot be used."""


class UnknownModelError(ModelError, ValueError):
    """The name is neither in the catalogue, nor a hub id, nor a folder."""


class SourceError(ModelError, OSError):
    """No source of a model could be reached; the message names each one tried."""


class ChecksumError(ModelError):
    """A file's sha256 is not the pinned one."""


class TrainingError(AutograderError):
    """Training cannot start, resume or be published."""


class StorageError(AutograderError, OSError):
    """A file cannot be written: disk full, no permission, no such folder."""
