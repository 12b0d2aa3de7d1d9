"""Files of one command that must not be the same."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import click


def keep_apart(places: Mapping[str, Path | None]) -> None:
    """Refuse to write over what is read, or twice to one file.

    Args:
        places: the files by the argument or option that names them.
    """
    seen: dict[Path, str] = {}
    for name, path in places.items():
        if path and (other := seen.setdefault(path.resolve(), name)) != name:
            raise click.UsageError(f"{other} and {name} are the same file {path}; name another")
