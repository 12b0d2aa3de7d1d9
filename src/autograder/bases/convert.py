"""One GGUF file into a folder that transformers loads at once: bf16 safetensors."""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograder.errors import ModelError
from autograder.files import storage_errors

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

CONVERTER_VERSION = 1  # raise it when the same GGUF would give another folder
WEIGHTS = "model.safetensors"
PAD_CANDIDATES = ("<|endoftext|>", "<|pad|>", "<pad>", "<|finetune_right_pad_id|>", "<unk>")
DIGITS = ("1", "2", "3", "4", "5")
ROUND_TRIP = "Score: 4/5\nReasoning: naïve, but it's 日本 ✓ {x: [1, 2]}\n\n  end."


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Without transformers' own progress bars, one of which ignores the switch for them."""
    from transformers.utils import logging

    was_on = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        with contextlib.redirect_stderr(io.StringIO()):
            yield
    finally:
        if was_on:
            logging.enable_progress_bar()


@_quiet()
def convert(gguf: Path, folder: Path, *, name: str, tied: bool) -> None:
    """Read a GGUF file and write config, bf16 weights, tokenizer and chat template.

    A file may hold embedding and output matrix as two copies of a matrix that the model
    ties, at different precision. With `tied`, both become the output copy, which such
    files keep at the higher precision.

    Args:
        gguf: the file.
        folder: an existing empty folder.
        name: for config.json and messages.
        tied: the model as published ties embedding and output matrix.

    Raises:
        ModelError: the file cannot be read, or its tokenizer is not usable.
        StorageError: the folder cannot be written.
    """
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer, GgufConfig

    try:
        tokenizer = AutoTokenizer.from_pretrained(gguf.parent, gguf_file=gguf.name)
        model = AutoModelForCausalLM.from_pretrained(
            gguf.parent,
            gguf_file=gguf.name,
            dtype=torch.bfloat16,
            quantization_config=GgufConfig(dequantize=True),
        )
    except MemoryError:
        raise
    except Exception as error:  # the tokenizers library raises bare Exception
        raise ModelError(f"{name}: the GGUF file cannot be converted: {error}") from error
    set_pad_token(tokenizer, name)
    check_tokenizer(tokenizer, name)
    if tied:
        tie_to_output(model)
    _clean_config(model.config, tokenizer.pad_token_id)
    if model.generation_config is not None:
        model.generation_config.pad_token_id = tokenizer.pad_token_id
    with _writing(folder):
        model.save_pretrained(folder, max_shard_size="1TB")
        tokenizer.save_pretrained(folder)
    del model
    check_folder(folder, name)


def _clean_config(config: Any, pad_token_id: int | None) -> None:
    """Drop what only the GGUF file was about; the padding is the tokenizer's."""
    config.pad_token_id = pad_token_id
    for attribute in ("quantization_config", "_model_name_or_path"):
        if attribute in vars(config):
            delattr(config, attribute)


@contextlib.contextmanager
def _writing(folder: Path) -> Iterator[None]:
    """Refusals of the disk as `StorageError`; safetensors has an exception of its own."""
    from safetensors import SafetensorError

    with storage_errors(folder):
        try:
            yield
        except SafetensorError as error:
            raise OSError(str(error)) from error


def tie_to_output(model: PreTrainedModel) -> None:
    """Make the embedding share the output matrix, in the module and in its config.

    Does nothing to a model that is tied already.
    """
    embedding: Any = model.get_input_embeddings()
    output: Any = model.get_output_embeddings()
    if embedding.weight is output.weight:
        return
    embedding.weight = output.weight
    model.config.tie_word_embeddings = True
    # transformers lists the tied names once, when the model is built from its config.
    model.all_tied_weights_keys = model.get_expanded_tied_weights_keys(all_submodels=True)


def set_pad_token(tokenizer: PreTrainedTokenizerBase, name: str) -> None:
    """Choose a pad token that is not the end-of-sequence token, which must carry loss.

    Raises:
        ModelError: the vocabulary has no token fit for padding.
    """
    if tokenizer.pad_token is not None and tokenizer.pad_token != tokenizer.eos_token:
        return
    vocabulary = tokenizer.get_vocab()
    for token in PAD_CANDIDATES:
        if token in vocabulary and token != tokenizer.eos_token:
            tokenizer.pad_token = token
            return
    raise ModelError(
        f"{name}: no token to pad with: none of {', '.join(PAD_CANDIDATES)} is in the vocabulary"
    )


def check_tokenizer(tokenizer: PreTrainedTokenizerBase, name: str) -> None:
    """Verify what prompts and scores rely on.

    Text survives encoding and decoding; each digit 1 to 5 is one token of its own;
    `<|im_start|>`, where the chat template uses it, is one token; padding is set and
    differs from the end of sequence.

    Raises:
        ModelError: naming all that is wrong.
    """

    def ids(text: str) -> list[int]:
        return list(tokenizer.encode(text, add_special_tokens=False))

    faults = []
    if not tokenizer.chat_template:
        faults.append("no chat template")
    elif "<|im_start|>" in str(tokenizer.chat_template) and len(ids("<|im_start|>")) != 1:
        faults.append(f"<|im_start|> is {len(ids('<|im_start|>'))} tokens, expected 1")
    decoded = tokenizer.decode(ids(ROUND_TRIP))
    if decoded != ROUND_TRIP:
        faults.append(f"{ROUND_TRIP!r} decodes to {decoded!r}")
    scores = [ids(digit) for digit in DIGITS]
    if any(len(score) != 1 for score in scores) or len({tuple(score) for score in scores}) != 5:
        faults.append(f"digits 1 to 5 are not one token each: {scores}")
    if tokenizer.pad_token_id is None or tokenizer.pad_token_id == tokenizer.eos_token_id:
        faults.append("the pad token is missing or is the end-of-sequence token")
    if faults:
        raise ModelError(f"{name}: unusable tokenizer: {'; '.join(faults)}")


def check_folder(folder: Path, name: str) -> None:
    """Verify a converted folder: the reloaded tokenizer, the template, one weights file.

    Raises:
        ModelError: a check fails.
    """
    from safetensors import safe_open
    from transformers import AutoTokenizer

    check_tokenizer(AutoTokenizer.from_pretrained(folder), name)
    if not (folder / WEIGHTS).is_file():
        raise ModelError(f"{name}: the conversion wrote no {WEIGHTS}")
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    with safe_open(folder / WEIGHTS, framework="pt") as weights:
        has_output = "lm_head.weight" in weights.keys()  # noqa: SIM118 - not a dict
    if has_output == bool(config.get("tie_word_embeddings")):
        found = "holds" if has_output else "lacks"
        raise ModelError(f"{name}: {WEIGHTS} {found} an output matrix, against its config.json")
