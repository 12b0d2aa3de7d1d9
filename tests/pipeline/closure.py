"""Which files of the package a stage imports, at once or later, found in the source."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

PACKAGE = "autograder"


def _file(source: Path, module: str) -> Path | None:
    path = source.joinpath(*module.split("."))
    for candidate in (path.with_suffix(".py"), path / "__init__.py"):
        if candidate.is_file():
            return candidate
    return None


def _imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        else:
            yield from _imports(node)


def import_closure(source: Path, module: str) -> set[Path]:
    """Files below `source` that importing and running `module` can reach.

    Imports inside functions count; those for type checkers alone do not.
    """
    found: set[Path] = set()
    waiting = [module]
    while waiting:
        name = waiting.pop()
        if name.split(".")[0] != PACKAGE:
            continue
        parts = name.split(".")
        packages = [".".join(parts[:end]) for end in range(1, len(parts))]
        for part in [*packages, name]:
            file = _file(source, part)
            if file and file not in found:
                found.add(file)
                waiting.extend(_imports(ast.parse(file.read_text(encoding="utf-8"))))
    return found
