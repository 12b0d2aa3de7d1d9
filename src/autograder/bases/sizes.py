"""How large a model is, from its shapes alone: parameters, LoRA parameters, memory.

Nothing is loaded: the figures follow from config.json, or from the shapes that the
catalogue knows, so that `model show` can answer before anything was downloaded.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.config import LORA_PROJECTIONS
from autograder.errors import ModelError

_RENAMED = {
    # Phi-2 has a plain feed-forward of two layers, and its own name for attention's output.
    "phi": {"o_proj": "dense", "gate_proj": "fc1", "up_proj": "fc1", "down_proj": "fc2"},
}
ARCHITECTURES = ("llama", "mistral", "phi", "qwen2", "qwen3")

NF4_BLOCK = 64  # weights that share one absmax
NF4_DOUBLE_BLOCK = 256  # absmax values that share one second-level scale
NF4_CODE_BYTES = 16 * 4  # the 16 levels of the data type, kept with each matrix
NF4_DOUBLE_CODE_BYTES = 256 * 4 + 4  # the code of the absmax values, and their offset


def lora_targets(architecture: str, targets: tuple[str, ...] = LORA_PROJECTIONS) -> tuple[str, ...]:
    """The architecture's own names of the linear layers that LoRA adapts, in order."""
    names = _RENAMED.get(architecture, {})
    return tuple(dict.fromkeys(names.get(target, target) for target in targets))


