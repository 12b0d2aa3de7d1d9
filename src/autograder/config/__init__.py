"""The configuration: frozen models that mirror `params.yaml`, and the one reader of it.

`load(path)` reports every fault of a file in one `ConfigError`: unknown keys, missing keys,
wrong types and values out of range, each with the key's path, the value and what is allowed.
Nothing here imports torch, so a stage can refuse a bad file in a fraction of a second.
"""

from autograder.config.base import Group
from autograder.config.data_groups import AuditConfig, AugmentConfig, DatasetConfig, SplitConfig
from autograder.config.groups import (
    LORA_PROJECTIONS,
    Config,
    EvaluateConfig,
    LoraConfig,
    LossConfig,
    ModelConfig,
    QuantizationConfig,
    TrainConfig,
)
from autograder.config.loading import describe, load, parse, parse_groups
from autograder.config.run_groups import BasesConfig, RunConfig

__all__ = [
    "LORA_PROJECTIONS",
    "AuditConfig",
    "AugmentConfig",
    "BasesConfig",
    "Config",
    "DatasetConfig",
    "EvaluateConfig",
    "Group",
    "LoraConfig",
    "LossConfig",
    "ModelConfig",
    "QuantizationConfig",
    "RunConfig",
    "SplitConfig",
    "TrainConfig",
    "describe",
    "load",
    "parse",
    "parse_groups",
]
