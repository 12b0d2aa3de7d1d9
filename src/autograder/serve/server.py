"""The application under uvicorn: one process, one judge, and a clean end."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import logging.config
import os
import signal
import socket
from collections.abc import Iterator

import uvicorn
from fastapi import FastAPI

from autograder.errors import ConfigError
from autograder.serve.log import logging_config
from autograder.serve.memory import bound_kernel_caches
from autograder.serve.protocol import Protocol
from autograder.serve.service import Service

log = logging.getLogger("autograder.serve")
_TAIL_S = 5
"""For answers that are graded already and whose clients read slowly."""
_KEEP_ALIVE_S = 75
"""How long an idle connection stays open: longer than clients and proxies keep theirs (5 to 60 s),
because one that is closed just as a request comes on it loses that request."""


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes a free one.

    Raises:
        ConfigError: the address is in use or not ours.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=2048)
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ConfigError(
            "the service's address",
            [f"{host}:{port}: {reason}; choose another one with --host and --port"],
        ) from None


class _Server(uvicorn.Server):
    """Stops in two steps: nothing new is accepted, what was accepted is finished, then the end."""

    def __init__(self, config: uvicorn.Config, service: Service, drain_s: float) -> None:
        super().__init__(config)
        self._service = service
        self._drain_s = drain_s
        self._stopping: asyncio.Task[None] | None = None

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Ours, because uvicorn's ends the process by the signal and not with exit code 0."""
        loop = asyncio.get_running_loop()
        before = {
            kind: signal.signal(kind, lambda *_: loop.call_soon_threadsafe(self._stop))
            for kind in (signal.SIGINT, signal.SIGTERM)
        }
        try:
            yield
        finally:
            for kind, handler in before.items():
                signal.signal(kind, handler)

    def _stop(self) -> None:
        if self._stopping is None:
            self._stopping = asyncio.create_task(self._drain())
        else:  # a second signal: now
            self.should_exit = self.force_exit = True

    async def _drain(self) -> None:
        """The socket stays open meanwhile, so that whoever asks gets a 503 and its reason."""
        log.info("draining")
        service = self._service
        service.drain()
        end = asyncio.get_running_loop().time() + self._drain_s
        while not service.is_idle:
            if asyncio.get_running_loop().time() > end:
                log.warning("not all was finished within %g s", self._drain_s)
                service.abort()
                break
            await asyncio.sleep(0.02)
        self.should_exit = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        log.info("listening", extra={"fields": {"url": self._url()}})

    async def on_tick(self, counter: int) -> bool:
        """Called ten times a second."""
        return await super().on_tick(counter) or self._service.load_error is not None

    def _url(self) -> str:
        host, port = self.servers[0].sockets[0].getsockname()[:2]
        shown = f"[{host}]" if ":" in host else host
        return f"http://{shown}:{port}{self._service.settings.root_path}/"


def make_config(app: FastAPI) -> uvicorn.Config:
    """How uvicorn serves an application of ours."""
    return uvicorn.Config(
        app,
        http=Protocol,
        ws="none",
        log_config=None,
        access_log=False,
        lifespan="on",
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=_TAIL_S,
        timeout_keep_alive=_KEEP_ALIVE_S,
    )


def run(app: FastAPI, server_socket: socket.socket, *, drain_s: float = 30.0) -> None:
    """Serve until a signal comes; then return, or end the process with code 0 at once.

    Args:
        app: as `create_app` makes it.
        server_socket: as `listen` opens it.
        drain_s: seconds in which accepted requests are finished after the signal.

    Raises:
        AutograderError: the judge could not be loaded; so may any other exception of the loader.
    """
    service: Service = app.state.service
    bound_kernel_caches()
    logging.config.dictConfig(logging_config(service.settings.log_texts))
    asyncio.run(_Server(make_config(app), service, drain_s).serve(sockets=[server_socket]))
    if service.load_error is not None:
        raise service.load_error
    log.info("stopped")
    if service.has_running_thread:
        # Somebody went away, or a second signal came. Python would wait for the thread, and
        # torch does not like to be pulled from under one.
        logging.shutdown()
        os._exit(0)
