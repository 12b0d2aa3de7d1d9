"""The judge inside other tools: inspect_ai, deepeval, TRL.

Each adapter is a module of its own, and the only one that imports its tool; importing this
package imports neither a tool nor torch.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from autograder.judging.judge import Judge

_judges: dict[Path, Judge] = {}
_lock = threading.Lock()


def load_once(judge: Path | str | None) -> Judge:
    """A judge by its name; a process loads it once, however many adapters and threads ask.

    Args:
        judge: as in `Judge.load`.

    Raises:
        ModelError: there is no such judge.
        SourceError: the judge or its base model is not here and cannot be fetched.
    """
    from autograder.judging.judge import Judge
    from autograder.judging.naming import find_judge

    place = find_judge(judge).resolve()
    with _lock:
        if place not in _judges:
            _judges[place] = Judge.load(place)
        return _judges[place]


@contextmanager
def needs(package: str, remedy: str) -> Iterator[None]:
    """Say what to do where importing `package` fails because it is not installed.

    Raises:
        ImportError: the package is missing. What an installed one raises is left as it is.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        if error.name != package:
            raise
        raise ImportError(
            f"needs {package}, which is not installed: {remedy}", name=package
        ) from None
