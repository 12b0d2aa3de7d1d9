"""The judge that a training starts from, checked and copied, so that DVC knows its content."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

from safetensors import SafetensorError

from autograder.config import Config
from autograder.errors import ConfigError, ModelError
from autograder.files import atomic_folder, json_text
from autograder.judging.folder import FILES, JUDGE_FILE, judge_fingerprint, read_judge
from autograder.prompt import TEMPLATE_VERSION
from autograder.stages.wider import widen

JUDGES = Path("judges")
"""Where judges to start from lie: a folder that DVC watches."""

ABOUT = "start.json"
"""The file beside the copied judge: the name that was asked for and the judge's fingerprint."""


def resolve(name: str) -> Path:
    """The folder of the judge that `train.start` names, as `NAME` or `judges/NAME`.

    Raises:
        ModelError: there is none.
    """
    folder = Path(name) if Path(name).parent == JUDGES else JUDGES / name
    if Path(name).name and folder.parent != JUDGES:
        raise ModelError(
            f"{name!r} is not in {JUDGES}/, the folder whose changes DVC sees; "
            f"cp -r {name} {JUDGES}/NAME, and set train.start=NAME"
        )
    if not Path(name).name or not folder.is_dir():
        known = ", ".join(sorted(each.parent.name for each in JUDGES.glob(f"*/{JUDGE_FILE}")))
        raise ModelError(f"no judge {name!r} in {JUDGES}/; it holds {known or 'no judge'}")
    return folder


def write_start(settings: Config, place: Path) -> None:
    """Copy the judge that `train.start` names, or write down that there is none.

    With a `lora.top` above the judge's, its adapter gets the layers that it lacks; see `widen`.

    Args:
        settings: the whole configuration; a judge has to agree with its base and adapter.
        place: replaced at once.

    Raises:
        ConfigError: there is no such judge, or it and the configuration disagree.
    """
    name = settings.train.start
    about = {"start": name, "judge_sha256": None}
    files: list[Path] = []
    if name is not None:
        try:
            folder = resolve(name)
            about["judge_sha256"] = judge_fingerprint(folder)
            faults = _disagreements(settings, name, folder)
        except ModelError as error:
            faults = [f"train.start: {error}"]
        except OSError as error:  # a name that is too long, a folder that may not be read
            faults = [
                f"train.start: {name[:60]!r}: {error.strerror}; copy the judge to {JUDGES}/NAME"
            ]
        except (KeyError, TypeError, ValueError) as error:
            fault = f"{folder / JUDGE_FILE}: is not one of ours ({error!r})"
            faults = [f"train.start: {fault}; copy the judge again"]
        if faults:
            raise ConfigError("params.yaml", faults)
        files = [folder / file for file in FILES]
    with atomic_folder(place) as new:
        for file in files:
            shutil.copyfile(file, new / file.name)
        if files:
            try:
                widen(new, settings.lora.top, settings.seed)
            except (KeyError, TypeError, ValueError, SafetensorError) as error:
                fault = f"train.start: the adapter of {name} is damaged ({error!r})"
                raise ConfigError("params.yaml", [f"{fault}; copy the judge again"]) from None
        (new / ABOUT).write_text(json_text(about), encoding="utf-8")


def _disagreements(settings: Config, name: str, folder: Path) -> list[str]:
    """Values of the configuration that the adapter cannot be trained on with, a line each."""
    judge = read_judge(folder)
    if judge["template_version"] != TEMPLATE_VERSION:
        return [
            f"train.start: {name!r} was trained with template {judge['template_version']}, this "
            f"version renders template {TEMPLATE_VERSION}; set train.start=null to train a new one"
        ]
    lora, theirs = settings.lora, {"top": 1.0} | judge["params"]["lora"]  # all layers, once
    pairs = {
        "model.name": (settings.model.name, judge["base"]["name"]),
        "lora.r": (f"{lora.r}", f"{theirs['r']}"),
        "lora.alpha": (f"{lora.alpha:g}", f"{theirs['alpha']:g}"),
        "lora.targets": (_names(lora.targets), _names(theirs["targets"])),
        # Layers below theirs begin anew; theirs have to stay.
        "lora.top": (f"{lora.top:g}", f"{max(lora.top, theirs['top']):g}"),
    }
    return [
        f"{key}: {ours} is not what train.start={name} was trained with; set {key}={right}"
        for key, (ours, right) in pairs.items()
        if ours != right
    ]


def _names(targets: Iterable[str]) -> str:
    return f"[{','.join(sorted(targets))}]"
