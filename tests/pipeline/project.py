"""A project folder in a test: run commands in it, read its files, change its parameters."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

from ruamel.yaml import YAML


@dataclass(frozen=True)
class Project:
    """A project folder and how to run commands in it."""

    folder: Path
    environment: dict[str, str]

    def run(self, *command: str, code: int = 0) -> str:
        """Run a command; return what it printed, having checked its exit code."""
        done = subprocess.run(
            command,
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=280,
        )
        text = done.stdout + done.stderr
        assert done.returncode == code, text
        return text

    def read(self, name: str) -> str:
        return (self.folder / name).read_text(encoding="utf-8")

    def set(self, **changes: object) -> None:
        """Change values in params.yaml, `group__key=value`."""
        yaml, path = YAML(), self.folder / "params.yaml"
        values = yaml.load(path)
        for name, value in changes.items():
            group, key = name.split("__")
            values[group][key] = value
        yaml.dump(values, path)

    def commit(self) -> None:
        self.run("git", "add", "-A")
        self.run("git", "commit", "-qm", "state")
