"""Train, measure and serve a small judge: (prompt, response, rubric) -> score and reasoning."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from autograder.errors import (
        AuditError,
        AutograderError,
        ChecksumError,
        ConfigError,
        DataError,
        ModelError,
        SourceError,
        StorageError,
        TrainingError,
        UnknownModelError,
    )
    from autograder.judging.judge import Judge
    from autograder.schema import Comparison, Example, Item, Request, Verdict

__version__ = "0.1.0"

_HOMES = {
    "Judge": "judging.judge",
    "Comparison": "schema",
    "Example": "schema",
    "Item": "schema",
    "Request": "schema",
    "Verdict": "schema",
    "AuditError": "errors",
    "AutograderError": "errors",
    "ChecksumError": "errors",
    "ConfigError": "errors",
    "DataError": "errors",
    "ModelError": "errors",
    "SourceError": "errors",
    "StorageError": "errors",
    "TrainingError": "errors",
    "UnknownModelError": "errors",
}

__all__ = [
    "AuditError",
    "AutograderError",
    "ChecksumError",
    "Comparison",
    "ConfigError",
    "DataError",
    "Example",
    "Item",
    "Judge",
    "ModelError",
    "Request",
    "SourceError",
    "StorageError",
    "TrainingError",
    "UnknownModelError",
    "Verdict",
]


def __getattr__(name: str) -> Any:
    # Importing autograder must not import torch.
    if name not in _HOMES:
        raise AttributeError(f"module 'autograder' has no attribute {name!r}")
    return getattr(import_module(f"autograder.{_HOMES[name]}"), name)
