"""Layouts that share against the obvious one, and both against plain transformers."""

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
    return tiny_backbone(make_config(tiny_config), std=0.2)


def make_config(tiny_config, **model):
    return tiny_config.changed(lora={"dropout": 0.0}, model={"max_length": 700, **model})


@pytest.fixture
def encoded(backbone, examples):
    """Seven examples: three, two, one and one to a prompt, mixed, and one of them cut.

    Prompts 0 and 1 are under one rubric, prompts 2 and 3 under another.
    """
    shared = [
        dataclasses.replace(
            example,
            prompt=f"Prompt {group}" + "?" * group,
            rubric=("A sum.", "5 if it is short and right.")[group // 2],
        )
        for group, example in zip((0, 1, 0, 2, 0, 1, 3), examples, strict=False)
    ]
    shared[5] = dataclasses.replace(shared[5], response="long " * 200)
    encoded = backbone.encoder.encode_all(shared)
    assert [bool(example.truncated) for example in encoded] == [False] * 5 + [True, False]
    return encoded


LAYOUTS = [
    {"share_prefix": False},
    {},
    *({"num_rows": num_rows} for num_rows in (1, 2, 3, 9)),
]
layouts = pytest.mark.parametrize("layout", LAYOUTS, ids=str)


def concatenated(example: Encoded) -> torch.Tensor:
    return torch.tensor([[*example.prefix, *example.response, *example.verdict]])


def by_example(batch, logits) -> list[torch.Tensor]:
    return [logits[batch.example == index] for index in range(batch.num_examples)]


def test_a_shared_prefix_is_laid_out_once(encoded):
    shared = collate(encoded, 0)
    single = collate(encoded, 0, share_prefix=False)
    assert len(shared.input_ids) == 4
    assert len(single.input_ids) == 7
    prefix = {e.prefix: len(e.prefix) for e in encoded}
    branches = sum(len(e.response) + len(e.verdict) - 1 for e in encoded)
    assert shared.num_tokens == sum(prefix.values()) + branches
    assert single.num_tokens == sum(len(e.prefix) for e in encoded) + branches


def test_prompts_in_one_row_share_the_instruction_and_the_rubric(encoded):
    batch = collate(encoded, 0, num_rows=1)
    (opening,) = {e.opening_end for e in encoded}
    rubrics = {e.prefix[: e.rubric_end]: e.rubric_end - opening for e in encoded}
    prompts = {e.prefix: len(e.prefix) - e.rubric_end for e in encoded}
    assert (len(rubrics), len(prompts)) == (2, 4)
    branches = sum(len(e.response) + len(e.verdict) - 1 for e in encoded)
    once = opening + sum(rubrics.values()) + sum(prompts.values()) + branches
    assert batch.num_tokens == batch.input_ids.numel() == once


@layouts
def test_logits_are_those_of_the_plain_model_on_each_whole_sequence(backbone, encoded, layout):
    batch = collate(encoded, backbone.encoder.pad_id, **layout)
    with torch.no_grad():
        rows = by_example(batch, backbone(batch))
        for example, logits in zip(encoded, rows, strict=True):
            plain = backbone.model(input_ids=concatenated(example)).logits[0]
            start = len(example.prefix) + len(example.response) - 1
            expected = plain[start : start + len(example.verdict)]
            assert torch.allclose(logits, expected, atol=1e-5)


def learned(backbone, encoded, **layout):
    """The loss's parts, and the gradient of each weight."""
    batch = collate(encoded, backbone.encoder.pad_id, **layout)
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
    return parts, {name: value.grad for name, value in backbone.trainable().items()}


@layouts
def test_loss_and_gradients_are_those_of_a_row_for_each_example(
    backbone, encoded, tiny_config, layout
):
    plain = tiny_backbone(make_config(tiny_config, attention="eager"), std=0.2)
    assert (backbone.follows_tree, plain.follows_tree) == (True, False)
    expected, gradients = learned(plain, encoded, share_prefix=False)
    found, found_gradients = learned(backbone, encoded, **layout)
    for name in ("total", "score", "reasoning", "regression"):
        assert torch.allclose(getattr(found, name), getattr(expected, name), atol=1e-5), name
    assert max(value.abs().max() for value in gradients.values()) > 1e-3
    for name, value in gradients.items():
        assert torch.allclose(found_gradients[name], value, atol=1e-5), name


@pytest.mark.parametrize("num_rows", [None, 2])
@pytest.mark.parametrize("end", ["opening_end", "rubric_end"])
def test_what_a_cache_holds_is_not_laid_out_and_changes_nothing(backbone, encoded, num_rows, end):
    encoded = [encoded[at] for at in (0, 1, 2, 4)]  # under one rubric
    known = getattr(encoded[0], end)
    pad_id = backbone.encoder.pad_id
    whole = collate(encoded, pad_id, num_rows=num_rows)
    rest = collate(encoded, pad_id, known=known, num_rows=num_rows)
    assert rest.num_tokens == whole.num_tokens - known * len(whole.tree)
    with torch.no_grad():
        prefix = torch.tensor([encoded[0].prefix[:known]]).expand(len(rest.tree), -1)
        cache = backbone.causal.model(input_ids=prefix, use_cache=True).past_key_values
        found = backbone.digit_logits(rest, cache)
        assert torch.allclose(found, backbone.digit_logits(whole), atol=1e-5)


def test_a_row_of_one_prefix_is_a_trunk_of_its_segments(encoded):
    """As generation takes a cache apart."""
    for known in (0, encoded[0].opening_end):
        batch = collate(encoded, 0, known=known)
        for (row, start, end), example in zip(batch.branch, encoded, strict=True):
            opening, rubric, prompt = example.segments
            tree = batch.tree[row]
            assert tree.trunk == (opening - known, rubric - opening, prompt - rubric)
            assert end - start in tree.branches


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
