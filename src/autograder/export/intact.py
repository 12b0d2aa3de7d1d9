"""Files that are not what their names say, told in a line before anything is loaded."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open

from autograder.bases.sizes import linear_shapes, shapes_from_folder
from autograder.errors import ModelError
from autograder.judging.folder import LFS_POINTER

_FACTOR = re.compile(r"\.(\d+)\.(?:\w+\.)*(\w+)\.lora_([AB])\.weight$")


def refuse_pointers(folder: Path) -> None:
    """Refuse a folder of which Git LFS has fetched only the pointers.

    Raises:
        ModelError: names the first such file.
    """
    for path in sorted(folder.glob("*")):
        if path.is_file():
            with path.open("rb") as file:
                is_pointer = file.read(len(LFS_POINTER)) == LFS_POINTER
            if is_pointer:
                raise ModelError(
                    f"{path}: is a pointer of Git LFS, not the file itself; run `git lfs pull` in "
                    "its repository"
                )


def check_rank(folder: Path, settings: dict[str, Any]) -> None:
    """Refuse an adapter whose matrices have another rank than its settings say.

    Raises:
        ModelError: names both ranks; or the file cannot be read.
    """
    if settings.get("rank_pattern"):
        return
    path, rank = folder / "adapter_model.safetensors", settings.get("r")
    for name, shape in _tensors(path).items():
        found = _FACTOR.search(name)
        if found and shape[found[3] == "B"] != rank:
            raise ModelError(
                f"{path}: {name} has rank {shape[found[3] == 'B']}, adapter_config.json says "
                f"{rank}; copy both files from one and the same judge"
            )


def check_base(base: Path, adapter: Path) -> None:
    """Refuse a base that is not whole, or that is not the adapter's.

    The adapter's layers are compared with the shapes of the architectures that are known here.

    Args:
        base: folder of the base.
        adapter: folder of the judge.

    Raises:
        ModelError: says what is missing, or which layer does not fit.
    """
    refuse_pointers(base)
    try:
        shapes = shapes_from_folder(base)
    except ModelError:
        return  # of an architecture whose shapes are not known
    linears = linear_shapes(shapes)
    path = adapter / "adapter_model.safetensors"
    layers = set()
    for name, shape in _tensors(path).items():
        found = _FACTOR.search(name)
        if not found:
            continue
        layers.add(int(found[1]))
        rows, columns = linears.get(found[2], (None, None))
        size, expected = (shape[0], rows) if found[3] == "B" else (shape[1], columns)
        if size != expected:
            what = "has no such layer" if expected is None else f"has {expected}"
            raise ModelError(f"{path}: {name} is for {size} features, {base} {what}{_ANOTHER}")
    if layers and max(layers) >= shapes.num_layers:
        raise ModelError(
            f"{path}: adapts layer {max(layers)}, {base} has {shapes.num_layers} layers{_ANOTHER}"
        )


_ANOTHER = ": it is an adapter of another model; put the base that it was trained on there"


def _tensors(path: Path) -> dict[str, list[int]]:
    """The shape of each tensor in a file, by name; nothing is loaded."""
    try:
        with safe_open(path, framework="pt") as file:
            names = file.keys()  # it is no dict that could be iterated over
            return {name: file.get_slice(name).get_shape() for name in names}
    except (OSError, SafetensorError) as error:
        raise ModelError(
            f"{path}: cannot be read as safetensors ({error}); copy it from the judge again"
        ) from None
