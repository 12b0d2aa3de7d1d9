"""Grade the rows of a file on a Ray cluster, with the very batches of one machine.

Workers hold a judge each and grade whole windows; this process reads the file, hands windows out
and writes verdicts down in their order. Ray's actors do it, not Ray Data: that would read the
file in another process, and hold verdicts back until a block of them is full.
"""

from __future__ import annotations

import contextlib
import logging
import math
import os
import platform
import re
import secrets
import socket
import tempfile
from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from autograder.bulk.part import Part, Record
from autograder.bulk.source import Source
from autograder.bulk.windows import Progress, Window, encode, judged, read_windows, write_faults
from autograder.errors import AutograderError, ModelError
from autograder.extras import how_to_install
from autograder.judging.folder import judge_fingerprint
from autograder.judging.grader import AS_TRAINED, Grader, Mode
from autograder.judging.judge import Judge
from autograder.schema import Request
from autograder.tables.rows import SourceRow

_AHEAD = 2
"""Windows for each worker: one that it grades and one that waits."""

_RETRIES = 2
"""How often a window is tried again whose worker has died."""

_PATIENCE_S = 10.0

_log = logging.getLogger(__name__)


class ClusterError(AutograderError):
    """Workers cannot be had, or do not last."""


class _NoJudgeError(Exception):
    """What a worker raises: an error that a user can mend, line by line."""


@dataclass(frozen=True, slots=True)
class RayEngine:
    """Grades rows on a cluster, as `grade_rows` does on one machine.

    Args:
        address: `auto` or `HOST:PORT` of a cluster; None is this machine alone, or the cluster
            that this process uses already.
        num_workers: judges; None is one for each GPU, or where there is none one for each node.

    Raises:
        ClusterError: Ray is not installed.
    """

    address: str | None = None
    num_workers: int | None = None

    def __post_init__(self) -> None:
        _ray(self.address)

    def __call__(
        self,
        source: Source,
        part: Part,
        load: Callable[[], Grader],
        *,
        reasoning: bool,
        skip: bool,
        progress: Progress = lambda _num, _is_new: None,
    ) -> None:
        """Grade every row that `part` knows no verdict of; see `grade_rows`.

        Args:
            load: makes the judge on each worker, where it has to be found under the same name.

        Raises:
            ClusterError: no cluster answers, a worker has no judge, or workers die.
            DataError, StorageError: as `grade_rows`.
        """
        with contextlib.ExitStack() as stack:
            ray: Any = None
            workers: Any = None
            num_ahead = 0
            ahead: deque[Window[SourceRow]] = deque()

            def write() -> None:
                window = ahead.popleft()
                too_long, records = _result(ray, workers)
                write_faults(window, too_long, source, part, skip, progress)
                part.append(records)
                progress(len(records), True)
                part.sync()

            for window in read_windows(source, part, progress):
                if window.is_done:
                    write_faults(window, {}, source, part, skip, progress)
                    continue
                if workers is None:
                    part.append([])  # says if what comes after is damaged
                    ray = stack.enter_context(_connected(self.address))
                    workers, num_workers = _hire(ray, load, self.num_workers)
                    num_ahead = _AHEAD * num_workers
                if len(ahead) == num_ahead:
                    write()
                known = tuple(window.known)
                task = (source, window.requests, window.keys, known, reasoning, skip)
                workers.submit(lambda worker, task: worker.grade.remote(*task), task)
                ahead.append(window)
            while ahead:
                write()


class _Worker:
    """A judge in a process of its own, loaded with the first window."""

    def __init__(self, load: Callable[[], Grader]) -> None:
        self._load = load
        self._judge: Grader | None = None

    def grade(
        self,
        source: Source,
        requests: dict[int, Request],
        keys: dict[int, str],
        known: Collection[int],
        reasoning: bool,
        skip: bool,
    ) -> tuple[dict[int, str], list[Record]]:
        """Why rows of a window are too long, by number, and the verdicts on the others."""
        try:
            self._judge = self._judge or self._load()
            encoded, too_long = encode(self._judge, source, requests)
            if too_long and not skip:  # which ends the run
                return too_long, []
            batches = judged(self._judge, encoded, source, keys, known, reasoning)
            return too_long, [record for batch in batches for record in batch]
        except AutograderError as error:  # which would lose its fields on the way
            first, *more = str(error).split("\n  ")
            raise _NoJudgeError(f"worker on {platform.node()}: {first}", *more) from None


def load_same(
    folder: Path,
    fingerprint: str,
    batch_size: int | None,
    mode: Mode = AS_TRAINED,
) -> Judge:
    """Load the judge in a folder of this node if it is the one that the run is about.

    Raises:
        ModelError: it is not there, or is another one.
    """
    try:
        found = judge_fingerprint(folder)
    except ModelError:
        raise ModelError(
            f"{folder}: holds no whole judge; every node needs a copy of it in this place"
        ) from None
    if found != fingerprint:
        raise ModelError(
            f"{folder}: holds another judge than where the run was started; every node needs a "
            "copy of that one in this place"
        )
    judge = Judge.load(folder, **mode.values)
    judge.batch_size = batch_size or judge.batch_size
    return judge


