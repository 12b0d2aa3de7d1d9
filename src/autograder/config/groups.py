"""Frozen models that mirror `params.yaml`, group by group: defaults, limits, meaning.

A description is what `params.schema.json` tells an editor; `params.yaml` says the same in its
comments, and a test compares.
"""

from __future__ import annotations

import re
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from autograder.config.base import Group, Names, Share, Weight
from autograder.config.data_groups import AuditConfig, DatasetConfig, SplitConfig
from autograder.config.run_groups import BasesConfig, RunConfig

LORA_PROJECTIONS = (
    "q_proj",
    "k_proj",
    "v_proj",
    "o_proj",
    "gate_proj",
    "up_proj",
    "down_proj",
)
_NOT_ADAPTED = re.compile(r"emb|wte|wpe|norm|ln_|head", re.IGNORECASE)
"""In the names of embeddings, norms and output layers, of any architecture."""


class ModelConfig(Group):
    name: str = Field(
        default="qwen2.5-coder-1.5b-instruct",
        description="a name of `autograder model list`, a hub id, or a folder",
    )
    max_length: int = Field(
        default=1024,
        ge=256,
        le=131_072,
        description="tokens; a longer response is shortened in the middle, with a visible mark",
    )
    attention: Literal["auto", "tree", "eager", "sdpa", "flash_attention_2"] = Field(
        default="auto",
        description="auto (tree on the CPU for known architectures, else sdpa) | tree | eager | "
        "sdpa | flash_attention_2",
    )


class QuantizationConfig(Group):
    bits: Literal[4, 8, 16] = Field(default=4, description="4 | 8 | 16 (no quantisation)")
    type: Literal["nf4", "fp4"] = "nf4"
    double: bool = Field(default=True, description="quantise the quantisation constants too")
    compute_dtype: Literal["auto", "bf16", "fp16", "fp32"] = Field(
        default="auto",
        description="bf16 | fp16 (trains with a scaler) | fp32 | auto: bf16 where the device is "
        "fast at it",
    )
    products: Literal["auto", "exact", "int8"] = Field(
        default="auto",
        description="of frozen weights, in training: exact | int8, on a CPU | auto: int8 for 4 "
        "bits where a CPU is fast at it",
    )


class LoraConfig(Group):
    r: int = Field(default=16, ge=1, le=1024)
    alpha: float = Field(
        default=64.0, gt=0, le=1e6, description="the adapter is scaled by alpha / r"
    )
    dropout: float = Field(default=0.05, ge=0.0, lt=1.0)
    targets: Names = Field(default=LORA_PROJECTIONS, json_schema_extra={"minItems": 1})
    top: float = Field(
        default=0.5,
        gt=0,
        le=1,
        description="share of the layers, the last ones, that carry the adapter; below them "
        "training goes forward only",
    )

    @field_validator("targets")
    @classmethod
    def _are_inside_blocks(cls, targets: tuple[str, ...]) -> tuple[str, ...]:
        if not targets:
            raise ValueError(
                f"names no layer; at least one is needed, of {', '.join(LORA_PROJECTIONS)} "
                "(Phi-2's own: dense, fc1, fc2)"
            )
        if refused := [name for name in targets if _NOT_ADAPTED.search(name)]:
            raise ValueError(
                f"{', '.join(map(repr, refused))} cannot be adapted: embeddings, norms and the "
                "output layer are read as the base has them; allowed: linear layers of a block: "
                f"{', '.join(LORA_PROJECTIONS)} (Phi-2's own: dense, fc1, fc2)"
            )
        return targets


class LossConfig(Group):
    score_weight: Weight = Field(
        default=50.0,
        description="weight of the score token, which about 40 reasoning tokens follow",
    )
    reasoning_weight: Weight = 1.0
    regression_weight: Weight = Field(
        default=0.2,
        description="of the expected score's squared error; 0 is plain supervised fine-tuning",
    )

    @model_validator(mode="after")
    def _weigh_something(self) -> Self:
        if self.score_weight == 0 and self.reasoning_weight == 0:
            raise ValueError("score_weight and reasoning_weight are both 0; one must be above 0")
        return self


