"""The scorer in inspect_ai's own `eval`, with a model that answers from a table."""

from __future__ import annotations

import gc
import statistics

import pytest

from autograder.errors import ConfigError, ModelError

pytest.importorskip("inspect_ai")
pytestmark = pytest.mark.filterwarnings("ignore")  # those of other packages about each other

from inspect_ai import Task, task  # noqa: E402
from inspect_ai import eval as evaluate  # noqa: E402
from inspect_ai.dataset import Sample  # noqa: E402
from inspect_ai.log import read_eval_log  # noqa: E402
from inspect_ai.model import (  # noqa: E402
    ChatMessageSystem,
    ChatMessageUser,
    ModelOutput,
    ModelUsage,
    get_model,
)
from inspect_ai.solver import generate  # noqa: E402

from autograder.integrations.inspect_ai import judge_scorer  # noqa: E402

RUBRIC = "Is it right?"
ANSWERS = {
    "How many legs has a spider?": "Eight legs.",
    "Name a metal.": "Iron, or so they say.",
    "Say nothing.": " ",
}
TARGETS = {"How many legs has a spider?": "8", "Name a metal.": "Iron", "Say nothing.": "Nothing"}


@pytest.fixture(autouse=True)
def _swept():
    """What inspect_ai leaves unclosed warns here, where that is ignored."""
    yield
    gc.collect()


def run(scorer, inputs, log_dir):
    """Evaluate the inputs; gives the log as inspect_ai reads it back from its file."""

    def answer(messages, *_):
        output = ModelOutput.from_content("mockllm/model", ANSWERS[messages[-1].text])
        output.usage = ModelUsage()  # or it is counted with a vocabulary from the network
        return output

    samples = [
        Sample(input=text, target=TARGETS[text if isinstance(text, str) else text[-1].text])
        for text in inputs
    ]
    (log,) = evaluate(
        Task(dataset=samples, solver=generate(), scorer=scorer),
        model=get_model("mockllm/model", custom_outputs=answer),
        log_dir=str(log_dir),
        display="none",
    )
    assert log.status == "success", log.error
    return read_eval_log(log.location)


def scores_of(log):
    return [sample.scores["judge_scorer"] for sample in log.samples]


def metrics_of(log):
    (found,) = log.results.scores
    return {name: metric.value for name, metric in found.metrics.items()}


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_two_samples_are_graded_as_by_the_judge(
    judge, judge_folder, tmp_path, monkeypatch, backend
):
    monkeypatch.setenv("INSPECT_ASYNC_BACKEND", backend)
    inputs = list(ANSWERS)[:2]
    log = run(judge_scorer(RUBRIC, str(judge_folder)), inputs, tmp_path)
    expected = [judge.evaluate(text, ANSWERS[text], RUBRIC) for text in inputs]
    for score, verdict, text in zip(scores_of(log), expected, inputs, strict=True):
        assert score.value == pytest.approx(verdict.expected_score, abs=1e-3)
        assert score.answer == ANSWERS[text]
        assert score.explanation == verdict.reasoning
        assert score.metadata["score"] == verdict.score
        assert score.metadata["probabilities"] == pytest.approx(verdict.probabilities, abs=1e-4)
        assert score.metadata["judge"] == judge.model
    values = [verdict.expected_score for verdict in expected]
    assert metrics_of(log)["mean"] == pytest.approx(statistics.fmean(values), abs=1e-3)
    assert metrics_of(log)["stderr"] == pytest.approx(statistics.stdev(values) / 2**0.5, abs=1e-3)
    arguments = log.eval.scorers[0].options
    assert arguments["rubric"] == RUBRIC


def test_value_pass_mark_and_reference_change_the_value(judge, judge_folder, tmp_path):
    inputs = list(ANSWERS)[:2]
    with_target = [
        judge.evaluate(text, ANSWERS[text], RUBRIC, TARGETS[text], reasoning=False)
        for text in inputs
    ]
    options = {"model": str(judge_folder), "reasoning": False, "reference_from_target": True}
    found = scores_of(run(judge_scorer(RUBRIC, value="score", **options), inputs, tmp_path))
    assert [score.value for score in found] == [verdict.score for verdict in with_target]
    assert [score.explanation for score in found] == [None, None]
    expected = sorted(verdict.expected_score for verdict in with_target)
    assert expected[0] < expected[1]
    log = run(judge_scorer(RUBRIC, pass_at=statistics.fmean(expected), **options), inputs, tmp_path)
    assert sorted(score.value for score in scores_of(log)) == [0.0, 1.0]
    assert metrics_of(log)["mean"] == 0.5


def test_an_empty_output_has_the_lowest_value(judge_folder, tmp_path):
    for options, lowest in (({}, 1.0), ({"pass_at": 3}, 0.0)):
        log = run(judge_scorer(RUBRIC, str(judge_folder), **options), ["Say nothing."], tmp_path)
        (score,) = scores_of(log)
        assert (score.value, score.reason) == (lowest, "no_response")


def test_a_sample_that_cannot_be_graded_is_unscored_and_ends_nothing(judge_folder, tmp_path):
    log = run(judge_scorer("long " * 3000, str(judge_folder)), list(ANSWERS)[:1], tmp_path)
    (score,) = scores_of(log)
    assert score.value != score.value  # NaN, which the metrics leave out
    assert score.reason == "grader_failed"
    assert "too long for model.max_length" in score.explanation


def test_all_messages_of_an_input_are_shown(judge, judge_folder, tmp_path):
    text = "Name a metal."
    messages = [ChatMessageSystem(content="Be brief."), ChatMessageUser(content=text)]
    scorer = judge_scorer(RUBRIC, str(judge_folder), reasoning=False)
    (score,) = scores_of(run(scorer, [messages], tmp_path))
    prompt = f"system: Be brief.\n\nuser: {text}"
    verdict = judge.evaluate(prompt, ANSWERS[text], RUBRIC, reasoning=False)
    assert score.value == pytest.approx(verdict.expected_score, abs=1e-3)


def test_a_task_can_name_the_scorer(judge_folder):
    @task
    def spiders():
        sample = Sample(input="Name a metal.", target="Iron")
        return Task(dataset=[sample], scorer=judge_scorer(RUBRIC, str(judge_folder)))

    assert len(spiders().scorer) == 1


def test_faults_are_told_when_the_task_is_made(judge_folder, tmp_path):
    with pytest.raises(ModelError, match="holds no judge"):
        judge_scorer(RUBRIC, str(tmp_path))
    with pytest.raises(ConfigError, match=r"2 faults\n  rubric: .*\n  pass_at: .*1 to 5, got 0.8"):
        judge_scorer(" ", str(judge_folder), pass_at=0.8)
    with pytest.raises(ConfigError, match="value: expected expected_score or score, got 'mean'"):
        judge_scorer(RUBRIC, str(judge_folder), value="mean")
