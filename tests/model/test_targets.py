"""What LoRA may adapt, and that then every way of grading gives the same answer."""

from __future__ import annotations

import copy
import warnings

import numpy as np
import peft
import pytest
import torch
from transformers import AutoConfig, AutoModelForCausalLM
from transformers.pytorch_utils import Conv1D

from autograder.bases.sizes import ARCHITECTURES
from autograder.config import LORA_PROJECTIONS, LoraConfig
from autograder.errors import ConfigError, ModelError
from autograder.export.trained import open_trained
from autograder.export.writing import Plan, export
from autograder.judging.judge import Judge
from autograder.model.adapter import add_adapter, read_adapter
from autograder.model.base_model import load_base
from autograder.model.batch import collate
from autograder.training.module import JudgeModule
from helpers.tiny_judge import publish_module, tiny_backbone

# PEFT asks transformers by a name that is about to go.
pytestmark = pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing`:FutureWarning")

SMALL = {
    "vocab_size": 99,
    "hidden_size": 48,
    "intermediate_size": 80,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
}


@pytest.mark.parametrize("architecture", [*ARCHITECTURES, "gpt2", "gpt_neox"])
def test_a_setting_may_name_linear_layers_of_blocks_alone(architecture):
    with torch.device("meta"):
        model = AutoModelForCausalLM.from_config(AutoConfig.for_model(architecture, **SMALL))
    inside, outside = set(), set()
    for name, part in model.named_modules():
        linear = isinstance(part, (torch.nn.Linear, Conv1D))
        if linear and part is not model.get_output_embeddings():
            inside.add(name.rpartition(".")[2])
        elif any(True for _ in part.parameters(recurse=False)):
            outside.add(name.rpartition(".")[2])
    assert LoraConfig().changed(targets=tuple(inside)).targets == tuple(inside)
    assert len(outside) > 2
    for name in outside:
        with pytest.raises(ConfigError, match=f"targets: '{name}' cannot be .*allowed: .* q_proj"):
            LoraConfig().changed(targets=("q_proj", name))


@pytest.fixture
def base(tiny_config):
    base, _ = load_base(
        tiny_config.model, tiny_config.quantization, device=torch.device("cpu"), dtype=torch.float32
    )
    return base


def test_an_adapter_is_put_on_no_output_layer_whatever_its_name(base, tiny_config):
    base.odd = base.lm_head
    del base.lm_head
    base.get_output_embeddings = lambda: base.odd
    with pytest.raises(ModelError, match=r"'odd': no linear layer .*; allowed: down_proj, gate_"):
        add_adapter(base, tiny_config.lora.changed(targets=("q_proj", "odd")), seed=1)


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"target_modules": ["q_proj", "lm_head"]}, "lm_head"),
        ({"target_modules": ["embed_tokens"]}, "model.embed_tokens"),
        ({"target_modules": ".*(q_proj|lm_head)"}, "lm_head"),
        ({"target_modules": ["q_proj"], "modules_to_save": ["lm_head"]}, "lm_head"),
        (
            {"target_modules": ["q_proj"], "modules_to_save": ["norm"]},
            "model.layers.0.input_layernorm",
        ),
        ({"target_modules": ["q_proj"], "trainable_token_indices": [3]}, "model.embed_tokens"),
    ],
)
def test_an_adapter_made_elsewhere_may_change_no_more(base, tmp_path, settings, named):
    with warnings.catch_warnings(action="ignore"):
        other = peft.get_peft_model(copy.deepcopy(base), peft.LoraConfig(r=4, **settings))
        other.save_pretrained(tmp_path)
        with pytest.raises(ModelError) as caught:
            read_adapter(base, tmp_path)
    assert f"{tmp_path}: adapts {named}" in str(caught.value)
    assert "allowed: down_proj, gate_proj, k_proj" in str(caught.value)


@pytest.mark.parametrize("targets", [LORA_PROJECTIONS, *((name,) for name in LORA_PROJECTIONS)])
def test_training_judge_peft_and_exports_agree(tiny_config, tiny_base, examples, tmp_path, targets):
    config = tiny_config.changed(lora={"targets": targets, "dropout": 0.0, "alpha": 32.0})
    module = JudgeModule(tiny_backbone(config, std=0.5), config)
    module.history["validation"].append({"epoch": 1.0, "rps": 0.1})
    encoder, digits = module.backbone.encoder, module.backbone.digit_ids
    encoded = encoder.encode_all(examples[:5])
    batch = collate(encoded, encoder.pad_id)
    publish_module(module, tmp_path / "judge")
    trained_judge = open_trained(tmp_path / "judge")
    for kind in ("merged", "gguf"):
        export(trained_judge, tmp_path / kind, Plan(kind, "fp32"), None, lambda *_: None)

    @torch.no_grad()
    def plain(model):
        tokens = [torch.tensor([[*row.prefix, *row.response]]) for row in encoded]
        return torch.stack([model(row).logits[0, -1, digits].softmax(0) for row in tokens])

    with torch.no_grad():
        trained = module.backbone.train()(batch)[batch.is_score][:, digits].softmax(1)
    base = AutoModelForCausalLM.from_pretrained(tiny_base)
    untrained = plain(base)
    requests = [(row.prompt, row.response, row.rubric) for row in examples[:5]]
    verdicts = Judge.load(tmp_path / "judge").evaluate_many(requests)
    np.testing.assert_allclose([v.probabilities for v in verdicts], trained, atol=1e-5)
    merged = AutoModelForCausalLM.from_pretrained(tmp_path / "merged")
    in_gguf = AutoModelForCausalLM.from_pretrained(
        tmp_path / "gguf", gguf_file="judge-fp32.gguf", dtype=torch.float32
    )
    adapted = peft.PeftModel.from_pretrained(base, tmp_path / "judge")
    for model in (merged, in_gguf, adapted):
        np.testing.assert_allclose(plain(model), trained, atol=1e-5)
    assert (trained - untrained).abs().max() > 1e-3
