"""`bench/serve_load.py`: its load, its check and its report; no time is asserted."""

from __future__ import annotations

import dataclasses
import importlib
import itertools
import json
from pathlib import Path
from types import ModuleType

import pytest

from autograder.schema import Request
from helpers.fake_judge import FakeJudge, verdict_of
from serve.running import serving

BENCH = Path(__file__).parents[2] / "bench"


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(BENCH)
    return importlib.import_module("serve_load")


def test_answers_are_drawn_from_the_bank_and_differ(bench):
    bodies = bench.draw(None, 2500, seed=3)
    assert len({Request(**body) for body in bodies}) == 2500
    assert bodies == bench.draw(None, 2500, seed=3)
    assert bodies[:9] != bench.draw(None, 9, seed=4)


def test_alike_answers_come_side_by_side(bench):
    alike = bench.draw(None, 500, seed=3, alike=True)
    assert sum(a["prompt"] == b["prompt"] for a, b in itertools.pairwise(alike)) >= 399
    assert alike[:5] != bench.draw(None, 5, seed=4, alike=True)
    mixed = bench.draw(None, 500, seed=3)
    assert sum(a["prompt"] == b["prompt"] for a, b in itertools.pairwise(mixed)) < 20


def test_a_running_service_is_loaded_and_its_failures_are_told(bench, tmp_path, capsys):
    figures = tmp_path / "figures.json"
    judge = FakeJudge()
    with serving(judge) as client:
        options = ["--url", f"http://127.0.0.1:{client.port}/", "--clients", "8"]
        options += ["--requests", "100", "--json", str(figures)]
        assert bench.main(options) == 0
        assert "0 answers missing or wrong" in capsys.readouterr().out
        values = json.loads(figures.read_text(encoding="utf-8"))["figures"]["the service"]
        assert values["rows_per_s"] > 0
        assert 0 < values["p50_ms"] <= values["p95_ms"] <= values["p99_ms"]
        assert 1 <= values["rows_a_batch"] <= judge.batch_size
        assert len(judge.asked) == 108  # the first eight once more, uncounted
        client.service.drain()
        assert bench.main(options) == 1
    said = capsys.readouterr().out
    assert "100 answers missing or wrong" in said
    assert "503" in said


def test_reasonings_are_asked_for_and_their_batches_counted(bench, tmp_path):
    figures = tmp_path / "figures.json"
    with serving(FakeJudge()) as client:
        options = ["--url", f"http://127.0.0.1:{client.port}/", "--clients", "8", "--reasoning"]
        assert bench.main([*options, "--requests", "40", "--json", str(figures)]) == 0
    values = json.loads(figures.read_text(encoding="utf-8"))["figures"]["the service"]
    assert values["rows_a_batch"] >= 1


def test_a_wrong_answer_is_found(bench):
    verdicts = [verdict_of(Request(**body)) for body in bench.draw(None, 5, seed=0)]
    load = bench.Load([dataclasses.asdict(verdict) for verdict in verdicts], [0.1] * 5, 1.0)
    assert bench.faults(load, verdicts, 1e-9) == ([], 0.0)
    load.answers[1], load.answers[2] = load.answers[2], load.answers[1]
    load.answers[3]["truncated"] = ["response"]
    load.answers[4]["score"] = load.answers[4]["score"] % 5 + 1
    wrong, largest = bench.faults(load, verdicts, 0.001)
    assert [line.partition(":")[0] for line in wrong] == [f"request {n}" for n in (1, 2, 3, 4)]
    assert largest > 0.001


def test_the_report_has_the_ratio(bench):
    one = bench.figures(bench.Load([{}] * 100, [0.1] * 100, 10.0, [], 8.0))
    other = bench.figures(bench.Load([{}] * 100, [0.4] * 100, 40.0, [], 1.0))
    assert one["p50_ms"] == pytest.approx(100)
    text = bench.report({"with batching": one, "batch size 1": other})
    assert "batching gives 4.00 x the answers a second" in text
    assert "batching gives" not in bench.report({"the service": one})


@pytest.mark.parametrize("wrong", [["--clients", "0"], ["--requests", "x"], ["--fast"]])
def test_wrong_arguments_are_refused(bench, wrong):
    with pytest.raises(SystemExit):
        bench.parse_args(wrong)
