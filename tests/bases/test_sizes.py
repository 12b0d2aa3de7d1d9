from __future__ import annotations

import json

import pytest
import torch
from transformers import AutoConfig, AutoModelForCausalLM

from autograder.bases.catalog import CATALOG
from autograder.bases.sizes import (
    ARCHITECTURES,
    Shapes,
    linear_shapes,
    lora_targets,
    memory_bytes,
    num_lora_parameters,
    num_parameters,
    shapes_from_config,
    shapes_from_folder,
)
from autograder.errors import ModelError

# peft 0.21 still asks transformers for the older name of an attribute
pytestmark = pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing`:FutureWarning")

TINY = {
    "vocab_size": 99,
    "hidden_size": 48,
    "intermediate_size": 80,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
}


def shapes_of(name: str) -> Shapes:
    shapes = CATALOG[name].shapes
    assert shapes is not None
    return shapes


def meta_model(architecture: str, **values):
    config = AutoConfig.for_model(architecture, **(TINY | values))
    with torch.device("meta"):
        return AutoModelForCausalLM.from_config(config)


def config_of(shapes: Shapes) -> dict:
    return {
        "vocab_size": shapes.vocab_size,
        "hidden_size": shapes.hidden_size,
        "intermediate_size": shapes.intermediate_size,
        "num_hidden_layers": shapes.num_layers,
        "num_attention_heads": shapes.num_heads,
        "num_key_value_heads": shapes.num_kv_heads,
        "tie_word_embeddings": shapes.tied,
    }


@pytest.mark.parametrize("tied", [False, True])
@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_counts_agree_with_transformers(architecture, tied):
    if architecture == "phi" and tied:
        pytest.skip("Phi has a bias on its output layer and ties nothing")
    model = meta_model(architecture, tie_word_embeddings=tied)
    shapes = shapes_from_config(model.config.to_dict())
    assert num_parameters(shapes) == model.num_parameters()
    modules = dict(model.model.layers[0].named_modules())
    for name, shape in linear_shapes(shapes).items():
        found = [m for path, m in modules.items() if path.rpartition(".")[2] == name]
        assert [tuple(module.weight.shape) for module in found] == [shape]


def test_llama_biases_and_head_dim_are_counted():
    model = meta_model("llama", attention_bias=True, mlp_bias=True, head_dim=20)
    assert num_parameters(shapes_from_config(model.config.to_dict())) == model.num_parameters()


@pytest.mark.parametrize("entry", CATALOG.values(), ids=CATALOG)
def test_the_catalogue_s_shapes_agree_with_transformers(entry):
    model = meta_model(entry.architecture, **config_of(entry.shapes))
    assert num_parameters(entry.shapes) == model.num_parameters()


@pytest.mark.parametrize("architecture", ["qwen2", "llama", "phi"])
@pytest.mark.parametrize("rank", [1, 16])
def test_lora_counts_agree_with_peft(architecture, rank):
    peft = pytest.importorskip("peft")
    model = meta_model(architecture)
    shapes = shapes_from_config(model.config.to_dict())
    lora = peft.LoraConfig(r=rank, target_modules=list(lora_targets(architecture)))
    adapted = peft.get_peft_model(model, lora)
    trainable, _ = adapted.get_nb_trainable_parameters()
    assert num_lora_parameters(shapes, rank) == trainable


def test_lora_on_all_layers_is_the_published_figure():
    peft = pytest.importorskip("peft")
    shapes = shapes_of("qwen2.5-coder-0.5b-instruct")
    model = meta_model("qwen2", **config_of(shapes))
    lora = peft.LoraConfig(r=16, target_modules=list(lora_targets("qwen2")))
    trainable, _ = peft.get_peft_model(model, lora).get_nb_trainable_parameters()
    assert num_lora_parameters(shapes, 16) == trainable == 8_798_208
    assert num_lora_parameters(shapes_of("qwen2.5-1.5b-instruct"), 16) == 18_464_768


def test_some_targets_only():
    shapes = shapes_of("qwen2.5-coder-0.5b-instruct")
    # (896 + 896) for q_proj and (896 + 128) for v_proj, in each of 24 blocks
    assert num_lora_parameters(shapes, 8, ("q_proj", "v_proj")) == 24 * 8 * (1792 + 1024)
    with pytest.raises(ModelError, match="dense"):
        num_lora_parameters(shapes, 8, ("dense",))
    with pytest.raises(ModelError, match="at least 1"):
        num_lora_parameters(shapes, 0)


def test_nf4_bytes_agree_with_bitsandbytes():
    functional = pytest.importorskip("bitsandbytes.functional")
    shapes = shapes_of("smollm2-135m-instruct")
    measured = 0
    for shape in linear_shapes(shapes).values():
        packed, state = functional.quantize_4bit(
            torch.randn(shape), quant_type="nf4", compress_statistics=True
        )
        tensors = (packed, state.absmax, state.code, state.offset,
                   state.state2.absmax, state.state2.code)  # fmt: skip
        measured += sum(tensor.nbytes for tensor in tensors)
    model = meta_model("llama", **config_of(shapes))
    linears = sum(m.weight.numel() for m in model.model.modules() if hasattr(m, "in_features"))
    rest = 2 * (model.num_parameters() - linears)
    assert memory_bytes(shapes)["nf4"] == shapes.num_layers * measured + rest


def test_memory_is_two_bytes_a_parameter_and_shrinks():
    memory = memory_bytes(shapes_of("qwen2.5-1.5b-instruct"))
    assert list(memory) == ["fp16", "int8", "nf4"]
    assert memory["fp16"] == 2 * 1_543_714_304
    assert memory["fp16"] > memory["int8"] > memory["nf4"]


def test_a_folder_s_config_is_read(tmp_path):
    with pytest.raises(ModelError, match=r"config\.json: cannot be read"):
        shapes_from_folder(tmp_path)
    (tmp_path / "config.json").write_text("[]", encoding="utf-8")
    with pytest.raises(ModelError, match="expected a JSON object, found list"):
        shapes_from_folder(tmp_path)
    (tmp_path / "config.json").write_text('{"model_type": "gpt2"}', encoding="utf-8")
    with pytest.raises(ModelError, match="'gpt2': sizes are known for llama"):
        shapes_from_folder(tmp_path)
    (tmp_path / "config.json").write_text('{"model_type": "qwen2"}', encoding="utf-8")
    with pytest.raises(ModelError, match="num_attention_heads: missing"):
        shapes_from_folder(tmp_path)
    content = json.dumps({"model_type": "qwen2"} | TINY)
    (tmp_path / "config.json").write_text(content, encoding="utf-8")
    assert shapes_from_folder(tmp_path).num_layers == 3
