from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from autograder.errors import ModelError, SourceError, StorageError
from autograder.files import (
    atomic_file,
    atomic_folder,
    atomic_write,
    fingerprint,
    finite,
    json_text,
    path_of,
    storage_errors,
)


@pytest.fixture
def full_disk(monkeypatch):
    def refuse(handle: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", refuse)


def test_a_path_may_begin_with_a_home_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert path_of("~/a", "judge") == tmp_path / "a"
    assert path_of("a~/b", "judge") == Path("a~/b")
    with pytest.raises(ModelError) as caught:
        path_of("~nosuchuser/x", "judge")
    remedy = "there is no home folder ~nosuchuser; write the whole path"
    assert str(caught.value) == f"judge '~nosuchuser/x': {remedy}"


def test_a_file_is_written_with_its_folders(tmp_path):
    path = tmp_path / "a" / "b.txt"
    atomic_write(path, "é")
    assert path.read_bytes() == "é".encode()


@pytest.mark.parametrize("umask", [0o022, 0o002, 0o077])
def test_files_and_folders_have_the_permissions_that_the_umask_leaves(tmp_path, umask):
    before = os.umask(umask)
    try:
        (tmp_path / "plain").write_text("")
        (tmp_path / "folder").mkdir()
        atomic_write(tmp_path / "file", "x")
        with atomic_folder(tmp_path / "new") as folder:
            (folder / "below").mkdir()
            for name in ("own", "below/own"):  # as safetensors leaves its files
                os.close(os.open(folder / name, os.O_CREAT, 0o600))
    finally:
        os.umask(before)

    def mode(name: str) -> int:
        return (tmp_path / name).stat().st_mode & 0o777

    assert mode("plain") == mode("file") == mode("new/own") == mode("new/below/own")
    assert mode("folder") == mode("new")
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == ["below", "own"]


@pytest.mark.parametrize(("before", "after"), [(0o600, 0o600), (0o664, 0o664), (0o444, 0o644)])
def test_a_file_keeps_the_permissions_of_the_one_it_replaces(tmp_path, before, after):
    path = tmp_path / "a.txt"
    path.write_text("old")
    path.chmod(before)
    mask = os.umask(0o022)
    try:
        atomic_write(path, "new")
    finally:
        os.umask(mask)
    assert path.read_text() == "new"
    assert path.stat().st_mode & 0o777 == after


def test_a_file_written_in_parts_appears_at_the_end_or_not_at_all(tmp_path):
    path = tmp_path / "a" / "file"
    with atomic_file(path) as file:
        file.write(b"one ")
        assert not path.exists()
        file.write(b"two")
    assert path.read_bytes() == b"one two"
    with pytest.raises(KeyError), atomic_file(path) as file:
        file.write(b"three")
        raise KeyError
    assert path.read_bytes() == b"one two"
    assert list(path.parent.iterdir()) == [path]


def test_a_full_disk_leaves_the_old_file_and_no_scratch(tmp_path, full_disk):
    path = tmp_path / "file"
    path.write_text("old")
    with pytest.raises(StorageError, match="No space left on device; free space") as caught:
        atomic_write(path, "new")
    assert str(path) in str(caught.value)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_an_interrupted_write_leaves_the_old_file_and_no_scratch(tmp_path, monkeypatch):
    path = tmp_path / "file"
    path.write_text("old")

    def interrupt(handle: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        atomic_write(path, "new")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_in_the_place_of_a_folder_is_a_storage_error(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError, match="cannot be written"):
        atomic_write(tmp_path / "file" / "below", "x")


def test_a_folder_replaces_the_old_one(tmp_path):
    path = tmp_path / "out"
    for name in ("first", "second"):
        with atomic_folder(path) as folder:
            (folder / name).write_text(name)
    assert [entry.name for entry in path.iterdir()] == ["second"]
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("fault", [KeyboardInterrupt(), ValueError("x"), SourceError("x")])
def test_an_interrupted_folder_keeps_the_old_one(tmp_path, fault):
    path = tmp_path / "out"
    with atomic_folder(path) as folder:
        (folder / "old").write_text("old")
    with pytest.raises(type(fault)), atomic_folder(path) as folder:
        (folder / "new").write_text("new")
        raise fault
    assert [entry.name for entry in path.iterdir()] == ["old"]
    assert list(tmp_path.iterdir()) == [path]


def test_the_old_folder_comes_back_when_the_new_one_cannot_take_its_place(tmp_path):
    path = tmp_path / "out"
    with atomic_folder(path) as folder:
        (folder / "old").write_text("old")
    with pytest.raises(StorageError), atomic_folder(path) as folder:
        folder.rmdir()
    assert [entry.name for entry in path.iterdir()] == ["old"]
    assert list(tmp_path.iterdir()) == [path]


def test_only_the_system_s_errors_become_storage_errors(tmp_path):
    with pytest.raises(SourceError), storage_errors(tmp_path):
        raise SourceError("no source")
    with pytest.raises(StorageError, match="quota"), storage_errors(tmp_path):
        raise OSError("quota")


def test_json_cannot_hold_nan():
    assert json_text({"ä": 1.5}) == '{\n  "ä": 1.5\n}\n'
    with pytest.raises(ValueError, match="JSON"):
        json_text({"a": float("nan")})
    assert finite(float("inf")) is None
    assert finite(1.0) == 1.0


def test_a_fingerprint_depends_on_names_and_contents(tmp_path):
    (tmp_path / "a").write_text("1")
    first = fingerprint([tmp_path])
    assert fingerprint([tmp_path]) == first
    (tmp_path / "a").write_text("2")
    second = fingerprint([tmp_path])
    (tmp_path / "a").rename(tmp_path / "b")
    assert len({first, second, fingerprint([tmp_path])}) == 3


def test_byte_code_that_python_writes_beside_sources_is_no_change(tmp_path):
    (tmp_path / "module.py").write_text("x = 1")
    before = fingerprint([tmp_path])
    (tmp_path / "__pycache__").mkdir()
    (tmp_path / "__pycache__" / "module.cpython-312.pyc").write_bytes(b"compiled")
    assert fingerprint([tmp_path]) == before
