"""From a judge's name to a model that is ready to grade: its base, adapter, device and weights."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import psutil  # type: ignore[import-untyped]  # it ships no types
import torch

from autograder import config as configuration
from autograder.errors import ModelError
from autograder.judging.folder import can_solve, judge_fingerprint, read_judge
from autograder.judging.naming import find_judge
from autograder.model.adapter import read_adapter
from autograder.model.backbone import Backbone
from autograder.model.base_model import choose_dtype, default_device, load_base
from autograder.model.int8 import why_not_int8
from autograder.prompt import TEMPLATE_VERSION

QUANTIZATIONS: dict[str, dict[str, Any]] = {
    "nf4": {"bits": 4, "type": "nf4"},
    "fp4": {"bits": 4, "type": "fp4"},
    "int8": {"bits": 8},
    "none": {"bits": 16},
}


class Loaded(NamedTuple):
    """A published judge in memory.

    Attributes:
        backbone: base and adapter, on their device.
        temperature: divides the logits of the digits.
        name: the base's, and the start of the judge's fingerprint.
        can_solve: whether it was trained to read the base's own answers.
        solves: whether it is to.
    """

    backbone: Backbone
    temperature: float
    name: str
    can_solve: bool
    solves: bool


def load_backbone(
    judge: Path | str | None,
    device: str,
    quantization: str | None,
    packed: bool | None,
    fast: bool,
    solve: bool | None = None,
) -> Loaded:
    """Load what a published judge grades with; arguments and errors are those of `Judge.load`."""
    folder = find_judge(judge)
    values = read_judge(folder)
    fingerprint = judge_fingerprint(folder)
    if values["template_version"] != TEMPLATE_VERSION:
        raise ModelError(
            f"{folder}: was trained with template {values['template_version']}, this version "
            f"renders template {TEMPLATE_VERSION}; train it anew"
        )
    config = configuration.parse_groups(
        values["params"], ("model", "quantization"), str(folder / "judge.json")
    )
    was_taught = can_solve(values)
    solves = was_taught if solve is None else solve
    if solves and not was_taught:
        raise ModelError(f"solve: {folder}: was trained with train.solve 0; leave it out")
    settings = config.quantization
    if quantization is not None:
        if quantization not in QUANTIZATIONS:
            raise ModelError(
                f"quantization: {quantization!r} is none of {', '.join(QUANTIZATIONS)}"
            )
        settings = settings.changed(**QUANTIZATIONS[quantization])
    where = _device(device)
    dtype = choose_dtype(settings.compute_dtype, where)
    if fast:
        _check_fast(where, dtype, settings.bits)
    base, encoder = load_base(config.model, settings, device=where, dtype=dtype)
    if list(encoder.digit_ids) != values["digit_ids"]:
        raise ModelError(f"{folder}: was trained with another tokenizer than the base has")
    backbone = Backbone(read_adapter(base, folder), encoder).to(where)
    from autograder.judging.packing import pack_adapter  # it imports what load_base keeps quiet

    if fast or packed or (packed is None and _fits(backbone, dtype, solves)):
        count = pack_adapter(backbone, dtype, int8=fast, base=solves)
        if fast and not count:
            raise ModelError(f"fast: {folder}: not for this kind of adapter; leave it out")
    name = f"{config.model.name.rpartition('/')[2]}+{fingerprint[:8]}"
    return Loaded(backbone, values["temperature"], name, was_taught, solves)


def _fits(backbone: Backbone, dtype: torch.dtype, solves: bool) -> bool:
    """Whether the free memory is at least twice what packed weights take."""
    from autograder.judging.packing import packed_bytes

    free: int = psutil.virtual_memory().available
    return 2 * packed_bytes(backbone, dtype, solves) <= free


def _check_fast(device: torch.device, dtype: torch.dtype, bits: int) -> None:
    if why_not := why_not_int8(device, dtype, bits):
        raise ModelError(f"fast: {why_not}; leave it out")


def _device(name: str) -> torch.device:
    if name == "auto":
        return default_device()
    try:
        return torch.empty(0, device=name).device
    except (RuntimeError, AssertionError, ValueError) as error:
        raise ModelError(f"device: {name!r} cannot be used ({error}); leave it at auto") from None
