"""The judge of a finished run, put into the box: small, with its figures and where it is from.

The adapter is stored in bf16, which halves it and moves its scores a little. The stored judge is
the one that counts, so it is tried beside the trained one before it is kept.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from autograder.errors import ModelError
from autograder.evaluation.result_models import Failures, Grouped, Rate
from autograder.evaluation.typed_files import made_by, read_json
from autograder.export.box_card import panel_figures, weaknesses
from autograder.export.finished import Finished, Run, check_finished, pin
from autograder.export.progress import Progress
from autograder.export.readme import card
from autograder.export.trained import check_place, open_trained, weights_errors
from autograder.files import atomic_folder, json_text
from autograder.judging.folder import write_sums
from autograder.schema import Example, read_examples

MAX_BYTES = 40_000_000
"""Of a stored adapter: what a Git repository and a wheel bear."""

TOLERANCE = 0.05
"""How far storing may move the expected score of an answer, of 1 to 5."""

NUM_COMPARED = 20

_ADAPTER = "adapter_model.safetensors"
_NAME = re.compile(r"judge-[a-z0-9.-]+")
_USE = """\
```python
from autograder import Judge

judge = Judge.load("{name}")
print(judge.evaluate("What is 2+2?", "5", "Factual accuracy"))
```

`judge.json` holds the base's pin, the digits' token ids and every parameter; the adapter alone
loads with plain `peft` on the same base. `params.yaml` made this judge, from commit
`{commit}` and the data with DVC's hash `{data}`; `metrics.json` has what that run measured."""
_NOTES = """\
The figures are of the adapter as it was trained. It is stored in bf16: the expected scores of
{num} answers of the test split move by at most {change:.4f} (a release allows {allowed})."""


def release(
    name: str, run: Run, box: Path, progress: Progress, *, panel: Path | None, force: bool
) -> dict[str, Any]:
    """Write the judge of a finished run to BOX/NAME and pin the box with DVC.

    Args:
        name: of the judge.
        run: the finished run, in the working directory.
        box: the folder of all judges.
        progress: of the comparison.
        panel: figures on other test sets, to keep beside the judge.
        force: replace a judge of this name.

    Returns:
        what `release.json` holds.

    Raises:
        ModelError: the name is none, the adapter is too large or changes too much in bf16, or
            the panel is of other judges.
        TrainingError: the parts of the run do not belong together.
        StorageError: the judge is there already, or cannot be written.
    """
    if not _NAME.fullmatch(name):
        raise ModelError(
            f"NAME {name!r}: expected judge- and then small letters, digits, dots and hyphens; Git "
            "ignores all other folders in judges/"
        )
    out = box / name
    check_place(out, [run.judge], force=force)
    finished = check_finished(run)
    examples = read_examples(run.test)
    examples = examples[:: max(1, len(examples) // NUM_COMPARED)][:NUM_COMPARED]
    with atomic_folder(out) as new:
        _copy(finished, run, new)
        stored = open_trained(new)
        fingerprints = {stored.fingerprint, finished.trained.fingerprint}
        with made_by("evaluate"):
            tables = run.metrics.with_name("eval")
            groups = read_json(tables / "groups.json", Grouped)
            behaviour = read_json(tables / "behaviour.json", Failures[Rate])
        more = {"What it is bad at": weaknesses(groups, behaviour)}
        if panel:
            values = _read_panel(panel, fingerprints)
            more["Other people's test sets"] = panel_figures(values, fingerprints)
            (new / "panel.json").write_text(json_text(values), encoding="utf-8")
        change = largest_change(run.judge, new, examples, progress)
        if change > TOLERANCE:
            raise ModelError(
                f"{run.judge}: in bf16 an expected score moves by {change:.3f}, allowed are "
                f"{TOLERANCE}; release a judge that rounding changes less"
            )
        about = {
            "name": name,
            "code": finished.commit,
            "data": finished.data,
            "judge_sha256": stored.fingerprint,
            "trained_sha256": finished.trained.fingerprint,
            "adapter_dtype": "bf16",
            "num_compared": len(examples),
            "largest_change": round(change, 6),
            "tolerance": TOLERANCE,
        }
        use = _USE.format(name=name, commit=finished.commit, data=finished.data)
        notes = _NOTES.format(num=len(examples), change=change, allowed=TOLERANCE)
        text = card(stored, "judge", use, finished.evidence, notes, more)
        (new / "README.md").write_text(text, encoding="utf-8")
        (new / "release.json").write_text(json_text(about), encoding="utf-8")
    pin(box)
    return about


def _copy(finished: Finished, run: Run, new: Path) -> None:
    for name in ("judge.json", "adapter_config.json"):
        shutil.copyfile(run.judge / name, new / name)
    shutil.copyfile(run.params, new / "params.yaml")
    shutil.copyfile(run.metrics, new / "metrics.json")
    store_adapter(finished.trained.folder / _ADAPTER, new / _ADAPTER)
    write_sums(new)


def store_adapter(source: Path, target: Path) -> None:
    """Write an adapter's tensors in bf16.

    Raises:
        ModelError: the file is larger than `MAX_BYTES`.
        StorageError: the disk is full.
    """
    import torch
    from safetensors.torch import load_file, save_file

    tensors = {name: value.to(torch.bfloat16) for name, value in load_file(source).items()}
    with weights_errors(target):
        save_file(tensors, target, metadata={"format": "pt"})
    if (size := target.stat().st_size) > MAX_BYTES:
        raise ModelError(
            f"{source}: takes {size / 1e6:.1f} MB in bf16, allowed in the box are "
            f"{MAX_BYTES / 1e6:.0f}; push it to the hub instead, or train with a smaller lora.r"
        )


def largest_change(
    one: Path, other: Path, examples: Sequence[Example], progress: Progress
) -> float:
    """The largest distance between the expected scores that two judges give one answer.

    Args:
        one, other: folders of judges.
        examples: the answers.
        progress: told of each answer.
    """
    from autograder.judging.judge import Judge
    from autograder.model.scores import expected_score

    def scores(at: int, folder: Path) -> Any:
        judge, done = Judge.load(folder), at * len(examples)

        def count(num: int) -> None:
            nonlocal done
            progress("compare", done := done + num, 2 * len(examples))

        encoded = [judge.encoder.encode_request(example) for example in examples]
        return expected_score(judge.probabilities(encoded, count))

    return float((scores(0, one) - scores(1, other)).abs().max())


def _read_panel(path: Path, fingerprints: set[str]) -> dict[str, Any]:
    """What `bench/panel.py --output` wrote of a judge with one of the fingerprints."""
    from autograder.judging.grader import Mode

    try:
        values: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        named = {judge["fingerprint"] for judge in values.get("judges", ())}
        num = values.get("renderings", 1)
        mark = Mode(renderings=num).mark
    except (OSError, ValueError, AttributeError, TypeError, KeyError) as error:
        raise ModelError(f"{path}: is no file of `bench/panel.py --output` ({error!r})") from None
    if named & fingerprints:
        return values
    if named & {fingerprint + mark for fingerprint in fingerprints}:
        raise ModelError(
            f"{path}: was measured with --renderings {num}, and a released judge's card holds "
            "figures of 1; run bench/panel.py without --renderings"
        )
    raise ModelError(f"{path}: holds no figures of this judge; run bench/panel.py with it")
