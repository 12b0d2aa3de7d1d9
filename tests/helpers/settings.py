"""A configuration with some values changed, by way of its plain form."""

from __future__ import annotations

from autograder import config as configuration
from autograder.config import Config


def changed(config: Config, group: str = "", **values: object) -> Config:
    """The configuration with values of a group, or at the top, replaced and checked."""
    plain = configuration.describe(config)
    (plain[group] if group else plain).update(values)
    return configuration.parse(plain)
