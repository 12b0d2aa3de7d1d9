from __future__ import annotations

import dataclasses
import threading

import numpy as np
import pytest
import torch
from scipy.special import softmax

from autograder.errors import ModelError
from autograder.judging import own_answers as module
from autograder.judging.judge import Judge
from autograder.judging.renderings import Rendered
from autograder.model.generation import answering, own_answers
from helpers.tiny_judge import publish_module, talking, tiny_module


@pytest.fixture(scope="module")
def backbone(backbone):
    return talking(backbone)


@pytest.fixture
def solving(backbone):
    return Judge(backbone, batch_size=3, solve=True)


@pytest.fixture
def some(requests):
    """One of them with a reference answer."""
    return [*requests[:4], dataclasses.replace(requests[4], reference="Iron."), *requests[5:]]


@pytest.fixture
def asked(monkeypatch):
    """The questions that the base was asked, batch by batch."""
    batches = []

    def counted(backbone, questions):
        batches.append(list(questions))
        return answering(backbone, questions)

    monkeypatch.setattr(module, "answering", counted)
    return batches


def by_hand(judge, request):
    """By plain transformers, of what the judge should read."""
    backbone, encoder = judge.backbone, judge.encoder
    encoded = encoder.encode_request(request)
    if encoded.question:
        (answer,) = own_answers(backbone, [encoded.question])
        encoded = encoder.with_own_answer(encoded, answer)
    with torch.no_grad():
        logits = backbone.model(input_ids=torch.tensor([[*encoded.prefix, *encoded.response]]))
    return softmax(logits.logits[0, -1].double().numpy()[list(encoder.digit_ids)])


def test_a_verdict_is_what_the_plain_model_says_after_the_base_has_answered(threads, solving, some):
    # All at once: `by_hand` waits for nobody's turn when it switches the adapter off.
    verdicts = list(solving.evaluate_many(some))
    for request, verdict in zip(some, verdicts, strict=True):
        np.testing.assert_allclose(verdict.probabilities, by_hand(solving, request), atol=1e-5)
        alone = solving.evaluate(*request.texts)
        assert alone.probabilities == pytest.approx(verdict.probabilities, abs=1e-5)
        stream = solving.stream(*request.texts)
        assert next(stream).probabilities == pytest.approx(verdict.probabilities, abs=1e-5)
        assert "".join(stream) == alone.reasoning


def test_it_matters_only_where_there_is_no_reference(judge, solving, some):
    for request, plain, solved in zip(
        some, judge.evaluate_many(some), solving.evaluate_many(some), strict=True
    ):
        alike = np.allclose(plain.probabilities, solved.probabilities, atol=1e-6)
        assert alike == bool(request.reference)


def test_a_question_is_asked_once_and_many_together(solving, some, asked):
    expected = list(solving.evaluate_many(some))
    (batch,) = asked
    prompts = {request.prompt for request in some if not request.reference}
    assert len(batch) == len(set(batch)) == len(prompts)
    assert list(solving.evaluate_many(some)) == expected
    assert len(asked) == 1


def test_few_are_remembered(solving, some, asked, monkeypatch):
    monkeypatch.setattr(module, "_KEPT", 2)
    expected = list(solving.evaluate_many(some))
    assert len(solving._passes.own_answers._known) == 2
    again = list(solving.evaluate_many(some))
    assert len(asked) == 2
    for one, other in zip(again, expected, strict=True):
        assert one.probabilities == pytest.approx(other.probabilities, abs=1e-6)


