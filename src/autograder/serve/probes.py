"""What orchestrators and monitors ask: does it live, can it grade, what has it done?"""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from autograder.serve.answers import answer
from autograder.serve.counters import CONTENT_TYPE_LATEST
from autograder.serve.wire import ErrorBody, StateBody

router = APIRouter()


@router.get("/health", response_model=StateBody)
async def health(request: Request) -> Response:
    """The process lives."""
    return answer({"state": request.app.state.service.state})


@router.get(
    "/ready",
    response_model=StateBody,
    responses={503: {"model": ErrorBody, "description": "loading, failed, or going down"}},
)
async def ready(request: Request) -> Response:
    """The model is loaded and requests are accepted."""
    service = request.app.state.service
    service.require()
    return answer({"state": service.state})


@router.get(
    "/metrics",
    response_class=Response,
    responses={
        200: {"content": {"text/plain": {"schema": {"type": "string"}}}},
        401: {"model": ErrorBody, "description": "the token is missing or wrong"},
    },
)
async def metrics(request: Request) -> Response:
    """Counters in Prometheus' text format."""
    return Response(
        request.app.state.service.counters.page(), headers={"Content-Type": CONTENT_TYPE_LATEST}
    )
