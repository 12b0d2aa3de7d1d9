"""The tiny base with a random adapter, a judge of it, and requests."""

from __future__ import annotations

import dataclasses

import pytest
import torch
from scipy.special import softmax

from autograder.config import Config
from autograder.judging import turns
from autograder.judging.judge import Judge
from autograder.schema import Request
from helpers.tiny_judge import tiny_backbone


def settings(tiny_base, **model):
    return Config().changed(
        model={"name": str(tiny_base), "max_length": 2048, **model},
        quantization={"bits": 16},
        lora={"alpha": 32.0},  # a larger one saturates the tiny model
    )


@pytest.fixture(scope="module")
def backbone(tiny_base):
    """The tiny base with an adapter that is far from zero."""
    return tiny_backbone(settings(tiny_base), std=0.3)


@pytest.fixture(params=[1, 2], ids=["one thread", "two threads"])
def threads(request):
    """With two, two passes are made side by side."""
    before = torch.get_num_threads()
    torch.set_num_threads(request.param)
    turns._turns.clear()  # a backbone of an earlier test has turns for its number of threads
    yield request.param
    torch.set_num_threads(before)


@pytest.fixture
def judge(backbone):
    return Judge(backbone, batch_size=3)


@pytest.fixture
def requests(examples):
    """Eight requests, mixed lengths, two sharing a prompt."""
    rows = [Request(e.prompt, e.response, e.rubric) for e in examples[:7]]
    rows[3] = Request("Name a metal.", "ÖÄÜ 漢字 {}[] iron!", "#1: a metal.")
    return [*rows, dataclasses.replace(rows[0], response="Something else entirely.")]


def reference(backbone, request, temperature=1.0):
    """The distribution by plain transformers, on one sequence without padding."""
    encoded = backbone.encoder.encode_request(request)
    with torch.no_grad():
        logits = backbone.model(input_ids=torch.tensor([[*encoded.prefix, *encoded.response]]))
    digits = logits.logits[0, -1].double().numpy()[list(backbone.encoder.digit_ids)]
    return softmax(digits / temperature)
