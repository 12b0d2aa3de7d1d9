"""Tree attention against transformers' own attention under a dense mask."""

from __future__ import annotations

import dataclasses

import pytest
import torch
from transformers.integrations.sdpa_attention import sdpa_attention_forward

from autograder.errors import ModelError
from autograder.model.attention import Row, dense_mask, tree_attention
from autograder.model.batch import collate
from helpers.tiny_judge import tiny_backbone

ROWS = (
    Row((5, 2), (3, 5, 1)),
    Row((0, 0), (4,)),
    Row((0, 6), (10,)),
    Row((), (Row((3,), (2, Row((1, 0, 2), (1, 3)), 1)), Row((2,), (1,)), 1)),
)
LENGTH = 18


class Layer(torch.nn.Module):
    """What attention functions ask a layer for."""

    num_key_value_groups = 3
    is_causal = True


def states(dtype: torch.dtype) -> tuple[torch.Tensor, ...]:
    """Query, key, value of six heads over two, and a gradient of the output."""
    generator = torch.Generator().manual_seed(0)
    sizes = ((6, LENGTH), (2, LENGTH), (2, LENGTH))
    made = [torch.randn(len(ROWS), *size, 8, generator=generator).to(dtype) for size in sizes]
    gradient = torch.randn(len(ROWS), LENGTH, 6, 8, generator=generator)
    return *(state.requires_grad_() for state in made), gradient


def ways(row: Row, way: tuple[int, ...] = ()) -> list[tuple[int, ...]]:
    """Of each token, which branch to take at each fork to get to it."""
    found = [way] * sum(row.trunk)
    for number, branch in enumerate(row.branches):
        here = (*way, number)
        found += ways(branch, here) if isinstance(branch, Row) else [here] * branch
    return found


def allowed() -> torch.Tensor:
    mask = torch.zeros(len(ROWS), 1, LENGTH, LENGTH, dtype=torch.bool)
    for place, row in enumerate(ROWS):
        found = ways(row)
        for query, way in enumerate(found):
            for key in range(query + 1):
                mask[place, 0, query, key] = way[: len(found[key])] == found[key]
    return mask


def real_tokens() -> torch.Tensor:
    return torch.tensor([[at < len(ways(row)) for at in range(LENGTH)] for row in ROWS])


def test_the_dense_mask_allows_what_lies_on_the_way_to_a_token():
    assert torch.equal(dense_mask(ROWS, 0, LENGTH), allowed())
    cached = dense_mask(ROWS, 3, LENGTH)
    assert torch.equal(cached[..., 3:], allowed())
    assert torch.equal(cached[:, 0, :, :3], real_tokens()[..., None].expand(-1, -1, 3))
    assert [row.num_tokens for row in ROWS] == real_tokens().sum(dim=1).tolist()


@pytest.mark.parametrize(
    ("dtype", "tolerance"), [(torch.float32, 1e-5), (torch.bfloat16, 0.05)], ids=str
)
def test_output_and_gradients_are_those_of_a_dense_mask(dtype, tolerance):
    real = real_tokens()
    found = []
    for dense in (False, True):
        query, key, value, gradient = states(dtype)
        if dense:
            mask = allowed() | torch.eye(LENGTH, dtype=torch.bool)  # padding: no row of -inf
            output, _ = sdpa_attention_forward(Layer(), query, key, value, mask)
        else:
            output, _ = tree_attention(Layer(), query, key, value, None, tree=ROWS)
        (output * gradient.to(dtype) * real[..., None, None]).sum().backward()
        found.append((output[real], query.grad, key.grad, value.grad))
    for ours, theirs in zip(*found, strict=True):
        assert torch.allclose(ours.float(), theirs.float(), atol=tolerance)


def test_padding_gives_zeros():
    query, key, value, _ = states(torch.float32)
    output, _ = tree_attention(Layer(), query, key, value, None, tree=ROWS)
    assert not output[~real_tokens()].any()


def test_the_scaling_of_the_architecture_is_used():
    query, key, value, _ = states(torch.float32)
    half, _ = tree_attention(Layer(), query * 2, key, value, None, scaling=0.25, tree=ROWS)
    whole, _ = tree_attention(Layer(), query, key, value, None, scaling=0.5, tree=ROWS)
    assert torch.allclose(half, whole, atol=1e-6)


def test_what_a_cache_holds_is_seen_by_all_and_changes_no_digit():
    query, key, value, _ = states(torch.float32)
    whole, _ = tree_attention(Layer(), query[:1], key[:1], value[:1], None, tree=ROWS[:1])
    rest, _ = tree_attention(
        Layer(), query[:1, :, 5:], key[:1], value[:1], None, tree=(Row((0, 2), (3, 5, 1)),)
    )
    assert torch.equal(rest, whole[:, 5:])


@pytest.mark.parametrize("option", [{"softcap": 30.0}, {"s_aux": 1}, {"sliding_window": 17}])
def test_an_architecture_that_needs_more_is_refused(option):
    query, key, value, _ = states(torch.float32)
    with pytest.raises(ModelError, match=f"no {next(iter(option))}, .*model.attention=eager"):
        tree_attention(Layer(), query, key, value, None, tree=ROWS, **option)
    tree_attention(Layer(), query, key, value, None, tree=ROWS, sliding_window=18, softcap=None)


@pytest.fixture
def logits_by(tiny_config, examples):
    def logits(kind: str, num_rows: int | None) -> torch.Tensor:
        backbone = tiny_backbone(tiny_config.changed(model={"attention": kind})).eval()
        encoder = backbone.encoder
        shared = [dataclasses.replace(e, prompt=str(i % 3)) for i, e in enumerate(examples[:7])]
        with torch.no_grad():
            batch = collate(encoder.encode_all(shared), encoder.pad_id, num_rows=num_rows)
            return backbone(batch)

    return logits


@pytest.mark.parametrize("num_rows", [None, 2])
@pytest.mark.parametrize("kind", ["eager", "sdpa"])
def test_a_model_gives_the_same_logits_with_each_attention(logits_by, kind, num_rows):
    assert torch.allclose(logits_by("tree", num_rows), logits_by(kind, num_rows), atol=1e-5)
