"""Write params.schema.json from the configuration's models; `--check` only compares.

Editors that read the first line of params.yaml complete its keys by it and mark what is wrong.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from autograder.config import Config

PAGE = Path(__file__).resolve().parents[1] / "params.schema.json"


class Untitled(GenerateJsonSchema):
    """Without the titles that would repeat each key."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def page() -> str:
    """The schema as JSON; every key is required, as `autograder.config.load` wants it."""
    # What validation accepts may leave out keys that have a default; what is written has them all.
    schema = Config.model_json_schema(mode="serialization", schema_generator=Untitled)
    found = {"$schema": GenerateJsonSchema.schema_dialect, **schema, "title": "params.yaml"}
    return json.dumps(found, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    if "--check" in sys.argv:
        sys.exit(PAGE.read_text(encoding="utf-8") != page())
    PAGE.write_text(page(), encoding="utf-8")
