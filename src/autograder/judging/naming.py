"""Which judge a name means: one in the box, a folder, or one on the Hugging Face hub.

The box is `judges/` of a clone, or what an installed wheel has brought along.
"""

from __future__ import annotations

import json
from pathlib import Path

from autograder.errors import ModelError, SourceError
from autograder.files import path_of
from autograder.judging.folder import JUDGE_FILE, SUMS_FILE

BUILT = "build/judge"
FIRST = ("judge-0.5b", "judge-1.5b")
"""Of these, the first one in the box is taken where nobody names a judge and none was trained."""

_ABOVE = Path(__file__).resolve().parents
# A wheel's data lie below the prefix of lib/python3.x/site-packages.
_BOXES = (_ABOVE[3] / "judges", *(prefix / "share/autograder/judges" for prefix in _ABOVE[5:6]))
# Nothing that would have to be unpickled, no program, and no weights but an adapter's.
_HUB_FILES = ["adapter_model.safetensors", "*.json", "*.md", SUMS_FILE]


def boxed() -> dict[str, Path]:
    """The folders of the judges in the box, by name."""
    files = (file for box in _BOXES for file in sorted(box.glob(f"*/{JUDGE_FILE}")))
    return {file.parent.name: file.parent for file in files}


def default_judge() -> str:
    """The name of the judge that is taken where nobody names one.

    It is `build/judge` if the working directory has it, else the first of `FIRST` in the box.
    """
    if Path(BUILT, JUDGE_FILE).exists():
        return BUILT
    known = boxed()
    return next((name for name in FIRST if name in known), BUILT)


def find_judge(judge: str | Path | None = None) -> Path:
    """The folder of a judge; one on the hub is downloaded into the cache of the hub's client.

    Args:
        judge: the name of a judge in the box, a folder, or a hub id `org/name[@revision]`. A
            `Path` is always a folder. None is `default_judge`.

    Raises:
        ModelError: the name is none of these, and the message lists the judges in the box; its
            `~NAME` has no home folder; or what the hub gives is no LoRA adapter.
        SourceError: the hub cannot be reached or refuses.
    """
    if isinstance(judge, Path):
        return judge
    name = default_judge() if judge is None else judge
    known = boxed()
    if name in known:
        return known[name]
    folder = path_of(name, "judge")
    if name == BUILT or (name and folder.is_dir()):
        return folder
    from autograder.bases.catalog import HUB_ID  # imports pydantic, which --help does without

    if HUB_ID.fullmatch(name) and not folder.exists() and not name.startswith("."):
        return _from_hub(name)
    box = f" ({', '.join(known)})" if known else ", which is empty"
    raise ModelError(
        f"{name!r}: no judge of this name in the box{box}, no folder, and no hub id of the form "
        "org/name; train a judge with `dvc repro`, or name one of these"
    )


def _from_hub(name: str) -> Path:
    from huggingface_hub import snapshot_download

    repo, _, revision = name.partition("@")
    try:
        found = snapshot_download(
            repo,
            revision=revision or None,
            allow_patterns=_HUB_FILES,
            ignore_patterns=["*/*"],
        )
    except Exception as error:  # whichever HTTP client the hub's library uses
        reason = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise SourceError(
            f"{name}: no folder here, and the hub does not give it: {reason}"
        ) from error
    folder = Path(found)
    try:
        settings = json.loads((folder / "adapter_config.json").read_text(encoding="utf-8"))
        is_lora = settings["peft_type"] == "LORA"
    except (OSError, ValueError, TypeError, KeyError):
        is_lora = False
    if not is_lora:  # PEFT knows kinds that fetch more by themselves
        raise ModelError(f"{name}: holds no LoRA adapter; name a judge that was pushed whole")
    return folder
