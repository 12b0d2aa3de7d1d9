"""The service and what nobody has meant to send: an answer as any other, and the next is graded."""

from __future__ import annotations

import json
import random
import socket

import pytest

from fuzz.mutate import mutated
from helpers.fake_judge import FakeJudge, verdict_of
from serve.running import BODY, PLAIN, REQUEST, serving, wire

PATHS = ("/evaluate", "/evaluate/batch", "/compare")
KNOWN = {200, 400, 404, 405, 408, 411, 413, 415, 421, 422, 429, 431, 501, 505}
SEEDS = [
    json.dumps(body).encode()
    for body in (
        PLAIN,
        BODY,
        {**PLAIN, "reference": "It is \u00e9."},
        {**BODY, "stream": True, "max_reasoning_tokens": 4},
        {"requests": [BODY, {**BODY, "reference": "4"}]},
        {"prompt": "p", "a": "one", "b": "two", "rubric": "r"},
    )
]


def framed(body: bytes, path: str) -> bytes:
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


FRAMED = [
    *(framed(body, path) for path in PATHS for body in SEEDS),
    b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n",
    b"GET /metrics HTTP/1.0\r\nHost: localhost\r\n\r\n",
    b"POST /evaluate HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
]


@pytest.fixture(scope="module")
def client():
    with serving(FakeJudge(), timeout_s=2) as client:
        yield client


@pytest.mark.timeout(0)
def test_any_body_is_answered_in_the_usual_form(client, numbers):
    graded = 0
    for number in numbers:
        path = random.Random(f"path {number}").choice(PATHS)
        answer = client.post(
            path, content=mutated(SEEDS, number), headers={"Content-Type": "application/json"}
        )
        about = f"input {number} to {path}: {answer.status_code} {answer.text[:500]}"
        assert answer.status_code in KNOWN, about
        graded += answer.status_code == 200
        if answer.status_code != 200:
            error = answer.json()["error"]
            assert error["message"].isprintable(), about
            assert error.get("field", "x").isprintable(), about
            assert len(answer.content) < 1000, about
    assert graded > len(numbers) // 50
    assert client.evaluate().json() == wire(verdict_of(REQUEST))


@pytest.mark.timeout(0)
def test_any_bytes_are_answered_or_the_connection_is_closed(client, numbers):
    answered = 0
    for number in numbers:
        statuses = statuses_of(client.port, mutated(FRAMED, number), number)
        assert set(statuses) <= KNOWN, f"input {number}: {statuses}"
        answered += bool(statuses)
    assert answered > len(numbers) // 2
    assert client.evaluate().json() == wire(verdict_of(REQUEST))


def statuses_of(port: int, content: bytes, number: int) -> list[int]:
    """The status of each answer, until the service has closed the connection."""
    answer = b""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        try:
            connection.sendall(content)
            connection.shutdown(socket.SHUT_WR)  # nothing more will come
            while piece := connection.recv(65536):
                answer += piece
        except TimeoutError:
            raise AssertionError(f"input {number}: is not answered, nor the end seen") from None
        except OSError:  # closed by the service before all was sent
            pass
    lines = [line for line in answer.split(b"\n") if line.startswith(b"HTTP/1.")]
    return [int(line.split()[1]) for line in lines]
