"""Lanes: what many clients ask at the same time is graded together.

A lane has a bounded queue and one thread. Jobs wait until a batch is full or the oldest has
waited long enough; while one batch is in the thread the next collects. A job whose answer is
cancelled leaves the queue at once and gives its place back.

All methods are called in the event loop; only `work` runs in the lane's thread.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Hashable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import NamedTuple

from autograder.schema import Request, Verdict
from autograder.serve.failures import Failure

Outcome = Verdict | Exception
_PADDING = 0.1
"""How much longer or shorter than the first row of a batch others may be, as a share of it."""
_FEW = 60
"""Seconds that a client is asked to wait before it tries again, at most."""


class Size(NamedTuple):
    """Tokens of a job: those that answers to the same prompt share, and those of the response."""

    shared: int
    own: int


@dataclass(eq=False)
class Job:
    """One response on its way to a verdict.

    Attributes:
        request: what is graded.
        size: its tokens.
        answer: where the verdict, or what went wrong, arrives.
        tokens: the longest reasoning, in tokens; None for none.
        emit: is handed the verdict without reasoning and then each piece of the reasoning,
            in the lane's thread. Such a job is graded alone.
        entered: when it came, by the event loop's clock.
    """

    request: Request
    size: Size
    answer: asyncio.Future[Verdict]
    tokens: int | None = None
    emit: Callable[[Verdict | str], None] | None = None
    entered: float = field(default=0.0, init=False)

    @property
    def group(self) -> Hashable:
        """Jobs of one group may share a batch."""
        return self if self.emit else self.tokens

    @property
    def row(self) -> Hashable:
        """Jobs with one row share all texts but the response, which are read once for them."""
        return replace(self.request, response="")

    @property
    def is_dropped(self) -> bool:
        """Nobody waits for the answer any more; safe to ask in any thread."""
        return self.answer.done()


class Lane:
    """A bounded queue in front of one thread.

    Args:
        name: for counters and threads.
        work: grades a batch in the lane's thread; gives a verdict or an exception for each.
        batch_size: jobs in a batch, at most.
        max_wait_s: how long the oldest job waits for others, at most.
        capacity: jobs that may wait; further ones are refused.
        on_batch: is told the size of every batch.
    """

    def __init__(
        self,
        name: str,
        work: Callable[[Sequence[Job]], list[Outcome]],
        *,
        batch_size: int,
        max_wait_s: float,
        capacity: int,
        on_batch: Callable[[int], None],
    ) -> None:
        self.name = name
        self.batch_size = batch_size
        self._work = work
        self._max_wait_s = max_wait_s
        self._capacity = capacity
        self._on_batch = on_batch
        self._waiting: dict[Job, None] = {}  # in order; a job is taken out in constant time
        self._running: Sequence[Job] = ()
        self._reserved = 0
        self._changed = asyncio.Event()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=f"autograder-{name}")
        self._seconds_a_job = 0.0
        self._aborted: Failure | None = None

    @property
    def num_waiting(self) -> int:
        return len(self._waiting) + self._reserved

    @property
    def is_idle(self) -> bool:
        return not self.num_waiting and all(job.is_dropped for job in self._running)

    @property
    def is_running(self) -> bool:
        """Whether a batch is in the thread, also one that nobody waits for."""
        return bool(self._running)

    @contextmanager
    def reserved(self, num: int) -> Iterator[None]:
        """Hold places for jobs that are being checked.

        Raises:
            Failure: 429, there are not so many places.
        """
        if self.num_waiting + num > self._capacity:
            seconds = math.ceil(self.num_waiting * self._seconds_a_job)
            raise Failure(
                429,
                "queue_full",
                f"{self.num_waiting} of {self._capacity} places in the queue are taken; "
                "try again later",
                headers={"Retry-After": str(min(max(seconds, 1), _FEW))},
            )
        self._reserved += num
        try:
            yield
        finally:
            self._reserved -= num

    def submit(self, jobs: Sequence[Job]) -> None:
        """Queue jobs, for which places were reserved."""
        now = asyncio.get_running_loop().time()
        for job in jobs:
            job.entered = now
            self._waiting[job] = None
            job.answer.add_done_callback(partial(self._leave, job))
            if self._aborted is not None:
                job.answer.set_exception(self._aborted)
        self._changed.set()

    async def run(self) -> None:
        """Grade what comes, until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            await self._collect()
            batch = self._running = self._take()
            if not batch:
                continue
            self._on_batch(len(batch))
            start = loop.time()
            outcomes: Sequence[Outcome]
            try:
                outcomes = await loop.run_in_executor(self._thread, self._work, batch)
            except Exception as error:  # a lane that ended would leave its clients without answer
                outcomes = [error] * len(batch)
            self._seconds_a_job = (loop.time() - start) / len(batch)
            for job, outcome in zip(batch, outcomes, strict=True):
                if job.answer.done():
                    continue
                if isinstance(outcome, Exception):
                    job.answer.set_exception(outcome)
                else:
                    job.answer.set_result(outcome)
            self._running = ()

    async def _collect(self) -> None:
        """Return when a batch is full, or its oldest job has waited long enough."""
        loop = asyncio.get_running_loop()
        while True:
            self._changed.clear()
            if not self._waiting:
                await self._changed.wait()
                continue
            oldest = next(iter(self._waiting))
            left = oldest.entered + self._max_wait_s - loop.time()
            if oldest.emit or left <= 0 or len(self._mates()) == self.batch_size:
                return
            try:
                async with asyncio.timeout(left):  # `wait_for` of Python 3.11 may miss a cancel
                    await self._changed.wait()
            except TimeoutError:
                return

    def _mates(self) -> list[Job]:
        """The oldest job and those that are to be graded with it.

        A score is one pass, in which padding costs as much as text: so those with the same
        prompt come first, and then others that make rows of about the same length. A reasoning
        is dozens of small passes, which are best shared by many.
        """
        waiting = [job for job in self._waiting if not job.is_dropped]
        mates = [job for job in waiting if job.group == waiting[0].group]
        if not mates or mates[0].tokens is not None:
            return mates[: self.batch_size]
        rows: dict[Hashable, list[Job]] = {}
        for job in mates:
            rows.setdefault(job.row, []).append(job)
        batch: list[Job] = []
        first = 0
        for row in rows.values():
            part = row[: self.batch_size - len(batch)]
            if not part:
                break
            length = part[0].size.shared + sum(job.size.own for job in part)
            first = first or length
            if abs(length - first) <= _PADDING * first:
                batch += part
        return batch

    def _take(self) -> list[Job]:
        batch = self._mates()
        taken = set(batch)
        self._waiting = {
            job: None for job in self._waiting if job not in taken and not job.is_dropped
        }
        return batch

    def _leave(self, job: Job, _: asyncio.Future[Verdict]) -> None:
        self._waiting.pop(job, None)

    def abort(self, failure: Failure) -> None:
        """Answer all that waits, is being graded or still comes with a failure."""
        self._aborted = failure
        for job in (*self._waiting, *self._running):
            if not job.answer.done():
                job.answer.set_exception(failure)

    def close(self) -> None:
        """Let the thread end after the batch that it is at."""
        self._thread.shutdown(wait=False, cancel_futures=True)
