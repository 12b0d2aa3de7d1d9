"""`bench/beside.py` on a tiny judge: the figures of the answers that a run has measured."""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from autograder.judging.judge import Judge
from autograder.schema import read_examples, write_examples
from conftest import make_examples


@pytest.fixture
def call(monkeypatch, pytestconfig, tmp_path, judge_folder, capsys):
    """Runs the program where a run has ended, and gives what it prints."""
    monkeypatch.syspath_prepend(pytestconfig.rootpath / "bench")
    program = importlib.import_module("beside")
    monkeypatch.chdir(tmp_path)
    for folder in ("build/splits", "reports/eval"):
        Path(folder).mkdir(parents=True)
    params = (pytestconfig.rootpath / "params.yaml").read_text()
    assert params.count("bootstrap: 1000") == 1
    Path("params.yaml").write_text(params.replace("bootstrap: 1000", "bootstrap: 50"))
    test = make_examples(6, source="natural/one-fact")
    write_examples("build/splits/test.jsonl", test)
    write_examples("build/splits/holdout.jsonl", make_examples(2))
    rows = [
        {"id": row.id, "score": row.score, "given": 3, "probabilities": [0, 0, 1, 0, 0]}
        for row in test
    ]
    Path("reports/eval/predictions.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows))

    def run():
        monkeypatch.setattr(sys, "argv", ["beside.py", str(judge_folder)])
        program.main()
        return capsys.readouterr().out

    return run


def test_figures_are_those_of_the_judge_on_the_same_answers(call, judge_folder):
    shown = call()
    test = read_examples("build/splits/test.jsonl")
    verdicts = list(Judge.load(judge_folder).evaluate_many(row.request for row in test))
    labels = np.array([row.score for row in test])
    given = np.array([verdict.score for verdict in verdicts])
    means = np.array([verdict.expected_score for verdict in verdicts])
    rows = [line.strip("| ").split(" | ") for line in shown.splitlines() if line.startswith("| ")]
    by_title = {cells[0]: [cell.split(" ")[0] for cell in cells[1:]] for cells in rows}
    assert set(by_title) == {
        "answers",
        "all (30)",
        "natural items (30)",
        "first tests (30)",
        "kinds never trained on (10)",
    }
    exact, mae, pearson = map(float, by_title["all (30)"][:3])
    assert exact == pytest.approx((given == labels).mean(), abs=6e-4)
    assert mae == pytest.approx(np.abs(given - labels).mean(), abs=6e-4)
    assert pearson == pytest.approx(stats.pearsonr(means, labels).statistic, abs=6e-4)
    (gain,) = (line for line in shown.splitlines() if line.startswith("gain"))
    found = json.loads(gain.partition(": ")[2])
    assert found["exact"] == pytest.approx((given == labels).mean() - (labels == 3).mean())


def test_figures_of_other_answers_are_refused(call, capsys):
    write_examples("build/splits/test.jsonl", make_examples(3))
    with pytest.raises(SystemExit):
        call()
    assert "has other answers" in capsys.readouterr().err


def test_a_missing_file_is_named(call, capsys):
    Path("build/splits/test.jsonl").unlink()
    with pytest.raises(SystemExit):
        call()
    assert "test.jsonl" in capsys.readouterr().err