def _ray(address: str | None) -> Any:
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    if address is None:
        # Its name notwithstanding, on every system: listen to this machine only.
        os.environ.setdefault("RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER", "0")
    try:
        return import_module("ray")
    except ModuleNotFoundError as error:
        raise ClusterError(
            f"--engine ray needs {error.name}, which is not installed: {how_to_install('ray')}"
        ) from None


@contextlib.contextmanager
def _connected(address: str | None) -> Iterator[Any]:
    """Ray with a cluster, which is left as it was found."""
    ray = _ray(address)
    if address is None and ray.is_initialized():
        yield ray
        return
    with contextlib.ExitStack() as stack:
        options: dict[str, Any] = {"address": address}
        if address is None:
            # Logs, and texts that memory has no room for: for nobody else to read. Short, as the
            # paths of sockets may have no more than some 100 characters.
            parent = "/tmp" if Path("/tmp").is_dir() else None
            folder = stack.enter_context(
                tempfile.TemporaryDirectory(prefix="ray-", dir=parent, ignore_cleanup_errors=True)
            )
            options = {
                "address": "local",
                "include_dashboard": False,
                "_temp_dir": folder,
            }
            # Ray would write one to the home folder for others to read.
            os.environ.setdefault("RAY_AUTH_TOKEN", secrets.token_hex(32))
        try:
            if address and address != "auto":  # Ray itself would try for minutes
                host, _, port = address.rpartition(":")
                socket.create_connection((host.strip("[]"), int(port)), _PATIENCE_S).close()
            stack.callback(ray.shutdown)
            ray.init(logging_level=logging.CRITICAL, log_to_driver=False, **options)
        except (OSError, OverflowError, ValueError, RuntimeError) as error:
            raise ClusterError(
                f"--ray-address {address}: no Ray cluster answers ({_line(error)}); run the "
                "command on a machine of the cluster, or leave the option out to use this one alone"
                if address
                else f"Ray does not start on this machine: {_line(error)}"
            ) from error
        yield ray


def _hire(ray: Any, load: Callable[[], Grader], num: int | None) -> tuple[Any, int]:
    """A pool of workers with an equal share of the cluster each, and their number."""
    num, num_cpus, num_gpus = share([n["Resources"] for n in ray.nodes() if n["Alive"]], num)
    name, needed = ("GPU", num * num_gpus) if num_gpus else ("CPU", num * num_cpus)
    free = ray.available_resources().get(name, 0.0)
    if free < needed:
        _log.warning(
            "the workers take %g %ss and the Ray cluster has %g free: others use the rest, and "
            "what finds no room waits",
            *(needed, name, free),
        )
    kind = ray.remote(_Worker).options(
        num_cpus=num_cpus,
        num_gpus=num_gpus,
        max_restarts=_RETRIES,
        max_task_retries=_RETRIES,
        scheduling_strategy="SPREAD",
    )
    pool = import_module("ray.util").ActorPool([kind.remote(load) for _ in range(num)])
    return pool, num


def share(nodes: Sequence[Mapping[str, float]], num: int | None) -> tuple[int, int, float]:
    """How many workers a cluster gets, and the CPUs and GPUs of each; none spans two nodes.

    Args:
        nodes: what each has, `CPU` and `GPU` among it.
        num: workers; None is one for each GPU, or where there is none one for each node.

    Raises:
        ClusterError: there are more workers than CPUs.

    Example:
        >>> share([{"CPU": 8}, {"CPU": 4}], None), share([{"CPU": 8, "GPU": 2}], 3)
        ((2, 4, 0.0), (3, 0, 0.5))
    """
    num_gpus = int(sum(node.get("GPU", 0) for node in nodes))
    if num_gpus:
        num = num or num_gpus
        return num, 0, 1 / math.ceil(num / num_gpus)
    cpus = [int(node.get("CPU", 0)) for node in nodes]
    num = num or sum(amount > 0 for amount in cpus) or 1
    for part in range(max(cpus, default=0), 0, -1):  # Ray gives PyTorch as many threads
        if sum(amount // part for amount in cpus) >= num:
            return num, part, 0.0
    raise ClusterError(f"--workers {num}: the Ray cluster has {sum(cpus)} CPUs")


def _result(ray: Any, workers: Any) -> Any:
    errors = ray.exceptions
    try:
        return workers.get_next()
    except errors.RayTaskError as error:
        if isinstance(error.cause, _NoJudgeError):
            first, *more = error.cause.args
            raise ClusterError(first, more) from None
        raise
    except errors.RayError as error:
        raise ClusterError(
            f"workers on the Ray cluster die, {_RETRIES + 1} times over the same rows "
            f"({_line(error)}); see that each node has this package, and give workers more memory, "
            "with a lower --batch-size or fewer --workers; the same command goes on from here"
        ) from None


def _line(error: Exception) -> str:
    """What Ray says, and what it was caused by, in a line."""
    lines = [line.strip() for line in re.sub(r"\x1b\[\d*m", "", str(error)).splitlines()]
    lines = [line for line in lines if line.strip(" ^")] or [repr(error)]
    return " ... ".join(dict.fromkeys((lines[0][:200], lines[-1][:200])))
