"""A model's and a tokenizer's settings as transformers 4 and 5 both read them.

transformers 5 writes settings in places where 4 does not look, and 4 then takes its defaults, such
as a rotary base of 10,000, without a word. So does vLLM with it. The older places are read by
both; https://github.com/huggingface/transformers/blob/main/MIGRATION_GUIDE_V5.md lists the changes.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from autograder.export.versions import TRANSFORMERS, TRANSFORMERS_5, Versions
from autograder.files import json_text

_OF_LOADING = ("backend", "is_local", "local_files_only")
"""What transformers 5 notes about how it came by a tokenizer."""


def save_model(model: Any, folder: Path, shard: str) -> Versions:
    """Write weights and config.json, in which the rotary embedding stands in both places.

    Returns:
        the versions that read it: 5 alone where each type of layer has its own embedding.
    """
    model.save_pretrained(folder, max_shard_size=shard)
    path = folder / "config.json"
    values = json.loads(path.read_text(encoding="utf-8"))
    rope = dict(values.get("rope_parameters") or {})
    if any(isinstance(value, dict) for value in rope.values()):
        return {"transformers": TRANSFORMERS_5}
    for name in ("rope_theta", "partial_rotary_factor"):
        if name in rope:
            values[name] = rope.pop(name)
    if rope.get("rope_type", "default") != "default":
        values["rope_scaling"] = rope
    path.write_text(json_text(values), encoding="utf-8")
    return {"transformers": TRANSFORMERS}


def save_tokenizer(tokenizer: Any, folder: Path) -> None:
    """Write tokenizer.json and its settings: a class and a list that both versions know.

    Under the class named here 4 takes tokenizer.json as it is, which holds what 5 tokenises with;
    it does not know `TokenizersBackend`. 5 goes by the model's type or takes the file too.
    """
    tokenizer.save_pretrained(folder)
    path = folder / "tokenizer_config.json"
    written = json.loads(path.read_text(encoding="utf-8"))
    values = {key: value for key, value in written.items() if value is not None}
    for name in _OF_LOADING:
        values.pop(name, None)
    if (folder / "tokenizer.json").is_file():
        values["tokenizer_class"] = "PreTrainedTokenizerFast"
    if isinstance(values.get("extra_special_tokens"), list):
        values["additional_special_tokens"] = values.pop("extra_special_tokens")
    path.write_text(json_text(values), encoding="utf-8")
