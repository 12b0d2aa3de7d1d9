"""Which examples are graded together."""

from __future__ import annotations

import random

import pytest

from autograder.model.batch import plan
from autograder.model.encode import Encoded


def example(rubric: int, prompt: int, length: int, rubric_tokens: int = 4) -> Encoded:
    prefix = (*[rubric] * rubric_tokens, *[100 + prompt] * 6)
    return Encoded(prefix, (7,) * length, (), 0, (), rubric_end=rubric_tokens)


def drawn(seed: int, num: int = 60) -> list[Encoded]:
    rng = random.Random(seed)
    return [example(rng.randrange(6), rng.randrange(5), rng.randrange(1, 40)) for _ in range(num)]


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("batch_size", [1, 4, 7])
def test_each_is_graded_once_within_the_limits(seed, batch_size):
    examples = drawn(seed)
    batches = plan(examples, batch_size, max_tokens=150)
    assert sorted(at for batch in batches for at in batch) == list(range(len(examples)))
    for batch in batches:
        assert len(batch) <= batch_size
        rows: dict[tuple[int, ...], int] = {}
        for at in batch:
            one = examples[at]
            rows[one.prefix] = rows.get(one.prefix, len(one.prefix)) + len(one.response)
        assert len(rows) * max(rows.values()) <= 150 or len(rows) == 1


def test_answers_to_one_prompt_are_not_parted():
    examples = [example(n % 3, n, 5 + n) for n in range(6) for _ in range(3)]
    random.Random(0).shuffle(examples)
    for batch in plan(examples, 7):
        prefixes = [examples[at].prefix for at in batch]
        assert all(prefixes.count(prefix) == 3 for prefix in prefixes)


def test_more_answers_than_a_batch_holds_are_cut():
    assert list(map(len, plan([example(0, 0, 5)] * 12, 5))) == [5, 5, 2]


def test_a_rubric_that_fills_batches_shares_none():
    examples = [example(n % 2, n, 5) for n in range(12)] + [example(9, 50, 3), example(8, 51, 2)]
    batches = plan(examples, 4)
    rubrics = [{examples[at].prefix[0] for at in batch} for batch in batches]
    assert rubrics == [{0}, {0}, {1}, {1}, {9, 8}]


def test_the_longest_comes_first_and_the_order_is_settled():
    examples = drawn(3)
    first = plan(examples, 4)
    longest = max(one.num_tokens for one in examples)
    assert examples[first[0][0]].num_tokens == longest
    assert plan(list(examples), 4) == first
    assert plan([], 4) == []
