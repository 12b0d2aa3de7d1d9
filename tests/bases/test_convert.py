"""A tiny random Qwen2 with a byte-level vocabulary, written as GGUF and converted."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors import safe_open
from transformers import AutoModelForCausalLM, AutoTokenizer

from autograder.bases import convert
from autograder.bases.convert import set_pad_token
from autograder.errors import ModelError, StorageError

gguf = pytest.importorskip("gguf")

HIDDEN, INNER, LAYERS, HEADS, KV_HEADS = 64, 96, 2, 4, 2
SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
TEMPLATE = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
)


def byte_letters() -> list[str]:
    """The printable stand-in for each byte, as byte-level vocabularies spell them."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    spare = iter(range(256, 512))
    return [chr(byte) if byte in printable else chr(next(spare)) for byte in range(256)]


def write_gguf(
    path: Path, *, output: bool, special: list[str] = SPECIAL, pad: int | None = 256
) -> dict[str, np.ndarray]:
    tokens = [*byte_letters(), *special, "ab"]
    random = np.random.default_rng(0)
    key = HIDDEN // HEADS * KV_HEADS
    shapes = {"token_embd.weight": (len(tokens), HIDDEN), "output_norm.weight": (HIDDEN,)}
    for n in range(LAYERS):
        shapes |= {
            f"blk.{n}.attn_norm.weight": (HIDDEN,),
            f"blk.{n}.ffn_norm.weight": (HIDDEN,),
            f"blk.{n}.attn_q.weight": (HIDDEN, HIDDEN),
            f"blk.{n}.attn_q.bias": (HIDDEN,),
            f"blk.{n}.attn_k.weight": (key, HIDDEN),
            f"blk.{n}.attn_k.bias": (key,),
            f"blk.{n}.attn_v.weight": (key, HIDDEN),
            f"blk.{n}.attn_v.bias": (key,),
            f"blk.{n}.attn_output.weight": (HIDDEN, HIDDEN),
            f"blk.{n}.ffn_gate.weight": (INNER, HIDDEN),
            f"blk.{n}.ffn_up.weight": (INNER, HIDDEN),
            f"blk.{n}.ffn_down.weight": (HIDDEN, INNER),
        }
    tensors = {n: random.normal(size=s).astype(np.float32) for n, s in shapes.items()}
    writer = gguf.GGUFWriter(path, "qwen2")
    writer.add_name("tiny")
    writer.add_context_length(128)
    writer.add_block_count(LAYERS)
    writer.add_embedding_length(HIDDEN)
    writer.add_feed_forward_length(INNER)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(KV_HEADS)
    writer.add_layer_norm_rms_eps(1e-6)
    writer.add_rope_freq_base(10000.0)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("qwen2")
    writer.add_token_list(tokens)
    writer.add_token_types([1] * 256 + [3] * len(special) + [1])
    writer.add_token_merges(["a b"])
    writer.add_eos_token_id(258)
    if pad is not None:
        writer.add_pad_token_id(pad)
    writer.add_chat_template(TEMPLATE)
    for name, tensor in tensors.items():
        writer.add_tensor(name, tensor)
    if output:  # the same matrix at lower precision, told apart from the embedding's copy
        packed = gguf.quants.quantize(tensors["token_embd.weight"], gguf.GGMLQuantizationType.Q8_0)
        writer.add_tensor("output.weight", packed, raw_dtype=gguf.GGMLQuantizationType.Q8_0)
        tensors["output.weight"] = gguf.quants.dequantize(packed, gguf.GGMLQuantizationType.Q8_0)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return tensors


@pytest.fixture
def places(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "out").mkdir()
    return tmp_path / "in" / "model.gguf", tmp_path / "out"


