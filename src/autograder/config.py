"""The configuration: frozen dataclasses that mirror `params.yaml`, group by group.

`load(path)` reports every fault of a file in one `ConfigError`: unknown keys, missing keys,
wrong types and values out of range, each with the key's path, the value and what is allowed.
Nothing here imports torch, so a stage can refuse a bad file in a fraction of a second.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from autograder.errors import ConfigError
from autograder.strict import Reader, bounded, choice

LORA_PROJECTIONS = (
    "q_proj",
    "k_proj",
    "v_proj",
    "o_proj",
    "gate_proj",
    "up_proj",
    "down_proj",
)


@dataclass(frozen=True)
class AugmentConfig:
    plea: float = bounded(0.0, low=0.0, high=1.0)
    padding: float = bounded(0.0, low=0.0, high=1.0)
    format: float = bounded(0.0, low=0.0, high=1.0)
    typos: float = bounded(0.0, low=0.0, high=1.0)
    rubric: float = bounded(0.0, low=0.0, high=1.0)


@dataclass(frozen=True)
class DatasetConfig:
    recipe: str = choice("full", "starter", "user", "bank", "full")
    num_bank: int = bounded(900, low=0, high=1_000_000)
    num_constructed: int = bounded(2900, low=0, high=1_000_000)
    families: Mapping[str, float] = field(
        default_factory=lambda: {
            "coverage": 4.0,
            "omissions": 3.0,
            "details": 2.0,
            "arithmetic": 1.0,
            "groundedness": 2.0,
            "constraints": 1.0,
            "table_lookup": 1.0,
            "refusal": 1.0,
            "injection": 1.0,
            "ordering": 0.5,
            "translation": 0.5,
            "same_answers": 1.0,
            "short_rubrics": 1.5,
            "degrees": 0.75,
            "dates": 0.0,
            "strings": 0.0,
            "code_tests": 0.0,
            "sql": 0.0,
            "citations": 0.0,
            "policy": 0.0,
        }
    )
    augment: AugmentConfig = field(default_factory=AugmentConfig)


@dataclass(frozen=True)
class AuditConfig:
    max_length_correlation: float = bounded(0.15, low=0.0, high=1.0)
    max_length_accuracy: float = bounded(0.35, low=0.2, high=1.0)
    near_duplicate_overlap: float = bounded(0.8, above=0.0, high=1.0)


@dataclass(frozen=True)
class SplitConfig:
    validation: float = bounded(0.05, above=0.0, below=1.0)
    test: float = bounded(0.13, above=0.0, below=1.0)
    holdout: tuple[str, ...] = field(
        default=("ordering", "translation", "summarising"), metadata={"may_be_empty": True}
    )


@dataclass(frozen=True)
class ModelConfig:
    name: str = "qwen2.5-coder-0.5b-instruct"
    max_length: int = bounded(1024, low=256, high=131_072)
    attention: str = choice("auto", "auto", "tree", "eager", "sdpa", "flash_attention_2")


@dataclass(frozen=True)
class QuantizationConfig:
    bits: int = field(default=4, metadata={"choices": (4, 8, 16)})
    type: str = choice("nf4", "nf4", "fp4")
    double: bool = True
    compute_dtype: str = choice("auto", "auto", "bf16", "fp16", "fp32")


@dataclass(frozen=True)
class LoraConfig:
    r: int = bounded(16, low=1, high=1024)
    alpha: float = bounded(64, above=0)
    dropout: float = bounded(0.05, low=0.0, below=1.0)
    targets: tuple[str, ...] = LORA_PROJECTIONS


@dataclass(frozen=True)
class LossConfig:
    score_weight: float = bounded(50.0, low=0.0)
    reasoning_weight: float = bounded(1.0, low=0.0)
    regression_weight: float = bounded(0.2, low=0.0)


@dataclass(frozen=True)
class TrainConfig:
    share: float = bounded(1.0, above=0.0, high=1.0)
    epochs: int = bounded(1, low=1, high=1000)
    batch_size: int = bounded(5, low=1, high=4096)
    accumulate: int = bounded(1, low=1, high=4096)
    lr: float = bounded(2e-4, above=0.0, high=1.0)
    warmup: float = bounded(0.05, low=0.0, below=1.0)
    schedule: str = choice("cosine", "cosine", "linear", "constant")
    optimizer: str = choice("paged_adamw_8bit", "paged_adamw_8bit", "adamw_8bit", "adamw")
    weight_decay: float = bounded(0.0, low=0.0, high=1.0)
    clip: float = bounded(1.0, low=0.0)
    gradient_checkpointing: str = choice("auto", "auto", "on", "off")
    share_prefix: bool = True
    reasoning_share: float = bounded(0.2, low=0.0, high=1.0)
    patience: int = bounded(2, low=0, high=1000)
    monitor: str = choice("rps", "rps", "mae", "exact", "spearman", "pearson", "kappa", "loss")


@dataclass(frozen=True)
class RunConfig:
    """How a training is run: where it computes and what it writes down on the way."""

    checkpoint_every: int = bounded(10, low=1)
    logger: str = choice("csv", "csv", "dvclive", "tensorboard", "wandb", "mlflow")
    devices: str | int = "auto"
    num_nodes: int = bounded(1, low=1, high=10_000)
    strategy: str = "auto"


@dataclass(frozen=True)
class EvaluateConfig:
    batch_size: int = bounded(5, low=1, high=4096)
    bootstrap: int = bounded(1000, low=10, high=1_000_000)
    num_reasonings: int = bounded(12, low=0, high=100_000)
    max_reasoning_tokens: int = bounded(64, low=1, high=4096)
    base_model: bool = True


@dataclass(frozen=True)
class Config:
    seed: int = bounded(17, low=0, high=2**31 - 1)
    dataset: DatasetConfig = field(default_factory=DatasetConfig)
    audit: AuditConfig = field(default_factory=AuditConfig)
    split: SplitConfig = field(default_factory=SplitConfig)
    model: ModelConfig = field(default_factory=ModelConfig)
    quantization: QuantizationConfig = field(default_factory=QuantizationConfig)
    lora: LoraConfig = field(default_factory=LoraConfig)
    loss: LossConfig = field(default_factory=LossConfig)
    train: TrainConfig = field(default_factory=TrainConfig)
    run: RunConfig = field(default_factory=RunConfig)
    evaluate: EvaluateConfig = field(default_factory=EvaluateConfig)


def _cross_checks(config: Config) -> list[str]:
    faults = []
    if config.split.validation + config.split.test >= 1:
        total = config.split.validation + config.split.test
        faults.append(f"split: validation + test is {total:g}; allowed: less than 1")
    if config.loss.score_weight == 0 and config.loss.reasoning_weight == 0:
        faults.append("loss: score_weight and reasoning_weight are both 0; one must be above 0")
    for name in ("num_bank", "num_constructed"):
        value = getattr(config.dataset, name)
        if config.dataset.recipe == "full" and value % 5:
            faults.append(f"dataset.{name}: {value} is not a multiple of 5, one for each score")
    return faults


def parse(values: object, source: str = "params.yaml") -> Config:
    """Check a mapping against the schema.

    Raises:
        ConfigError: lists every fault.
    """
    reader = Reader()
    config = reader.group(Config, values, "")
    assert isinstance(config, Config)
    faults = reader.faults or _cross_checks(config)
    if faults:
        raise ConfigError(source, faults)
    return config


def parse_groups(values: object, names: Iterable[str], source: str) -> Config:
    """Check some groups of a mapping and take the defaults for the others.

    For what an earlier version wrote: a group that is not needed may have had other keys then.

    Raises:
        ConfigError: lists every fault.
    """
    found = values if isinstance(values, Mapping) else {}
    return parse(describe(Config()) | {name: found.get(name) for name in names}, source)


def load(path: Path | str = "params.yaml") -> Config:
    """Read and check a YAML file (YAML 1.2, so that `2e-05` is a number).

    Raises:
        ConfigError: lists every fault, or says why the file cannot be read.
    """
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    path = Path(path)
    try:
        values = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(str(path), ["no such file; run this in the project's folder"]) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(str(path), [f"cannot be read: {error}"]) from None
    except YAMLError as error:
        raise ConfigError(str(path), [f"not YAML: {' '.join(str(error).split())}"]) from None
    return parse(values, str(path))


def describe(config: Config) -> dict[str, Any]:
    """The configuration as plain JSON values, as `parse` reads them."""
    values = json.loads(json.dumps(asdict(config)))
    assert isinstance(values, dict)
    return values
