"""Values of params.yaml that a later stage would refuse, after DVC has removed its old outputs."""

from __future__ import annotations

import difflib
import json
from importlib.util import find_spec
from pathlib import Path

from autograder.bases.catalog import resolve
from autograder.bases.fetch import cached_path, pull
from autograder.bases.sizes import (
    ARCHITECTURES,
    Shapes,
    linear_shapes,
    lora_targets,
    shapes_from_config,
)
from autograder.config import Config, QuantizationConfig
from autograder.dataset.recipe import family_faults, sources
from autograder.errors import ModelError

_PACKAGES = {
    "dvclive": ["dvclive"],
    "tensorboard": ["tensorboard", "tensorboardX"],
    "wandb": ["wandb"],
    "mlflow": ["mlflow"],
    "flash_attention_2": ["flash_attn", "kernels"],
    "deepspeed": ["deepspeed"],
    "xla": ["torch_xla"],
}
"""One of these is imported for a value."""


def foreseen_faults(settings: Config, data: Path) -> list[str]:
    """What a later stage would refuse, a line each; asks no network and loads no model.

    Args:
        settings: the whole configuration.
        data: the folder of the data, whose files are sources.

    Raises:
        DataError: a row is faulty whose source has to be known.
    """
    of_families = family_faults(settings.dataset)
    return [
        *of_families,
        *_base_faults(settings),
        *_product_faults(settings.quantization),
        *_fresh_faults(settings, [] if of_families else sorted(_trained_on(settings, data))),
        *_run_faults(settings),
    ]


def _base_faults(settings: Config) -> list[str]:
    """A base that is on the hub alone is not known here."""
    name = settings.model.name
    try:
        shapes = resolve(name).shapes
        if cached_path(name):
            folder = pull(name)  # checks what is here, and so downloads nothing
            shapes = shapes or _shapes(folder)
    except ModelError as error:
        return [f"model.name: {error}"]
    except (OSError, RuntimeError) as error:  # a name that no file can have, as ~nobody/base
        reason = error.strerror if isinstance(error, OSError) else error
        return [f"model.name: {name[:60]!r} names no folder: {reason}; see `autograder model list`"]
    if shapes is None:
        return []
    kind, allowed = shapes.architecture, linear_shapes(shapes)
    refused = [
        repr(target)
        for target in settings.lora.targets
        if not allowed.keys() >= {*lora_targets(kind, (target,))}
    ]
    if not refused:
        return []
    return [
        f"lora.targets: {', '.join(refused)}: no linear layer of the blocks of {name} ({kind}); "
        f"allowed: {', '.join(allowed)}"
    ]


def _product_faults(config: QuantizationConfig) -> list[str]:
    """What no processor does; whether this one has products of 8 bits is seen in training."""
    if config.products != "int8" or (config.bits != 8 and config.compute_dtype != "fp16"):
        return []
    other = "bits: 8" if config.bits == 8 else "compute_dtype: fp16"
    return [f"quantization.products: int8 does not go with {other}; set it to auto"]


def _shapes(folder: Path) -> Shapes | None:
    """The dimensions of a base in a folder; None for an architecture that transformers alone knows.

    Raises:
        ModelError: its config.json is none.
    """
    path = folder / "config.json"
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        if values["model_type"] not in ARCHITECTURES:
            return None
        return shapes_from_config(values, str(path))
    except (OSError, ValueError, LookupError, TypeError, ArithmeticError,
            RecursionError) as error:  # fmt: skip
        raise ModelError(f"{path}: describes no model ({error!r}); copy it again") from None


def _trained_on(settings: Config, data: Path) -> set[str]:
    if not settings.train.fresh:
        return set()
    return sources(settings.dataset, data) - {*settings.split.holdout}


def _fresh_faults(settings: Config, known: list[str]) -> list[str]:
    """Sources that `train.fresh` names and no training example can have.

    Args:
        settings: the whole configuration.
        known: the sources of training examples; none, if that cannot be told.
    """
    faults = []
    for name in settings.train.fresh if known else ():
        if name in known:
            continue
        if name in settings.split.holdout:
            faults.append(
                f"train.fresh: {name!r} is kept out of training by split.holdout; take it out of "
                "one of the two"
            )
            continue
        close = difflib.get_close_matches(name, known, n=3)
        hint = f"did you mean {' or '.join(close)}?" if close else f"there are {', '.join(known)}"
        recipe = settings.dataset.recipe
        faults.append(f"train.fresh: {name!r}: the recipe {recipe} has no such source; {hint}")
    return faults


def _run_faults(settings: Config) -> list[str]:
    faults = []
    strategy = settings.run.strategy.lower()  # as Lightning reads it
    for key, value, other in (
        ("model.attention", settings.model.attention, "auto"),
        ("run.logger", settings.run.logger, "csv"),
        ("run.strategy", strategy.partition("_")[0], "auto"),
    ):
        packages = _PACKAGES.get(value, [])
        if packages and not any(map(find_spec, packages)):
            faults.append(
                f"{key}: {value} needs a package that is not installed: pip install "
                f"{packages[0].replace('_', '-')}, or choose {other}"
            )
    if strategy != "auto":
        from lightning.pytorch.strategies import StrategyRegistry  # seconds, and only here

        known = ["auto", *StrategyRegistry.available_strategies()]
        if strategy not in known:
            faults.append(
                f"run.strategy: {settings.run.strategy!r} is unknown; allowed: {', '.join(known)}"
            )
    return faults
