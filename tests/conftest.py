"""A tiny random Qwen2 with a byte-level tokenizer: small enough for every unit test."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from autograder.config import Config
from autograder.schema import Example

# Before torch is imported, here and in every process that a test starts: a tiny model gains
# nothing from more threads, and two that wait for each other on a busy machine lose much.
os.environ.setdefault("OMP_NUM_THREADS", "1")

CHAT_TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n"
    "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
CONTROL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<tool_call>"]


def build_tiny_qwen2(folder: Path, seed: int = 0, num_layers: int = 2) -> Path:
    """Write a random Qwen2 and its tokenizer, as `from_pretrained` reads them."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast, Qwen2Config, Qwen2ForCausalLM

    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    core = Tokenizer(models.BPE({letter: at for at, letter in enumerate(alphabet)}, merges=[]))
    core.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    core.decoder = decoders.ByteLevel()
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=core,
        eos_token="<|im_end|>",
        pad_token="<|endoftext|>",
        additional_special_tokens=["<|im_start|>"],
        chat_template=CHAT_TEMPLATE,
    )
    tokenizer.add_tokens(["<tool_call>"])
    tokenizer.save_pretrained(folder)
    torch.manual_seed(seed)
    settings = Qwen2Config(
        vocab_size=len(alphabet) + len(CONTROL),
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=num_layers,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=4096,
        tie_word_embeddings=True,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    Qwen2ForCausalLM(settings).save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def tiny_base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_tiny_qwen2(tmp_path_factory.mktemp("tiny-qwen2"))


@pytest.fixture(scope="session")
def judge_folder(tiny_base: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A published judge on the tiny base, for all tests: none changes it."""
    from helpers.tiny_judge import publish_tiny_judge

    return publish_tiny_judge(tiny_base, tmp_path_factory.mktemp("judge"))


@pytest.fixture
def tiny_config(tiny_base: Path) -> Config:
    """Default settings on the tiny model: float32, no quantisation."""
    return Config().changed(
        model={"name": str(tiny_base), "max_length": 2048},
        quantization={"bits": 16, "compute_dtype": "fp32"},
        lora={"r": 4, "alpha": 8.0},
        train={"lr": 2e-3},
    )


def make_examples(num_items: int = 6, **changes: Any) -> list[Example]:
    """Five examples an item, with responses of unequal length."""
    return [
        Example(
            id=f"item-{item}/{score}",
            item=f"item-{item}",
            prompt=f"How many apples are {item} and {score}?",
            response=f"There are {item + score} apples" + " in the basket" * (score % 3) + ".",
            rubric="5 if the sum is right, 1 if not.",
            score=score,
            reasoning="The sum is right." if score > 2 else "The sum is wrong here.",
            category="arithmetic",
            level=1,
            **changes,
        )
        for item in range(num_items)
        for score in range(1, 6)
    ]


@pytest.fixture
def examples() -> list[Example]:
    return make_examples()
