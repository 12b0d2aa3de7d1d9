from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from autograder.model.loss import LossParts
from autograder.training.measured import MeanLosses

NAN = float("nan")


def means(*batches: tuple[float, float, float, int]) -> dict[str, float]:
    losses = MeanLosses()
    for total, score, reasoning, count in batches:
        losses.update(LossParts(*map(torch.tensor, (total, score, reasoning, 0.0))), count)
    return {name: value.item() for name, value in losses.compute().items()}


def test_batches_weigh_by_their_examples() -> None:
    found = means((1.0, 2.0, 3.0, 5), (2.0, 4.0, 7.0, 3))
    assert found["loss"] == pytest.approx(np.average([1, 2], weights=[5, 3]))
    assert found["score_loss"] == pytest.approx(np.average([2, 4], weights=[5, 3]))
    assert found["reasoning_loss"] == pytest.approx(np.average([3, 7], weights=[5, 3]))


def test_a_batch_without_reasonings_counts_for_the_others_alone() -> None:
    found = means((1.0, 2.0, 3.0, 5), (2.0, 4.0, NAN, 3), (1.0, 1.0, 6.0, 5))
    assert found["reasoning_loss"] == pytest.approx(4.5)
    assert found["loss"] == pytest.approx(np.average([1, 2, 1], weights=[5, 3, 5]))


def test_what_is_undefined_or_diverged_shows() -> None:
    assert math.isnan(means((1.0, 2.0, NAN, 5))["reasoning_loss"])
    found = means((NAN, NAN, NAN, 5), (1.0, 1.0, 1.0, 5))
    assert math.isnan(found["loss"])
    assert math.isnan(found["score_loss"])
