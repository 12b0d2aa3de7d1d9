from __future__ import annotations

import math

import pytest
import torch
from scipy.optimize import minimize_scalar
from torch.nn import functional as F

from autograder.judging.calibration import fit_temperature


def sampled(temperature: float, count: int = 20_000):
    """Logits, and scores drawn from the distribution that `temperature` makes of them."""
    generator = torch.Generator().manual_seed(0)
    logits = 3 * torch.randn(count, 5, generator=generator)
    probabilities = (logits / temperature).softmax(dim=1)
    scores = torch.multinomial(probabilities, 1, generator=generator)[:, 0] + 1
    return logits, scores


@pytest.mark.parametrize("temperature", [0.4, 1.0, 2.5, 6.0])
def test_it_recovers_a_known_temperature(temperature):
    assert fit_temperature(*sampled(temperature)) == pytest.approx(temperature, rel=0.05)


def test_it_has_the_smallest_cross_entropy():
    logits, scores = sampled(1.7, 300)

    def cost(temperature: float) -> float:
        return F.cross_entropy(logits.double() / temperature, scores - 1).item()

    expected = minimize_scalar(cost, bounds=(0.2, 10.0), method="bounded").x
    assert fit_temperature(logits, scores) == pytest.approx(expected, rel=1e-3)
    assert cost(fit_temperature(logits, scores)) <= min(cost(1.0), cost(1.5), cost(2.0))


def test_it_keeps_the_order_of_the_probabilities():
    logits, scores = sampled(3.0, 200)
    calibrated = (logits / fit_temperature(logits, scores)).softmax(dim=1)
    assert torch.equal(calibrated.argsort(dim=1), logits.argsort(dim=1))


def test_a_judge_that_is_always_right_or_always_wrong_stays_within_bounds():
    logits = 5 * torch.eye(5)
    scores = torch.arange(1, 6)
    assert fit_temperature(logits, scores) == pytest.approx(0.2, rel=1e-3)
    assert fit_temperature(logits, scores.roll(1)) == pytest.approx(10.0, rel=1e-3)
    assert 0.2 <= fit_temperature(logits, scores) <= 10.0


def test_nothing_to_fit_on_is_temperature_one():
    found = fit_temperature(torch.empty(0, 5), torch.empty(0, dtype=torch.int64))
    assert found == 1.0
    assert math.isfinite(fit_temperature(torch.zeros(3, 5), torch.tensor([1, 2, 3])))
