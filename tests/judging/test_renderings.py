"""A verdict over several renderings is the mean of what each of them gets by itself."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
import torch

from autograder.config import Config
from autograder.errors import ModelError
from autograder.judging.judge import Judge
from autograder.judging.passes import Passes
from autograder.judging.renderings import RenderingEncoder, rubric_renderings
from autograder.model.encode import Encoder
from autograder.prompt import VERDICT_ROOM
from autograder.schema import Request
from helpers.tiny_judge import tiny_backbone

LADDER = "Is the sum right?\n5: all of the digits\n3: some of the digits\n1: wrong digits"
RENDERINGS = {
    LADDER: [
        LADDER,
        "Is the sum right? 5: all of the digits. 3: some of the digits. 1: wrong digits.",
        "Is the sum right?\n* 5: all of the digits\n* 3: some of the digits\n* 1: wrong digits",
        f"{LADDER}\n",
    ],
    "Correct sum": ["Correct sum", "Correct sum.", "Correct sum\n", "Correct sum.\n"],
    "Is it so?": ["Is it so?", "Is it so?\n"],
}
"""By hand, so that the judge is not measured by what it uses itself."""
ASKED = [
    Request(f"What is {n} and {n + 1}?", f"It is {response}.", rubric)
    for n in range(3)
    for rubric in RENDERINGS
    for response in (2 * n, "one more")
]


@pytest.fixture(scope="module")
def backbone(tiny_base):
    config = Config().changed(
        model={"name": str(tiny_base), "max_length": 2048},
        quantization={"bits": 16},
        lora={"alpha": 32.0},
    )
    return tiny_backbone(config, std=0.3)


def mean_alone(backbone, request, num):
    """The mean over the renderings, each graded as a request of its own by a plain judge."""
    plain = Judge(backbone, temperature=0.7)
    texts = RENDERINGS[request.rubric][:num]
    alone = [plain.evaluate(*replace(request, rubric=t).texts, reasoning=False) for t in texts]
    return np.mean([verdict.probabilities for verdict in alone], axis=0)


@pytest.mark.parametrize("num", [2, 3, 4])
def test_a_verdict_is_the_mean_of_renderings_graded_alone(backbone, num):
    judge = Judge(backbone, temperature=0.7, batch_size=4, renderings=num)
    encoded = [judge.encoder.encode_request(request) for request in ASKED]
    in_one = judge.probabilities(encoded)
    for at, verdict in enumerate(judge.evaluate_many(ASKED)):
        expected = mean_alone(backbone, ASKED[at], num)
        np.testing.assert_allclose(verdict.probabilities, expected, atol=1e-5)
        np.testing.assert_allclose(in_one[at], expected, atol=1e-5)
        assert verdict.score == expected.argmax() + 1
        assert verdict.expected_score == pytest.approx(expected @ np.arange(1, 6), abs=1e-4)
        assert verdict.confidence == verdict.probabilities[verdict.score - 1]


def test_the_reasoning_is_of_the_request_as_it_is_with_the_score_of_the_mean(backbone, monkeypatch):
    plain, one_pass = Judge(backbone), Passes._read
    request = ASKED[0]
    first = plain.encoder.encode_request(request)
    as_it_is, otherwise = torch.tensor([[1.0, 0, 0, 0, 0]]), torch.tensor([[0, 0, 0, 0, 5.0]])

    def read(self, rows):
        logits = as_it_is if rows[0].prefix == first.prefix else otherwise
        return one_pass(self, rows)._replace(logits=logits)

    monkeypatch.setattr(Passes, "_read", read)
    assert plain.evaluate(*request.texts, reasoning=False).score == 1
    judge = Judge(backbone, renderings=2)
    verdict = judge.evaluate(*request.texts, max_reasoning_tokens=20)
    assert verdict.score == 5
    assert [verdict.reasoning] == plain.reason([first], [5], 20) != plain.reason([first], [1], 20)
    streamed, *pieces = judge.stream(*request.texts, max_reasoning_tokens=20)
    assert streamed == replace(verdict, reasoning=None)
    assert "".join(map(str, pieces)) == verdict.reasoning


def test_a_comparison_is_of_means(backbone):
    asked, other = ASKED[0], replace(ASKED[0], response="seven")
    found = Judge(backbone, temperature=0.7, renderings=3).compare(
        asked.prompt, asked.response, other.response, asked.rubric
    )
    one, two = (mean_alone(backbone, row, 3) @ np.arange(1, 6) for row in (asked, other))
    assert found.margin == pytest.approx(one - two, abs=1e-4)


def test_one_rendering_changes_no_digit(backbone):
    judge = Judge(backbone, temperature=0.7, batch_size=3, renderings=1)
    encoded = [judge.encoder.encode_request(request) for request in ASKED]
    expected = (judge.digit_logits(encoded) / 0.7).softmax(dim=1)
    assert torch.equal(judge.probabilities(encoded), expected)
    batches = [[encoded[at] for at in places] for places in judge.plan(encoded)]
    found = [verdict for batch in judge.evaluate_batches(batches) for verdict in batch]
    order = [at for places in judge.plan(encoded) for at in places]
    assert [v.probabilities for v in found] == [tuple(expected[at].tolist()) for at in order]


@pytest.mark.parametrize("reasoning", [False, True])
def test_equal_texts_are_read_once(backbone, monkeypatch, reasoning):
    read = []
    one_pass = Passes._read

    def spy(self, rows):
        read.extend(rows)
        return one_pass(self, rows)

    monkeypatch.setattr(Passes, "_read", spy)
    judge = Judge(backbone, renderings=3)
    for verdict in judge.evaluate_many(ASKED, reasoning=reasoning, max_reasoning_tokens=1):
        assert verdict.score
    # Of three rubrics, the last one has a rendering less than is asked for.
    assert len(read) == len(ASKED) // 3 * (3 + 3 + 2)
    assert len({(row.prefix, row.response) for row in read}) == len(read)


@pytest.mark.parametrize("response", ["One.", "It is one. " * 30], ids=["too long", "cut"])
def test_a_rendering_that_does_not_fit_is_left_out(backbone, response):
    tokenizer, request = backbone.encoder.tokenizer, replace(ASKED[0], response=response)
    least = Encoder(tokenizer, 2048).encode_request(request).num_tokens + VERDICT_ROOM
    # A line end is a token more, running text has three full stops, and three list signs six.
    for spare, num_others in ((0, 0), (3, 2), (6, 3)):
        encoder = RenderingEncoder(Encoder(tokenizer, least + spare), 4)
        encoded = encoder.encode_request(request)
        assert len(encoded.others) == num_others
        assert {row.truncated for row in (encoded, *encoded.others)} == {()}


# --- what may change in a rubric


@pytest.mark.parametrize("rubric", RENDERINGS)
def test_renderings_are_those_written_by_hand(rubric):
    for num in range(1, 5):
        assert rubric_renderings(rubric, num) == RENDERINGS[rubric][:num]


@pytest.mark.parametrize(
    ("rubric", "others"),
    [
        ("5: all. 3: half of it. 1: none.", ["5: all.\n3: half of it.\n1: none."]),
        (
            "Score 5: The answer names all of the metals.\n"
            "Score 1: The answer names none of the metals.",
            [
                "Score 5: The answer names all of the metals. "
                "Score 1: The answer names none of the metals.",
            ],
        ),
        (
            "5 = right plan with right cost; 1 = wrong plan",
            [
                "5 = right plan with right cost;\n1 = wrong plan",
            ],
        ),
        (
            "Names the metal and the symbol. 5: both. 3: one. 1: neither.",
            ["Names the metal and the symbol.\n5: both.\n3: one.\n1: neither."],
        ),
        (
            "5: alle Fakten\n3: dasselbe, aber spät\n1: nichts",
            [
                "5: alle Fakten. 3: dasselbe, aber spät. 1: nichts.",
                "* 5: alle Fakten\n* 3: dasselbe, aber spät\n* 1: nichts",
            ],
        ),
        (
            "Look for\n- a metal\n- its symbol",
            ["Look for: a metal; its symbol.", "Look for\n* a metal\n* its symbol"],
        ),
        # Numbers beside scores from 1 to 5 are neither taken away nor added.
        ("1. a metal\n2. its symbol", ["1) a metal\n2) its symbol"]),
        ("Names a metal. Gives its symbol.", ["Names a metal.\nGives its symbol."]),
        ("Names a metal.\n\nGives its symbol.", ["Names a metal. Gives its symbol."]),
        ("Is it so? ", ["Is it so?"]),
        ("Prints `1`. Then\n    stops.", ["Prints `1`. Then\n    stops.\n"]),
        ("答案正确", ["答案正确\n"]),
    ],
)
def test_others_say_the_same(rubric, others):
    found = rubric_renderings(rubric, 4)
    assert found[: len(others) + 1] == [rubric, *others]
    for text in found:
        assert re.findall(r"\w+", text) == re.findall(r"\w+", rubric)


@pytest.mark.parametrize(
    "rubric",
    [
        "Use the first line that applies.\n5: right facts\n1: wrong facts",
        "| 5: all |\n| 1: none |",
        "Grade from 1: bad to 5: good",
        "5: right! 1: wrong?",
        "5: right!\n1: wrong?",
        "5: right facts. 1: wrong facts. Deduct one for each typo.",
        "( 5: right facts; 1: wrong facts )",
        "# Facts\n5: late\n1: later",
        "One of these lines.\nNames a metal.\nGives its symbol.",
        "5: right.\n4: late.\nBe strict.",
        "Of 5 marks\n- 2 for a wrong date\n- 1 for a typo",
        'The answer says "Hello there. Here I am." Nothing less will do.',
        "The answer names Dr. Smith. His patient is named too.",
    ],
)
def test_what_may_be_garbled_is_left_alone(rubric):
    assert rubric_renderings(rubric, 4) == [rubric, f"{rubric}\n"]


@pytest.mark.parametrize("wrong", [0, 5, 2.5, "2"])
def test_a_wrong_number_is_refused_before_anything_is_loaded(backbone, judge_folder, wrong):
    message = rf"renderings: expected a whole number from 1 to 4, got {wrong!r}"
    with pytest.raises(ModelError, match=message):
        Judge(backbone, renderings=wrong)
    with pytest.raises(ModelError, match=message):
        Judge.load("no/such/folder", renderings=wrong)


def test_the_name_of_a_judge_tells_how_many(judge_folder):
    plain = Judge.load(judge_folder)
    assert Judge.load(judge_folder, renderings=1).model == plain.model
    assert Judge.load(judge_folder, renderings=3).model == f"{plain.model}+renderings3"
