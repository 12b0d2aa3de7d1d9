"""The shared-prefix layout against the obvious one, and both against plain transformers."""

from __future__ import annotations

import dataclasses

import pytest
import torch

from autograder.model.batch import IGNORE_INDEX, collate
from autograder.model.encode import Encoded
from autograder.model.loss import judge_loss
from helpers.tiny_judge import tiny_backbone


@pytest.fixture
def backbone(tiny_config):
    return tiny_backbone(tiny_config.changed(lora={"dropout": 0.0}), std=0.2)


@pytest.fixture
def encoded(backbone, examples):
    """Seven examples: four, two and one to a prompt, mixed."""
    shared = [
        dataclasses.replace(example, prompt=f"Prompt {group}" + "?" * group)
        for group, example in zip((0, 1, 0, 2, 0, 1, 0), examples, strict=False)
    ]
    return backbone.encoder.encode_all(shared)


def concatenated(example: Encoded) -> torch.Tensor:
    return torch.tensor([[*example.prefix, *example.response, *example.verdict]])


def by_example(batch, logits) -> list[torch.Tensor]:
    return [logits[batch.example == index] for index in range(batch.num_examples)]


def test_a_shared_prefix_is_laid_out_once(backbone, encoded):
    shared = collate(encoded, 0)
    single = collate(encoded, 0, share_prefix=False)
    assert len(shared.input_ids) == 3
    assert len(single.input_ids) == 7
    prefix = {e.prefix: len(e.prefix) for e in encoded}
    branches = sum(len(e.response) + len(e.verdict) - 1 for e in encoded)
    assert shared.num_tokens == sum(prefix.values()) + branches
    assert single.num_tokens == sum(len(e.prefix) for e in encoded) + branches


@pytest.mark.parametrize("share_prefix", [True, False])
def test_logits_are_those_of_the_plain_model_on_each_whole_sequence(
    backbone, encoded, share_prefix
):
    batch = collate(encoded, backbone.encoder.pad_id, share_prefix)
    with torch.no_grad():
        rows = by_example(batch, backbone(batch))
        for example, logits in zip(encoded, rows, strict=True):
            plain = backbone.model(input_ids=concatenated(example)).logits[0]
            start = len(example.prefix) + len(example.response) - 1
            expected = plain[start : start + len(example.verdict)]
            assert torch.allclose(logits, expected, atol=1e-5)


def test_loss_and_gradients_do_not_depend_on_the_layout(backbone, encoded):
    found = []
    for share_prefix in (True, False):
        batch = collate(encoded, backbone.encoder.pad_id, share_prefix)
        backbone.zero_grad()
        parts = judge_loss(
            backbone(batch),
            batch.labels,
            batch.is_score,
            batch.scores,
            backbone.digit_ids,
            score_weight=5.0,
            regression_weight=1.0,
        )
        parts.total.backward()
        gradients = {name: value.grad.clone() for name, value in backbone.trainable().items()}
        found.append((parts, gradients))
    (one, one_gradients), (other, other_gradients) = found
    for name in ("total", "score", "reasoning", "regression"):
        assert torch.allclose(getattr(one, name), getattr(other, name), atol=1e-5), name
    assert max(value.abs().max() for value in one_gradients.values()) > 1e-3
    for name, value in one_gradients.items():
        assert torch.allclose(value, other_gradients[name], atol=1e-5), name


def test_examples_in_one_row_do_not_see_each_other(backbone, encoded):
    """A changed response changes its own logits and no neighbour's."""
    changed = list(encoded)
    changed[2] = dataclasses.replace(encoded[2], response=encoded[2].response[5:])
    assert changed[2].prefix == changed[0].prefix
    with torch.no_grad():
        before, after = (
            by_example(batch, backbone(batch))
            for batch in (collate(rows, backbone.encoder.pad_id) for rows in (encoded, changed))
        )
    for index in range(len(encoded)):
        close = torch.allclose(before[index], after[index], atol=1e-5)
        assert close == (index != 2)


