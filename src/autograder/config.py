"""The configuration: frozen dataclasses that mirror `params.yaml`, group by group.

`load(path)` reports every fault of a file in one `ConfigError`: unknown keys, missing keys,
wrong types and values out of range, each with the key's path, the value and what is allowed.
Nothing here imports torch, so a stage can refuse a bad file in a fraction of a second.
"""

from __future__ import annotations

import difflib
import math
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields, is_dataclass
from pathlib import Path
from typing import Any

from autograder.errors import ConfigError

LORA_PROJECTIONS = (
    "q_proj",
    "k_proj",
    "v_proj",
    "o_proj",
    "gate_proj",
    "up_proj",
    "down_proj",
)


def _range(
    default: Any,
    *,
    low: float | None = None,
    high: float | None = None,
    above: float | None = None,
    below: float | None = None,
) -> Any:
    """A number with inclusive (`low`, `high`) or exclusive (`above`, `below`) bounds."""
    limits = {"low": low, "high": high, "above": above, "below": below}
    return field(default=default, metadata=limits)


def _choice(default: str, *choices: str) -> Any:
    return field(default=default, metadata={"choices": choices})


@dataclass(frozen=True)
class DatasetConfig:
    recipe: str = _choice("full", "starter", "bank", "full")
    num_constructed: int = _range(150, low=0, high=1_000_000)
    families: Mapping[str, float] = field(
        default_factory=lambda: {
            "coverage": 4.0,
            "arithmetic": 1.0,
            "groundedness": 1.0,
            "constraints": 1.0,
            "table_lookup": 1.0,
            "refusal": 1.0,
            "injection": 1.0,
        }
    )


@dataclass(frozen=True)
class AuditConfig:
    max_length_correlation: float = _range(0.15, low=0.0, high=1.0)
    max_length_accuracy: float = _range(0.35, low=0.2, high=1.0)
    near_duplicate_overlap: float = _range(0.8, above=0.0, high=1.0)


@dataclass(frozen=True)
class SplitConfig:
    validation: float = _range(0.1, above=0.0, below=1.0)
    test: float = _range(0.2, above=0.0, below=1.0)


@dataclass(frozen=True)
class ModelConfig:
    name: str = "qwen2.5-coder-0.5b-instruct"
    max_length: int = _range(1024, low=256, high=131_072)
    attention: str = _choice("auto", "auto", "eager", "sdpa", "flash_attention_2")


@dataclass(frozen=True)
class QuantizationConfig:
    bits: int = field(default=4, metadata={"choices": (4, 8, 16)})
    type: str = _choice("nf4", "nf4", "fp4")
    double: bool = True
    compute_dtype: str = _choice("auto", "auto", "bf16", "fp16", "fp32")


@dataclass(frozen=True)
class LoraConfig:
    r: int = _range(16, low=1, high=1024)
    alpha: float = _range(32, above=0)
    dropout: float = _range(0.05, low=0.0, below=1.0)
    targets: tuple[str, ...] = LORA_PROJECTIONS


@dataclass(frozen=True)
class LossConfig:
    score_weight: float = _range(5.0, low=0.0)
    reasoning_weight: float = _range(1.0, low=0.0)
    regression_weight: float = _range(1.0, low=0.0)


@dataclass(frozen=True)
class TrainConfig:
    epochs: int = _range(3, low=1, high=1000)
    batch_size: int = _range(5, low=1, high=4096)
    accumulate: int = _range(2, low=1, high=4096)
    lr: float = _range(2e-4, above=0.0, high=1.0)
    warmup: float = _range(0.1, low=0.0, below=1.0)
    schedule: str = _choice("cosine", "cosine", "linear", "constant")
    optimizer: str = _choice("paged_adamw_8bit", "paged_adamw_8bit", "adamw_8bit", "adamw")
    weight_decay: float = _range(0.0, low=0.0, high=1.0)
    clip: float = _range(1.0, low=0.0)
    precision: str = _choice("auto", "auto", "bf16", "fp16", "fp32")
    gradient_checkpointing: str = _choice("auto", "auto", "on", "off")
    share_prefix: bool = True
    patience: int = _range(2, low=0, high=1000)
    monitor: str = _choice("rps", "rps", "mae", "exact", "spearman", "pearson", "kappa", "loss")
    checkpoint_every: int = _range(10, low=1)
    logger: str = _choice("csv", "csv", "dvclive", "tensorboard", "wandb", "mlflow")
    devices: str | int = "auto"
    num_nodes: int = _range(1, low=1, high=10_000)
    strategy: str = "auto"


@dataclass(frozen=True)
class EvaluateConfig:
    batch_size: int = _range(10, low=1, high=4096)
    bootstrap: int = _range(1000, low=10, high=1_000_000)
    num_reasonings: int = _range(12, low=0, high=100_000)
    max_reasoning_tokens: int = _range(64, low=1, high=4096)
    base_model: bool = True


@dataclass(frozen=True)
class Config:
    seed: int = _range(17, low=0, high=2**31 - 1)
    dataset: DatasetConfig = field(default_factory=DatasetConfig)
    audit: AuditConfig = field(default_factory=AuditConfig)
    split: SplitConfig = field(default_factory=SplitConfig)
    model: ModelConfig = field(default_factory=ModelConfig)
    quantization: QuantizationConfig = field(default_factory=QuantizationConfig)
    lora: LoraConfig = field(default_factory=LoraConfig)
    loss: LossConfig = field(default_factory=LossConfig)
    train: TrainConfig = field(default_factory=TrainConfig)
    evaluate: EvaluateConfig = field(default_factory=EvaluateConfig)


