"""A merged judge as one GGUF file."""

from __future__ import annotations

import logging
import struct
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograder.errors import ModelError
from autograder.export.gguf_tensors import write_tensors
from autograder.export.gguf_vocab import Vocabulary, read_vocabulary
from autograder.export.progress import Progress
from autograder.export.rendering import chat_template
from autograder.export.trained import Trained
from autograder.files import storage_errors

if TYPE_CHECKING:
    from autograder.export.weights import Merged

ARCHITECTURES = ("qwen2", "llama")


def write_gguf(
    merged: Merged,
    path: Path,
    dtype: str,
    values: dict[str, Any],
    trained: Trained,
    progress: Progress,
) -> None:
    """Write weights, tokenizer, chat template and the judge's constants.

    Matrices are stored as `dtype`; vectors, and with q8_0 matrices whose rows are no multiple of
    32, as float32 and float16. The tensors are computed and written one at a time.

    Raises:
        ModelError: the architecture or the tokenizer cannot be written as GGUF.
        StorageError: the file cannot be written.
    """
    config = merged.model.config
    check_architecture(config)
    rows = merged.model.get_input_embeddings().weight.shape[0]
    vocabulary = read_vocabulary(merged.encoder.tokenizer, rows)
    logging.getLogger("gguf").setLevel(logging.ERROR)
    with storage_errors(path):
        writer = _writer(path, config.model_type)
        try:
            _write_about(writer, trained, values, dtype)
            _write_shapes(writer, config)
            _write_vocabulary(writer, vocabulary, merged)
            writer.add_chat_template(chat_template(values["prompt"]))
            write_tensors(writer, merged, dtype, progress)
        finally:
            writer.close()


def _writer(path: Path, architecture: str) -> Any:
    """A GGUF writer that can write an empty list of texts, as of a vocabulary without merges.

    Without that key llama.cpp refuses the file, and the package's own writer refuses to write it.
    """
    import gguf

    array, string = gguf.GGUFValueType.ARRAY, gguf.GGUFValueType.STRING

    class Writer(gguf.GGUFWriter):  # type: ignore[misc]  # gguf has no types
        def _pack_val(self, val: Any, vtype: Any, *args: Any, **options: Any) -> bytes:
            if vtype == array and len(val) == 0:
                return struct.pack("<IIQ", array, string, 0)
            packed: bytes = super()._pack_val(val, vtype, *args, **options)
            return packed

    return Writer(path, architecture)


def check_architecture(config: Any) -> None:
    """Refuse models that GGUF would hold in another way than is written here.

    Raises:
        ModelError: names what is not supported.
    """
    kind = config.model_type
    rope = config.rope_parameters or {}
    fault = None
    if kind not in ARCHITECTURES:
        fault = f"architecture {kind!r}"
    elif getattr(config, "use_sliding_window", False):
        fault = "sliding-window attention"
    elif rope.get("rope_type", "default") not in ("default", "llama3"):
        fault = f"rotary scaling {rope['rope_type']!r}"
    if fault:
        raise ModelError(
            f"{fault} is not written as GGUF here ({', '.join(ARCHITECTURES)} are); export as "
            "merged, and convert with llama.cpp's own program"
        )


def _write_about(writer: Any, trained: Trained, values: dict[str, Any], dtype: str) -> None:
    import gguf

    kinds = gguf.LlamaFileType
    writer.add_type(gguf.GGUFType.MODEL)
    writer.add_name(f"autograder-judge-{trained.fingerprint[:8]}")
    writer.add_description("Grades a response by a rubric: Score 1 to 5, then the reasoning.")
    writer.add_license(trained.licence or "other")
    writer.add_file_type(
        {
            "fp32": kinds.ALL_F32,
            "fp16": kinds.MOSTLY_F16,
            "bf16": kinds.MOSTLY_BF16,
            "q8_0": kinds.MOSTLY_Q8_0,
        }[dtype]
    )
    writer.add_quantization_version(gguf.GGML_QUANT_VERSION)
    if trained.hub_repo:
        writer.add_base_model_count(1)
        writer.add_base_model_name(0, trained.base_title)
    form = values["prompt"]
    writer.add_string("autograder.judge_sha256", trained.fingerprint)
    writer.add_uint32("autograder.template_version", int(values["template_version"]))
    writer.add_float32("autograder.temperature", float(values["temperature"]))
    writer.add_array("autograder.digit_ids", [int(digit) for digit in values["digit_ids"]])
    writer.add_string("autograder.system_prompt", form["instruction"])
    writer.add_string("autograder.lead", form["lead"])


def _write_shapes(writer: Any, config: Any) -> None:
    head_dim = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads or config.num_attention_heads)
    writer.add_key_length(head_dim)
    writer.add_value_length(head_dim)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_rope_dimension_count(head_dim)
    writer.add_rope_freq_base(float(config.rope_parameters["rope_theta"]))
    writer.add_vocab_size(config.vocab_size)


def _write_vocabulary(writer: Any, vocabulary: Vocabulary, merged: Merged) -> None:
    import gguf

    writer.add_tokenizer_model(vocabulary.model)
    writer.add_tokenizer_pre(vocabulary.pre)
    writer.add_token_list(vocabulary.tokens)
    writer.add_token_types(vocabulary.types)
    if vocabulary.merges is not None:
        kind = gguf.GGUFValueType.ARRAY
        writer.add_key_value(gguf.Keys.Tokenizer.MERGES, vocabulary.merges, kind)
    if vocabulary.scores is not None:
        writer.add_token_scores(vocabulary.scores)
        writer.add_add_space_prefix(vocabulary.space_prefix)
    encoder = merged.encoder
    writer.add_eos_token_id(encoder.end_id)
    writer.add_pad_token_id(encoder.pad_id)
    if encoder.tokenizer.bos_token_id is not None:
        writer.add_bos_token_id(encoder.tokenizer.bos_token_id)
    # The chat template writes whatever stands at the beginning.
    writer.add_add_bos_token(False)
    writer.add_add_eos_token(False)
