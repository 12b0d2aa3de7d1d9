"""A quantised copy of a pulled base model, written once: it loads in a fraction of the time.

    <cache>/quantized/<name>--<settings>--<digest>/

The digest is of the base's weights, the settings and the libraries that quantise, so that a
copy is exactly what quantising the base anew would give, or is not used.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import logging
import shutil
from pathlib import Path
from typing import Any

import torch

from autograder.bases import digests
from autograder.bases.fetch import base_info, cache_root
from autograder.config import QuantizationConfig
from autograder.errors import ChecksumError, StorageError
from autograder.files import atomic_folder

_LIBRARIES = ("bitsandbytes", "transformers")
_log = logging.getLogger(__name__)


def copy_of(folder: Path, config: QuantizationConfig, dtype: torch.dtype) -> Path | None:
    """Where the copy of a base stands, or would; None for a base whose weights may change.

    Only 4 bits are kept: they load as they are on every device.
    """
    info = base_info(folder)
    if info is None or config.bits != 4 or folder.parent != cache_root() / "models":
        return None
    settings = f"{config.type}{'-double' if config.double else ''}-{str(dtype).rpartition('.')[2]}"
    versions = {name: importlib.metadata.version(name) for name in _LIBRARIES}
    facts = json.dumps([info["weights"], settings, versions], sort_keys=True)
    digest = hashlib.sha256(facts.encode()).hexdigest()[:12]
    return cache_root() / "quantized" / f"{folder.name}--{settings}--{digest}"


def is_there(path: Path) -> bool:
    """Whether there is a copy, and its files are what was written; warns of a damaged one."""
    if not path.is_dir():
        return False
    try:
        digests.check(path, "the base model is quantised anew")
    except ChecksumError as error:
        _log.warning("%s", error)
        return False
    return True


def keep(base: Any, path: Path) -> None:
    """Write the copy, and remove those that other weights or versions left; no error if it fails.

    Args:
        base: a transformers model, quantised.
        path: from `copy_of`.
    """
    from safetensors import SafetensorError

    try:
        with atomic_folder(path) as folder:
            base.save_pretrained(folder)
            digests.check(folder, "")
    except (StorageError, SafetensorError) as error:  # a full disk is the latter
        _log.warning("no quantised copy of the base model is kept: %s", error)
        return
    same, _, _ = path.name.rpartition("--")
    for other in path.parent.glob(f"{same}--*"):
        if other != path:
            shutil.rmtree(other, ignore_errors=True)