_NAMES = {int: "a whole number", float: "a number", str: "text", bool: "true or false"}


class _Reader:
    """Walks a mapping and a dataclass side by side and collects every fault."""

    def __init__(self) -> None:
        self.faults: list[str] = []

    def group(self, cls: type[Any], values: object, path: str) -> Any:
        if not isinstance(values, Mapping):
            self.faults.append(f"{path or 'the file'}: expected keys and values, got {values!r}")
            return cls()
        known = {entry.name: entry for entry in fields(cls)}
        hints = typing.get_type_hints(cls)
        for key in values:
            if key not in known:
                close = difflib.get_close_matches(str(key), known, n=1)
                hint = f"did you mean {close[0]}?" if close else f"known: {', '.join(known)}"
                self.faults.append(f"{_join(path, str(key))}: unknown key; {hint}")
        chosen = {}
        for name, entry in known.items():
            place = _join(path, name)
            if name not in values:
                if path or not is_dataclass(hints[name]):
                    self.faults.append(f"{place}: missing; the default is {_default(entry)!r}")
                else:
                    self.faults.append(f"{place}: missing group")
                continue
            value = values[name]
            if is_dataclass(hints[name]):
                chosen[name] = self.group(typing.cast(type, hints[name]), value, place)
            else:
                number = len(self.faults)
                converted = self.value(hints[name], entry, value, place)
                if len(self.faults) == number:
                    chosen[name] = converted
        return cls(**chosen)

    def value(self, kind: Any, entry: Field[Any], value: object, path: str) -> Any:
        origin = typing.get_origin(kind)
        if origin is Mapping:
            return self.weights(value, path)
        if origin is tuple:
            if isinstance(value, list) and value and all(isinstance(v, str) for v in value):
                return tuple(value)
            self.faults.append(f"{path}: {value!r} is not a list of names")
            return None
        allowed = typing.get_args(kind) if origin is types.UnionType else (kind,)
        if float in allowed and isinstance(value, int) and not isinstance(value, bool):
            value = float(value)
        if type(value) not in allowed:
            names = " or ".join(_NAMES[option] for option in allowed)
            self.faults.append(f"{path}: {value!r} is not {names}{_allowed(entry, ', ')}")
            return None
        if not _within(entry, value):
            self.faults.append(f"{path}: {value!r} is out of range{_allowed(entry, '; ')}")
        return value

    def weights(self, value: object, path: str) -> dict[str, float]:
        if not isinstance(value, Mapping):
            self.faults.append(f"{path}: expected names with a weight each, got {value!r}")
            return {}
        for name, weight in value.items():
            if (
                isinstance(weight, bool)
                or not isinstance(weight, int | float)
                or not 0 <= weight < math.inf
            ):
                self.faults.append(
                    f"{_join(path, str(name))}: {weight!r} is not a weight; allowed: 0 or more"
                )
        return {str(name): weight for name, weight in value.items()}


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _default(entry: Field[Any]) -> Any:
    if entry.default_factory is not MISSING:
        return entry.default_factory()
    return entry.default


_CHECKS: dict[str, tuple[Callable[[Any, Any], bool], str]] = {
    "low": (lambda value, limit: value >= limit, "at least {}"),
    "high": (lambda value, limit: value <= limit, "at most {}"),
    "above": (lambda value, limit: value > limit, "more than {}"),
    "below": (lambda value, limit: value < limit, "less than {}"),
    "choices": (lambda value, limit: value in limit, "{}"),
}


def _within(entry: Field[Any], value: object) -> bool:
    # NaN fails every comparison, and infinity is never meant.
    return not (isinstance(value, float) and not math.isfinite(value)) and all(
        check(value, entry.metadata[name])
        for name, (check, _) in _CHECKS.items()
        if entry.metadata.get(name) is not None
    )


def _allowed(entry: Field[Any], lead: str) -> str:
    parts = []
    for name, (_, wording) in _CHECKS.items():
        limit = entry.metadata.get(name)
        if limit is not None:
            shown = " | ".join(map(str, limit)) if name == "choices" else limit
            parts.append(wording.format(shown))
    return f"{lead}allowed: {', '.join(parts)}" if parts else f"{lead}allowed: a finite number"


def _cross_checks(config: Config) -> list[str]:
    faults = []
    if config.split.validation + config.split.test >= 1:
        total = config.split.validation + config.split.test
        faults.append(f"split: validation + test is {total:g}; allowed: less than 1")
    if config.loss.score_weight == 0 and config.loss.reasoning_weight == 0:
        faults.append("loss: score_weight and reasoning_weight are both 0; one must be above 0")
    if config.dataset.recipe == "full" and config.dataset.num_constructed % 5:
        faults.append(
            f"dataset.num_constructed: {config.dataset.num_constructed} is not a multiple of 5, "
            "one for each score"
        )
    return faults


def parse(values: object, source: str = "params.yaml") -> Config:
    """Check a mapping against the schema.

    Raises:
        ConfigError: lists every fault.
    """
    reader = _Reader()
    config = reader.group(Config, values, "")
    assert isinstance(config, Config)
    faults = reader.faults or _cross_checks(config)
    if faults:
        raise ConfigError(source, faults)
    return config


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
