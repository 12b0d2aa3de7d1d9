"""The settings that mark no stage for a rerun: where a run computes, and where bases come from."""

from __future__ import annotations

import re
from typing import Literal

from pydantic import Field, field_validator

from autograder.config.base import Group
from autograder.config.wording import shown

_DEVICES = re.compile(r"auto|-1|[1-9][0-9]{0,4}|[0-9]{1,5}(, ?[0-9]{1,5})+|[0-9]{1,5},")
"""How Lightning reads devices from text; `0,` is the first one."""
_MAX_DEVICES = 10_000


class RunConfig(Group):
    """How training runs: where it computes, and what it logs and saves meanwhile."""

    checkpoint_every: int = Field(
        default=10, ge=1, description="optimiser steps between two checkpoints to resume from"
    )
    logger: Literal["csv", "dvclive", "tensorboard", "wandb", "mlflow"] = Field(
        default="csv", description="csv | dvclive | tensorboard | wandb | mlflow (when installed)"
    )
    devices: str | int = Field(
        default="auto",
        json_schema_extra={
            "anyOf": [
                {"type": "string", "pattern": f"^({_DEVICES.pattern})$"},
                {"type": "integer", "minimum": 1, "maximum": _MAX_DEVICES},
                {"const": -1},
            ]
        },
    )
    num_nodes: int = Field(default=1, ge=1, le=10_000)
    strategy: str = Field(
        default="auto", description="auto | ddp | fsdp ... (a Lightning strategy)"
    )

    @field_validator("devices", mode="before")
    @classmethod
    def _name_devices(cls, value: object) -> object:
        if type(value) is int:
            is_one = value == -1 or 1 <= value <= _MAX_DEVICES
        elif isinstance(value, str) and _DEVICES.fullmatch(value):
            numbers = [int(part) for part in value.split(",") if part] if "," in value else []
            is_one = len(numbers) == len({*numbers})
        else:
            is_one = False
        if not is_one:
            raise ValueError(
                f"{shown(value)} names no devices; allowed: auto, how many (1 to {_MAX_DEVICES}), "
                '-1 for all, or different numbers, as "0,1"'
            )
        return value


class BasesConfig(Group):
    """Where base models come from."""

    mirror: bool = Field(
        default=True,
        description="use the data wheels if the hub cannot be reached",
    )
