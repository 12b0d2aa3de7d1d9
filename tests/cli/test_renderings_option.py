"""`--renderings` of every command that grades."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from autograder.cli import cli
from autograder.judging.judge import Judge
from autograder.schema import Request

ASKED = Request("What is 2+2?", "It is five.", "5: four. 3: between three and five. 1: neither.")
COMMANDS = {
    "judge": [f"--{name}={getattr(ASKED, name)}" for name in ("prompt", "response", "rubric")],
    "grade": ["in.jsonl", "out.jsonl"],
    "serve": [],
    "benchmark": ["in.jsonl"],
    "behaviour": [],
}


def call(*arguments):
    return CliRunner().invoke(cli, list(map(str, arguments)), catch_exceptions=False)


@pytest.mark.parametrize("wrong", ["0", "5", "2.5"])
@pytest.mark.parametrize("command", COMMANDS)
def test_a_wrong_number_is_refused(command, wrong):
    result = call(command, *COMMANDS[command], "--renderings", wrong)
    assert result.exit_code == 2
    assert "Invalid value for '--renderings'" in result.stderr


def test_judge_answers_with_the_mean(judge_folder):
    options = ("--judge", judge_folder, "--json", "--no-reasoning", "--renderings", 2)
    found = json.loads(call("judge", *COMMANDS["judge"], *options).stdout)
    verdict = Judge.load(judge_folder, renderings=2).evaluate(*ASKED.texts, reasoning=False)
    assert found["probabilities"] == pytest.approx(verdict.probabilities, abs=1e-5)
    assert found["model"] == verdict.model


def test_the_service_loads_such_a_judge(judge_folder, monkeypatch):
    loaded = []

    def run(load, listener, **_):
        listener.close()
        loaded.append(load())

    monkeypatch.setattr("autograder.serve.app.create_app", lambda load, _: load)
    monkeypatch.setattr("autograder.serve.server.run", run)
    call("serve", "--judge", judge_folder, "--port", 0, "--renderings", 3)
    assert [judge.model for judge in loaded] == [Judge.load(judge_folder, renderings=3).model]


def test_benchmark_keeps_the_grades_apart(judge_folder, tmp_path):
    file, trees = tmp_path / "in.jsonl", []
    rows = [
        {"prompt": f"What is {n}+2?", "response": f"{n}", "rubric": ASKED.rubric, "score": 1 + n}
        for n in range(5)
    ]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    for num in (1, 2):
        output = tmp_path / f"{num}.json"
        options = ["--judge", judge_folder, "--bootstrap", 10, "--output", output]
        options += ["--predictions", tmp_path / "rows.csv", "--renderings", num]
        assert call("benchmark", file, *options).exit_code == 0
        trees.append(json.loads(output.read_text(encoding="utf-8")))
    assert [tree["renderings"] for tree in trees] == [1, 2]
    one, two = (tree["systems"]["judge"]["mae_expected"] for tree in trees)
    assert one != two