@dataclass(frozen=True)
class Shapes:
    """The dimensions of a decoder-only transformer.

    `tied` says that the embedding and the output matrix are one.
    """

    architecture: str
    hidden_size: int
    intermediate_size: int
    num_layers: int
    num_heads: int
    num_kv_heads: int
    vocab_size: int
    tied: bool
    head_dim: int = 0
    qkv_bias: bool = False
    o_bias: bool = False
    mlp_bias: bool = False

    def __post_init__(self) -> None:
        if not self.head_dim:
            object.__setattr__(self, "head_dim", self.hidden_size // self.num_heads)


def shapes_from_config(config: Mapping[str, Any], source: str = "config.json") -> Shapes:
    """Shapes from the content of a config.json.

    Raises:
        ModelError: the architecture is not one whose shapes are known here, or a
            dimension is missing.
    """
    architecture = str(config.get("model_type"))
    if architecture not in ARCHITECTURES:
        raise ModelError(
            f"{source}: model_type {architecture!r}: sizes are known for "
            f"{', '.join(ARCHITECTURES)} only"
        )
    attention_bias = bool(config.get("attention_bias", False))
    try:
        num_heads = int(config["num_attention_heads"])
        return Shapes(
            architecture=architecture,
            hidden_size=int(config["hidden_size"]),
            intermediate_size=int(config["intermediate_size"]),
            num_layers=int(config["num_hidden_layers"]),
            num_heads=num_heads,
            num_kv_heads=int(config.get("num_key_value_heads") or num_heads),
            vocab_size=int(config["vocab_size"]),
            tied=bool(config.get("tie_word_embeddings", False)),
            head_dim=int(config.get("head_dim") or 0),
            qkv_bias=architecture in ("qwen2", "phi") or attention_bias,
            o_bias=architecture == "phi" or (architecture != "qwen2" and attention_bias),
            mlp_bias=architecture == "phi" or bool(config.get("mlp_bias", False)),
        )
    except KeyError as error:
        raise ModelError(f"{source}: {error.args[0]}: missing") from error


def shapes_from_folder(folder: Path) -> Shapes:
    """Shapes of the model in a local folder.

    Raises:
        ModelError: config.json is missing, is not JSON, or is of an unknown architecture.
    """
    path = folder / "config.json"
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(f"{path}: cannot be read: {error}") from error
    if not isinstance(config, dict):
        raise ModelError(f"{path}: expected a JSON object, found {type(config).__name__}")
    return shapes_from_config(config, str(path))


def linear_shapes(shapes: Shapes) -> dict[str, tuple[int, int]]:
    """(out_features, in_features) of each linear layer of one block, by name."""
    hidden, inner = shapes.hidden_size, shapes.intermediate_size
    query = shapes.num_heads * shapes.head_dim
    key = shapes.num_kv_heads * shapes.head_dim
    attention = {"q_proj": (query, hidden), "k_proj": (key, hidden), "v_proj": (key, hidden)}
    if shapes.architecture == "phi":
        rest = {"dense": (hidden, query), "fc1": (inner, hidden), "fc2": (hidden, inner)}
    else:
        rest = {
            "o_proj": (hidden, query),
            "gate_proj": (inner, hidden),
            "up_proj": (inner, hidden),
            "down_proj": (hidden, inner),
        }
    return attention | rest


def num_linear_parameters(shapes: Shapes) -> int:
    """Weights of all linear layers except the output matrix: what quantisation shrinks."""
    block = sum(rows * columns for rows, columns in linear_shapes(shapes).values())
    return shapes.num_layers * block


def num_other_parameters(shapes: Shapes) -> int:
    """Embedding, output matrix, norms and biases: what stays in 16 bit."""
    hidden = shapes.hidden_size
    is_phi = shapes.architecture == "phi"
    embedding = shapes.vocab_size * hidden * (1 if shapes.tied else 2)
    if is_phi:
        norms = shapes.num_layers * 2 * hidden + 2 * hidden
        embedding += shapes.vocab_size  # the output layer's bias
    else:
        norms = shapes.num_layers * 2 * hidden + hidden
    if shapes.architecture == "qwen3":
        norms += shapes.num_layers * 2 * shapes.head_dim
    biases = 0
    for name, (rows, _) in linear_shapes(shapes).items():
        if name in ("q_proj", "k_proj", "v_proj"):
            biases += rows * shapes.qkv_bias
        elif name in ("o_proj", "dense"):
            biases += rows * shapes.o_bias
        else:
            biases += rows * shapes.mlp_bias
    return embedding + norms + shapes.num_layers * biases


def num_parameters(shapes: Shapes) -> int:
    """All parameters; a tied matrix counts once."""
    return num_linear_parameters(shapes) + num_other_parameters(shapes)


def num_lora_parameters(
    shapes: Shapes, rank: int = 16, targets: tuple[str, ...] | None = None
) -> int:
    """Trainable parameters of a LoRA adapter: rank * (in + out) for each adapted layer.

    Args:
        shapes: the base model's.
        rank: LoRA's r, at least 1.
        targets: layer names; the architecture's own list if None.

    Raises:
        ModelError: a target is no linear layer of this architecture.
    """
    if rank < 1:
        raise ModelError(f"LoRA rank {rank}: must be at least 1")
    linears = linear_shapes(shapes)
    chosen = lora_targets(shapes.architecture) if targets is None else targets
    unknown = sorted(set(chosen) - set(linears))
    if unknown:
        raise ModelError(
            f"LoRA targets {', '.join(unknown)}: not in a {shapes.architecture} block, "
            f"which has {', '.join(linears)}"
        )
    return shapes.num_layers * sum(rank * sum(linears[name]) for name in set(chosen))


def _nf4_bytes(num_weights: int) -> int:
    blocks = -(-num_weights // NF4_BLOCK)
    double_blocks = -(-blocks // NF4_DOUBLE_BLOCK)
    scales = blocks + 4 * double_blocks + NF4_CODE_BYTES + NF4_DOUBLE_CODE_BYTES
    return -(-num_weights // 2) + scales


def memory_bytes(shapes: Shapes) -> dict[str, int]:
    """Bytes of the weights alone in each format, in the order fp16, int8, nf4.

    int8 keeps a 4-byte scale for each output row. nf4 is blocks of 64 weights with
    doubly quantised scales (QLoRA, Dettmers et al. 2023, section 3). In both, the
    embedding, the output matrix, the norms and the biases stay in 16 bit.
    """
    linears = linear_shapes(shapes).values()
    rest = 2 * num_other_parameters(shapes)
    int8 = sum(rows * columns + 4 * rows for rows, columns in linears)
    nf4 = sum(_nf4_bytes(rows * columns) for rows, columns in linears)
    return {
        "fp16": 2 * num_parameters(shapes),
        "int8": shapes.num_layers * int8 + rest,
        "nf4": shapes.num_layers * nf4 + rest,
    }
