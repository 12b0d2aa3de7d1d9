"""The expected and the integer score against numpy; the loss keeps its own rounding."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from autograder.model.scores import expected_score, integer_score


def distributions(num_rows: int, dtype: torch.dtype) -> torch.Tensor:
    generator = torch.Generator().manual_seed(num_rows)
    return torch.randn(num_rows, 5, generator=generator, dtype=dtype).softmax(dim=1)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_against_numpy(dtype: torch.dtype) -> None:
    rows = distributions(300, dtype)
    assert expected_score(rows).dtype == dtype
    means = np.average(np.tile([1, 2, 3, 4, 5], (300, 1)), axis=1, weights=rows.double().numpy())
    assert expected_score(rows).tolist() == pytest.approx(means.tolist(), rel=1e-6)
    assert integer_score(rows).tolist() == (rows.numpy().argmax(axis=1) + 1).tolist()


def test_of_equally_probable_scores_the_lowest_is_given() -> None:
    assert integer_score(torch.full((1, 5), 0.2)).tolist() == [1]


@pytest.mark.parametrize("num_rows", [1, 2, 3, 7, 33, 480])
def test_equal_rows_are_ties(num_rows: int) -> None:
    row = distributions(1, torch.float64)
    assert len(set(expected_score(row.expand(num_rows, 5).contiguous()).tolist())) == 1


@pytest.mark.parametrize("num_rows", [1, 5, 16])
def test_in_float32_it_is_the_product_that_training_has_always_used(num_rows: int) -> None:
    rows = distributions(num_rows, torch.float32)
    assert torch.equal(expected_score(rows), rows @ torch.arange(1, 6, dtype=torch.float32))
