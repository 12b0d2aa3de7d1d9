from __future__ import annotations

import dataclasses
import errno
from pathlib import Path

import pytest

from autograder.errors import StorageError, TrainingError
from autograder.model import generation
from autograder.model.encode import Encoder
from autograder.model.generation import own_answers
from autograder.training import solved as module
from autograder.training.pack import outlines, pack
from autograder.training.solved import Solved, answer_all, drawn
from helpers.tiny_judge import talking, tiny_backbone


@pytest.fixture
def backbone(tiny_config):
    return talking(tiny_backbone(tiny_config))


@pytest.fixture
def encoder(backbone):
    return Encoder(backbone.encoder.tokenizer, 1024, solves=True)


@pytest.fixture
def encoded(encoder, examples):
    """The last item has a reference answer."""
    last = examples[-1].item
    return encoder.encode_all(
        dataclasses.replace(example, reference="4." if example.item == last else "")
        for example in examples
    )


def test_examples_hold_what_the_judge_will_read(backbone, encoder, encoded, tmp_path):
    answers = answer_all(backbone, drawn(encoded, 1.0, 0), tmp_path / "answers.json")
    solved = Solved(encoded, encoder, answers)
    assert len(solved) == len(encoded)
    num_with = 0
    for before, after in zip(encoded, solved, strict=True):
        expected = dataclasses.replace(before, question=())
        if before.question:
            (answer,) = own_answers(backbone, [before.question])
            assert answer
            expected = encoder.with_own_answer(before, answer)
            num_with += 1
        assert after == expected
    assert 0 < num_with < len(encoded)


def test_outlines_are_those_of_the_longer_examples(backbone, encoder, encoded, tmp_path):
    answers = answer_all(backbone, drawn(encoded, 0.5, 1), tmp_path / "answers.json")
    solved = Solved(encoded, encoder, answers)
    plain = outlines(list(solved))
    for one, other in zip(outlines(solved), plain, strict=True):
        assert one[1:] == other[1:]
    assert pack(outlines(solved), 4, 2) == pack(plain, 4, 2)


def test_a_share_is_drawn_by_the_seed_and_a_larger_one_holds_it(encoded):
    questions = {example.question for example in encoded if example.question}
    assert set(drawn(encoded, 1.0, 3)) == questions
    assert drawn(encoded, 0.0, 3) == []
    half, more = set(drawn(encoded, 0.5, 3)), set(drawn(encoded, 0.8, 3))
    assert half < more < questions
    assert half == set(drawn(reversed(encoded), 0.5, 3))
    assert half != set(drawn(encoded, 0.5, 4))


def test_what_was_answered_is_not_asked_again(backbone, encoded, tmp_path, monkeypatch):
    monkeypatch.setattr(generation, "ASKED_TOGETHER", 2)
    questions, asked = drawn(encoded, 1.0, 0), list[tuple[int, ...]]()
    assert len(questions) > 2
    expected = answer_all(backbone, questions, tmp_path / "expected.json")

    def dying(backbone, batch):
        if asked:
            raise KeyboardInterrupt
        asked.extend(batch)
        return own_answers(backbone, batch)

    with monkeypatch.context() as patch:
        patch.setattr(module, "own_answers", dying)
        with pytest.raises(KeyboardInterrupt):
            answer_all(backbone, questions, tmp_path / "answers.json")
    file = tmp_path / "answers.json"
    assert len(file.read_text().splitlines()) == len(asked) == 2
    whole = file.read_bytes()
    file.write_bytes(whole + whole[:20])  # a line that the killed run could not finish

    def counted(backbone, batch):
        asked.extend(batch)
        return own_answers(backbone, batch)

    monkeypatch.setattr(module, "own_answers", counted)
    assert answer_all(backbone, questions, tmp_path / "answers.json") == expected
    assert sorted(asked) == sorted(questions)
    assert len(set(file.read_text().splitlines())) == len(questions)


@pytest.mark.parametrize("damage", [b"\0" * 9, b'["a"]', b'["a", [null]]', b"5", b"\xff"])
def test_a_damaged_file_is_named_with_the_remedy(backbone, encoded, tmp_path, damage):
    file = tmp_path / "answers.jsonl"
    answer_all(backbone, drawn(encoded, 1.0, 0)[:1], file)
    file.write_bytes(damage + b"\n" + file.read_bytes())
    with pytest.raises(TrainingError, match=r"answers.jsonl: is damaged .*; delete it"):
        answer_all(backbone, drawn(encoded, 1.0, 0), file)


def test_a_full_disk_is_said(backbone, encoded, tmp_path, monkeypatch):
    def full(*_, **__):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "open", full)
    with pytest.raises(StorageError, match=r"answers.jsonl: cannot be written: No space left"):
        answer_all(backbone, drawn(encoded, 1.0, 0), tmp_path / "answers.jsonl")
