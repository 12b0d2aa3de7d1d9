"""`--renderings` and `--solve` of every command that grades."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from autograder.cli import cli
from autograder.judging.judge import Judge
from autograder.schema import Request
from helpers.tiny_judge import publish_module, tiny_module

DATA = Path("data").absolute()

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


# --- the base's own answer


@pytest.fixture(scope="module")
def solving_folder(tiny_base, tmp_path_factory):
    """A judge that was trained to read what the base answers."""
    module = tiny_module(tiny_base)
    module.config = module.config.changed(train={"solve": 0.7})
    folder = tmp_path_factory.mktemp("solving") / "judge"
    publish_module(module, folder)
    return folder


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_may_leave_the_base_unasked(command, solving_folder, monkeypatch, tmp_path):
    class LoadedError(Exception):
        pass

    def load(*_, **options):
        raise LoadedError(options["solve"])

    def run(load, listener, **_):
        listener.close()
        load()

    monkeypatch.chdir(tmp_path)
    row = {"prompt": ASKED.prompt, "response": ASKED.response, "rubric": ASKED.rubric, "score": 1}
    (tmp_path / "in.jsonl").write_text(json.dumps(row) + "\n")
    monkeypatch.setattr(Judge, "load", load)
    monkeypatch.setattr("autograder.serve.app.create_app", lambda load, _: load)
    monkeypatch.setattr("autograder.serve.server.run", run)
    options = {"behaviour": ["--items", DATA / "starter.jsonl", "--texts", DATA / "behaviour"]}
    options |= {"serve": ["--port", 0], "grade": ["--prefix", "judge_"]}
    more = [*COMMANDS[command], *options.get(command, ()), "--judge", solving_folder]
    for given, expected in (([], None), (["--solve"], True), (["--no-solve"], False)):
        with pytest.raises(LoadedError) as found:
            call(command, *more, *given)
        assert found.value.args == (expected,)


def test_a_benchmark_says_whether_the_base_was_asked(solving_folder, tmp_path):
    row = {"prompt": ASKED.prompt, "response": ASKED.response, "rubric": ASKED.rubric}
    lines = [json.dumps(row | {"response": str(n), "score": 1 + n}) + "\n" for n in range(5)]
    (tmp_path / "in.jsonl").write_text("".join(lines))
    options = ["--judge", solving_folder, "--bootstrap", 10, "--output", tmp_path / "out.json"]
    for given, expected in (([], True), (["--no-solve"], False)):
        result = call("benchmark", tmp_path / "in.jsonl", *options, *given)
        assert result.exit_code == 0, result.output
        assert json.loads((tmp_path / "out.json").read_text())["solve"] == expected


@pytest.fixture
def grading(solving_folder, tmp_path):
    """The file that `grade` writes, and how it is called."""
    source, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    row = {"prompt": ASKED.prompt, "response": ASKED.response, "rubric": ASKED.rubric}
    source.write_text(json.dumps(row) + "\n")
    return out, [source, out, "--judge", solving_folder]


def test_a_run_never_goes_on_with_another_choice_of_solve(grading, solving_folder, monkeypatch):
    out, options = grading
    with monkeypatch.context() as patch:
        patch.setattr("autograder.bulk.grade_file._finish", interrupted)
        assert call("grade", *options, "--no-solve").exit_code == 130
    result = CliRunner().invoke(cli, ["grade", *map(str, options)])
    assert "another choice of solve" in str(result.exception)
    assert call("grade", *options, "--no-solve").exit_code == 0
    found = json.loads(out.read_text())
    verdict = Judge.load(solving_folder, solve=False).evaluate(*ASKED.texts, reasoning=False)
    assert found["expected_score"] == pytest.approx(verdict.expected_score, abs=1e-3)


def test_a_run_goes_on_if_the_default_is_named(grading, monkeypatch):
    out, options = grading
    with monkeypatch.context() as patch:
        patch.setattr("autograder.bulk.grade_file._finish", interrupted)
        assert call("grade", *options).exit_code == 130
    assert call("grade", *options, "--solve").exit_code == 0
    assert json.loads(out.read_text())["score"] in range(1, 6)


def test_a_judge_that_was_not_trained_for_it_does_not_solve(judge_folder):
    options = ["judge", *COMMANDS["judge"], "--judge", judge_folder, "--solve"]
    result = CliRunner().invoke(cli, list(map(str, options)))
    assert result.exit_code == 1
    assert "was trained with train.solve 0; leave it out" in str(result.exception)


def interrupted(*_):
    raise KeyboardInterrupt
