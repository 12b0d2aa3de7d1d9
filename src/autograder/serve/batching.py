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
from dataclasses import dataclass, field
from functools import partial

from autograder.schema import Verdict
from autograder.serve.failures import Failure
from autograder.serve.grader import Texts

Outcome = Verdict | Exception
_FEW = 60
"""Seconds that a client is asked to wait before it tries again, at most."""


@dataclass(eq=False)
class Job:
    """One response on its way to a verdict.

    Attributes:
        texts: what is graded.
        answer: where the verdict, or what went wrong, arrives.
        tokens: the longest reasoning, in tokens; None for none.
        emit: is handed the verdict without reasoning and then each piece of the reasoning,
            in the lane's thread. Such a job is graded alone.
        entered: when it came, by the event loop's clock.
    """

    texts: Texts
    answer: asyncio.Future[Verdict]
    tokens: int | None = None
    emit: Callable[[Verdict | str], None] | None = None
    entered: float = field(default=0.0, init=False)

    @property
    def group(self) -> Hashable:
        """Jobs of one group may share a batch."""
        return self if self.emit else self.tokens

    @property
    def is_dropped(self) -> bool:
        """Nobody waits for the answer any more; safe to ask in any thread."""
        return self.answer.done()


class Lane:
    """A bounded queue in front of one thread.

    Args:
        name: for metrics and threads.
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
                await asyncio.wait_for(self._changed.wait(), left)
            except TimeoutError:
                return

    def _mates(self) -> list[Job]:
        """The oldest job and those that may be graded with it, in order."""
        mates: list[Job] = []
        for job in self._waiting:
            if not job.is_dropped and (not mates or job.group == mates[0].group):
                mates.append(job)
                if len(mates) == self.batch_size:
                    break
        return mates

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
