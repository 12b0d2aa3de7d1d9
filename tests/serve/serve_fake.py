"""Serve a fake judge whose every step waits until a file is there; run by test_stopping.py."""

from __future__ import annotations

import logging
import sys
import threading
from pathlib import Path

import click

from autograder.errors import AutograderError, ModelError
from autograder.serve.app import create_app
from autograder.serve.server import listen, run
from helpers.fake_judge import FakeJudge
from serve.running import until


class WaitingJudge(FakeJudge):
    def __init__(self, go: Path) -> None:
        super().__init__()
        self._go = go
        self.may_score.clear()
        self.may_reason.clear()

    def _wait(self, event: threading.Event) -> None:
        logging.getLogger("autograder.serve").info("at work")
        until(self._go.exists)


@click.command()
@click.argument("go", type=click.Path(path_type=Path))
@click.option("--drain", type=float, default=60)
@click.option("--broken", is_flag=True)
@click.option("--slow-load", is_flag=True)
def main(go: Path, drain: float, broken: bool, slow_load: bool) -> None:
    def load() -> WaitingJudge:
        if broken:
            raise ModelError("no such folder")
        if slow_load:
            until(go.exists)
        return WaitingJudge(go)

    judge = load if broken or slow_load else WaitingJudge(go)
    try:
        run(create_app(judge), listen("127.0.0.1", 0), drain_s=drain)
    except AutograderError:
        sys.exit(1)


if __name__ == "__main__":
    main()
