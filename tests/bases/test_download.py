"""The hub's client and pip, faked or out of reach."""

from __future__ import annotations

import errno
import hashlib
import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from autograder.bases import download
from autograder.bases.digests import CHECKED
from autograder.bases.fetch import MARKER, base_info, cached_path, pull
from autograder.bases.sources import GgufHub
from autograder.errors import ChecksumError, SourceError, StorageError
from helpers.python_process import run_python

CONTENT = b"GGUF and so on" * 1000
SHA256 = hashlib.sha256(CONTENT).hexdigest()
SOURCE = GgufHub("org/tiny-GGUF", "0" * 40, "tiny.gguf")


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("AUTOGRADER_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def nothing_left(home: Path) -> bool:
    partial, models = home / "partial", home / "models"
    return not any(p for folder in (partial, models) if folder.exists() for p in folder.iterdir())


def serve(monkeypatch, hub) -> None:
    monkeypatch.setattr(download, "_hub_api", lambda repo, revision: (hub, revision or "c" * 40))


class FakeHub:
    """The two calls of the hub's client that are used, backed by a dict of files."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = files

    def hf_hub_download(self, repo: str, file: str, *, revision: str, local_dir: Path) -> str:
        local_dir.mkdir(parents=True)
        (local_dir / file).write_bytes(self.files[file])
        return str(local_dir / file)

    def snapshot_download(self, repo: str, *, local_dir: Path, **_: object) -> None:
        (local_dir / ".cache").mkdir(parents=True)
        for name, content in self.files.items():
            (local_dir / name).write_bytes(content)


def get_gguf(target: Path) -> None:
    download.download_gguf(SOURCE, target, sha256=SHA256, size=len(CONTENT), progress=False)


def test_a_file_of_the_hub_is_verified(monkeypatch, tmp_path):
    serve(monkeypatch, FakeHub({"tiny.gguf": CONTENT}))
    get_gguf(tmp_path / "model.gguf")
    assert (tmp_path / "model.gguf").read_bytes() == CONTENT


def test_other_bytes_from_the_hub_are_an_error(monkeypatch, tmp_path):
    serve(monkeypatch, FakeHub({"tiny.gguf": b"forged"}))
    with pytest.raises(ChecksumError, match=SHA256):
        get_gguf(tmp_path / "model.gguf")
    assert not (tmp_path / "model.gguf").exists()


def test_a_hub_that_breaks_off_is_unreachable(monkeypatch, tmp_path):
    serve(monkeypatch, FakeHub({}))
    with pytest.raises(download.UnreachableError, match=r"tiny\.gguf"):
        get_gguf(tmp_path / "model.gguf")


def test_a_snapshot_is_kept_as_it_is_and_pinned_to_its_commit(home, monkeypatch):
    hub = FakeHub({"config.json": b"{}", "model.safetensors": b"weights"})
    serve(monkeypatch, hub)
    folder = pull("org/name", progress=False)
    assert folder == home / "models" / "org--name" == cached_path("org/name")
    files = sorted(path.name for path in folder.iterdir())
    assert files == [MARKER, CHECKED, "config.json", "model.safetensors"]
    info = base_info(folder)
    assert info is not None
    assert info["pin"] == f"revision:{'c' * 40}"


def test_a_snapshot_without_safetensors_is_refused(home, monkeypatch):
    hub = FakeHub({"config.json": b"{}", "pytorch_model.bin": b"weights"})
    serve(monkeypatch, hub)
    with pytest.raises(SourceError, match=r"holds no \.safetensors file"):
        pull("org/name", progress=False)
    assert nothing_left(home)


def test_a_full_disk_while_the_hub_writes_is_a_storage_error(home, monkeypatch):
    class Full(FakeHub):
        def snapshot_download(self, *_: object, **__: object) -> None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    serve(monkeypatch, Full({}))
    with pytest.raises(StorageError, match="free space"):
        pull("org/name", progress=False)
    assert nothing_left(home)


HUB_CODE = """
    from autograder.bases import download
    download.HUB_TIMEOUT_S = 0.5
    try:
        download._hub_api("org/name", None)
    except download.UnreachableError as refusal:
        print(refusal)
"""


def test_an_unreachable_hub_refuses_in_seconds():
    with socket.socket() as silent:  # accepts a connection and never answers
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        here = f"http://127.0.0.1:{silent.getsockname()[1]}"
        begin = time.monotonic()
        slow = run_python(HUB_CODE, HF_ENDPOINT=here, HF_HUB_OFFLINE="0", NO_PROXY="127.0.0.1")
        assert time.monotonic() - begin < 10
    closed = run_python(HUB_CODE, HF_ENDPOINT=here, HF_HUB_OFFLINE="0", NO_PROXY="127.0.0.1")
    offline = run_python(HUB_CODE, HF_HUB_OFFLINE="1")
    assert "timed out" in slow.stdout
    assert "refused" in closed.stdout
    assert offline.stdout.strip() == "offline mode is set (HF_HUB_OFFLINE)"


@pytest.mark.parametrize(
    ("stderr", "error", "message"),
    [
        (
            "WARNING: x\nERROR: a\nERROR: No matching distribution",
            download.UnreachableError,
            "pip: No",
        ),
        (
            "python: No module named pip\n",
            download.UnreachableError,
            "pip: python: No module named pip",
        ),
        ("", download.UnreachableError, "pip: exit code 1"),
        (f"ERROR: OSError: {download.NO_SPACE}", StorageError, "free space"),
    ],
)
def test_what_pip_says_decides(monkeypatch, tmp_path, stderr, error, message):
    commands = []

    def run(command: list[str], **options):
        commands.append((command, options["env"]["TMPDIR"]))
        return SimpleNamespace(returncode=1, stderr=stderr)

    monkeypatch.setattr(subprocess, "run", run)
    with pytest.raises(error, match=message):
        download.run_pip("piece-1==1.0", tmp_path)
    [(command, temporary)] = commands
    assert command[:4] == [sys.executable, "-m", "pip", "download"]
    assert {"--no-deps", "--only-binary=:all:", "piece-1==1.0"} <= set(command)
    assert temporary == str(tmp_path)
