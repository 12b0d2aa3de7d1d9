"""llama.cpp's own server on an exported judge, for benchmarks and tests.

The server is the one that `LLAMA_SERVER` names, else what `make test-llama` has built, else a
`llama-server` on the path.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_BUILT = Path(__file__).parents[1] / ".scratch/llama/bin/llama-server"
_START_S = 600


def find_server() -> str | None:
    """The program, or None where there is none.

    Raises:
        FileNotFoundError: `LLAMA_SERVER` names none.
    """
    if named := os.environ.get("LLAMA_SERVER"):
        if found := shutil.which(named):
            return found
        raise FileNotFoundError(f"LLAMA_SERVER={named}: is no program")
    return str(_BUILT) if _BUILT.is_file() else shutil.which("llama-server")


def version(program: str) -> str:
    """The line in which the program names its version."""
    done = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
    lines = (done.stdout + done.stderr).splitlines()
    return next(line for line in lines if line.startswith("version"))


@contextmanager
def serving(program: str, model: Path, *options: str) -> Iterator[str]:
    """Run a server with the model on a free port, on all cores; yields its address.

    Raises:
        RuntimeError: it ended, or was not ready in time; the message has its last lines.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    threads = str(len(os.sched_getaffinity(0)))
    command = [program, "--model", str(model), "--host", "127.0.0.1", "--port", str(port)]
    command += ["--threads", threads, *options]
    address = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
        try:
            if fault := _fault(process, address):
                log.seek(0)
                lines = log.read().decode(errors="replace").splitlines()
                raise RuntimeError("\n".join([f"{program} {fault}", *lines[-10:]]))
            yield address
        finally:
            process.terminate()
            process.wait()


def _fault(process: subprocess.Popen[bytes], address: str) -> str | None:
    """What keeps the server from answering; None once it is ready."""
    deadline = time.monotonic() + _START_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            return f"ended with {process.returncode}:"
        try:
            with urllib.request.urlopen(f"{address}/health"):
                return None
        except (urllib.error.URLError, ConnectionError):  # not listening yet, or still loading
            time.sleep(0.1)
    return f"was not ready after {_START_S} s:"


def ask(address: str, path: str, **values: Any) -> Any:
    """What the server answers to a POST of JSON."""
    header = {"Content-Type": "application/json"}
    request = urllib.request.Request(address + path, json.dumps(values).encode(), header)
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def digit_probabilities(
    address: str, ids: Sequence[int], digit_ids: Sequence[int], temperature: float
) -> list[float]:
    """The distribution over the five digits, asked as an export's `grade.py` does.

    Args:
        address: of the server.
        ids: token ids of the prompt.
        digit_ids: of the scores 1 to 5.
        temperature: of the judge.
    """
    found = ask(
        address,
        "/completion",
        prompt=list(ids),
        n_predict=1,
        n_probs=5,
        post_sampling_probs=True,
        logit_bias=[[digit, 100] for digit in digit_ids],
        samplers=["temperature"],
        temperature=temperature,
    )
    top = {one["id"]: one["prob"] for one in found["completion_probabilities"][0]["top_probs"]}
    return [top.get(digit, 0.0) for digit in digit_ids]