@pytest.mark.parametrize("judges", ["one judge", "two judges of one backbone"])
def test_who_grades_meanwhile_never_sees_the_adapter_off(
    threads, solving, judge, some, monkeypatch, judges
):
    grading = solving if judges == "one judge" else judge
    known = [dataclasses.replace(one, reference="Iron.") for one in some]
    expected = [one.probabilities for one in solving.evaluate_many(known)]
    inside, graded = threading.Event(), threading.Event()
    found = list[tuple[float, ...]]()

    def other():
        inside.wait(60)
        found.extend(one.probabilities for one in grading.evaluate_many(known))
        graded.set()

    def slow(backbone, questions):
        for step in answering(backbone, questions):
            with backbone.without_adapter():
                inside.set()
                graded.wait(0.1)
            yield step

    monkeypatch.setattr(module, "answering", slow)
    thread = threading.Thread(target=other)
    thread.start()
    list(solving.evaluate_many(some))
    thread.join()
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_several_renderings_share_an_answer(backbone, some, asked):
    judge = Judge(backbone, renderings=4, solve=True)
    request = dataclasses.replace(some[0], rubric="5: all.\n1: none.")
    encoded = judge.encoder.encode_request(request)
    assert isinstance(encoded, Rendered)
    assert encoded.others
    verdict = judge.evaluate(*request.texts)
    assert [len(batch) for batch in asked] == [1]
    (answer,) = own_answers(backbone, [encoded.question])
    layouts = (dataclasses.replace(encoded, others=()), *encoded.others)
    rows = [judge.encoder.with_own_answer(row, answer) for row in layouts]
    each = Judge(backbone).probabilities(rows)
    np.testing.assert_allclose(verdict.probabilities, each.mean(0), atol=1e-5)


def test_what_a_source_raises_comes_after_what_was_before(solving, some):
    encoded = [solving.encoder.encode_request(request) for request in some]

    def batches():
        yield encoded[:2]
        yield encoded[2:3]
        raise RuntimeError("the source")

    found = solving.evaluate_batches(batches())
    assert [len(next(found)), len(next(found))] == [2, 1]
    with pytest.raises(RuntimeError, match="the source"):
        next(found)


def test_batches_without_questions_are_not_read_ahead(solving, some):
    encoded = solving.encoder.encode_request(some[4])
    taken = []

    def batches():
        for number in range(20):
            taken.append(number)
            yield [encoded]

    found = solving._passes.own_answers.put_each(batches())
    next(found)
    assert taken == [0]


def test_between_two_steps_others_have_a_turn(solving, judge, some):
    """A reasoning that has begun goes on while the base answers."""
    request, other = some[0], dataclasses.replace(some[1], reference="Two.")
    expected = solving.evaluate(*request.texts).reasoning
    pieces, said = solving.stream(*request.texts), ""
    next(pieces)
    question = solving.encoder.encode_request(some[2]).question
    answers = None
    for step in answering(solving.backbone, [question]):
        answers = step
        said += str(next(pieces, ""))
    assert said + "".join(map(str, pieces)) == expected
    assert answers == own_answers(solving.backbone, [question])
    assert solving.evaluate(*other.texts).probabilities == pytest.approx(
        judge.evaluate(*other.texts).probabilities, abs=1e-6
    )


# --- loading


@pytest.fixture
def folder(tiny_base, tmp_path):
    def publish(solve):
        made = tiny_module(tiny_base)
        made.config = made.config.changed(train={"solve": solve})
        publish_module(made, tmp_path / "judge")
        return tmp_path / "judge"

    return publish


def test_a_judge_that_was_trained_for_it_asks_the_base(folder):
    path = folder(0.7)
    judge, unsolved = Judge.load(path), Judge.load(path, solve=False)
    assert judge.encoder.solves
    assert not unsolved.encoder.solves
    assert unsolved.model == f"{judge.model}+unsolved"
    assert Judge.load(path, solve=True).model == judge.model


def test_another_judge_is_not_made_to(folder):
    path = folder(0.0)
    assert not Judge.load(path).encoder.solves
    assert "unsolved" not in Judge.load(path, solve=False).model
    with pytest.raises(ModelError, match=r"solve: .* was trained with train.solve 0; leave it out"):
        Judge.load(path, solve=True)
