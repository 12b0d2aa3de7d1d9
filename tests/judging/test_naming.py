"""One name, one judge: in the box, a folder, or on the hub."""

from __future__ import annotations

import shutil
from pathlib import Path

import huggingface_hub
import pytest
from huggingface_hub.utils import filter_repo_objects  # type: ignore[attr-defined]  # not in its __all__

from autograder.errors import ModelError, SourceError
from autograder.judging import naming
from autograder.judging.judge import Judge
from autograder.judging.naming import boxed, default_judge, find_judge


@pytest.fixture
def box(tmp_path, monkeypatch, judge_folder):
    """A box with two judges, and a working directory that is empty."""
    box = tmp_path / "clone" / "judges"
    for name in ("judge-0.5b", "judge-1.5b"):
        shutil.copytree(judge_folder, box / name)
    (box / "no-judge").mkdir()
    monkeypatch.setattr(naming, "_BOXES", (tmp_path / "absent", box))
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return box


def build(judge_folder):
    shutil.copytree(judge_folder, Path("build/judge"))


def test_the_box_holds_what_has_a_judge_in_it(box):
    assert boxed() == {name: box / name for name in ("judge-0.5b", "judge-1.5b")}


def test_a_name_is_a_judge_in_the_box_and_a_path_is_a_folder(box, judge_folder):
    assert find_judge("judge-1.5b") == box / "judge-1.5b"
    shutil.copytree(judge_folder, "judge-1.5b")
    assert find_judge("judge-1.5b") == box / "judge-1.5b"
    assert find_judge("./judge-1.5b") == find_judge(Path("judge-1.5b")) == Path("judge-1.5b")
    assert find_judge(str(judge_folder)) == judge_folder


def test_the_default_is_the_built_judge_then_the_small_one_of_the_box(box, judge_folder):
    assert default_judge() == "judge-0.5b"
    assert find_judge() == box / "judge-0.5b"
    shutil.rmtree(box / "judge-0.5b")
    assert find_judge() == box / "judge-1.5b"
    build(judge_folder)
    assert default_judge() == "build/judge"
    assert find_judge() == find_judge("build/judge") == Path("build/judge")


def test_without_any_judge_the_error_is_that_of_the_built_one(box):
    shutil.rmtree(box)
    assert default_judge() == "build/judge"
    with pytest.raises(ModelError, match=r"build/judge: holds no judge .*`dvc repro`"):
        Judge.load()


@pytest.mark.parametrize("name", ["judge-7b", "", "a b/c", "a/b/c", "../x", "/no/such"])
def test_an_unknown_name_lists_the_known_ones(box, name):
    with pytest.raises(ModelError) as caught:
        find_judge(name)
    assert repr(name) in str(caught.value)
    assert "judge-0.5b, judge-1.5b" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_home_folder_that_is_not_there_is_one_line(box):
    with pytest.raises(ModelError, match=r"^judge '~nosuchuser/x': there is no home folder"):
        find_judge("~nosuchuser/x")


def test_an_unknown_name_and_an_empty_box(box):
    shutil.rmtree(box)
    with pytest.raises(ModelError, match="no judge of this name in the box, which is empty"):
        find_judge("judge-0.5b")


def test_a_judge_is_loaded_by_its_name_and_by_default(box):
    named, default = Judge.load("judge-1.5b"), Judge.load()
    texts = ("What is 2+2?", "5", "Factual accuracy")
    one, other = (judge.evaluate(*texts, reasoning=False) for judge in (named, default))
    assert one == other


@pytest.fixture
def hub(monkeypatch, judge_folder):
    """A hub with one repository; what was asked of it."""
    asked = []

    def download(repo, **options):
        asked.append((repo, options["revision"]))
        if repo != "org/judge":
            raise ConnectionError("Name or service not known\nmore of it")
        names = [path.name for path in judge_folder.iterdir()]
        names += [
            "adapter_model.bin",
            "training_args.pt",
            "judge.py",
            "model.safetensors",
            "x/y.json",
        ]
        patterns = {name: options[name] for name in ("allow_patterns", "ignore_patterns")}
        kept = set(filter_repo_objects(names, **patterns))
        assert kept == {path.name for path in judge_folder.iterdir()}
        return str(judge_folder)

    monkeypatch.setattr(huggingface_hub, "snapshot_download", download)
    return asked


def test_a_judge_of_the_hub_is_fetched_without_anything_pickled(box, hub, judge_folder):
    assert find_judge("org/judge") == find_judge("org/judge@v1.2") == judge_folder
    assert hub == [("org/judge", None), ("org/judge", "v1.2")]


def test_a_hub_that_cannot_be_reached_is_one_line(box, hub):
    with pytest.raises(SourceError) as caught:
        find_judge("org/other")
    assert str(caught.value) == (
        "org/other: no folder here, and the hub does not give it: Name or service not known"
    )


@pytest.mark.parametrize("settings", ['{"peft_type": "XLORA"}', "[]", "{", None])
def test_a_repository_without_a_lora_adapter_is_refused(box, monkeypatch, tmp_path, settings):
    if settings is not None:
        (tmp_path / "adapter_config.json").write_text(settings)
    monkeypatch.setattr(huggingface_hub, "snapshot_download", lambda *_, **__: str(tmp_path))
    with pytest.raises(ModelError, match="org/judge: holds no LoRA adapter"):
        find_judge("org/judge")


def test_a_folder_goes_before_the_hub_and_the_built_judge_is_never_looked_for_there(
    box, hub, judge_folder
):
    assert find_judge("build/judge") == Path("build/judge")
    shutil.copytree(judge_folder, "org/judge")
    assert find_judge("org/judge") == Path("org/judge")
    assert hub == []
