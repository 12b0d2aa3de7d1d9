"""What is read ahead, what is graded together, and the order of the results, without a model."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator

import pytest

from autograder.judging.read_ahead import in_order, windows
from autograder.model.encode import Encoded


def answer(prompt: int, number: int = 0) -> Encoded:
    return Encoded((7, prompt), (number,), (), 0, (), rubric_end=1)


def answers(*counts: int) -> list[Encoded]:
    """So many answers to each prompt, told apart by their number."""
    return [answer(prompt, k) for prompt, count in enumerate(counts) for k in range(count)]


@pytest.mark.parametrize("num", [0, 1, 5, 6, 7, 12, 13])
def test_windows_are_full_but_the_last(num):
    examples = answers(num)
    found = list(windows(iter(examples), batch_size=2, num_batches=3))
    assert [one for window in found for one in window] == examples
    assert list(map(len, found)) == [6] * (num // 6) + [num % 6] * (num % 6 > 0)


def test_a_window_ends_between_prompts():
    examples = answers(1, 3, 3, 3, 3, 2)
    found = list(windows(examples, batch_size=4, num_batches=2))
    assert [one for window in found for one in window] == examples
    assert [{one.prefix[1] for one in window} for window in found] == [{0, 1, 2}, {3, 4}, {5}]


def test_of_a_prompt_that_fills_batches_only_the_rest_moves_on():
    found = list(windows(answers(3, 30), batch_size=4, num_batches=3))
    assert list(map(len, found)) == [11, 12, 10]


def test_a_window_of_one_batch_is_not_shortened():
    assert list(map(len, windows(answers(1, 3, 3), batch_size=3, num_batches=1))) == [3, 3, 1]


def test_no_more_than_a_window_is_taken_at_once():
    taken: list[Encoded] = []

    def source() -> Iterator[Encoded]:
        for one in answers(*[1] * 50):
            taken.append(one)
            yield one

    found = windows(source(), batch_size=2, num_batches=3)
    assert taken == []
    next(found)
    assert len(taken) == 6


def test_an_error_comes_after_the_windows_before_it():
    def source() -> Iterator[Encoded]:
        yield from answers(1, 1, 1)
        raise ValueError("broken")

    found = windows(source(), batch_size=1, num_batches=2)
    assert len(next(found)) == 2
    with pytest.raises(ValueError, match="broken"):
        next(found)


@pytest.mark.parametrize("seed", range(5))
def test_results_come_in_the_order_of_the_examples(seed):
    rng = random.Random(seed)
    examples = [answer(0, number) for number in range(40)]
    parts = [examples[:15], examples[15:16], examples[16:40]]

    def plan(window: object) -> list[list[int]]:
        assert isinstance(window, list)
        order = list(range(len(window)))
        rng.shuffle(order)
        return [order[at : at + 4] for at in range(0, len(order), 4)]

    def grade(batches: Iterable[list[Encoded]]) -> Iterator[list[int]]:
        ahead: list[list[Encoded]] = []
        for batch in batches:
            ahead.append(batch)
            if len(ahead) > rng.randrange(4):  # as a pass of several batches in parallel
                yield [one.response[0] for one in ahead.pop(0)]
        yield from ([one.response[0] for one in batch] for batch in ahead)

    assert list(in_order(parts, plan, grade)) == list(range(40))


def test_a_result_is_given_as_soon_as_those_before_it_are_there():
    graded: list[int] = []

    def grade(batches: Iterable[list[Encoded]]) -> Iterator[list[int]]:
        for batch in batches:
            graded.extend(one.response[0] for one in batch)
            yield [one.response[0] for one in batch]

    found = in_order([[answer(0, n) for n in range(4)]], lambda _: [[1], [0, 2], [3]], grade)
    assert next(found) == 0
    assert graded == [1, 0, 2]
    assert list(found) == [1, 2, 3]
