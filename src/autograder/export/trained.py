"""A judge that is to leave the house: its description, its base, and where it may be written."""

from __future__ import annotations

import contextlib
import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from autograder import config as configuration
from autograder.bases.catalog import BaseModel, resolve
from autograder.bases.sources import GgufHub, HubSnapshot, LocalFolder
from autograder.config import Config
from autograder.errors import ModelError, StorageError, UnknownModelError
from autograder.export.intact import check_base, check_rank, refuse_pointers
from autograder.judging.folder import judge_fingerprint, read_judge
from autograder.prompt import TEMPLATE_VERSION

BaseWeights = Literal["dequantised", "original"]
"""What an adapter is merged into: the base as the judge saw it, or as it was before rounding."""

_SPARE = 64 * 2**20
"""Bytes beside the weights: tokenizer, card, and what the file system takes."""


@dataclass(frozen=True)
class Trained:
    """A published judge, read and checked; no weights are loaded.

    Attributes:
        folder: of the judge.
        values: its judge.json.
        config: its parameters; of the groups, only model, quantization and lora are its own.
        fingerprint: sha256 over what decides its scores.
    """

    folder: Path
    values: dict[str, Any]
    config: Config
    fingerprint: str

    @property
    def base(self) -> BaseModel | None:
        """The catalogue's entry; None for a local folder that is gone."""
        try:
            return resolve(self.config.model.name)
        except UnknownModelError:
            return None

    @property
    def base_title(self) -> str:
        """The base's name; of a local folder only the last part, which tells no one's paths."""
        name = self.config.model.name
        entry = self.base
        if entry is None or isinstance(entry.sources[0], LocalFolder):
            return Path(name).name or name
        return entry.name

    def base_folder(self) -> Path:
        """The base on this machine, fetched where it is not here yet.

        Raises:
            ModelError: it is not whole, or is not the base of this adapter.
            SourceError: it is not here and cannot be fetched.
        """
        from autograder.bases.fetch import pull

        base = pull(self.config.model.name)
        check_base(base, self.folder)
        return base

    @property
    def licence(self) -> str | None:
        return self.base.licence if self.base else None

    @property
    def hub_repo(self) -> tuple[str, str | None, str | None] | None:
        """Repository, revision and, where it is one, the GGUF file of the base on the hub."""
        for source in self.base.sources if self.base else ():
            if isinstance(source, HubSnapshot):
                return source.repo, source.revision, None
            if isinstance(source, GgufHub):
                return source.repo, source.revision, source.file
        return None


def open_trained(folder: Path) -> Trained:
    """Read and check a published judge.

    Raises:
        ModelError: it holds no whole judge, one of another template version, or files that do
            not belong together.
        ConfigError: its parameters are not ours.
    """
    refuse_pointers(folder)
    values = read_judge(folder)
    if values["template_version"] != TEMPLATE_VERSION:
        raise ModelError(
            f"{folder}: was trained with template {values['template_version']}, this version "
            f"renders template {TEMPLATE_VERSION}; train it anew"
        )
    config = configuration.parse_groups(
        values["params"], ("model", "quantization", "lora"), str(folder / "judge.json")
    )
    _check_adapter(folder)
    return Trained(folder, values, config, judge_fingerprint(folder))


def _check_adapter(folder: Path) -> None:
    """Refuse adapters whose effect is more than a scaled product of two matrices."""
    path = folder / "adapter_config.json"
    try:
        settings = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(f"{path}: cannot be read ({error})") from None
    if not isinstance(settings, dict) or settings.get("peft_type") != "LORA":
        raise ModelError(
            f"{path}: peft_type: is no LoRA adapter; name a judge that `dvc repro` made"
        )
    check_rank(folder, settings)
    for name, plain in {
        "use_dora": False,
        "use_rslora": False,
        "bias": "none",
        "modules_to_save": None,
        "target_parameters": None,
    }.items():
        if (settings.get(name) or plain) != plain:
            raise ModelError(
                f"{path}: {name}: {settings[name]!r} is not supported; only plain LoRA can leave"
            )


# --- the place


def check_place(out: Path, judges: list[Path], *, force: bool) -> None:
    """Refuse to write where something else would be lost.

    Raises:
        StorageError: OUT is there and `force` is not given, is no folder that we wrote, or is,
            holds or lies in one of the judges.
    """
    where = out.resolve()
    for judge in judges:
        own = judge.resolve()
        if where == own or own in where.parents or where in own.parents:
            raise StorageError(f"{out}: is, holds or lies in the judge {judge}; name another place")
    if out.is_symlink() or (out.exists() and not out.is_dir()):
        raise StorageError(f"{out}: is there and is no folder; name another place")
    if not out.exists() or not any(out.iterdir()):
        return
    if not (out / "judge.json").is_file():
        raise StorageError(
            f"{out}: holds other files and no judge; name another place, or empty it yourself"
        )
    if not force:
        raise StorageError(f"{out}: is there already; --force replaces it")


def check_space(out: Path, num_bytes: int) -> None:
    """Refuse what the disk cannot hold; an OUT that is replaced stays until the new one is whole.

    Raises:
        StorageError: says how much is needed and how much is free.
    """
    place = next(parent for parent in out.absolute().parents if parent.exists())
    free = shutil.disk_usage(place).free
    if free < num_bytes + _SPARE:
        raise StorageError(
            f"{out}: needs {(num_bytes + _SPARE) / 1e9:.2f} GB, {free / 1e9:.2f} GB are free; free "
            "space or choose another place"
        )


@contextlib.contextmanager
def weights_errors(out: Path) -> Iterator[None]:
    """Turn safetensors' refusal to write, which is no OSError, into a `StorageError`."""
    from safetensors import SafetensorError

    try:
        yield
    except SafetensorError as error:
        raise StorageError(
            f"{out}: cannot be written: {error}; free space or choose another place"
        ) from error
