"""The routes that grade."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import asdict, fields
from typing import Any

from fastapi import APIRouter, Response
from fastapi import Request as HttpRequest

from autograder.schema import Comparison, Request, Verdict
from autograder.serve.access import record_of
from autograder.serve.answers import Events, answer, in_time, next_item
from autograder.serve.body import JsonRoute
from autograder.serve.failures import invalid
from autograder.serve.service import Service
from autograder.serve.settings import Settings
from autograder.serve.wire import (
    DEFAULT_REASONING_TOKENS,
    BatchBody,
    BatchVerdicts,
    CompareBody,
    ComparisonBody,
    ErrorBody,
    EvaluateBody,
    VerdictBody,
    verdict_values,
)

_FAILURES: dict[int | str, dict[str, Any]] = {
    400: {"model": ErrorBody, "description": "not JSON"},
    401: {"model": ErrorBody, "description": "the token is missing or wrong"},
    408: {"model": ErrorBody, "description": "the body did not come in time"},
    413: {"model": ErrorBody, "description": "the body is too large"},
    415: {"model": ErrorBody, "description": "the body is not declared as JSON in UTF-8"},
    421: {"model": ErrorBody, "description": "without a token: another `Host` than its own"},
    422: {"model": ErrorBody, "description": "a field is missing, wrong or too long"},
    429: {"model": ErrorBody, "description": "the queue is full; see Retry-After"},
    500: {"model": ErrorBody, "description": "an unexpected error"},
    503: {"model": ErrorBody, "description": "not ready, or going down"},
    504: {"model": ErrorBody, "description": "not graded in time"},
}
_EVENTS = {
    "description": "the verdict; with `stream` the events `verdict`, `reasoning` and `done`",
    "content": {
        "text/event-stream": {
            "schema": {"type": "string"},
            "example": 'event: reasoning\ndata: {"text": "Water boils"}\n\n',
        }
    },
}

router = APIRouter(route_class=JsonRoute, responses=_FAILURES)


@router.post("/evaluate", response_model=VerdictBody, responses={200: _EVENTS})
async def evaluate(http: HttpRequest, body: EvaluateBody) -> Response:
    """Grade one response."""
    tokens = body.max_reasoning_tokens if body.reasoning else None
    if not body.stream:
        (verdict,) = await _grade(http, [body.request], [_names()], tokens)
        return answer(verdict_values(verdict))
    service, settings = _service(http), _settings(http)
    deadline = asyncio.get_running_loop().time() + settings.timeout_s
    if tokens is None:
        (verdict,) = await _grade(http, [body.request], [_names()], None)
        items = _one(verdict)
    else:
        _check_lengths(http, [body.request], [_names()])
        items = service.stream(body.request, _names(), tokens)
        try:
            # Nothing is sent before there is a verdict, so that a failure has its own status.
            first = await in_time(http, next_item(items), settings.timeout_s)
        except BaseException:
            await items.aclose()
            raise
        assert isinstance(first, Verdict)
        verdict = first
    return Events(http, verdict, items, deadline=deadline, timeout_s=settings.timeout_s)


@router.post("/evaluate/batch", response_model=BatchVerdicts)
async def evaluate_batch(http: HttpRequest, body: BatchBody) -> Response:
    """Grade responses; all are checked before any is graded."""
    names = [_names(f"requests.{index}.") for index in range(len(body.requests))]
    rows = [row.request for row in body.requests]
    verdicts = await _grade(http, rows, names, DEFAULT_REASONING_TOKENS if body.reasoning else None)
    return answer({"verdicts": [verdict_values(verdict) for verdict in verdicts]})


@router.post("/compare", response_model=ComparisonBody)
async def compare(http: HttpRequest, body: CompareBody) -> Response:
    """Grade two responses to one prompt, each for itself, and say which is better."""
    names = [_names(response=name) for name in ("a", "b")]
    tokens = DEFAULT_REASONING_TOKENS if body.reasoning else None
    one, other = await _grade(http, body.requests, names, tokens)
    return answer(asdict(Comparison.of(one, other)))


async def _grade(
    http: HttpRequest, rows: Sequence[Request], names: Sequence[dict[str, str]], tokens: int | None
) -> list[Verdict]:
    """Verdicts in time, for a request whose texts have been checked."""
    _check_lengths(http, rows, names)
    work = _service(http).evaluate(rows, names, tokens)
    verdicts = await in_time(http, work, _settings(http).timeout_s)
    record_of(http.scope).scores = [verdict.score for verdict in verdicts]
    return verdicts


def _check_lengths(
    http: HttpRequest, rows: Sequence[Request], names: Sequence[dict[str, str]]
) -> None:
    limit = _settings(http).max_text
    for row, own in zip(rows, names, strict=True):
        for name, text in asdict(row).items():
            if len(text) > limit:
                raise invalid(
                    own[name],
                    f"has {len(text)} characters; at most {limit} are allowed (--max-text)",
                )
    record = record_of(http.scope)
    record.texts = [asdict(row) for row in rows]


def _names(prefix: str = "", **others: str) -> dict[str, str]:
    """What a request calls each of a row's fields."""
    return {f.name: prefix + others.get(f.name, f.name) for f in fields(Request)}


async def _one(verdict: Verdict) -> AsyncGenerator[Verdict | str, None]:
    yield verdict


def _service(http: HttpRequest) -> Service:
    service: Service = http.app.state.service
    return service


def _settings(http: HttpRequest) -> Settings:
    settings: Settings = http.app.state.settings
    return settings
