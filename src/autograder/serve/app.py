"""The HTTP service: one FastAPI application around one judge."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from autograder import __version__
from autograder.judging.grader import Grader
from autograder.serve import playground, probes, routes
from autograder.serve.access import Access
from autograder.serve.answers import handle_failure
from autograder.serve.counters import Counters
from autograder.serve.service import Service
from autograder.serve.settings import Settings


def create_app(judge: Grader | Callable[[], Grader], settings: Settings | None = None) -> FastAPI:
    """The service of a judge.

    Args:
        judge: a loaded `autograder.Judge`, or a function that loads one. It is called in a
            thread when the application starts; until it returns, `/ready` is 503.
        settings: limits, batching and access.

    Returns:
        an ASGI application; `app.state.service` is its `Service`.
    """
    settings = settings or Settings()
    counters = Counters()
    service = Service(judge, settings, counters)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        service.start()
        yield
        await service.close()

    app = FastAPI(
        title="Auto-Grader",
        version=__version__,
        summary="Grades responses: (prompt, response, rubric) -> score, distribution, reasoning.",
        lifespan=lifespan,
        docs_url=None,  # these pages load their scripts from elsewhere
        redoc_url=None,
        redirect_slashes=False,
        # It would hand request bodies, which are other people's texts, to whoever listens.
        telemetry={
            "tracing": False,
            "metrics": False,
            "logs": False,
            "operation_spans": False,
            "auto_configure": False,
        },
    )
    app.state.service = service
    app.state.settings = settings
    for router in (routes.router, probes.router, playground.make_router()):
        app.include_router(router)
    for kind in (HTTPException, RequestValidationError):
        app.add_exception_handler(kind, handle_failure)
    app.add_middleware(Access, settings=settings, counters=counters)
    return app
