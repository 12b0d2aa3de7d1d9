"""The service with real HTTP, on a free port: uvicorn in a thread, or the command in a process."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
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
STATUS = Path("/proc")
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


@contextmanager
def running_command(judge: Path, log: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """A process of the command once the judge is loaded, which writes to `log`, and its address."""
    command: list[str | Path] = [sys.executable, "-m", "autograder", "serve"]
    command += ["--judge", judge, "--port", "0"]
    environment = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONFAULTHANDLER": "1"}
    with log.open("wb") as file:
        process = subprocess.Popen(command, stderr=file, env=environment)
    try:
        while "the judge is loaded" not in log.read_text(encoding="utf-8"):
            assert process.poll() is None, log.read_text(encoding="utf-8")
            time.sleep(0.1)
        lines = map(json.loads, log.read_text(encoding="utf-8").splitlines())
        yield process, next(line["url"] for line in lines if line["event"] == "listening")
    finally:
        process.kill()
        process.wait()


def resident(process: int) -> int:
    """Bytes of memory that a process of Linux holds."""
    pages = int((STATUS / str(process) / "statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


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