def bf16(array: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(array).to(torch.bfloat16)


def test_two_copies_of_a_tied_matrix_become_the_output_copy(places):
    path, folder = places
    tensors = write_gguf(path, output=True)
    convert.convert(path, folder, name="tiny", tied=True)
    with safe_open(folder / convert.WEIGHTS, framework="pt") as file:
        assert "lm_head.weight" not in file.keys()  # noqa: SIM118
        kinds = {file.get_tensor(key).dtype for key in file.keys()}  # noqa: SIM118
    assert kinds == {torch.bfloat16}
    model = AutoModelForCausalLM.from_pretrained(folder, dtype="auto")
    assert model.config.tie_word_embeddings is True
    assert model.get_input_embeddings().weight is model.get_output_embeddings().weight
    assert torch.equal(model.get_input_embeddings().weight, bf16(tensors["output.weight"]))
    layer = model.model.layers[1]
    assert torch.equal(layer.mlp.down_proj.weight, bf16(tensors["blk.1.ffn_down.weight"]))
    assert torch.equal(layer.self_attn.k_proj.bias, bf16(tensors["blk.1.attn_k.bias"]))


def test_one_matrix_stays_one(places):
    path, folder = places
    tensors = write_gguf(path, output=False)
    convert.convert(path, folder, name="tiny", tied=True)
    model = AutoModelForCausalLM.from_pretrained(folder, dtype="auto")
    assert model.get_input_embeddings().weight is model.get_output_embeddings().weight
    assert torch.equal(model.get_output_embeddings().weight, bf16(tensors["token_embd.weight"]))


def test_an_untied_model_keeps_both(places):
    path, folder = places
    tensors = write_gguf(path, output=True)
    convert.convert(path, folder, name="tiny", tied=False)
    model = AutoModelForCausalLM.from_pretrained(folder, dtype="auto")
    assert torch.equal(model.get_input_embeddings().weight, bf16(tensors["token_embd.weight"]))
    assert torch.equal(model.get_output_embeddings().weight, bf16(tensors["output.weight"]))


def test_tokenizer_and_template_come_along(places):
    path, folder = places
    write_gguf(path, output=True)
    convert.convert(path, folder, name="tiny", tied=True)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    assert tokenizer.chat_template == TEMPLATE
    assert tokenizer.encode("<|im_start|>", add_special_tokens=False) == [257]
    assert (tokenizer.pad_token, tokenizer.eos_token) == ("<|endoftext|>", "<|im_end|>")
    text = tokenizer.apply_chat_template([{"role": "user", "content": "3"}], tokenize=False)
    assert text == "<|im_start|>user\n3<|im_end|>\n"
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    assert config["pad_token_id"] == 256
    assert "quantization_config" not in config
    assert "_model_name_or_path" not in config


def test_padding_with_the_end_of_sequence_is_replaced(places):
    path, folder = places
    write_gguf(path, output=False, pad=258)
    convert.convert(path, folder, name="tiny", tied=True)
    assert AutoTokenizer.from_pretrained(folder).pad_token == "<|endoftext|>"


def test_no_token_to_pad_with_is_an_error():
    class Bare:
        pad_token, eos_token = None, "</s>"

        def get_vocab(self) -> dict[str, int]:
            return {"</s>": 0}

    with pytest.raises(ModelError, match="tiny: no token to pad with"):
        set_pad_token(Bare(), "tiny")


def test_control_tokens_in_pieces_are_an_error(places):
    path, folder = places
    write_gguf(path, output=False, special=["<|endoftext|>", "<|other|>", "<|im_end|>"])
    with pytest.raises(ModelError, match=r"unusable tokenizer: <\|im_start\|> is \d+ tokens"):
        convert.convert(path, folder, name="tiny", tied=True)


def test_a_file_that_is_no_gguf_is_an_error(places):
    path, folder = places
    path.write_bytes(b"not a model" * 100)
    with pytest.raises(ModelError, match="tiny: the GGUF file cannot be converted"):
        convert.convert(path, folder, name="tiny", tied=True)


def test_a_full_disk_is_a_storage_error(places, monkeypatch):
    import transformers
    from safetensors import SafetensorError

    path, folder = places
    write_gguf(path, output=False)

    def refuse(*_: object, **__: object) -> None:
        raise SafetensorError("I/O error: No space left on device (os error 28)")

    monkeypatch.setattr(transformers.PreTrainedModel, "save_pretrained", refuse)
    with pytest.raises(StorageError, match="No space left"):
        convert.convert(path, folder, name="tiny", tied=True)


def test_conversion_prints_nothing(places, capfd):
    path, folder = places
    write_gguf(path, output=True)
    capfd.readouterr()
    convert.convert(path, folder, name="tiny", tied=True)
    assert "%|" not in capfd.readouterr().err
