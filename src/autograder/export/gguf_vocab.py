"""A tokenizer as GGUF holds it: tokens, their types, merges or scores, and the splitting rule."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from autograder.errors import ModelError

NORMAL, UNKNOWN, CONTROL, USER_DEFINED, UNUSED, BYTE = 1, 2, 3, 4, 5, 6
_PAD = re.compile(r"\[PAD\d+\]")
_BYTE = re.compile(r"<0x[0-9A-F]{2}>")
_LAST = -1e9
"""Score of a token that no merge makes."""

# What tells the splitting rules of byte-level vocabularies apart, and llama.cpp's name for each.
_QWEN2 = r"[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*"
_LLAMA3 = r"[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"


@dataclass(frozen=True)
class Vocabulary:
    """What GGUF wants to know of a tokenizer.

    Attributes:
        model: llama.cpp's name of the kind: `gpt2` (byte-level) or `llama` (SentencePiece).
        pre: its name of the splitting rule.
        tokens: one a row of the embedding.
        types: of each token.
        merges: pairs in order, for `gpt2`; a vocabulary may have none.
        scores: of each token, for `llama`.
        space_prefix: whether a space is put before a text, for `llama`.
    """

    model: str
    pre: str
    tokens: list[str]
    types: list[int]
    merges: list[str] | None = None
    scores: list[float] | None = None
    space_prefix: bool = False


def read_vocabulary(tokenizer: Any, num_rows: int) -> Vocabulary:
    """Read a fast tokenizer of transformers.

    Args:
        tokenizer: of the model.
        num_rows: of its embedding; rows without a token get a placeholder.

    Raises:
        ModelError: it is of a kind that llama.cpp has no name for here.
    """
    form = json.loads(tokenizer.backend_tokenizer.to_str())
    core = form["model"]
    if core.get("type") != "BPE":
        raise _unknown(f"the tokenizer is of type {core.get('type')}")
    tokens, types = [f"[PAD{row}]" for row in range(num_rows)], [UNUSED] * num_rows
    for token, at in core["vocab"].items():
        if at >= num_rows:
            raise ModelError(f"token {at} ({token!r}) has no row among the {num_rows} embeddings")
        tokens[at], types[at] = token, UNUSED if _PAD.fullmatch(token) else NORMAL
    for added in form["added_tokens"]:
        tokens[added["id"]] = added["content"]
        types[added["id"]] = CONTROL if added["special"] else USER_DEFINED
    merges = [" ".join(pair) if isinstance(pair, list) else pair for pair in core["merges"]]
    if core.get("byte_fallback"):
        return _sentencepiece(form, tokens, types, merges)
    return Vocabulary("gpt2", _splitting(form["pre_tokenizer"]), tokens, types, merges=merges)


def _sentencepiece(
    form: dict[str, Any], tokens: list[str], types: list[int], merges: list[str]
) -> Vocabulary:
    unknown = form["model"].get("unk_token")
    for at, token in enumerate(tokens):
        if token == unknown:
            types[at] = UNKNOWN
        elif _BYTE.fullmatch(token):
            types[at] = BYTE
    # Its merges are made in the order of their results' scores: a merge's rank is such a score.
    ranks: dict[str, float] = {}
    for rank, merge in enumerate(merges):
        ranks.setdefault(merge.replace(" ", ""), -float(rank))
    scores = [ranks.get(token, _LAST) for token in tokens]
    steps = form["normalizer"] or {}
    prefix = any(step.get("type") == "Prepend" for step in steps.get("normalizers", [steps]))
    metaspace = form["pre_tokenizer"] or {}
    prefix |= metaspace.get("type") == "Metaspace" and metaspace.get("prepend_scheme") != "never"
    return Vocabulary("llama", "default", tokens, types, scores=scores, space_prefix=prefix)


def _splitting(pre: dict[str, Any] | None) -> str:
    steps = (pre or {}).get("pretokenizers", [pre])
    kinds = [step["type"] for step in steps if step]
    if kinds == ["ByteLevel"] and steps[0].get("use_regex", True):
        return "gpt-2"
    if kinds == ["Digits", "ByteLevel"] and steps[0].get("individual_digits"):
        return "smollm"
    if kinds == ["Split", "ByteLevel"]:
        rule = steps[0]["pattern"].get("Regex", "")
        for name, part in {"qwen2": _QWEN2, "llama-bpe": _LLAMA3}.items():
            if part in rule:
                return name
    raise _unknown(f"the tokenizer splits text by a rule that is not known here ({kinds})")


def _unknown(what: str) -> ModelError:
    return ModelError(
        f"{what}; GGUF is written for byte-level tokenizers of Qwen2, Llama 3, SmolLM and GPT-2 "
        "and for SentencePiece ones; export as merged, and convert with llama.cpp's own program"
    )