class TrainConfig(Group):
    start: str | None = Field(
        default=None,
        description="a judge in judges/ whose adapter is trained on; null trains a new one",
    )
    share: float = Field(default=1.0, gt=0.0, le=1.0, description="of the training items")
    skip: float = Field(
        default=0.0,
        ge=0.0,
        lt=1.0,
        description="leave out the items of this smaller share, from which `start` has learned",
    )
    fresh: Names = Field(
        default=(),
        description="sources newer than `start`, as natural/one-fact; `skip` keeps all of their "
        "items",
    )
    epochs: int = Field(default=1, ge=1, le=1000)
    batch_size: int = Field(default=5, ge=1, le=4096, description="examples per batch")
    accumulate: int = Field(default=1, ge=1, le=4096, description="batches per optimiser step")
    lr: float = Field(
        default=2e-4,
        gt=0.0,
        le=1.0,
        description="for a base of 0.5B or 1.5B; larger bases need less",
    )
    warmup: float = Field(default=0.05, ge=0.0, lt=1.0, description="share of all steps")
    schedule: Literal["cosine", "linear", "constant"] = "cosine"
    optimizer: Literal["paged_adamw_8bit", "adamw_8bit", "adamw"] = "paged_adamw_8bit"
    weight_decay: Share = 0.0
    clip: Weight = Field(default=1.0, description="largest gradient norm; 0 turns clipping off")
    gradient_checkpointing: Literal["auto", "on", "off"] = Field(
        default="auto", description="auto (on for a GPU below 24 GB) | on | off"
    )
    share_prefix: bool = Field(
        default=True, description="compute rubric and prompt once for all responses to them"
    )
    reasoning_share: Share = Field(
        default=0.2,
        description="share of the examples that teach their reasoning too, not only their score",
    )
    solve: Share = Field(
        default=0.0,
        description="share of the prompts without a reference answer that the base answers itself, "
        "for the judge to read",
    )
    patience: int = Field(
        default=2,
        ge=0,
        le=1000,
        description="epochs without a better `monitor` before an early stop; 0 turns this off",
    )
    monitor: Literal["rps", "mae", "exact", "spearman", "pearson", "kappa", "loss"] = Field(
        default="rps",
        description="rps | mae | exact | spearman | pearson | kappa | loss, on the validation "
        "split",
    )

    @model_validator(mode="after")
    def _leave_something_to_train_on(self) -> Self:
        if self.skip >= self.share:
            raise ValueError(
                f"skip {self.skip:g} leaves nothing of share {self.share:g}; it must be smaller"
            )
        return self


class EvaluateConfig(Group):
    max_examples: int = Field(
        default=800,
        ge=1,
        le=100_000_000,
        description="of the test split, and of the held-out kinds: whole items by a hash of their "
        "names",
    )
    batch_size: int = Field(default=5, ge=1, le=4096)
    bootstrap: int = Field(
        default=1000, ge=10, le=1_000_000, description="resamples for the 95 % intervals"
    )
    num_reasonings: int = Field(
        default=12,
        ge=0,
        le=100_000,
        description="test examples to generate and measure a reasoning for",
    )
    max_reasoning_tokens: int = Field(default=64, ge=1, le=4096)
    base_model: bool = Field(
        default=True, description="also grade with the untrained base model, as a baseline"
    )
    probe_examples: int = Field(
        default=1000,
        ge=0,
        le=1_000_000,
        description="train examples for the linear probe of the base, a baseline; 0 turns it off",
    )


class Config(Group):
    """Every setting of the pipeline, grouped by stage."""

    seed: int = Field(
        default=17,
        ge=0,
        le=2**31 - 1,
        description="seeds the choice and order of the data, the adapter's start and dropout",
    )
    dataset: DatasetConfig = Field(
        default_factory=DatasetConfig,
        description="generate: hand-written and program-made examples -> build/dataset/",
    )
    audit: AuditConfig = Field(
        default_factory=AuditConfig,
        description="audit: contradictions and shortcuts -> reports/audit.json",
    )
    split: SplitConfig = Field(
        default_factory=SplitConfig,
        description="split: by a hash of the item's name -> build/splits/",
    )
    model: ModelConfig = Field(default_factory=ModelConfig)
    quantization: QuantizationConfig = Field(default_factory=QuantizationConfig)
    lora: LoraConfig = Field(default_factory=LoraConfig)
    loss: LossConfig = Field(default_factory=LossConfig, description="see docs/pipeline.md")
    train: TrainConfig = Field(
        default_factory=TrainConfig,
        description="train: 4-bit base + LoRA -> build/checkpoints/, reports/train/",
    )
    run: RunConfig = Field(
        default_factory=RunConfig,
        description="how training runs; a change marks no stage for a rerun",
    )
    bases: BasesConfig = Field(
        default_factory=BasesConfig,
        description="where base models come from; a change marks no stage for a rerun",
    )
    evaluate: EvaluateConfig = Field(
        default_factory=EvaluateConfig,
        description="evaluate: the held-out split -> reports/metrics.json, reports/eval/",
    )
