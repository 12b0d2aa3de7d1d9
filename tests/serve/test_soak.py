"""An hour of mixed traffic, in which the service's memory stays the same once its caches are full.

`AUTOGRADER_SOAK_MINUTES=N` lets it last as long; 60 without it.
"""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import statistics
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Sequence

import httpx2
import pytest

from serve.running import BODY, PLAIN, STATUS, resident, running_command

pytestmark = [pytest.mark.slow, pytest.mark.timeout(0)]

MINUTES = float(os.environ.get("AUTOGRADER_SOAK_MINUTES", "60"))
NUM_CLIENTS = 4
NUM_READINGS = 50
MAX_GROWTH = 32 * 2**20
"""Bytes of resident memory, see `growth`: a kilobyte a request is more after 60,000 requests."""

MAX_BODY, MAX_TEXT = 4 * 2**20, 100_000
STOP_S = 600
"""Many times what it has for draining, as the machine may be busy."""

JSON = {"Content-Type": "application/json"}


class Traffic:
    """Requests of all kinds, by several clients, until told to stop."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.is_over = threading.Event()
        self.seen: Counter[tuple[str, object]] = Counter()
        self.faults: list[str] = []

    def run(self, seed: int) -> None:
        chosen = random.Random(seed)
        kinds = [self.good, self.batch, self.reasoned, self.bad, self.hostile, self.oversized,
                 self.cut_off, self.cancelled]  # fmt: skip
        try:
            while not self.is_over.is_set():
                with httpx2.Client(base_url=self.url, timeout=120) as client:
                    for _ in range(20):
                        chosen.choice(kinds)(client, chosen)
        except Exception as error:
            self.faults.append(f"{type(error).__name__}: {error}")
            self.is_over.set()

    def told(self, kind: str, answer: httpx2.Response, *expected: int) -> None:
        self.seen[kind, answer.status_code] += 1
        if answer.status_code not in {*expected, 429}:
            self.faults.append(f"{kind}: {answer.status_code} {answer.text[:200]}")

    def good(self, client: httpx2.Client, chosen: random.Random) -> None:
        response = f"iron {chosen.random()} " * chosen.choice((1, 1, 20, 500))
        self.told("good", client.post("/evaluate", json={**PLAIN, "response": response}), 200)

    def batch(self, client: httpx2.Client, chosen: random.Random) -> None:
        rows = [{**BODY, "response": f"tin {chosen.random()}"} for _ in range(chosen.randint(1, 8))]
        self.told("batch", client.post("/evaluate/batch", json={"requests": rows}), 200)

    def reasoned(self, client: httpx2.Client, chosen: random.Random) -> None:
        body = {**BODY, "response": f"{chosen.random()}", "max_reasoning_tokens": 4}
        self.told("reasoned", client.post("/evaluate", json=body), 200)

    def bad(self, client: httpx2.Client, chosen: random.Random) -> None:
        bodies: tuple[dict[str, object], ...] = (
            {},
            {**PLAIN, "rubric": ""},
            {**PLAIN, "x": 1},
            {**PLAIN, "rubric": "r " * 9000},
        )
        self.told("bad", client.post("/evaluate", json=chosen.choice(bodies)), 422)

    def hostile(self, client: httpx2.Client, chosen: random.Random) -> None:
        content = chosen.choice((
            b"[" * 100_000,
            b'{"requests": [' + b",".join([b"{}"] * 20_000) + b"]}",
            b"{" + b",".join(b'"%d": 1' % n for n in range(20_000)) + b"}",
            b'{"prompt": ' + b"9" * 5000 + b"}",
            bytes(chosen.randrange(256) for _ in range(1000)),
        ))  # fmt: skip
        path = f"/evaluate/batch?{chosen.random()}"
        self.told("hostile", client.post(path, content=content, headers=JSON), 400, 422)
        self.told("unknown", client.get(f"/{chosen.random()}"), 404)

    def oversized(self, client: httpx2.Client, chosen: random.Random) -> None:
        if chosen.random() < 0.5:
            body = {**PLAIN, "response": "x" * (MAX_TEXT + 1)}
            self.told("a long text", client.post("/evaluate", json=body), 422)
        else:
            content = b"x" * (MAX_BODY + 1)
            answer = client.post("/evaluate", content=content, headers=JSON)
            self.told("a long body", answer, 413)

    def cut_off(self, client: httpx2.Client, chosen: random.Random) -> None:
        """The client goes in the middle of its own request."""
        port = client.base_url.port or 0
        with socket.create_connection(("127.0.0.1", port)) as connection:
            head = (
                "POST /evaluate HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            )
            size = chosen.choice((100, 100_000, 4_000_000))
            connection.sendall(f"{head}Content-Length: {size}\r\n\r\n".encode() + b"x" * 90)
        self.seen["cut off", None] += 1

    def cancelled(self, client: httpx2.Client, chosen: random.Random) -> None:
        """The client goes while its answer is made, or after the first piece of it."""
        body = {**BODY, "response": f"{chosen.random()}", "stream": True}
        with client.stream("POST", "/evaluate", json=body) as answer:
            next(answer.iter_bytes(), b"")
        self.seen["cancelled", answer.status_code] += 1
        if answer.status_code not in {200, 429}:
            self.faults.append(f"cancelled: {answer.status_code}")


def growth(held: Sequence[int]) -> float:
    """Bytes between the second fifth of the readings and the last.

    The first fifth fills what is bounded: caches, and the allocator's free blocks. Medians, as a
    reading is higher while a large body is in memory.
    """
    fifth = len(held) // 5
    return statistics.median(held[-fifth:]) - statistics.median(held[fifth : 2 * fifth])


@pytest.mark.skipif(not STATUS.exists(), reason="reads the memory as Linux tells it")
def test_an_hour_of_mixed_traffic_takes_no_more_memory(judge_folder, tmp_path):
    log = tmp_path / "log"
    with running_command(judge_folder, log) as (process, url):
        traffic = Traffic(url)
        threads = [threading.Thread(target=traffic.run, args=(n,)) for n in range(NUM_CLIENTS)]
        for thread in threads:
            thread.start()
        held = []
        end = time.monotonic() + 60 * MINUTES
        while time.monotonic() < end and not traffic.is_over.is_set():
            traffic.is_over.wait(60 * MINUTES / NUM_READINGS)
            assert process.poll() is None, "the service has ended"
            held.append(resident(process.pid))
        traffic.is_over.set()
        for thread in threads:
            thread.join()
        print(f"requests: {dict(traffic.seen)}")
        print(f"MiB: {[size >> 20 for size in held]}")
        assert not traffic.faults, traffic.faults[:10]
        assert len({kind for kind, _ in traffic.seen}) == 10
        assert growth(held) < MAX_GROWTH
        lines = map(json.loads, log.read_text(encoding="utf-8").splitlines())
        statuses = Counter(line["status"] for line in lines if line["event"] == "request")
        assert 500 not in statuses
        assert statuses[499]
        answer = httpx2.post(f"{url}evaluate", json=PLAIN, timeout=120)
        assert answer.status_code == 200
        process.send_signal(signal.SIGTERM)
        try:
            assert process.wait(STOP_S) == 0
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGABRT)  # writes down where each thread is
            process.wait()
            pytest.fail(log.read_text(encoding="utf-8")[-8000:])
