"""`autograder export`: a judge written for transformers, PEFT, or llama.cpp and Ollama."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from autograder import __version__
from autograder.errors import ModelError
from autograder.export.evidence import Evidence
from autograder.export.progress import Progress
from autograder.export.readme import card, fenced
from autograder.export.trained import BaseWeights, Trained, check_space, weights_errors
from autograder.export.versions import PEFT, TRANSFORMERS_5, in_words
from autograder.files import atomic_folder, json_text
from autograder.judging.folder import can_solve, write_sums

Format = Literal["merged", "adapter", "gguf"]
Dtype = Literal["bf16", "fp16", "fp32", "q8_0"]
FORMATS: tuple[str, ...] = get_args(Format)
_ADAPTER_FILES = ("adapter_config.json", "adapter_model.safetensors")
# The base's folder, which `model pull` may have written, is not ours to put into an older form.
_ADAPTER_VERSIONS = {"transformers": TRANSFORMERS_5, "peft": PEFT}
_BYTES = {"bf16": 2.0, "fp16": 2.0, "fp32": 4.0, "q8_0": 34 / 32}
SHARD = "2GB"
"""A file of weights is not larger, so that a broken upload or download loses little."""


@dataclass(frozen=True)
class Plan:
    """What to write.

    Attributes:
        kind: the format.
        dtype: of the weights; q8_0 for GGUF alone; of no meaning for an adapter.
        base_weights: what the adapter is merged into; of no meaning for an adapter.
        shard: the largest file of weights in a merged export.
    """

    kind: Format
    dtype: Dtype = "bf16"
    base_weights: BaseWeights = "dequantised"
    shard: str = SHARD


def export(
    trained: Trained, out: Path, plan: Plan, evidence: Evidence | None, progress: Progress
) -> None:
    """Write an export; OUT appears by one rename when everything is there.

    Raises:
        ModelError: the base and the adapter cannot be loaded, or the format cannot hold them.
        SourceError: the base is not here and cannot be fetched.
        StorageError: the disk is full or the folder cannot be written; OUT is untouched.
    """
    from autograder.export.weights import num_weights

    base = trained.base_folder()
    if plan.kind == "adapter":
        check_space(out, sum((trained.folder / name).stat().st_size for name in _ADAPTER_FILES))
    else:
        check_space(out, int(num_weights(base) * _BYTES[plan.dtype]))
    with weights_errors(out), atomic_folder(out) as folder:
        use, notes = _WRITERS[plan.kind](trained, folder, plan, progress)
        text = card(trained, plan.kind, use, evidence, notes)
        (folder / "README.md").write_text(text, encoding="utf-8")


def describe(trained: Trained, plan: Plan, form: dict[str, Any]) -> dict[str, Any]:
    """The export's judge.json: the judge's own, the rendering, and what was done to it."""
    values = json.loads(json.dumps(trained.values))
    title = trained.base_title
    values["base"]["name"] = title
    # A folder's path is nobody's business; a catalogue name or hub id stays what it was.
    values["params"]["model"]["name"] = title
    about: dict[str, Any] = {"format": plan.kind, "autograder": __version__}
    about["judge_sha256"] = trained.fingerprint
    if plan.kind != "adapter":
        about |= {"dtype": plan.dtype, "base_weights": plan.base_weights}
    result: dict[str, Any] = values | {"export": about, "prompt": form}
    return result


def write_description(folder: Path, values: dict[str, Any]) -> None:
    (folder / "judge.json").write_text(json_text(values), encoding="utf-8")


# --- one format each: writes all but the README; returns its two sections


def _merged(trained: Trained, folder: Path, plan: Plan, progress: Progress) -> tuple[str, str]:
    from transformers import GenerationConfig

    from autograder.export.examples import merged_example
    from autograder.export.rendering import rendering
    from autograder.export.transformers_files import save_model, save_tokenizer
    from autograder.export.weights import DTYPES, Merged
    from autograder.model.quiet import quiet

    merged = Merged(trained, plan.base_weights)
    count, done = merged.num_changed, iter(range(1, merged.num_changed + 1))
    model = merged.merge(DTYPES[plan.dtype], lambda _: progress("merging", next(done), count))
    encoder = merged.encoder
    # The judge answers greedily; the base's own settings may sample.
    model.generation_config = GenerationConfig(
        do_sample=False, eos_token_id=encoder.end_id, pad_token_id=encoder.pad_id
    )
    progress("writing", 0, 1)
    with quiet():
        versions = save_model(model, folder, plan.shard)
        save_tokenizer(encoder.tokenizer, folder)
    progress("writing", 1, 1)
    write_description(folder, describe(trained, plan, rendering(encoder)))
    program = merged_example(versions)
    (folder / "grade.py").write_text(program, encoding="utf-8")
    needs = f"It needs `torch` and {in_words(versions)}, and checks that it has them."
    return _use(program, needs), _notes(trained, plan)


def _adapter(trained: Trained, folder: Path, plan: Plan, progress: Progress) -> tuple[str, str]:
    from transformers import AutoTokenizer

    from autograder.export.examples import adapter_example
    from autograder.export.rendering import rendering
    from autograder.export.transformers_files import save_tokenizer
    from autograder.model.encode import Encoder
    from autograder.model.quiet import quiet

    with quiet():
        tokenizer = AutoTokenizer.from_pretrained(trained.base_folder(), local_files_only=True)
    encoder = Encoder(tokenizer, trained.config.model.max_length)
    if list(encoder.digit_ids) != trained.values["digit_ids"]:
        raise ModelError(f"{trained.folder}: was trained with another tokenizer than the base has")
    progress("writing", 0, 1)
    for name in _ADAPTER_FILES:
        shutil.copyfile(trained.folder / name, folder / name)
    settings = json.loads((folder / "adapter_config.json").read_text(encoding="utf-8"))
    repo = trained.hub_repo
    settings["base_model_name_or_path"] = repo[0] if repo else trained.base_title
    settings["revision"] = repo[1] if repo else None
    (folder / "adapter_config.json").write_text(json_text(settings), encoding="utf-8")
    with quiet():
        save_tokenizer(tokenizer, folder)
    write_description(folder, describe(trained, plan, rendering(encoder)))
    program = adapter_example(trained.values["params"]["quantization"], _ADAPTER_VERSIONS)
    (folder / "grade.py").write_text(program, encoding="utf-8")
    write_sums(folder)
    progress("writing", 1, 1)
    return _use(program, _where_the_base_is(trained)), _notes(trained, plan)


def _gguf(trained: Trained, folder: Path, plan: Plan, progress: Progress) -> tuple[str, str]:
    from autograder.export.gguf_guides import write_guides
    from autograder.export.gguf_model import write_gguf
    from autograder.export.rendering import check_texts, rendering
    from autograder.export.weights import Merged

    merged = Merged(trained, plan.base_weights)
    form = rendering(merged.encoder)
    check_texts(merged.encoder, form)
    values = describe(trained, plan, form)
    name = f"judge-{plan.dtype}.gguf"
    write_gguf(merged, folder / name, plan.dtype, values, trained, progress)
    write_description(folder, values)
    return write_guides(folder, name, form, trained), _notes(trained, plan)


_WRITERS = {"merged": _merged, "adapter": _adapter, "gguf": _gguf}


# --- prose


def _use(program: str, needs: str) -> str:
    return (
        f"`grade.py` grades JSON Lines from standard input. {needs} It renders the prompt as the "
        "judge was trained (`judge.json` holds the template, token for token), forces `Score: `, "
        "and takes the softmax over the five digits at the judge's temperature.\n\n"
        f"{fenced(program, 'python')}\n\n"
        "It grades one answer at a time and refuses what is too long, where the judge itself "
        "would leave out the middle of the response."
    )


def _where_the_base_is(trained: Trained) -> str:
    repo = trained.hub_repo
    lines = [
        f"It needs `torch`, {in_words(_ADAPTER_VERSIONS)}, and the base's folder or hub id as "
        "argument"
    ]
    if repo and repo[2]:
        lines.append(
            f"; the base of this judge comes as the GGUF file `{repo[2]}` of `{repo[0]}`, made "
            f"into a folder by `autograder model pull {trained.base_title}`"
        )
    elif repo:
        lines.append(f", here `{repo[0]}`" + (f" at revision `{repo[1]}`" if repo[1] else ""))
    return "".join(lines) + "." + _rank(trained.config.lora.r)


def _rank(rank: int) -> str:
    """What vLLM has to be told of a rank above its default."""
    if rank <= 16:
        return ""
    known = [size for size in (32, 64, 128, 256, 320, 512) if size >= rank]
    if not known:
        return f" The adapter's rank is {rank}; vLLM takes 512 at most: export it as merged."
    return f" The adapter's rank is {rank}; vLLM needs `--max-lora-rank {known[0]}`."


_UNSOLVED = (
    "\n\nWhere there is no reference answer, the judge itself lets the base answer the prompt "
    "first, and reads that before the response. `grade.py` does not: it grades such answers less "
    "often right, and the figures below and the temperature are those of the judge."
)


def _notes(trained: Trained, plan: Plan) -> str:
    return _weights(trained, plan) + (_UNSOLVED if can_solve(trained.values) else "")


def _weights(trained: Trained, plan: Plan) -> str:
    bits = trained.config.quantization.bits
    if plan.kind == "adapter":
        return (
            "Nothing: base and adapter are those of the judge, the base in "
            f"{bits} bits as in training. The last digits depend on the device and its kernels."
        )
    if bits == 16:
        into = "The base was not quantised in training; the adapter is merged into it as it is."
    elif plan.base_weights == "dequantised":
        into = (
            f"The judge was trained on a base rounded to {bits} bits. The adapter is merged into "
            "that very base, dequantised, so that the scores are the judge's own. The weights take "
            "the room of full ones and are no better than rounded ones."
        )
    else:
        into = (
            f"The judge was trained on a base rounded to {bits} bits. The adapter is merged into "
            "the base as it was before rounding, which the judge has never seen: scores differ "
            "from the judge's own, and the figures below were not measured with these weights."
        )
    return f"{into} Weights are rounded to {plan.dtype} after merging, which moves the last digits."
