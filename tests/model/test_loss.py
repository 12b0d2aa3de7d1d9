"""The loss against transformers' own, numpy and finite differences."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.special import log_softmax, softmax

from autograder.model.backbone import Backbone
from autograder.model.base_model import load_base
from autograder.model.batch import IGNORE_INDEX, collate
from autograder.model.loss import judge_loss, score_probabilities
from autograder.model.scores import expected_score

DIGITS = torch.tensor([3, 1, 4, 2, 6])


@pytest.fixture
def drawn():
    """Three examples of 4, 1 and 3 verdict tokens over a vocabulary of 9."""
    generator = torch.Generator().manual_seed(0)
    logits = 2 * torch.randn(8, 9, generator=generator, dtype=torch.float64).float()
    is_score = torch.tensor([1, 0, 0, 0, 1, 1, 0, 0], dtype=torch.bool)
    scores = torch.tensor([2, 5, 3])
    labels = torch.randint(9, (8,), generator=generator)
    labels[is_score] = DIGITS[scores - 1]
    return {"logits": logits, "labels": labels, "is_score": is_score, "scores": scores}


def numpy_parts(drawn, score_weight, reasoning_weight):
    logits = drawn["logits"].double().numpy()
    labels, is_score = drawn["labels"].numpy(), drawn["is_score"].numpy()
    entropy = -log_softmax(logits, axis=1)[np.arange(8), labels]
    weights = np.where(is_score, score_weight, reasoning_weight)
    p = softmax(logits[is_score][:, DIGITS.numpy()], axis=1)
    regression = np.mean((p @ np.arange(1, 6) - drawn["scores"].numpy()) ** 2)
    token_loss = np.sum(weights * entropy) / np.sum(weights)
    return token_loss, entropy[is_score].mean(), entropy[~is_score].mean(), regression


def test_with_unit_weights_it_is_transformers_own_loss(tiny_config, examples):
    base, encoder = load_base(
        tiny_config.model,
        tiny_config.quantization,
        device=torch.device("cpu"),
        dtype=torch.float32,
    )
    encoded = encoder.encode_all(examples[:6])
    batch = collate(encoded, encoder.pad_id)
    backbone = Backbone(base, encoder)
    ours = judge_loss(
        backbone(batch), batch.labels, batch.is_score, batch.scores, backbone.digit_ids
    )
    longest = max(example.num_tokens for example in encoded)
    input_ids = torch.full((len(encoded), longest), encoder.pad_id)
    labels = torch.full((len(encoded), longest), -100)
    mask = torch.zeros((len(encoded), longest), dtype=torch.int64)
    for row, example in enumerate(encoded):
        ids = [*example.prefix, *example.response, *example.verdict]
        input_ids[row, : len(ids)] = torch.tensor(ids)
        mask[row, : len(ids)] = 1
        labels[row, len(ids) - len(example.verdict) : len(ids)] = torch.tensor(example.verdict)
    with torch.no_grad():
        theirs = base(input_ids=input_ids, attention_mask=mask, labels=labels).loss
    assert ours.total.item() == pytest.approx(theirs.item(), abs=1e-5)


@pytest.mark.parametrize(
    ("score_weight", "reasoning_weight", "regression_weight"),
    [(1.0, 1.0, 0.0), (5.0, 1.0, 0.0), (1.0, 0.0, 0.0), (0.0, 2.0, 0.0), (3.0, 0.5, 0.7)],
)
def test_weights_and_parts_are_those_of_the_formula(
    drawn, score_weight, reasoning_weight, regression_weight
):
    parts = judge_loss(
        **drawn,
        digit_ids=DIGITS,
        score_weight=score_weight,
        reasoning_weight=reasoning_weight,
        regression_weight=regression_weight,
    )
    token, score, reasoning, regression = numpy_parts(drawn, score_weight, reasoning_weight)
    assert parts.total.item() == pytest.approx(token + regression_weight * regression, rel=1e-5)
    assert parts.score.item() == pytest.approx(score, rel=1e-5)
    assert parts.reasoning.item() == pytest.approx(reasoning, rel=1e-5)
    assert parts.regression.item() == pytest.approx(regression, rel=1e-5)
    assert not any(p.requires_grad for p in (parts.score, parts.reasoning, parts.regression))


def test_the_regression_terms_gradient_is_the_finite_difference(drawn):
    logits = drawn.pop("logits").requires_grad_()

    def regression(values: torch.Tensor) -> torch.Tensor:
        # Its weight dwarfs the token loss, which cancels in the difference.
        with_term = judge_loss(values, **drawn, digit_ids=DIGITS, regression_weight=1.0).total
        return with_term - judge_loss(values, **drawn, digit_ids=DIGITS).total

    regression(logits).backward()
    step = 1e-2
    for row, column in [(0, 3), (0, 6), (4, 1), (5, 2), (5, 0), (1, 3), (7, 5)]:
        shift = torch.zeros_like(logits)
        shift[row, column] = step
        with torch.no_grad():
            slope = (regression(logits + shift) - regression(logits - shift)) / (2 * step)
        assert logits.grad[row, column].item() == pytest.approx(slope.item(), abs=2e-4)
    is_digit = torch.zeros(9, dtype=torch.bool)
    is_digit[DIGITS] = True
    assert logits.grad[drawn["is_score"]][:, is_digit].abs().min() > 1e-4
    assert logits.grad[:, ~is_digit].abs().max() < 1e-6
    assert logits.grad[~drawn["is_score"]].abs().max() < 1e-6


def test_the_term_pulls_the_expected_score_to_the_label(drawn):
    logits = drawn.pop("logits").requires_grad_()
    before = judge_loss(logits, **drawn, digit_ids=DIGITS, regression_weight=1.0)
    before.total.backward()
    after = judge_loss(logits.detach() - 0.1 * logits.grad, **drawn, digit_ids=DIGITS)
    assert after.regression < before.regression


def test_tokens_without_a_label_carry_no_loss(drawn):
    full = judge_loss(**drawn, digit_ids=DIGITS, score_weight=3.0, regression_weight=0.5)
    padded = {
        "logits": torch.cat([drawn["logits"], 9 * torch.ones(2, 9)]),
        "labels": torch.cat([drawn["labels"], torch.full((2,), IGNORE_INDEX)]),
        "is_score": torch.cat([drawn["is_score"], torch.zeros(2, dtype=torch.bool)]),
        "scores": drawn["scores"],
    }
    again = judge_loss(**padded, digit_ids=DIGITS, score_weight=3.0, regression_weight=0.5)
    for name in ("total", "score", "reasoning", "regression"):
        assert getattr(again, name).item() == pytest.approx(getattr(full, name).item(), rel=1e-6)


def test_half_precision_logits_are_summed_in_float32(drawn):
    drawn["logits"] = drawn["logits"].bfloat16()
    parts = judge_loss(**drawn, digit_ids=DIGITS, regression_weight=1.0)
    drawn["logits"] = drawn["logits"].float()
    expected = judge_loss(**drawn, digit_ids=DIGITS, regression_weight=1.0)
    assert parts.total.dtype == torch.float32
    assert torch.equal(parts.total, expected.total)


def test_probabilities_are_a_softmax_over_the_digits_alone(drawn):
    logits = drawn["logits"]
    for temperature in (0.5, 1.0, 3.0):
        expected = softmax(logits.double().numpy()[:, DIGITS.numpy()] / temperature, axis=1)
        found = score_probabilities(logits, DIGITS, temperature)
        assert found.shape == (8, 5)
        np.testing.assert_allclose(found.numpy(), expected, rtol=1e-5)


def test_expected_score_is_the_mean():
    rows = torch.tensor([[1, 0, 0, 0, 0], [0, 0, 0, 0, 1], [0.1, 0.2, 0.4, 0.2, 0.1], [0.2] * 5])
    assert expected_score(rows).tolist() == pytest.approx([1.0, 5.0, 3.0, 3.0])
    assert expected_score(torch.tensor([[0.5, 0, 0, 0.5, 0]])).item() == pytest.approx(2.5)
