from __future__ import annotations

import shutil
import subprocess

import pytest

from autograder.errors import ModelError
from autograder.judging.folder import SUMS_FILE, judge_fingerprint
from autograder.judging.judge import Judge
from helpers.damage import flip


def test_the_fingerprint_is_of_what_scores_and_not_of_the_place(tmp_path):
    marks = []
    for folder in (tmp_path / "a", tmp_path / "b"):
        folder.mkdir()
        for name in ("judge.json", "adapter_config.json", "adapter_model.safetensors"):
            (folder / name).write_text(name)
        marks.append(judge_fingerprint(folder))
    (tmp_path / "b" / "README.md").write_text("card")
    marks.append(judge_fingerprint(tmp_path / "b"))
    assert len(set(marks)) == 1
    (tmp_path / "b" / "adapter_model.safetensors").write_text("other")
    assert judge_fingerprint(tmp_path / "b") != marks[0]


@pytest.fixture
def folder(judge_folder, tmp_path):
    shutil.copytree(judge_folder, tmp_path / "judge")
    return tmp_path / "judge"


def test_the_digests_of_a_judge_are_what_sha256sum_finds(folder):
    subprocess.run(["sha256sum", "--strict", "-c", SUMS_FILE], cwd=folder, check=True)


@pytest.mark.parametrize("name", ["judge.json", "adapter_config.json", "adapter_model.safetensors"])
def test_a_flipped_bit_in_a_judge_is_named_with_the_remedy(folder, name):
    content = (folder / name).read_bytes()
    # What stays JSON of the right form: a digit of the temperature, of a number in the settings.
    places = {"judge.json": b'"temperature": 1', "adapter_config.json": b'"r": 4'}
    sign = places.get(name)
    flip(folder / name, content.index(sign) + len(sign) - 1 if sign else -1)
    remedy = f"run `dvc repro`, or if you changed the file yourself, delete {folder / SUMS_FILE}"
    with pytest.raises(ModelError, match=f"{folder / name}: is not what was published.*{remedy}"):
        Judge.load(folder, device="cpu")
    (folder / name).write_bytes(content)
    Judge.load(folder, device="cpu")


def test_a_judge_without_digests_is_taken_as_it_is(folder):
    (folder / SUMS_FILE).unlink()
    flip(folder / "adapter_model.safetensors")
    assert judge_fingerprint(folder)


def test_a_pointer_of_git_lfs_is_told_as_one(folder):
    path = folder / "adapter_model.safetensors"
    path.write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n")
    with pytest.raises(ModelError, match=r"is a pointer of Git LFS.*run `git lfs pull`"):
        Judge.load(folder, device="cpu")
