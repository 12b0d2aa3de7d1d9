"""The tests' fake judge is a `Grader` exactly as `Judge` is one."""

from __future__ import annotations

import asyncio
import inspect

import pytest

from autograder.errors import DataError
from autograder.judging.grader import Grader, RequestEncoder
from autograder.judging.judge import Judge
from autograder.model.encode import Encoded, Encoder
from autograder.schema import Request, Verdict
from helpers.fake_judge import FakeEncoder, FakeJudge

METHODS = [
    name for name, value in vars(Grader).items() if inspect.isfunction(value) and name[0] != "_"
]
REQUESTS = [Request("Name a metal.", f"{name}.", "Is it one?") for name in ("Iron", "Tin", "Oak")]


@pytest.fixture(scope="module", params=["Judge", "FakeJudge"])
def grader(request, judge_folder) -> Grader:
    if request.param == "FakeJudge":
        return FakeJudge(2)
    return Judge.load(judge_folder, batch_size=2)


def parameters(function):
    """Names, kinds and defaults: what a caller may write."""
    found = inspect.signature(function).parameters.values()
    return [(each.name, each.kind, each.default) for each in found]


def test_there_are_methods_to_compare():
    assert {"evaluate", "evaluate_many", "evaluate_batches", "plan", "stream"} < set(METHODS)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("kind", [Judge, FakeJudge])
def test_a_method_is_called_as_the_protocol_says(kind, method):
    promised, kept = getattr(Grader, method), getattr(kind, method)
    assert parameters(kept) == parameters(promised)
    assert (
        inspect.signature(kept).return_annotation == inspect.signature(promised).return_annotation
    )
    assert inspect.iscoroutinefunction(kept) == inspect.iscoroutinefunction(promised)


@pytest.mark.parametrize("kind", [Encoder, FakeEncoder])
def test_so_is_the_encoders(kind):
    promised = RequestEncoder.encode_request
    assert parameters(kind.encode_request) == parameters(promised)


def test_results_have_the_same_types(grader):
    request = REQUESTS[0]
    encoded = [grader.encoder.encode_request(row) for row in REQUESTS]
    assert all(type(row) is Encoded for row in encoded)
    plan = grader.plan(encoded)
    assert sorted(at for batch in plan for at in batch) == [0, 1, 2]
    assert max(map(len, plan)) == grader.batch_size
    assert type(grader.model) is str
    batches = [[encoded[at] for at in batch] for batch in plan]
    graded = [verdict for found in grader.evaluate_batches(batches) for verdict in found]
    asked = list(grader.evaluate_many(REQUESTS))
    alone = grader.evaluate(*request.texts, reasoning=False)
    later = asyncio.run(grader.aevaluate(*request.texts, reasoning=False))
    first, *pieces = grader.stream(*request.texts, max_reasoning_tokens=3)
    whole = grader.evaluate(*request.texts, max_reasoning_tokens=3)
    for verdict in (*graded, *asked, alone, later, first, whole):
        assert type(verdict) is Verdict
        assert sum(verdict.probabilities) == pytest.approx(1, abs=1e-5)
        assert verdict.probabilities[verdict.score - 1] == verdict.confidence
        assert verdict.model == grader.model
    assert [verdict.reasoning for verdict in (*graded, *asked, alone, later, first)] == [None] * 9
    assert all(type(piece) is str for piece in pieces)
    assert "".join(pieces) == whole.reasoning
    by_text = dict(zip((at for batch in plan for at in batch), graded, strict=True))
    for at, verdict in enumerate(asked):
        assert by_text[at].probabilities == pytest.approx(verdict.probabilities, abs=1e-5)


def test_plain_tuples_are_requests_too(grader):
    plain = grader.evaluate_many([row.texts for row in REQUESTS])
    assert list(plain) == list(grader.evaluate_many(REQUESTS))


def test_what_does_not_fit_is_a_data_error_of_the_rubric(grader):
    with pytest.raises(DataError) as raised:
        grader.encoder.encode_request(Request("?", "?", "too long for the model " * 500))
    assert raised.value.field == "rubric"
