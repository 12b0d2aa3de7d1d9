"""A real process and real signals: what was accepted is finished, then the process ends with 0."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import httpx2
import pytest

from helpers.fake_judge import verdict_of
from serve.running import BODY, PLAIN, REQUEST, until, wire

SCRIPT = Path(__file__).with_name("serve_fake.py")


class Process:
    """The service in a process of its own; its judge answers once a file is there."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.go = folder / "go"
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, PATHS))}
        self.process = subprocess.Popen(
            [sys.executable, "-W", "error", SCRIPT, self.go, *options],
            stderr=subprocess.PIPE,
            env=environment,
        )
        self.lines: list[dict] = []
        self.reader = threading.Thread(target=self._read)
        self.reader.start()
        until(lambda: self.said("listening") or not self.reader.is_alive())
        assert self.said("listening"), self.lines
        self.url = self.said("listening")[0]["url"]

    def _read(self):
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.lines.append(json.loads(line))

    def said(self, event):
        return [line for line in self.lines if line["event"] == event]

    def stop(self, kind=signal.SIGTERM):
        self.process.send_signal(kind)
        until(lambda: self.said("draining"))

    def wait(self):
        code = self.process.wait(60)
        self.reader.join()
        return code


PATHS = [SCRIPT.parents[2] / "src", SCRIPT.parents[1]]


@pytest.fixture
def start(tmp_path):
    started = []

    def start(*options):
        started.append(Process(tmp_path, *options))
        return started[-1]

    yield start
    for each in started:
        each.process.kill()
        each.wait()
        assert each.process.stderr is not None
        each.process.stderr.close()


def ask(url, body, answers):
    def post():
        answers.append(httpx2.post(f"{url}evaluate", json=body, timeout=60))

    thread = threading.Thread(target=post)
    thread.start()
    return thread


@pytest.mark.parametrize("kind", [signal.SIGTERM, signal.SIGINT])
def test_accepted_work_is_finished_and_nothing_new_is_taken(start, kind):
    process = start()
    answers: list[Any] = []
    stream = {**BODY, "stream": True, "max_reasoning_tokens": 3}
    threads = [ask(process.url, body, answers) for body in (PLAIN, stream)]
    until(lambda: process.said("at work") and len(process.said("at work")) == 2)
    process.stop(kind)
    refused = httpx2.post(f"{process.url}evaluate", json=PLAIN)
    assert (refused.status_code, refused.json()["error"]["code"]) == (503, "draining")
    assert httpx2.get(f"{process.url}ready").status_code == 503
    assert httpx2.get(f"{process.url}health").json() == {"state": "draining"}
    process.go.touch()
    for thread in threads:
        thread.join()
    assert process.wait() == 0
    plain, streamed = sorted(answers, key=lambda answer: answer.headers["content-type"])
    assert plain.json() == wire(verdict_of(REQUEST))
    assert streamed.text.count("event: done") == 1
    assert process.said("stopped")


def test_an_idle_service_stops_at_once(start):
    process = start()
    assert httpx2.get(f"{process.url}ready").status_code == 200
    process.stop()
    assert process.wait() == 0


def test_what_takes_too_long_is_answered_and_left(start):
    process = start("--drain", "0.3")
    answers: list[Any] = []
    thread = ask(process.url, PLAIN, answers)
    until(lambda: process.said("at work"))
    process.stop()
    thread.join()
    assert process.wait() == 0
    assert (answers[0].status_code, answers[0].json()["error"]["code"]) == (503, "draining")


def test_a_second_signal_does_not_wait(start):
    process = start()
    with socket.create_connection(("127.0.0.1", int(process.url.split(":")[2][:-1]))) as sock:
        body = json.dumps(PLAIN).encode()
        sock.sendall(
            b"POST /evaluate HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            b"Content-Length: %d\r\n\r\n%s" % (len(body), body)
        )
        until(lambda: process.said("at work"))
        process.stop()
        process.process.send_signal(signal.SIGTERM)
        assert process.wait() == 0


def test_a_judge_that_cannot_be_loaded_ends_the_service(start):
    process = start("--broken")
    assert process.wait() == 1
    (line,) = process.said("the judge could not be loaded")
    assert line["exception"] == "ModelError"


def test_a_signal_while_the_judge_is_loaded(start):
    process = start("--slow-load")
    assert httpx2.get(f"{process.url}ready").json()["error"]["code"] == "not_ready"
    process.stop()
    assert process.wait() == 0
