"""What is installed only where it is asked for: the extras of pyproject.toml."""

from __future__ import annotations


def how_to_install(extra: str) -> str:
    """The commands that add an extra to the package, whose name on PyPI is another project's.

    Example:
        >>> print(how_to_install("ray"))
        in the clone run pip install -e '.[ray]'; with the wheel, pip install 'FILE.whl[ray]'
    """
    return (
        f"in the clone run pip install -e '.[{extra}]'; "
        f"with the wheel, pip install 'FILE.whl[{extra}]'"
    )
