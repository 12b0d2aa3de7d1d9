"""Logits, distributions and reasonings of encoded requests, beside those of plain transformers."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from autograder.judging.scoring import Scorer
from autograder.prompt import read_reasoning
from judging.conftest import reference


@pytest.fixture
def encoded(backbone, requests):
    return [backbone.encoder.encode_request(request) for request in requests]


@pytest.mark.parametrize("temperature", [0.5, 2.0, 10.0])
def test_the_temperature_divides_the_logits(backbone, requests, encoded, temperature):
    scorer = Scorer(backbone, temperature)
    expected = [reference(backbone, request, temperature) for request in requests]
    np.testing.assert_allclose(scorer.probabilities(encoded), expected, atol=1e-5)
    raw = scorer.digit_logits(encoded)
    assert raw.shape == (8, 5)
    assert torch.equal(raw, Scorer(backbone).digit_logits(encoded))


def test_no_answers_have_no_scores(backbone):
    scorer = Scorer(backbone)
    assert scorer.digit_logits([]).shape == scorer.probabilities([]).shape == (0, 5)
    assert scorer.reason([], []) == []


@pytest.mark.parametrize("batch_size", [1, 3, 8])
def test_every_answer_is_counted_once(backbone, encoded, batch_size):
    scorer = Scorer(backbone, batch_size=batch_size)
    counts: dict[str, list[int]] = {"logits": [], "probabilities": [], "reasons": []}
    scorer.digit_logits(encoded, counts["logits"].append)
    scorer.probabilities(encoded, counts["probabilities"].append)
    scorer.reason(encoded, [3] * 8, 1, counts["reasons"].append)
    sizes = [len(batch) for batch in scorer.plan(encoded)]
    assert sum(sizes) == 8
    assert list(counts.values()) == [sizes] * 3


def greedy_text(backbone, encoded, score, max_new_tokens):
    """The continuation by transformers' own `generate`, on one sequence without a cache."""
    ids = [*encoded.prefix, *encoded.response, backbone.encoder.digit_ids[score - 1]]
    found = backbone.causal.generate(
        input_ids=torch.tensor([ids]),
        attention_mask=torch.ones(1, len(ids), dtype=torch.int64),
        max_new_tokens=max_new_tokens,
        do_sample=False,
        use_cache=False,
        eos_token_id=backbone.encoder.end_id,
        pad_token_id=backbone.encoder.pad_id,
    )
    return backbone.encoder.tokenizer.decode(found[0, len(ids) :], skip_special_tokens=True)


@pytest.mark.parametrize("batch_size", [1, 3, 8])
def test_reasoning_is_the_greedy_continuation_after_the_digit(backbone, encoded, batch_size):
    scores = [5, 1, 2, 3, 4, 5, 1, 2]
    scorer = Scorer(backbone, batch_size=batch_size)
    expected = [
        read_reasoning(greedy_text(backbone, example, score, 8))
        for example, score in zip(encoded, scores, strict=True)
    ]
    assert scorer.reason(encoded, scores, 8) == expected
    assert scorer.reason(encoded, scores, 8) == expected  # with all prefixes in the cache
