"""Several adapters of one base combined into one, through PEFT's `add_weighted_adapter`.

An adapter changes each matrix by a product s B A. What is meant by a weighted sum of judges is
the sum of these products. PEFT's `linear` adds the factors instead, (sum of √w B)(sum of √w A),
which has cross terms of one judge's B with another's A; the same holds for its `ties`,
`dare_linear` and `dare_ties`. So here each method is the variant of it that works on the
products:

    linear       PEFT's `cat`: the exact sum; the rank is the sum of the ranks
    ties         PEFT's `ties_svd`: TIES on the products (Yadav et al., 2023), then the nearest
                 product of rank r
    dare_linear  PEFT's `dare_linear_svd`: DARE on the products (Yu et al., 2024), summed, then
                 the nearest product of rank r
    dare_ties    PEFT's `dare_ties_svd`: DARE's random choice, then the election of signs of TIES
"""

from __future__ import annotations

import shutil
import tempfile
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

import torch
from safetensors import SafetensorError
from torch import Tensor
from torch.overrides import TorchFunctionMode

from autograder.errors import ModelError
from autograder.export.trained import Trained
from autograder.model.adapter import read_adapter
from autograder.model.base_model import load_base
from autograder.model.quiet import quiet

Method = Literal["linear", "ties", "dare_linear", "dare_ties"]
METHODS: tuple[str, ...] = get_args(Method)
_PEFT = {
    "linear": "cat",
    "ties": "ties_svd",
    "dare_linear": "dare_linear_svd",
    "dare_ties": "dare_ties_svd",
}
_NAME = "combined"
_MOST = 1024
"""The largest rank that `lora.r` may have."""


@dataclass(frozen=True)
class Recipe:
    """How adapters are combined.

    Attributes:
        method: see above.
        weights: one for each judge.
        density: the share of each product's entries that is kept; None for linear.
        rank: of the result; None for the sum of the ranks.
        seed: of the random choice of the dare methods.
    """

    method: Method
    weights: tuple[float, ...]
    density: float | None = None
    rank: int | None = None
    seed: int = 17


def check_recipe(judges: Sequence[Trained], recipe: Recipe) -> None:
    """Refuse judges that cannot be combined, before anything is loaded.

    Ranks and targets may differ, for the products have one shape; an adapter that leaves a
    matrix alone adds nothing to it.

    Raises:
        ModelError: names the judge, the value and what it would have to be.
    """
    first = judges[0]
    for judge in judges[1:]:
        for what, own, other in (
            ("base", _base(judge), _base(first)),
            ("template_version", *(j.values["template_version"] for j in (judge, first))),
            ("digit_ids", *(j.values["digit_ids"] for j in (judge, first))),
            ("quantization", _rounding(judge), _rounding(first)),
        ):
            if own != other:
                raise ModelError(
                    f"{judge.folder}: {what}: {own} is not that of {first.folder}, {other}; only "
                    "judges of the same base can be combined"
                )
    total = sum(judge.config.lora.r for judge in judges)
    if recipe.rank is not None and recipe.rank > total:
        raise ModelError(f"--rank {recipe.rank}: is more than all judges together have, {total}")
    if recipe.method == "linear" and total > _MOST:
        raise ModelError(
            f"the judges' ranks sum to {total}, an adapter has at most {_MOST}; combine fewer, or "
            "choose another --method with --rank"
        )


def _base(judge: Trained) -> str:
    return f"{judge.config.model.name} ({judge.values['base'].get('pin') or 'no pin'})"


def _rounding(judge: Trained) -> str:
    settings = judge.config.quantization
    if settings.bits != 4:
        return f"{settings.bits} bits"
    return f"4 bits, {settings.type}, double={settings.double}"


def combine(
    judges: Sequence[Trained],
    recipe: Recipe,
    folder: Path,
    progress: Callable[[int, int], object] = lambda *_: None,
) -> float:
    """Write the combined adapter into an existing folder, as PEFT reads it.

    Args:
        judges: of one base.
        recipe: checked by `check_recipe`.
        folder: where adapter_config.json and adapter_model.safetensors go.
        progress: called with the matrices done and all there are; not for linear, which is fast.

    Returns:
        the share of the wanted change that the result holds, by squared entries: 1 for linear.

    Raises:
        ModelError: an adapter cannot be loaded.
        SourceError: the base is not here and cannot be fetched.
    """
    config = judges[0].config
    for judge in judges:
        judge.base_folder()
    base, _ = load_base(
        config.model, config.quantization, device=torch.device("cpu"), dtype=torch.float32
    )
    model: Any = read_adapter(base, judges[0].folder)
    names = ["default", *(f"judge{number}" for number in range(1, len(judges)))]
    for name, judge in zip(names[1:], judges[1:], strict=True):
        try:
            with quiet():
                model.load_adapter(str(judge.folder), name)
        except (OSError, ValueError, RuntimeError, SafetensorError) as error:
            raise ModelError(f"{judge.folder}: no adapter for this base model: {error}") from error
    rank = _rank(model, judges, recipe)
    spectra = _Spectra(sum(hasattr(module, "lora_A") for module in model.modules()), progress)
    with torch.random.fork_rng([]), warnings.catch_warnings(), torch.no_grad(), spectra:
        warnings.simplefilter("ignore")  # of a density of 1, which is allowed here
        torch.manual_seed(recipe.seed)
        model.base_model.add_weighted_adapter(
            names,
            list(recipe.weights),
            _NAME,
            combination_type=_PEFT[recipe.method],
            svd_rank=rank,
            svd_full_matrices=False,
            density=recipe.density,
        )
    _save(model, config.model.name, folder)
    return spectra.kept(rank)


def _rank(model: Any, judges: Sequence[Trained], recipe: Recipe) -> int:
    """The result's rank; no product has more than its matrix's smaller side."""
    total = sum(judge.config.lora.r for judge in judges)
    if recipe.method == "linear":
        return total
    sides = [
        min(module.in_features, module.out_features)
        for module in model.modules()
        if hasattr(module, "lora_A")
    ]
    return int(min(recipe.rank or total, _MOST, *sides))


class _Spectra(TorchFunctionMode):
    """Sees every singular value decomposition go by: one a matrix, and what a rank keeps of it."""

    def __init__(self, num_matrices: int, progress: Callable[[int, int], object]) -> None:
        super().__init__()
        self._seen: list[Tensor] = []
        self._num_matrices, self._progress = num_matrices, progress

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        if func is torch.linalg.svd:
            self._seen.append(result[1])
            self._progress(len(self._seen), self._num_matrices)
        return result

    def kept(self, rank: int) -> float:
        """The share of all squared singular values that are among the first `rank` of theirs."""
        squares = [values.double().square() for values in self._seen]
        total = sum(row.sum().item() for row in squares)
        return sum(row[:rank].sum().item() for row in squares) / total if total else 1.0


def _save(model: Any, base: str, folder: Path) -> None:
    """Write the combined adapter as training writes its own."""
    settings = model.peft_config[_NAME]
    settings.base_model_name_or_path = base
    settings.target_modules = sorted(settings.target_modules)
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        model.save_pretrained(scratch, selected_adapters=[_NAME], save_embedding_layers=False)
        for name in ("adapter_config.json", "adapter_model.safetensors"):
            shutil.move(Path(scratch) / _NAME / name, folder / name)
