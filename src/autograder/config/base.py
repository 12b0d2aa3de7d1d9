"""What every group of settings is: frozen, strict, and copied with checked changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Self, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from autograder.config.wording import in_words
from autograder.errors import ConfigError

Share = Annotated[float, Field(ge=0.0, le=1.0)]
Weight = Annotated[float, Field(ge=0.0, le=1e6)]
Names = Annotated[
    tuple[str, ...], BeforeValidator(lambda value: tuple(value) if type(value) is list else value)
]


class Group(BaseModel):
    """Settings that belong together; cannot be changed, only copied with changes."""

    model_config = ConfigDict(
        frozen=True,
        strict=True,
        extra="forbid",
        allow_inf_nan=False,
        json_schema_serialization_defaults_required=True,
    )

    def changed(self, **changes: Any) -> Self:
        """A checked copy with other values: `config.changed(seed=3, train={"lr": 1e-3})`.

        Raises:
            ConfigError: lists every fault.
        """
        return checked(type(self), _merged(self, changes), "the changed configuration")


Chosen = TypeVar("Chosen", bound=Group)


def _merged(group: Group, changes: Mapping[str, Any]) -> dict[str, Any]:
    values = dict(group)
    for name, change in changes.items():
        old = values.get(name)
        if isinstance(old, Group) and isinstance(change, Mapping):
            values[name] = _merged(old, change)
        else:
            values[name] = change
    return values


def checked(kind: type[Chosen], values: object, source: str) -> Chosen:
    """The values as a group; keys that are missing get their defaults.

    Raises:
        ConfigError: lists every fault.
    """
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        raise ConfigError(source, in_words(kind, values, error)) from None
