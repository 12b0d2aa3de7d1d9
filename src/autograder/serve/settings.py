"""The settings that the service starts with."""

from __future__ import annotations

import math
import re
import stat
from dataclasses import dataclass, field
from pathlib import Path

from autograder.errors import ConfigError

MIN_TOKEN = 16
_SOURCE = "the service's settings"
_PREFIX = re.compile(r"(?:/[A-Za-z0-9._~-]+)+")


@dataclass(frozen=True, slots=True)
class Settings:
    """Limits, batching and access.

    Attributes:
        batch_size: responses graded together; None takes that of the judge.
        max_wait_s: longest time that the first response of a batch waits for others.
        queue: responses that may wait in each lane (scoring, reasoning); more are refused.
        max_body: bytes of a request's body.
        max_text: characters of one field.
        max_requests: responses in one request to `/evaluate/batch`; never more than `queue`.
        timeout_s: seconds for reading a request, and again for answering it.
        host: the address or name that it listens on. Without a token, the `Host` of a request must
            be it or this machine's own (`localhost`, 127.0.0.1, ::1), or where it stands for all
            addresses any address; a name can be made to point anywhere.
        token: the token that clients must send; None lets every client in.
        root_path: the path at which a proxy offers the service, e.g. `/judge`.
        log_texts: log prompts, responses and rubrics too.

    Raises:
        ConfigError: names every setting that is out of range.
    """

    batch_size: int | None = None
    max_wait_s: float = 0.005
    queue: int = 512
    max_body: int = 4 * 2**20
    max_text: int = 100_000
    max_requests: int = 256
    timeout_s: float = 60.0
    host: str = "127.0.0.1"
    token: str | None = field(default=None, repr=False)
    root_path: str = ""
    log_texts: bool = False

    def __post_init__(self) -> None:
        least = {"queue": 2, "max_body": 1, "max_text": 1, "max_requests": 1}
        faults = [
            f"{name}: {getattr(self, name)!r} is not a whole number of at least {low}"
            for name, low in least.items()
            if getattr(self, name) < low
        ]
        if self.batch_size is not None and self.batch_size < 1:
            faults.append(f"batch_size: {self.batch_size!r} is not a whole number of at least 1")
        if not 0 <= self.max_wait_s <= 10:
            faults.append(f"max_wait_s: {self.max_wait_s!r} is not between 0 and 10 seconds")
        if not 0 < self.timeout_s < math.inf:
            faults.append(f"timeout_s: {self.timeout_s!r} is not more than 0")
        if self.token is not None:
            faults += _token_faults(self.token)
        if self.root_path and not _PREFIX.fullmatch(self.root_path):
            faults.append(
                f"root_path: {self.root_path!r} is not a path; write it as /judge, "
                "with a slash before it and none behind"
            )
        if faults:
            raise ConfigError(_SOURCE, faults)


def _token_faults(token: str) -> list[str]:
    """What is wrong with a token; never shows it."""
    if len(token) < MIN_TOKEN or not re.fullmatch(r"[!-~]+", token):
        return [
            f"token: needs at least {MIN_TOKEN} visible ASCII characters without spaces; "
            "make one with `openssl rand -hex 32`"
        ]
    return []


def is_readable_by_others(file: Path) -> bool:
    """Whether every user of this machine may read the file."""
    return bool(file.stat().st_mode & stat.S_IROTH)


def read_token(file: Path | None, variable: str | None) -> str | None:
    """The token from a file or from an environment variable's value; None without either.

    An empty one is returned, for `Settings` to refuse: a secret that did not arrive opens nothing.

    Raises:
        ConfigError: both are given, or the file cannot be read.
    """
    if file is None:
        return variable
    if variable:
        raise ConfigError(
            "the service's settings",
            ["token: --token-file and AUTOGRADER_TOKEN are given; use one"],
        )
    try:
        return file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "is not UTF-8"
        raise ConfigError(_SOURCE, [f"token: {file}: {reason}"]) from None
