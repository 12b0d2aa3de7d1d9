"""The service's log: one JSON object a line.

JSON in ASCII escapes line ends and control characters, so that nothing that a client sends
can end a line or look like another. Without `--log-texts` no text that a client sent, and no
message of an unexpected exception, which may quote one, gets into the log.
"""

from __future__ import annotations

import json
import logging
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import Any


class JsonFormatter(logging.Formatter):
    """Writes a record, and what `extra={"fields": {...}}` adds, as one line.

    Args:
        with_texts: write the messages of exceptions too.
    """

    def __init__(self, with_texts: bool = False) -> None:
        super().__init__()
        self.with_texts = with_texts

    def format(self, record: logging.LogRecord) -> str:
        values: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": self._event(record),
            **getattr(record, "fields", {}),
        }
        if record.exc_info and record.exc_info[1] is not None:
            values |= self._exception(record.exc_info[1])
        return json.dumps(values, default=repr)

    def _event(self, record: logging.LogRecord) -> str:
        message = record.getMessage()
        # asyncio puts the exception's own words into the lines after the first.
        return message if self.with_texts else message.partition("\n")[0]

    def _exception(self, error: BaseException) -> dict[str, Any]:
        frames = traceback.extract_tb(error.__traceback__)
        values: dict[str, Any] = {
            "exception": type(error).__name__,
            "frames": [f"{Path(at.filename).name}:{at.lineno} {at.name}" for at in frames],
        }
        if self.with_texts:
            values["message"] = str(error)
        return values


def logging_config(with_texts: bool = False) -> dict[str, Any]:
    """For `logging.config.dictConfig`: our log and uvicorn's, as JSON on standard error."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": JsonFormatter, "with_texts": with_texts}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
        # Notes of libraries, on standard error anyway, become lines like all others.
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {
            name: {"handlers": ["stderr"], "level": level, "propagate": False}
            for name, level in (
                ("autograder.serve", "INFO"),
                ("uvicorn", "WARNING"),  # its start and end; we say ours
                ("asyncio", "ERROR"),
            )
        },
    }
