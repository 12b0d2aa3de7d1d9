"""Load on the HTTP service: latencies, answers a second, and whether every answer is right.

    python bench/serve_load.py                        the judge in build/judge
    python bench/serve_load.py --judge DIR --json FILE
    python bench/serve_load.py --alike                answers to one prompt come together
    python bench/serve_load.py --reasoning            ask for reasonings too
    python bench/serve_load.py --quick                few requests: does it run?
    python bench/serve_load.py --url http://HOST:PORT/  a service that runs already

Clients on loopback ask again as soon as they have an answer. With `--judge` the service is
started twice, each time in a process of its own: as it is, and with a batch size of 1, so that
what batching gives is seen in one run. Then the same judge grades the same texts without HTTP,
and every answer is compared with that. With `--url` there is no comparison, unless `--judge`
is given too. Ends with exit code 1 if an answer is missing or wrong.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
from tqdm import tqdm

from autograder.schema import read_any
from autograder.terminal import printable

Body = dict[str, str]
IDLE_LOAD = 0.5
"""Average load above which the machine was not idle."""
DATA = Path(__file__).parents[1] / "data" / "bank"


def parse_args(argv: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Load on the HTTP service.")
    parser.add_argument("--judge", type=Path, help="a judge (default: build/judge)")
    # Its older name.
    parser.add_argument(
        "--model", dest="judge", type=Path, default=argparse.SUPPRESS, help=argparse.SUPPRESS
    )
    parser.add_argument("--url", help="a service that runs already; its token: AUTOGRADER_TOKEN")
    parser.add_argument("--data", type=Path, nargs="+", help="JSON Lines (default: data/bank)")
    parser.add_argument("--alike", action="store_true", help="answers to one prompt come together")
    parser.add_argument("--reasoning", action="store_true", help="ask for reasonings too")
    parser.add_argument("--clients", type=_positive, default=64)
    parser.add_argument("--requests", type=_positive, help="default: 2000")
    parser.add_argument("--batch-size", type=_positive, default=16, help="with batching")
    parser.add_argument("--max-wait-ms", type=float, default=5.0)
    parser.add_argument("--tolerance", type=float, default=0.02, help="of a probability")
    parser.add_argument("--seed", type=int, default=17, help="draws the answers")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures to FILE")
    parser.add_argument("--quick", action="store_true", help="100 requests: no measurement")
    args = parser.parse_args(argv)
    args.requests = args.requests or (100 if args.quick else 2000)
    if args.url is None and args.judge is None:
        args.judge = Path("build/judge")
    return args


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{number} is less than 1")
    return number


def draw(files: Sequence[Path] | None, num: int, seed: int, alike: bool = False) -> list[Body]:
    """Different answers in a seeded order; neighbours have a prompt in common, or nothing."""
    found = [row for path in files or sorted(DATA.glob("*.jsonl")) for row in read_any(path)]
    random.Random(seed).shuffle(found)
    if alike:
        order = {row.item: number for number, row in reversed(list(enumerate(found)))}
        found.sort(key=lambda row: order[row.item])
    bodies = []
    for number in range(num):
        row = found[number % len(found)]
        again = number // len(found)
        body = {"prompt": row.prompt, "response": row.response, "rubric": row.rubric}
        if row.reference:
            body["reference"] = row.reference
        if again:
            body["response"] += f"\n({again})"
        bodies.append(body)
    return bodies


# --- load


@dataclass
class Load:
    """What a load gave: for each request its answer and its seconds."""

    answers: list[dict[str, Any] | None]
    seconds: list[float]
    wall_s: float = 0.0
    failures: list[str] = field(default_factory=list)
    rows_a_batch: float = 0.0


async def ask_all(
    url: str, bodies: Sequence[Body], num_clients: int, title: str, reasoning: bool
) -> Load:
    """Ask everything once, after a round that does not count."""
    token = os.environ.get("AUTOGRADER_TOKEN")
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    limits = httpx2.Limits(max_connections=num_clients, max_keepalive_connections=num_clients)
    async with httpx2.AsyncClient(
        base_url=url, headers=headers, limits=limits, timeout=600, trust_env=False
    ) as client:
        await _round(client, bodies[:num_clients], num_clients, reasoning, None)
        with tqdm(total=len(bodies), unit="row", desc=title, disable=None) as bar:
            load = await _round(client, bodies, num_clients, reasoning, bar)
        lane = "reasoning" if reasoning else "scoring"
        load.rows_a_batch = _rows_a_batch((await client.get("metrics")).text, lane)
        return load


async def _round(
    client: httpx2.AsyncClient,
    bodies: Sequence[Body],
    num_clients: int,
    reasoning: bool,
    bar: Any,
) -> Load:
    load = Load([None] * len(bodies), [0.0] * len(bodies))
    numbers = iter(range(len(bodies)))

    async def go_on() -> None:
        for number in numbers:
            start = time.perf_counter()
            try:
                answer = await client.post(
                    "evaluate", json={**bodies[number], "reasoning": reasoning}
                )
                if answer.status_code == 200:
                    load.answers[number] = answer.json()
                else:
                    load.failures.append(f"request {number}: {answer.status_code} {answer.text}")
            except httpx2.HTTPError as error:
                load.failures.append(f"request {number}: {error!r}")
            load.seconds[number] = time.perf_counter() - start
            if bar is not None:
                bar.update()

    start = time.perf_counter()
    await asyncio.gather(*(go_on() for _ in range(num_clients)))
    load.wall_s = time.perf_counter() - start
    return load


def _rows_a_batch(metrics: str, lane: str) -> float:
    values = dict(line.rsplit(" ", 1) for line in metrics.splitlines() if line[:1] != "#")
    name = 'autograder_batch_rows_{}{{lane="{}"}}'
    num = float(values.get(name.format("count", lane), 0))
    return float(values.get(name.format("sum", lane), 0)) / num if num else 0.0


@contextmanager
def service(folder: Path, batch_size: int, max_wait_ms: float, queue: int) -> Iterator[str]:
    """A service in a process of its own; gives its address once the judge is loaded."""
    command = [sys.executable, "-m", "autograder", "serve", "--judge", str(folder), "--port", "0"]
    command += ["--batch-size", str(batch_size), "--max-wait-ms", str(max_wait_ms)]
    command += ["--queue", str(queue), "--timeout", "600"]
    with tempfile.TemporaryDirectory() as scratch:
        log = Path(scratch) / "log"
        with log.open("wb") as out:
            process = subprocess.Popen(command, stderr=out)
        try:
            while '"event": "the judge is loaded"' not in (text := log.read_text("utf-8")):
                if process.poll() is not None:
                    raise SystemExit(text)
                time.sleep(0.1)
            started = next(line for line in text.splitlines() if '"event": "listening"' in line)
            yield json.loads(started)["url"]
        finally:
            process.terminate()
            process.wait()


# --- check and report


def grade(folder: Path, bodies: Sequence[Body], batch_size: int) -> list[Any]:
    """Verdicts on the same texts, without HTTP."""
    from autograder import Judge, Request

    judge = Judge.load(folder, batch_size=batch_size)
    verdicts = judge.evaluate_many(Request(**body) for body in bodies)
    return list(tqdm(verdicts, total=len(bodies), unit="row", desc="direct calls", disable=None))


def faults(load: Load, expected: Sequence[Any], tolerance: float) -> tuple[list[str], float]:
    """What is missing or wrong, and the largest difference of a probability."""
    wrong, largest = list(load.failures), 0.0
    for number, (answer, verdict) in enumerate(zip(load.answers, expected, strict=True)):
        if answer is None:
            continue
        pairs = zip(answer["probabilities"], verdict.probabilities, strict=True)
        difference = max(abs(a - b) for a, b in pairs)
        largest = max(largest, difference)
        if difference > tolerance:
            wrong.append(f"request {number}: a probability differs by {difference:.3f}")
        elif answer["probabilities"][answer["score"] - 1] < max(answer["probabilities"]):
            wrong.append(f"request {number}: score {answer['score']} is not the most probable")
        elif list(answer["truncated"]) != list(verdict.truncated):
            wrong.append(f"request {number}: truncated {answer['truncated']}")
    return wrong, largest


def figures(load: Load) -> dict[str, float]:
    """Latencies in milliseconds, and answers a second."""
    cuts = statistics.quantiles(load.seconds, n=100, method="inclusive")
    return {
        "p50_ms": 1000 * cuts[49],
        "p95_ms": 1000 * cuts[94],
        "p99_ms": 1000 * cuts[98],
        "rows_per_s": sum(answer is not None for answer in load.answers) / load.wall_s,
        "rows_a_batch": load.rows_a_batch,
    }


def report(summary: dict[str, dict[str, float]]) -> str:
    """A table, a line for each service, and the ratio of the first two."""
    lines = ["                     rows/s   p50 ms   p95 ms   p99 ms   rows a batch"]
    for name, row in summary.items():
        values = (row[key] for key in ("rows_per_s", "p50_ms", "p95_ms", "p99_ms", "rows_a_batch"))
        lines.append(f"{name:18}" + "".join(f"{value:9.1f}" for value in values))
    if len(summary) == 2:
        first, second = (row["rows_per_s"] for row in summary.values())
        lines.append(f"batching gives {first / second:.2f} x the answers a second")
    return "\n".join(lines)


def main(argv: Sequence[str] | None = None) -> int:
    args = parse_args(argv)
    bodies = draw(args.data, args.requests, args.seed, args.alike)
    load_at_start = os.getloadavg()[0]
    print(f"{len(bodies)} requests, {args.clients} clients", flush=True)
    loads: dict[str, Load] = {}
    if args.url:
        name = "the service"
        loads[name] = asyncio.run(ask_all(args.url, bodies, args.clients, name, args.reasoning))
    else:
        for name, batch_size in (("with batching", args.batch_size), ("batch size 1", 1)):
            with service(args.judge, batch_size, args.max_wait_ms, 2 * args.clients) as url:
                loads[name] = asyncio.run(ask_all(url, bodies, args.clients, name, args.reasoning))
    summary = {name: figures(load) for name, load in loads.items()}
    print(report(summary))
    if load_at_start > IDLE_LOAD:
        print(f"NOT IDLE: average load {load_at_start:.1f} at the start; no measurement")
    wrong = []
    expected = grade(args.judge, bodies, args.batch_size) if args.judge else None
    for name, load in loads.items():
        found = load.failures
        if expected is not None:
            found, largest = faults(load, expected, args.tolerance)
            print(f"{name}: largest difference of a probability from direct calls {largest:.5f}")
        wrong += [f"{name}: {line}" for line in found]
    print(f"{len(wrong)} answers missing or wrong")
    for line in wrong[:10]:
        print(f"  {printable(line, keep='')[:200]}")
    if args.json:
        values = {"setup": vars(args), "load_at_start": load_at_start, "figures": summary}
        values["num_wrong"] = len(wrong)
        args.json.write_text(json.dumps(values, indent=2, default=str) + "\n", encoding="utf-8")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
