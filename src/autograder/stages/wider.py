"""An adapter of the last layers, with more layers below them that begin anew."""

from __future__ import annotations

import json
import re
from pathlib import Path

from autograder.files import json_text
from autograder.judging.folder import JUDGE_FILE, read_judge

_LAYER = re.compile(r"(?<=\.layers\.)\d+(?=\.)")
_LAYERS = "layers_to_transform"


def widen(folder: Path, top: float, seed: int) -> None:
    """Let a judge's adapter reach further down, without a change to what it says.

    Of a layer that the adapter did not have, A is drawn as PEFT draws it and B is zero.

    Args:
        folder: a copy of a judge, without sums; changed in place.
        top: share of all layers that are to carry the adapter, the last ones.
        seed: draws A.
    """
    config_file, weights_file = folder / "adapter_config.json", folder / "adapter_model.safetensors"
    config = json.loads(config_file.read_text(encoding="utf-8"))
    if config.get(_LAYERS) is None:
        return  # all layers
    last, first = max(config[_LAYERS]), min(config[_LAYERS])
    wanted = range(last + 1 - max(1, round(top * (last + 1))), last + 1)
    if wanted.start >= first:
        return

    import torch  # a second or two, and only here
    from safetensors.torch import load_file, save_file

    weights = load_file(weights_file)
    generator = torch.Generator().manual_seed(seed)
    pattern = {name: value for name, value in weights.items() if f".layers.{first}." in name}
    for layer in range(wanted.start, first):
        for name, value in sorted(pattern.items()):
            new = torch.zeros(value.shape)
            if ".lora_A." in name:
                torch.nn.init.kaiming_uniform_(new, a=5**0.5, generator=generator)
            weights[_LAYER.sub(str(layer), name)] = new.to(value.dtype)
    save_file(weights, weights_file, metadata={"format": "pt"})
    config[_LAYERS] = None if wanted.start == 0 else list(wanted)
    config_file.write_text(json_text(config), encoding="utf-8")
    judge = read_judge(folder)
    judge["params"]["lora"]["top"] = top
    (folder / JUDGE_FILE).write_text(json_text(judge), encoding="utf-8")