def test_padding_does_not_matter(backbone, encoded):
    longest = dataclasses.replace(encoded[3], response=encoded[3].response * 3)
    with torch.no_grad():
        alone = backbone(collate(encoded[:1], backbone.encoder.pad_id))
        for pad_id in (0, backbone.encoder.pad_id):
            batch = collate([encoded[0], longest], pad_id)
            assert (batch.input_ids[0] == pad_id).sum() > 20
            logits = by_example(batch, backbone(batch))[0]
            assert torch.isfinite(logits).all()
            assert torch.allclose(logits, alone, atol=1e-5)


def test_targets_are_the_verdicts_in_order(backbone, encoded):
    batch = collate(encoded, 0)
    for index, example in enumerate(encoded):
        mine = batch.example == index
        assert batch.labels[mine].tolist() == list(example.verdict)
        assert batch.is_score[mine].tolist() == [True] + [False] * (len(example.verdict) - 1)
    assert batch.scores.tolist() == [example.score for example in encoded]
    assert batch.example[batch.is_score].tolist() == list(range(len(encoded)))


def test_the_last_verdict_token_is_predicted_but_not_read(backbone, encoded):
    (example,) = encoded[:1]
    batch = collate([example], 0)
    assert batch.input_ids[0].tolist() == concatenated(example)[0, :-1].tolist()
    assert batch.position_ids[0].tolist() == list(range(batch.input_ids.shape[1]))
    assert batch.columns[-1] == batch.input_ids.shape[1] - 1


def test_without_verdicts_there_is_one_target_an_example(backbone, encoded):
    asked = [dataclasses.replace(example, verdict=(), score=0) for example in encoded]
    batch = collate(asked, backbone.encoder.pad_id)
    assert batch.labels.tolist() == [IGNORE_INDEX] * len(asked)
    assert batch.is_score.all()
    assert batch.scores.tolist() == [0] * len(asked)
    with torch.no_grad():
        logits = backbone(batch)
        taught = collate(encoded, backbone.encoder.pad_id)
        expected = backbone(taught)[taught.is_score]
    assert torch.allclose(logits, expected, atol=1e-5)


def test_a_batch_moves_whole(backbone, encoded):
    batch = collate(encoded, 0)
    values = {f.name: getattr(batch.to("meta"), f.name) for f in dataclasses.fields(batch)}
    for name in ("tree", "branch", "known"):
        assert values.pop(name) == getattr(batch, name)
    assert {value.device.type for value in values.values()} == {"meta"}


@pytest.mark.parametrize("num", [1, 2, 3, 9])
def test_lanes_hold_each_row_once_and_read_what_the_batch_reads(backbone, encoded, num):
    batch = collate(encoded, backbone.encoder.pad_id)
    lanes = batch.lanes(num)
    assert len(lanes) == min(num, len(batch.input_ids))
    assert sum(part.num_tokens for part, _ in lanes) == batch.num_tokens
    assert torch.cat([places for _, places in lanes]).sort().values.tolist() == list(
        range(len(batch.labels))
    )
    with torch.no_grad():
        logits = backbone(batch)
        for part, places in lanes:
            assert torch.allclose(backbone(part), logits[places], atol=1e-5)
            assert torch.equal(part.labels, batch.labels[places])
            assert torch.equal(part.is_score, batch.is_score[places])
            examples = batch.example[places].unique()
            assert torch.equal(examples[part.example], batch.example[places])
            assert torch.equal(part.scores, batch.scores[examples])
            for (row, start, end), index in zip(part.branch, examples.tolist(), strict=True):
                old, *place = batch.branch[index]
                assert place == [start, end]
                assert torch.equal(part.input_ids[row, :end], batch.input_ids[old, :end])


def test_lanes_are_about_equally_large_and_hold_no_column_of_padding():
    def row(length):
        return Encoded(tuple(range(1, length)), (length,), (1,), 1, ())

    batch = collate([row(4), row(12), row(5), row(6)], 0)
    sizes = [part.input_ids.shape for part, _ in batch.lanes(2)]
    assert sizes == [(1, 12), (3, 6)]
