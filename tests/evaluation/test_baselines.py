from __future__ import annotations

import numpy as np
import pytest
import torch
from sklearn.dummy import DummyClassifier

from autograder.evaluation.baselines import length_only, majority
from autograder.schema import Example


def example(score: int, length: int = 3) -> Example:
    return Example("id", "item", "p", "r" * length, "rubric", score, "why", "code", 1)


@pytest.mark.parametrize(
    ("labels", "most"),
    [([1, 2, 2, 5], 2), ([1, 2, 3, 4, 5], 3), ([1, 1, 5, 5, 2], 1), ([2, 4], 2), ([5], 5)],
)
def test_majority_by_hand(labels: list[int], most: int) -> None:
    rows = majority([example(label) for label in labels], [example(1), example(5)])
    assert rows.dtype == torch.float64
    assert rows.shape == (2, 5)
    assert rows.sum(dim=1).tolist() == [1.0, 1.0]
    assert (rows.argmax(dim=1) + 1).tolist() == [most, most]


def test_majority_against_sklearn() -> None:
    labels = np.random.default_rng(0).choice([1, 2, 3, 4, 5], size=101, p=[0.1, 0.2, 0.2, 0.4, 0.1])
    reference = DummyClassifier(strategy="most_frequent").fit(np.zeros((101, 1)), labels)
    rows = majority([example(int(label)) for label in labels], [example(1)] * 3)
    assert (rows.argmax(dim=1) + 1).tolist() == reference.predict(np.zeros((3, 1))).tolist()


def test_length_only_by_hand() -> None:
    # Lengths 10 to 19; the quintiles' edges are 11.8, 13.6, 15.4 and 17.2: two rows a bin.
    labels = [1, 1, 2, 3, 3, 3, 4, 5, 5, 5]
    train = [example(label, length) for length, label in enumerate(labels, start=10)]
    found = length_only(train, [example(1, length) for length in (1, 11, 12, 14, 16, 18, 500)])
    seventh = 1 / 7
    expected = [
        [3, 1, 1, 1, 1],
        [3, 1, 1, 1, 1],
        [1, 2, 2, 1, 1],
        [1, 1, 3, 1, 1],
        [1, 1, 1, 2, 2],
        [1, 1, 1, 1, 3],
        [1, 1, 1, 1, 3],
    ]
    reference = torch.tensor(expected, dtype=torch.float64) * seventh
    torch.testing.assert_close(found, reference)


def test_length_only_knows_nothing_of_the_test_labels() -> None:
    train = [example(1 + at % 5, 10 + at) for at in range(50)]
    one = length_only(train, [example(1, 20), example(1, 40)])
    other = length_only(train, [example(5, 20), example(3, 40)])
    assert torch.equal(one, other)
    torch.testing.assert_close(one.sum(dim=1), torch.ones(2, dtype=torch.float64))


def test_length_only_learns_a_shortcut() -> None:
    train = [example(score, 10 * score + at) for score in range(1, 6) for at in range(5)]
    rows = length_only(train, train)
    assert (rows.argmax(dim=1) + 1).tolist() == [row.score for row in train]


def test_equal_lengths_give_the_labels_frequencies() -> None:
    train = [example(score) for score in (1, 1, 1, 2, 5)]
    rows = length_only(train, [example(1)])
    expected = torch.tensor([[4, 2, 1, 1, 2]], dtype=torch.float64) / 10
    torch.testing.assert_close(rows, expected)
