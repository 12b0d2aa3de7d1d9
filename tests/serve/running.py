"""The service with real HTTP: uvicorn in a thread, on a free port."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

import httpx2
import uvicorn
from fastapi import FastAPI

from autograder.schema import Request, Verdict
from autograder.serve.app import create_app
from autograder.serve.server import make_config
from autograder.serve.service import Service
from autograder.serve.settings import Settings

WAIT_S = 60
BODY = {"prompt": "What is 2+2?", "response": "4", "rubric": "Is the sum right?"}
PLAIN = {**BODY, "reasoning": False}
REQUEST = Request(**BODY)


class Client(httpx2.Client):
    """A client that knows the running service and the judge in it."""

    service: Service
    judge: Any
    port: int

    def evaluate(self, **changes: Any) -> httpx2.Response:
        return self.post("/evaluate", json={**PLAIN, **changes})

    def failure(self, **changes: Any) -> tuple[int, dict[str, str]]:
        answer = self.evaluate(**changes)
        return answer.status_code, answer.json()["error"]


@contextmanager
def running(app: FastAPI, judge: Any = None, **options: Any) -> Iterator[Client]:
    """Serve an application; `options` are the client's."""
    listening = socket.create_server(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    server = uvicorn.Server(make_config(app))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    options.setdefault("base_url", f"http://127.0.0.1:{port}")
    try:
        with Client(timeout=WAIT_S, **options) as client:
            client.service, client.judge, client.port = app.state.service, judge, port
            yield client
    finally:
        server.should_exit = True
        thread.join()
        listening.close()


@contextmanager
def serving(judge: Any, **settings: Any) -> Iterator[Client]:
    """Serve a judge."""
    with running(create_app(judge, Settings(**settings)), judge) as client:
        yield client


def wire(verdict: Verdict) -> dict[str, Any]:
    """A verdict as JSON brings it."""
    values: dict[str, Any] = json.loads(json.dumps(asdict(verdict)))
    return values


def until(condition: Any) -> None:
    """Wait until something is true that another thread makes so."""
    end = time.monotonic() + WAIT_S
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.005)
