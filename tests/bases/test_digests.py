from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import pytest

from autograder.bases import digests
from autograder.bases.digests import CHECKED, check
from autograder.bases.download import sha256_file
from autograder.errors import ChecksumError, StorageError
from helpers.damage import flip

FILES = {"config.json": b"{}", "model.safetensors": b"weights", "tokenizer.json": b"words"}


@pytest.fixture
def folder(tmp_path) -> Path:
    for name, content in FILES.items():
        (tmp_path / name).write_bytes(content)
    return tmp_path


@pytest.fixture
def read(monkeypatch) -> list[str]:
    """The names of the files that are read."""
    names = []

    def noted(path: Path) -> str:
        names.append(path.name)
        return sha256_file(path)

    monkeypatch.setattr(digests, "sha256_file", noted)
    return names


def test_the_digests_are_those_of_the_files(folder):
    expected = {name: hashlib.sha256(content).hexdigest() for name, content in FILES.items()}
    assert check(folder, "") == expected
    assert check(folder, "") == expected


def test_a_file_is_read_again_only_if_its_stamp_is_new(folder, read):
    check(folder, "")
    assert read == sorted(FILES)
    read.clear()
    check(folder, "")
    assert read == []
    os.utime(folder / "config.json")
    check(folder, "")
    check(folder, "")
    assert read == ["config.json"]


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_was_damaged_or_is_gone_is_named_with_the_remedy(folder, name):
    check(folder, "")
    flip(folder / name)
    for _ in range(2):
        with pytest.raises(ChecksumError, match=f"{folder / name}: .*expected sha256 .*; fetch it"):
            check(folder, "fetch it again")
    (folder / name).unlink()
    with pytest.raises(ChecksumError, match=f"{folder / name}: is gone; fetch it again"):
        check(folder, "fetch it again")


def test_a_file_that_is_not_listed_is_taken_as_it_is_unless_its_digest_is_known(folder):
    known = {"model.safetensors": hashlib.sha256(b"others").hexdigest()}
    with pytest.raises(ChecksumError, match=r"model\.safetensors"):
        check(folder, "", known)
    check(folder, "", {"model.safetensors": hashlib.sha256(b"weights").hexdigest()})
    (folder / "new.json").write_text("[]")
    assert "new.json" in check(folder, "")
    flip(folder / "new.json")
    with pytest.raises(ChecksumError, match=r"new\.json"):
        check(folder, "")


@pytest.mark.parametrize("content", ["{half", "[]", '{"config.json": 1}', '{"config.json": {}}'])
def test_a_list_that_cannot_be_read_is_made_anew(folder, content):
    (folder / CHECKED).write_text(content)
    check(folder, "")
    assert set(json.loads((folder / CHECKED).read_text())) == set(FILES)


def test_a_cache_that_is_only_read_can_be_used(folder, monkeypatch):
    def refuse(path: Path, content: str) -> None:
        raise StorageError("read-only")

    monkeypatch.setattr(digests, "atomic_write", refuse)
    assert set(check(folder, "")) == set(FILES)


def test_a_disk_that_cannot_read_a_file_is_told(folder, monkeypatch):
    def fail(path: Path) -> str:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(digests, "sha256_file", fail)
    with pytest.raises(ChecksumError, match="cannot be read: Input/output error; do"):
        check(folder, "do that")
