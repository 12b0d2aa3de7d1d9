"""Trains the tiny model outside pytest: `python train_tiny.py PLAN.json`.

A plan is a list of runs. Each runs in a fork of its own, so that torch is imported once, and
may be killed with SIGKILL at a named moment. The exit status of each is printed as JSON.
A plan that is a single run, not a list, runs in this very process (Lightning starts its other
ranks by running the script again).
"""

from __future__ import annotations

import json
import sys
import warnings
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import lightning
from lightning.pytorch.callbacks import Checkpoint
from transformers import Qwen2ForCausalLM  # noqa: F401  # loaded once, before the forks

from autograder import config as configuration
from autograder.model.lora import fuse_lora  # noqa: F401  # likewise
from autograder.training import run as training
from autograder.training.callbacks import BEST, LAST
from autograder.training.encoded_rows import Rows
from autograder.training.outcome import Outputs
from conftest import make_examples
from scripts.forks import die, run_each


class Kill(Checkpoint):  # as such Lightning calls it after those that save
    """Dies at `hook:number`, where number counts the hook's calls in this process from 1."""

    def __init__(self, moment: str) -> None:
        self.hook, _, number = moment.partition(":")
        self.left = int(number or 1)

    def _called(self, hook: str) -> None:
        if hook == self.hook:
            self.left -= 1
            if not self.left:
                die()

    def on_train_batch_end(self, *_: Any) -> None:
        self._called("train_batch_end")

    def on_validation_batch_end(self, *_: Any) -> None:
        self._called("validation_batch_end")

    def on_validation_end(self, *_: Any) -> None:
        self._called("validation_end")

    def on_train_epoch_end(self, *_: Any) -> None:
        self._called("train_epoch_end")

    def on_train_end(self, *_: Any) -> None:
        self._called("train_end")


def kill_while_saving(name: str, number: int) -> None:
    """Die when the checkpoint has been written under its scratch name, before the rename."""
    calls = [0]
    replace = Path.replace

    def dying(self: Path, target: Path) -> Path:
        if Path(target).name == name:
            calls[0] += 1
            if calls[0] == number:
                die()
        return replace(self, target)

    # Ignored by mypy's leave: the point is to put something else in its place.
    Path.replace = dying  # type: ignore[method-assign,assignment]  # dies before a rename


def _nothing() -> None:
    pass


def run(values: dict[str, Any]) -> None:
    warnings.simplefilter("ignore")
    settings = configuration.parse(values["params"])
    rows = make_examples(values.get("num_items", 6))
    split = len(rows) - values.get("num_validation", 10)
    folder = Path(values["folder"])
    before_writing = _nothing
    if kill := values.get("kill"):
        name, _, number = kill.partition(":")
        if name in (LAST, BEST, "checkpoints", "reports"):
            kill_while_saving(name, int(number or 1))
        elif name == "before_writing":
            before_writing = die
        else:
            make = training.make_trainer

            def make_mortal(*args: Any, **options: Any) -> lightning.Trainer:
                trainer: Any = make(*args, **options)
                trainer.callbacks.append(Kill(kill))
                return trainer

            training.make_trainer = make_mortal
    training.train(
        settings,
        Rows.of_examples(rows[:split]),
        Rows.of_examples(rows[split:]),
        scratch=folder / "scratch",
        outputs=Outputs(folder / "checkpoints", folder / "reports"),
        logs=folder / "logs",
        cache=folder / "rows",
        before_writing=before_writing,
    )


def main() -> None:
    plan = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    if isinstance(plan, dict):
        run(plan)
        return
    run_each(plan, run)


if __name__ == "__main__":
    main()
