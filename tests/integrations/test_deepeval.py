"""The metric in deepeval's own `assert_test` and `evaluate`, in a process without network."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("deepeval") is None, reason="deepeval is not installed"
)

SCRIPT = Path(__file__).with_name("deepeval_offline.py")
RUBRIC = "Is it right?"
SPIDER = ("How many legs has a spider?", "Eight legs.", RUBRIC)
METAL = ("Name a metal.", "Iron, or so they say.", RUBRIC)
OFFLINE = {"DEEPEVAL_TELEMETRY_OPT_OUT": "1", "DEEPEVAL_DISABLE_DOTENV": "1"}


@pytest.fixture(scope="module")
def found(judge_folder, tmp_path_factory, request):
    """What the script saw."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CONFIDENT")}
    done = subprocess.run(
        [sys.executable, SCRIPT, judge_folder],
        cwd=tmp_path_factory.mktemp("deepeval"),
        env={**kept, **OFFLINE, "PYTHONPATH": str(request.config.rootpath / "src")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.rpartition("\nFOUND ")[2])


@pytest.fixture(scope="module")
def verdicts(judge):
    return [judge.evaluate(*SPIDER), judge.evaluate(*METAL, "Tin")]


def same(value):
    return pytest.approx(value, abs=1e-4)


def test_the_metric_is_the_expected_score_from_0_to_1(found, verdicts, judge):
    assert found["is_metric"]
    for state, verdict in zip(found["measured"], verdicts, strict=False):
        score = (verdict.expected_score - 1) / 4
        assert state["score"] == same(score)
        assert state["reason"] == verdict.reasoning
        assert state["success"] is state["is_successful"] is (score >= 0.5)
        assert state["error"] is None
        assert state["evaluation_model"] == judge.model
        assert state["name"] == "Legs [Judge]"
        breakdown = state["score_breakdown"]
        assert [breakdown[f"p{k}"] for k in range(1, 6)] == same(verdict.probabilities)
        assert breakdown["score"] == verdict.score
    assert found["async"] == {**found["measured"][0], "score": found["async"]["score"]}
    assert found["async"]["score"] == same(found["measured"][0]["score"])


def test_an_empty_answer_gets_nothing(found):
    empty = found["measured"][2]
    assert (empty["score"], empty["success"], empty["reason"]) == (0.0, False, "no answer")
    assert found["strict"][2]["score"] == 0.0


def test_strict_mode_passes_nothing_but_a_5(found, verdicts):
    for state, verdict in zip(found["strict"], verdicts, strict=False):
        assert state["score"] == (1.0 if verdict.score == 5 else 0.0)
        assert state["success"] is (verdict.score == 5)
        assert state["threshold"] == 1.0


def test_reason_reference_and_threshold_can_be_left_out(found, judge):
    verdict = judge.evaluate(*METAL, reasoning=False)
    assert found["quick"]["score"] == same((verdict.expected_score - 1) / 4)
    assert found["quick"]["reason"] is None
    assert found["unbounded"]["success"] is None


def test_faults_are_told(found):
    assert found["missing"][0] == "MissingTestCaseParamsError"
    assert found["long"][0] == "DataError"
    assert found["long"][1] == found["long"][2]
    assert "too long for model.max_length" in found["long"][2]
    assert found["long"][3] is False
    assert found["recovered"]["error"] is None
    assert found["wrong"][0] == "ConfigError"
    assert "rubric: expected a text that is not empty" in found["wrong"][1]
    assert "threshold: expected a number from 0 to 1, got 3" in found["wrong"][1]


def test_assert_test_passes_and_fails_by_the_threshold(found):
    assert found["assert passes"] == [[], []]
    for kind, message in found["assert fails"]:
        assert kind == "AssertionError"
        assert "Legs [Judge] (score: 0." in message
        assert "threshold: 1.0" in message


@pytest.mark.parametrize("way", ["True", "False"])
def test_evaluate_gives_each_case_its_own_result(found, verdicts, way):
    for row, verdict in zip(found[f"evaluate {way}"], verdicts, strict=True):
        plain, strict, long = row
        assert plain["score"] == same((verdict.expected_score - 1) / 4)
        assert plain["reason"] == verdict.reasoning
        assert strict["strict_mode"] is True
        assert strict["score"] == (1.0 if verdict.score == 5 else 0.0)
        assert long["success"] is False
        assert "too long for model.max_length" in long["error"]


def test_nothing_is_sent_anywhere(found):
    assert found["connections"] == []
