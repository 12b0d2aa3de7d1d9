"""Runs that may be killed with SIGKILL at a named moment, each in a fork of its own.

A script hands `run_each` a function; a test starts the script with `run_plan`. Torch is
imported once, before the forks.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def run_each(plan: list[dict[str, Any]], run: Callable[[dict[str, Any]], object]) -> None:
    """Run each entry in a fork, one after the other, and print their exit statuses as JSON."""
    statuses = []
    for values in plan:
        child = os.fork()
        if not child:
            # Where a shell started the tests in the background, it is ignored.
            signal.signal(signal.SIGINT, signal.default_int_handler)
            try:
                run(values)
            except SystemExit as error:
                os._exit(error.code if isinstance(error.code, int) else 1)
            except BaseException:
                import traceback

                traceback.print_exc()
                os._exit(1)
            os._exit(0)
        statuses.append(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    print(json.dumps(statuses))


def run_plan(
    script: Path, root: Path, plan: list[dict[str, Any]], hash_seed: int
) -> tuple[list[int], str]:
    """The exit statuses of a plan's runs, and what they wrote to standard error."""
    file = root / "plan.json"
    file.write_text(json.dumps(plan), encoding="utf-8")
    found = subprocess.run(
        [sys.executable, script, file],
        env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONHASHSEED": str(hash_seed)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert found.returncode == 0, found.stderr
    statuses: list[int] = json.loads(found.stdout.splitlines()[-1])
    return statuses, found.stderr
