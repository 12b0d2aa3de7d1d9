"""Running small Python programs and their tests, many in one subprocess.

The programs come from this package's own templates. The sandbox is there so that a mistake in
one (an endless loop, a huge list, an `exit`) costs its own result and nothing else. It is no
wall against an attacker who knows it: text from elsewhere does not belong here.

A program sees a list of harmless builtins. It cannot import, open files, define classes or start
processes; it runs in an own session, without environment, in an empty folder, with limits on
memory and CPU time.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass

from autograder.dataset import sandbox_child
from autograder.errors import AutograderError

Value = bool | int | float | str | None | Sequence["Value"]
"""What a call takes and gives: JSON without objects."""

_BATCH = 5000  # programs a process
_MEMORY_BYTES = 2**29
_CPU_S = 300
_WALL_S = 600.0


@dataclass(frozen=True, slots=True)
class Call:
    """A test: the function `name`, called with `args`, must return `wanted`."""

    name: str
    args: tuple[Value, ...]
    wanted: Value


@dataclass(frozen=True, slots=True)
class Program:
    """Source code and the calls that test it."""

    source: str
    calls: tuple[Call, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one call.

    Attributes:
        passed: it returned plain data equal to the wanted.
        value: what it returned, as Python writes it; empty if it returned nothing at all.
        error: the exception's name; `Missing` if there is no such function, `Refused` if the
            program names internals, `Killed` if it took too long or ended the process.
    """

    passed: bool
    value: str = ""
    error: str = ""


def run(
    programs: Sequence[Program], limit_s: float = 1.0, wall_s: float = _WALL_S
) -> list[tuple[Outcome, ...]]:
    """Run programs in order and tell the outcome of each call.

    Args:
        programs: to be run; one cannot see another.
        limit_s: CPU seconds a program may take.
        wall_s: seconds a whole batch may take, beyond anything that a batch in order takes.

    Raises:
        AutograderError: the sandbox did not start.
    """
    done: list[tuple[Outcome, ...]] = []
    while len(done) < len(programs):
        batch = programs[len(done) : len(done) + _BATCH]
        finished = _run_batch(batch, limit_s, wall_s)
        done += finished
        if len(finished) < len(batch):
            killer = batch[len(finished)]
            done.append((Outcome(False, error="Killed"),) * len(killer.calls))
    return done


def _run_batch(
    batch: Sequence[Program], limit_s: float, wall_s: float
) -> list[tuple[Outcome, ...]]:
    """The outcomes up to the first program that brought the process down."""
    job = {
        "memory_bytes": _MEMORY_BYTES,
        "cpu_s": _CPU_S,
        "limit_s": limit_s,
        "programs": [
            (program.source, [(call.name, call.args, call.wanted) for call in program.calls])
            for program in batch
        ],
    }
    command = [sys.executable, "-I", "-S", "-W", "ignore", sandbox_child.__file__]
    with tempfile.TemporaryDirectory() as folder:
        try:
            process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                cwd=folder,
                env={},
                start_new_session=True,
            )
        except OSError as error:
            raise AutograderError(f"the sandbox did not start: {error}") from error
        with process:
            try:
                written, complaint = process.communicate(json.dumps(job).encode(), wall_s)
            except subprocess.TimeoutExpired:
                _kill(process)
                written, complaint = process.communicate()
            except BaseException:
                _kill(process)
                raise
    if not written.startswith(sandbox_child.READY):
        lines = complaint.decode(errors="replace").split("\n")
        last = next((line for line in reversed(lines) if line), f"code {process.returncode}")
        raise AutograderError(f"the sandbox did not start: {last}; check {sys.executable}")
    rows = written.split(b"\n")[1:-1]  # what follows the last line end is incomplete
    return [tuple(Outcome(*outcome) for outcome in json.loads(row)) for row in rows]


def _kill(process: subprocess.Popen[bytes]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
