"""Values from the text of a YAML file; all that is wrong with it is a `YAMLError`."""

from __future__ import annotations

from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.constructor import ConstructorError, SafeConstructor
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import Node


class _PlacedConstructor(SafeConstructor):
    """Says where a value stands that Python cannot make, such as the date 2001-99-99."""

    def construct_object(self, node: Node, deep: bool = False) -> Any:
        try:
            return super().construct_object(node, deep)
        except (YAMLError, RecursionError):
            raise
        except Exception as error:  # of Python's types, whichever the value is read as
            kind = str(node.tag).rpartition(":")[2]
            raise ConstructorError(
                problem=f"no {kind}: {error}; text stands in quotes", problem_mark=node.start_mark
            ) from None


def read_yaml(text: str) -> Any:
    """The values of one document of YAML 1.2, so that `2e-05` is a number.

    Raises:
        YAMLError: names the line and the column, where they are known.
    """
    yaml = YAML(typ="safe", pure=True)
    yaml.Constructor = _PlacedConstructor
    try:
        return yaml.load(text)
    except RecursionError:
        raise YAMLError("brackets, or lines, are nested too deeply") from None
    except OverflowError as error:  # of the scanner, in an escape such as "\Uffffffff"
        raise YAMLError(f"an escape in double quotes is no character: {error}") from None
