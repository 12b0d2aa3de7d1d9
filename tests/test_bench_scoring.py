"""`bench/scoring.py` on the tiny judge: what is counted, and what is read from text."""

from __future__ import annotations

import importlib
import json
from pathlib import Path

import pytest
import torch

from autograder.judging.judge import Judge
from autograder.model.int8 import has_int8
from autograder.schema import write_examples
from conftest import make_examples
from helpers.tiny_judge import publish_tiny_judge

BENCH = Path(__file__).parents[1] / "bench"


@pytest.fixture
def scoring(monkeypatch):
    monkeypatch.syspath_prepend(BENCH)
    return importlib.import_module("scoring")


@pytest.fixture
def judge_folder(tiny_base, tmp_path):
    return publish_tiny_judge(tiny_base, tmp_path / "judge")


def test_the_report_counts_each_side(scoring, judge_folder, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(scoring, "find_server", lambda: None)
    data, out = tmp_path / "data.jsonl", tmp_path / "out.json"
    write_examples(data, make_examples(3))
    options = ["--scored", "10", "--generated", "4", "--rounds", "2", "--max-new-tokens", "6"]
    options += ["--long", "9", "--batch-size", "2"]
    scoring.main(["--judge", str(judge_folder), "--data", str(data), "--json", str(out), *options])
    found = json.loads(out.read_text())
    assert found["scored"]["answers"] == 10
    assert found["read_from_text"]["answers"] == found["reasoned"]["answers"] == 4
    sides = ["scored", "reasoned", "read_from_text", "read_from_long_text"]
    assert 0 < found["read_from_text"]["tokens_per_answer"] <= 6
    assert found["read_from_long_text"]["tokens_per_answer"] == 9
    if has_int8(torch.device("cpu")):
        sides.insert(0, "fast")
        assert found["fast"]["answers"] == 10
        assert found["fast"]["same_score"] <= 10
        assert 0 < found["fast"]["shift"] < 0.2
    first, *lines = capsys.readouterr().out.splitlines()
    assert first == "no llama-server, so llama.cpp is left out: make test-llama builds one"
    for side, line in zip(sides, lines[2 : 2 + len(sides)], strict=True):
        per_s, *ratios = [float(number) for number in line.split()[-3:]]
        assert per_s == pytest.approx(found[side]["per_s"], abs=1e-3)
        for ratio, peer in zip(ratios, sides[-2:], strict=True):
            expected = found[side]["per_s"] / found[peer]["per_s"]
            assert ratio == pytest.approx(expected, abs=0.06)


def test_a_score_is_read_only_where_the_text_has_one(scoring, judge_folder, monkeypatch):
    judge = Judge.load(judge_folder)
    requests = [example.request for example in make_examples(1)[:3]]
    texts = ["4/5\nReasoning: good", "I would say 4", "9/5, no, Score: 2/5"]
    tokenizer = judge.encoder.tokenizer
    monkeypatch.setattr(tokenizer, "batch_decode", lambda *_, **__: texts)
    peer = scoring.load_peer(judge_folder, like=judge)
    written = scoring.read_from_text(peer, judge, requests, 2)
    assert [one.score for one in written] == [4, None, 2]


def test_the_peer_has_the_judges_weights(scoring, judge_folder):
    judge = Judge.load(judge_folder)
    peer = scoring.load_peer(judge_folder, like=judge)
    requests = [example.request for example in make_examples(1)]
    encoded = [judge.encoder.encode_request(request) for request in requests]
    expected = judge.digit_logits(encoded)
    for one, row in zip(encoded, expected, strict=True):
        ids = torch.tensor([[*one.prefix, *one.response]], device=judge.backbone.device)
        with torch.no_grad():
            found = peer(input_ids=ids).logits[0, -1, list(judge.encoder.digit_ids)]
        assert found.tolist() == pytest.approx(row.tolist(), abs=1e-3)


def test_the_few_answers_lie_all_over_the_many(scoring):
    assert scoring.spread(40, 10, 5) == [0, 1, 2, 3, 4, 20, 21, 22, 23, 24]
    assert scoring.spread(40, 4, 1) == [0, 10, 20, 30]
    assert scoring.spread(10, 10, 5) == list(range(10))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--generated", "7"], "--generated: 7 must be a multiple of --batch-size x --rounds, 20,"),
        (["--batch-size", "20"], "--generated: 40 must be a multiple of .* 80,"),
        (["--generated", "500"], "and at most --scored 400"),
        (["--batch-size", "0"], "--batch-size: must be 1 or more"),
        (["--rounds", "0"], "--rounds: must be 1 or more"),
    ],
)
def test_counts_that_make_no_measurement_are_refused(scoring, options, message):
    with pytest.raises(SystemExit, match=message):
        scoring.main(options)


def test_too_few_answers_are_told(scoring, tmp_path):
    data = tmp_path / "data.jsonl"
    write_examples(data, make_examples(1))
    with pytest.raises(SystemExit, match="holds 5 answers, 6 are asked for"):
        scoring.draw(data, 6, seed=1)
