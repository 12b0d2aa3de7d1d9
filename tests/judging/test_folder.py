from __future__ import annotations

from autograder.judging.folder import judge_fingerprint


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
