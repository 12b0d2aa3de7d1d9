"""The judge behind the routes: loading, checking, the two lanes, and coming to rest.

Plain scoring and reasoning have a lane each. A reasoning takes dozens of passes through the
model where a score takes one; the judge serialises passes, not requests, so that a batch to be
scored waits for the pass that is under way and not for the reasoning.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, Literal

from autograder.errors import DataError
from autograder.judging.grader import Grader
from autograder.schema import Request, Verdict
from autograder.serve.batching import Job, Lane, Size
from autograder.serve.counters import Counters
from autograder.serve.failures import Failure, invalid
from autograder.serve.lane_work import grade
from autograder.serve.settings import Settings

log = logging.getLogger("autograder.serve")
State = Literal["loading", "ready", "failed", "draining"]
_WHY: dict[State, str] = {
    "loading": "the model is being loaded",
    "failed": "the model could not be loaded; see the log",
    "draining": "the service is going down",
}
_AGAIN = {"Retry-After": "5"}


class Service:
    """One judge for many clients.

    Args:
        judge: the judge, or what loads it; a loader runs in a thread while `/health` answers.
        settings: limits and batching.
        counters: where batches are counted.
    """

    def __init__(
        self, judge: Grader | Callable[[], Grader], settings: Settings, counters: Counters
    ) -> None:
        self.settings = settings
        self.counters = counters
        self.state: State = "loading"
        self.load_error: Exception | None = None
        self._source = judge
        self._judge: Grader | None = None
        self._is_loading = False
        self._lanes: dict[str, Lane] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._checker = ThreadPoolExecutor(4, thread_name_prefix="autograder-check")
        self._reader = ThreadPoolExecutor(1, thread_name_prefix="autograder-read")
        self._loader = ThreadPoolExecutor(1, thread_name_prefix="autograder-load")
        counters.watch_ready(lambda: self.state == "ready")

    # Life

    def start(self) -> None:
        """Begin to load; to be called in the event loop."""
        if callable(self._source):
            self._tasks.append(asyncio.create_task(self._load(self._source)))
        else:
            self._open(self._source)

    async def _load(self, loader: Callable[[], Grader]) -> None:
        loop = asyncio.get_running_loop()
        start = loop.time()
        self._is_loading = True
        try:
            judge = await loop.run_in_executor(self._loader, loader)
            self._is_loading = False
        except Exception as error:
            self._is_loading = False
            self.load_error = error
            if self.state == "loading":
                self.state = "failed"
            log.exception("the judge could not be loaded")
            return
        log.info("the judge is loaded", extra={"fields": {"s": round(loop.time() - start, 1)}})
        self._open(judge)

    def _open(self, judge: Grader) -> None:
        self._judge = judge
        for name in ("scoring", "reasoning"):
            self._open_lane(name, judge)
        if self.state == "loading":
            self.state = "ready"

    def _open_lane(self, name: str, judge: Grader) -> None:
        lane = self._lanes[name] = Lane(
            name,
            partial(grade, judge),
            batch_size=self.settings.batch_size or judge.batch_size,
            max_wait_s=self.settings.max_wait_s,
            capacity=self.settings.queue,
            on_batch=partial(self.counters.batch, name),
        )
        self.counters.watch(name, lambda: lane.num_waiting)
        self._tasks.append(asyncio.create_task(lane.run()))

    def drain(self) -> None:
        """Accept nothing more."""
        self.state = "draining"

    @property
    def is_idle(self) -> bool:
        """Whether nobody waits for a verdict."""
        return all(lane.is_idle for lane in self._lanes.values())

    @property
    def has_running_thread(self) -> bool:
        """Whether a thread is at something that cannot be stopped: a pass, or the loading."""
        return self._is_loading or any(lane.is_running for lane in self._lanes.values())

    def abort(self) -> None:
        """Answer what is unfinished: there is no time left for it."""
        for lane in self._lanes.values():
            lane.abort(_unavailable("draining"))

    async def close(self) -> None:
        self.drain()
        self.abort()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for lane in self._lanes.values():
            lane.close()
        for pool in (self._reader, self._checker, self._loader):
            pool.shutdown(wait=False, cancel_futures=True)

    # Grading

    async def read(self, parse: Callable[[bytes], Any], body: bytes) -> Any:
        """What a body says; large ones are parsed one at a time and not in the event loop."""
        return await asyncio.get_running_loop().run_in_executor(self._reader, parse, body)

    def require(self) -> Grader:
        """The judge, while it takes requests.

        Raises:
            Failure: 503, it does not.
        """
        if self.state != "ready" or self._judge is None:
            raise _unavailable(self.state)
        return self._judge

    async def evaluate(
        self, rows: Sequence[Request], names: Sequence[dict[str, str]], tokens: int | None
    ) -> list[Verdict]:
        """Verdicts in order; cancelling this takes what waits out of the queue.

        Args:
            rows: what to grade.
            names: for each row, what the request calls its fields.
            tokens: the longest reasoning, or None for none.

        Raises:
            Failure: a text does not fit the model, the queue is full, or nothing is accepted.
        """
        lane, sizes = await self._admit(rows, names, "scoring" if tokens is None else "reasoning")
        future = asyncio.get_running_loop().create_future
        jobs = [Job(*row, future(), tokens) for row in zip(rows, sizes, strict=True)]
        lane.submit(jobs)
        try:
            verdicts = await asyncio.gather(*(job.answer for job in jobs))
        finally:
            for job in jobs:
                job.answer.cancel()
        self.counters.verdicts(verdict.score for verdict in verdicts)
        return verdicts

    async def stream(
        self, request: Request, names: dict[str, str], tokens: int
    ) -> AsyncGenerator[Verdict | str, None]:
        """The verdict without reasoning, the reasoning's pieces, and the whole verdict.

        Closing the generator stops the model after the pass that is under way.
        """
        lane, (size,) = await self._admit([request], [names], "reasoning")
        loop = asyncio.get_running_loop()
        items: asyncio.Queue[Verdict | str | None] = asyncio.Queue()
        job = Job(
            request,
            size,
            loop.create_future(),
            tokens,
            emit=lambda item: _call_soon(loop, items, item),
        )
        job.answer.add_done_callback(lambda _: items.put_nowait(None))
        lane.submit([job])
        try:
            while (item := await items.get()) is not None:
                yield item
            verdict = await job.answer
            self.counters.verdicts([verdict.score])
            yield verdict
        finally:
            if not job.answer.cancel() and not job.answer.cancelled():
                job.answer.exception()  # has been seen, or nobody is there to see it

    async def _admit(
        self, rows: Sequence[Request], names: Sequence[dict[str, str]], lane_name: str
    ) -> tuple[Lane, list[Size]]:
        """Check the rows and count their tokens; each has a place in the lane when this returns.

        What has come so far is accepted, also if the service begins to drain meanwhile.
        """
        encode = self.require().encoder.encode_request
        lane = self._lanes[lane_name]

        def check() -> list[Size]:
            sizes = []
            for row, fields in zip(rows, names, strict=True):
                try:
                    encoded = encode(row)
                    sizes.append(Size(len(encoded.prefix), len(encoded.response)))
                except DataError as error:
                    field = fields.get(error.field or "", error.field)
                    message = str(error).removeprefix(f"{error.field}: ")
                    raise invalid(field, message) from None
            return sizes

        with lane.reserved(len(rows)):
            sizes = await asyncio.get_running_loop().run_in_executor(self._checker, check)
        return lane, sizes


def _unavailable(state: State) -> Failure:
    code = "draining" if state == "draining" else "not_ready"
    headers = {**_AGAIN, "Connection": "close"} if state == "draining" else _AGAIN
    return Failure(503, code, _WHY[state], headers=headers)


def _call_soon(
    loop: asyncio.AbstractEventLoop, items: asyncio.Queue[Verdict | str | None], item: Verdict | str
) -> None:
    loop.call_soon_threadsafe(items.put_nowait, item)
