"""From a coroutine to an answer: in time, while the client is there, as JSON or as events."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncGenerator, Coroutine
from typing import Any, TypeVar

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response, StreamingResponse
from starlette.exceptions import HTTPException
from starlette.types import Receive, Scope, Send

from autograder.schema import Verdict
from autograder.serve.access import record_of
from autograder.serve.failures import Failure, client_gone, internal, of_http, of_validation
from autograder.serve.wire import verdict_values

log = logging.getLogger("autograder.serve")
Result = TypeVar("Result")


async def in_time(request: Request, work: Coroutine[Any, Any, Result], timeout_s: float) -> Result:
    """What the work gives, unless the client goes away or the time is over; then it is cancelled.

    Raises:
        Failure: 504, or 499, which nobody reads.
    """
    task = asyncio.create_task(work)
    gone = asyncio.create_task(_until_gone(request))
    try:
        await asyncio.wait((task, gone), timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            return task.result()
        if gone.done():
            raise client_gone()
        raise too_late(timeout_s)
    finally:
        for each in (task, gone):
            each.cancel()
        await asyncio.gather(task, gone, return_exceptions=True)


async def next_item(
    items: AsyncGenerator[Verdict | str, None],
) -> Verdict | str | None:
    """The next item of a stream, or None at its end."""
    return await anext(items, None)


async def _until_gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


def too_late(timeout_s: float) -> Failure:
    return Failure(504, "timeout", f"not graded within {timeout_s:g} s; it was given up")


def dump(values: object) -> bytes:
    """JSON in one line of ASCII: no text in it can end a line or an event."""
    return json.dumps(values, allow_nan=False).encode("ascii")


def answer(values: object) -> Response:
    return Response(dump(values), media_type="application/json")


def event(name: str, values: object) -> bytes:
    """A server-sent event."""
    return b"event: %s\ndata: %s\n\n" % (name.encode("ascii"), dump(values))


class Events(StreamingResponse):
    """A verdict and its reasoning as server-sent events.

    Args:
        request: whose answer this is.
        verdict: the first event.
        items: the reasoning's pieces and then the whole verdict; closed when the client goes
            away, which stops the model.
        deadline: of the last event, by the event loop's clock.
        timeout_s: what the client is told when it is over.
    """

    def __init__(
        self,
        request: Request,
        verdict: Verdict,
        items: AsyncGenerator[Verdict | str, None],
        *,
        deadline: float,
        timeout_s: float,
    ) -> None:
        self._request = request
        self._items = items
        self._deadline = deadline
        self._timeout_s = timeout_s
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        super().__init__(self._events(verdict), headers=headers, media_type="text/event-stream")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            await self._items.aclose()

    async def _events(self, verdict: Verdict) -> AsyncGenerator[bytes, None]:
        record = record_of(self._request.scope)
        yield event("verdict", verdict_values(verdict))
        try:
            async for item in self._until_deadline():
                if isinstance(item, Verdict):
                    record.scores = [item.score]
                    yield event("done", verdict_values(item))
                else:
                    yield event("reasoning", {"text": item})
        except Failure as failure:
            record.failure = failure.code
            yield event("error", failure.body())
        except Exception as error:
            log.exception("unexpected error", extra={"fields": {"id": record.id}}, exc_info=error)
            record.failure = "internal"
            yield event("error", internal(record.id).body())

    async def _until_deadline(self) -> AsyncGenerator[Verdict | str, None]:
        while True:
            left = self._deadline - asyncio.get_running_loop().time()
            try:
                async with asyncio.timeout(left):
                    item = await next_item(self._items)
            except TimeoutError:
                raise too_late(self._timeout_s) from None
            if item is None:
                return
            yield item


async def handle_failure(request: Request, error: Exception) -> Response:
    """FastAPI's handler for every answer that is an error and that somebody raised on purpose."""
    if isinstance(error, RequestValidationError):
        failure = of_validation(error)
    else:
        assert isinstance(error, HTTPException)
        failure = of_http(error)
    record_of(request.scope).failure = failure.code
    return failure.response()
