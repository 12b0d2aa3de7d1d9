"""The linear probe, beside ridge regressions of scikit-learn on features made by hand."""

from __future__ import annotations

import dataclasses
from contextlib import nullcontext
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
import torch
from sklearn.linear_model import Ridge

from autograder.evaluation import probe
from autograder.evaluation.probe import draw, fit_probe, spread
from autograder.judging.judge import Judge
from autograder.model.scores import expected_score, integer_score
from autograder.schema import Example
from conftest import make_examples

DEPTHS = (1, 5, 9)


class FakeJudge:
    """Ten layers; the score shows in the mean after the fifth, and nowhere else."""

    def __init__(self, num_layers: int = 10) -> None:
        # The probe reads what the base reads: nobody asks for its own answers.
        encoder = SimpleNamespace(encode_request=lambda example: example)
        self.backbone = SimpleNamespace(
            without_adapter=nullcontext, num_layers=num_layers, encoder=encoder
        )

    def layer_states(self, encoded: list[Example], depths, progress=lambda _: None) -> Any:
        assert tuple(depths) in (DEPTHS, (5,))
        generator = np.random.default_rng(len(encoded))
        states = generator.normal(3, 2, size=(len(encoded), 2 * len(depths), 16))
        labels = np.array([example.score for example in encoded])
        states[:, 2 * list(depths).index(5) + 1, 4] = 7 * labels + generator.normal(
            size=len(labels)
        )
        progress(len(encoded))
        return torch.zeros(len(encoded), 5), torch.from_numpy(states).float()


@pytest.fixture
def judge(monkeypatch) -> Judge:
    monkeypatch.setattr(probe, "decoder_layers", lambda backbone: [None] * backbone.num_layers)
    return cast(Judge, FakeJudge())


def test_it_is_a_ridge_regression_on_the_place_that_validation_prefers(judge: Judge) -> None:
    train, validation, test = make_examples(12), make_examples(5), make_examples(8)
    counts: list[int] = []
    found = fit_probe(judge, train, validation, counts.append)
    assert found is not None
    assert counts == [60, 25]
    about = found.about
    assert (about.num_examples, about.layer, about.num_layers) == (60, 5, 10)
    assert about.pooled == "mean"

    _, states = judge.layer_states(cast(Any, train), DEPTHS)
    features = states[:, 3].double().numpy()
    mean, deviation = features.mean(axis=0), features.std(axis=0)
    labels = np.array([example.score for example in train])
    reference = Ridge(alpha=about.alpha).fit((features - mean) / deviation, labels)
    _, unseen = judge.layer_states(cast(Any, test), [5])
    expected = reference.predict((unseen[:, 1].double().numpy() - mean) / deviation)
    rows = found(unseen)
    np.testing.assert_allclose(expected_score(rows), expected.clip(1, 5), atol=1e-6)


def test_without_enough_of_something_there_is_none(judge: Judge, monkeypatch) -> None:
    rows = make_examples(2)
    assert fit_probe(judge, rows[:1], rows, print) is None
    assert fit_probe(judge, rows, [], print) is None
    monkeypatch.setattr(probe, "decoder_layers", lambda _: [])
    assert fit_probe(judge, rows, rows, print) is None


def test_whole_items_are_drawn_and_more_hold_all_of_fewer() -> None:
    train = [
        dataclasses.replace(example, category="other")
        for example in make_examples(9)
        if example.id != "item-3/2"
    ]
    few, more = draw(train, 11, seed=1), draw(train, 21, seed=1)
    assert 11 <= len(few) <= 15
    assert few == more[: len(few)]
    for drawn in (few, more):
        items = {example.item for example in drawn}
        assert {row.id for row in drawn} == {row.id for row in train if row.item in items}
    assert few != draw(train, 11, seed=2)
    assert draw(train, 0, seed=1) == []
    assert len(draw(train, 1000, seed=1)) == len(train)


def test_scores_between_whole_ones_are_clipped_and_rounded() -> None:
    scores = np.random.default_rng(0).uniform(-2, 8, size=500)
    rows = spread(scores)
    assert rows.dtype == torch.float64
    torch.testing.assert_close(rows.sum(dim=1), torch.ones(500, dtype=torch.float64))
    assert (rows >= 0).all()
    np.testing.assert_allclose(expected_score(rows), scores.clip(1, 5))
    assert integer_score(rows).tolist() == np.rint(scores.clip(1, 5)).astype(int).tolist()
