"""From a file or plain values to the configuration, and back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from autograder.config.base import checked
from autograder.config.groups import Config
from autograder.config.wording import complete
from autograder.errors import ConfigError


def parse(values: object, source: str = "params.yaml") -> Config:
    """Check a mapping against the models; no key may be missing.

    Raises:
        ConfigError: lists every fault.
    """
    return checked(Config, complete(Config, values), source)


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
    from ruamel.yaml.error import YAMLError

    from autograder.config.yaml_text import read_yaml

    path = Path(path)
    try:
        values = read_yaml(path.read_bytes().decode("utf-8"))
    except FileNotFoundError:
        raise ConfigError(str(path), ["no such file; run this in the project's folder"]) from None
    except UnicodeDecodeError as error:
        raise ConfigError(str(path), [_not_utf8(error)]) from None
    except OSError as error:
        raise ConfigError(str(path), [f"cannot be read: {error}"]) from None
    except YAMLError as error:
        raise ConfigError(str(path), [f"not YAML: {' '.join(str(error).split())}"]) from None
    return parse(values, str(path))


def _not_utf8(error: UnicodeDecodeError) -> str:
    before = error.object[: error.start]
    line, column = before.count(b"\n") + 1, len(before) - before.rfind(b"\n")
    return (
        f"line {line}, byte {column} of it: not UTF-8 (0x{error.object[error.start]:02x}); save it "
        "as UTF-8"
    )


def describe(config: Config) -> dict[str, Any]:
    """The configuration as plain JSON values, as `parse` reads them."""
    return config.model_dump(mode="json")
