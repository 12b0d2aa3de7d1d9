"""The service killed with SIGKILL while it answers: nothing is left behind, nothing is made up.

`AUTOGRADER_KILLS=N` kills it N times at random moments in the long test, 20 times without it.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from autograder.judging.judge import Judge
from autograder.schema import Request
from serve.running import BODY, PLAIN, WAIT_S, until

TOKEN = "a-token-of-many-letters"
HEADERS = {"Authorization": f"Bearer {TOKEN}"}
NUM_CLIENTS = 3
MANY = {"requests": [{**BODY, "response": f"iron {n} " * 9} for n in range(250)], "reasoning": True}
STREAM = {**BODY, "stream": True, "max_reasoning_tokens": 256}
NUM_STREAMS = 8
NUM_KILLS = int(os.environ.get("AUTOGRADER_KILLS", "20"))


def contents(*folders: Path) -> dict[str, object]:
    """All that lies in the folders: of a file its bytes and when they were written."""
    return {
        str(path): (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns)
        if path.is_file()
        else "no file"
        for folder in folders
        for path in folder.rglob("*")
    }


class Places:
    """Every folder in which the service could leave something."""

    def __init__(self, root: Path, judge: Path, base: Path) -> None:
        self.judge = judge
        self.home, self.scratch, self.current = (root / name for name in ("home", "tmp", "here"))
        for folder in (self.home, self.scratch, self.current):
            folder.mkdir()
        self.token = root / "token"
        self.token.write_text(TOKEN, encoding="ascii")
        self.token.chmod(0o600)
        self._all = (root, judge, base)

    def contents(self) -> dict[str, object]:
        return contents(*self._all)

    def start(self, port: int, log: int) -> subprocess.Popen[bytes]:
        """A process of the command, which has yet to load the judge."""
        command: list[str | Path] = [sys.executable, "-m", "autograder", "serve"]
        command += ["--judge", self.judge]
        command += ["--port", str(port), "--token-file", self.token]
        changes = {"HOME": str(self.home), "TMPDIR": str(self.scratch)}
        source = Path(__file__).parents[2] / "src"
        return subprocess.Popen(
            command,
            stderr=log,
            cwd=self.current,
            env=os.environ | changes | {"PYTHONPATH": str(source)},
        )

    @contextlib.contextmanager
    def service(self, port: int) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
        """A process of the command, once the judge is loaded, and its address."""
        process = self.start(port, subprocess.PIPE)
        assert process.stderr is not None
        log: threading.Thread | None = None
        lines: list[bytes] = []
        try:
            for line in process.stderr:
                lines.append(line)
                if b"the judge is loaded" in line:
                    break
            begun = [line for line in lines if b'"listening"' in line]
            assert begun, b"".join(lines).decode()
            log = threading.Thread(target=process.stderr.read)  # that it never waits for us
            log.start()
            yield process, json.loads(begun[0])["url"]
        finally:
            process.kill()
            process.wait()
            if log is not None:
                log.join()
            process.stderr.close()


@pytest.fixture
def places(judge_folder, tiny_base, tmp_path):
    return Places(tmp_path, judge_folder, tiny_base)


def raw(port: int, body: dict[str, Any], num_bytes: int | None = None) -> socket.socket:
    """A connection on which a request, or only its beginning, has been sent."""
    content = json.dumps(body).encode()
    head = f"POST /evaluate{'/batch' if 'requests' in body else ''} HTTP/1.1\r\nHost: localhost\r\n"
    head += f"Authorization: Bearer {TOKEN}\r\nContent-Type: application/json\r\n"
    connection = socket.create_connection(("127.0.0.1", port), timeout=WAIT_S)
    connection.sendall(f"{head}Content-Length: {len(content)}\r\n\r\n".encode())
    connection.sendall(content[:num_bytes])
    return connection


def rest_of(connection: socket.socket) -> bytes:
    """What still comes until the connection ends, which is no matter of time."""
    content = b""
    with contextlib.suppress(ConnectionResetError):
        while piece := connection.recv(65536):
            content += piece
    return content


class Asking(threading.Thread):
    """A client that asks for one verdict after another, until the connection breaks."""

    def __init__(self, url: str, number: int) -> None:
        super().__init__()
        self.url, self.number = url, number
        self.answers: list[tuple[str, httpx2.Response]] = []
        self.error: Exception | None = None

    def run(self) -> None:
        try:
            with httpx2.Client(base_url=self.url, headers=HEADERS, timeout=WAIT_S) as client:
                while True:
                    response = f"iron {self.number} {len(self.answers) % 4}"
                    body = {**PLAIN, "response": response}
                    self.answers.append((response, client.post("/evaluate", json=body)))
        except Exception as error:
            self.error = error


def test_a_killed_service_leaves_nothing_and_starts_again_at_once(places):
    before = places.contents()
    with contextlib.ExitStack() as stack:
        process, url = stack.enter_context(places.service(0))
        port = httpx2.URL(url).port or 0
        clients = [Asking(url, number) for number in range(NUM_CLIENTS)]
        for client in clients:
            client.start()
        until(lambda: all(len(client.answers) > 4 for client in clients))
        # A reasoning takes 256 passes, and one is written after the other.
        streams = [stack.enter_context(raw(port, STREAM)) for _ in range(NUM_STREAMS)]
        batch = stack.enter_context(raw(port, MANY))
        half = stack.enter_context(raw(port, PLAIN, num_bytes=20))
        begun = b""
        while b"event: verdict" not in begun:
            begun += streams[0].recv(65536)
        process.send_signal(signal.SIGKILL)
        assert process.wait(WAIT_S) == -signal.SIGKILL

        for client in clients:
            client.join()
            assert isinstance(client.error, httpx2.NetworkError | httpx2.RemoteProtocolError)
            assert all(answer.status_code == 200 for _, answer in client.answers)
        assert rest_of(batch) == rest_of(half) == b""
        received = [rest_of(stream) for stream in streams]
        received[0] = begun + received[0]
        is_whole = [text.endswith(b"\r\n0\r\n\r\n") for text in received]
        assert is_whole == [b"event: done" in text for text in received]
        assert not all(is_whole)
        assert places.contents() == before

        # The connections of the first are still there, and do not keep the second from its port.
        _, again = stack.enter_context(places.service(port))
        assert again == url
        judge = Judge.load(places.judge)
        answers = [pair for client in clients for pair in client.answers]
        body = {**PLAIN, "response": "iron"}
        now = httpx2.post(f"{again}evaluate", json=body, headers=HEADERS, timeout=WAIT_S)
        answers.append(("iron", now))
        texts = sorted({text for text, _ in answers})
        rows = [Request(**{**BODY, "response": text}) for text in texts]
        verdicts = dict(zip(texts, judge.evaluate_many(rows), strict=True))
        for text, answer in answers:
            assert answer.json()["model"] == verdicts[text].model
            expected = pytest.approx(verdicts[text].probabilities, abs=1e-4)
            assert answer.json()["probabilities"] == expected
    assert places.contents() == before


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_kills_at_random_moments_leave_nothing(places):
    """From the start of the process, through the loading of the judge, to busy answering."""
    before = places.contents()
    began = time.monotonic()
    with places.service(0) as (_, url):
        seconds = time.monotonic() - began
        port = httpx2.URL(url).port or 0
    chosen = random.Random(11)
    num_answered = 0
    for number in range(NUM_KILLS):
        process = places.start(port, subprocess.DEVNULL)
        is_over = threading.Event()
        statuses: list[int] = []
        client = threading.Thread(target=keep_asking, args=(url, is_over, statuses))
        client.start()
        try:
            time.sleep(3 * seconds * (number + chosen.random()) / NUM_KILLS)
            assert process.poll() is None
        finally:
            process.kill()
            process.wait()
            is_over.set()
            client.join()
        assert {*statuses} <= {200, 503}
        num_answered += 200 in statuses
        assert places.contents() == before
    assert num_answered or NUM_KILLS < 3
    with places.service(port) as (_, again):
        assert again == url
        answer = httpx2.post(f"{url}evaluate", json=PLAIN, headers=HEADERS, timeout=WAIT_S)
        assert answer.status_code == 200


def keep_asking(url: str, is_over: threading.Event, statuses: list[int]) -> None:
    """Ask for one verdict after another, whether or not anybody listens."""
    while not is_over.is_set():
        with contextlib.suppress(httpx2.NetworkError, httpx2.RemoteProtocolError):
            answer = httpx2.post(f"{url}evaluate", json=PLAIN, headers=HEADERS, timeout=WAIT_S)
            statuses.append(answer.status_code)
        is_over.wait(0.05)
