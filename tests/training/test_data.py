from __future__ import annotations

import dataclasses
import random
from collections import Counter
from itertools import islice, pairwise
from types import SimpleNamespace
from typing import Any

import pytest

from autograder.config import TrainConfig
from autograder.errors import TrainingError
from autograder.model.batch import Batch
from autograder.model.encode import Encoded
from autograder.training.data import JudgeDataModule, JudgeLoader
from autograder.training.pack import Outline, pack
from autograder.training.selection import ThinReasoning, take_share


def drawn(sizes: list[int], seed: int = 0) -> list[Encoded]:
    """Examples with `sizes[k]` to prefix k, mixed; each has its own response."""
    prefixes = [k for k, size in enumerate(sizes) for _ in range(size)]
    random.Random(seed).shuffle(prefixes)
    return [Encoded((k, 0), (n, 0), (1, 2), 1 + n % 5, ()) for n, k in enumerate(prefixes)]


def ids(batch: Batch | list[Encoded]) -> list[int]:
    """Which examples are in a batch."""
    if isinstance(batch, Batch):
        firsts = batch.columns[batch.is_score] - 1
        rows = batch.rows[batch.is_score]
        return sorted(batch.input_ids[rows, firsts].tolist())
    return sorted(example.response[0] for example in batch)


def loader(examples, batch_size=5, seed=7, epoch=0, **options) -> JudgeLoader:
    return JudgeLoader(examples, batch_size, 99, seed=seed, epoch=lambda: epoch, **options)


def run(feeder) -> list[list[int]]:
    return [ids(batch) for batch in feeder]


def trainer_of(epoch=0, rank=0, world_size=1, overfit_batches=0.0) -> Any:
    return SimpleNamespace(
        current_epoch=epoch,
        global_rank=rank,
        world_size=world_size,
        overfit_batches=overfit_batches,
    )


SIZES = [5, 5, 1, 2, 3, 12, 5, 4, 1, 1, 2]


@pytest.mark.parametrize("num_rows", [None, 2])
@pytest.mark.parametrize("batch_size", [1, 2, 5, 7, 100])
def test_every_example_once_an_epoch_and_no_batch_too_large(batch_size, num_rows):
    examples = drawn(SIZES)
    for epoch in range(3):
        feeder = loader(examples, batch_size, epoch=epoch, num_rows=num_rows)
        batches = run(feeder)
        assert sorted(n for batch in batches for n in batch) == list(range(len(examples)))
        assert max(map(len, batches)) <= batch_size
        assert len(feeder) == len(batches)


def test_the_order_is_a_function_of_seed_and_epoch():
    examples = drawn(SIZES)
    orders = {
        (seed, epoch): run(loader(examples, seed=seed, epoch=epoch))
        for seed in (1, 2)
        for epoch in (0, 1, 2)
    }
    assert len({str(order) for order in orders.values()}) == 6
    for (seed, epoch), order in orders.items():
        assert run(loader(examples, seed=seed, epoch=epoch)) == order
    one = loader(examples, seed=1)
    one.current_epoch = lambda: epoch
    for epoch in range(3):
        assert run(one) == orders[1, epoch]


def test_without_a_seed_the_order_never_changes():
    examples = drawn(SIZES)
    assert run(loader(examples, seed=None, epoch=0)) == run(loader(examples, seed=None, epoch=3))


@pytest.mark.parametrize("num_rows", [None, 2])
@pytest.mark.parametrize("batch_size", [2, 3, 5, 8])
@pytest.mark.parametrize("seed", range(5))
def test_equal_prefixes_are_split_as_little_as_can_be(batch_size, seed, num_rows):
    rng = random.Random(seed)
    sizes = [rng.randint(1, 12) for _ in range(20)]
    pieces: Counter[int] = Counter()
    feeder = loader(drawn(sizes, seed), batch_size, num_rows=num_rows)
    for batch in feeder.batches:
        pieces.update({feeder.examples[place].prefix[0] for place in batch})
    assert pieces == {k: -(-size // batch_size) for k, size in enumerate(sizes)}
    # And packing wastes little: never two batches that would have fitted in one.
    lengths = sorted(map(len, feeder.batches))
    assert len(lengths) < 2 or lengths[0] + lengths[1] > batch_size


def filled(rows: list[Outline], pieces: list[list[int]], *rooms: int) -> list[list[int]]:
    """Filling as it is described, without any haste."""
    pieces = list(pieces)
    larger: list[list[int]] = []
    while pieces:
        # `max` takes the first of equal ones.
        places = list(max(pieces, key=lambda piece: length_of(rows, list(piece))))
        pieces.remove(places)
        room = rooms[len(larger) % len(rooms)]
        while fitting := [piece for piece in pieces if len(piece) <= room - len(places)]:
            longest = max(fitting, key=lambda piece: length_of(rows, piece))
            pieces.remove(longest)
            places = [*places, *longest]
        larger.append(places)
    return larger


def groups_of(rows: list[Outline], places: list[int]) -> list[list[int]]:
    groups: dict[Any, list[int]] = {}
    for place in places:
        groups.setdefault(rows[place].key, []).append(place)
    return list(groups.values())


def length_of(rows: list[Outline], places: list[int]) -> int:
    """Tokens of a row that holds these, but for the instruction."""
    return sum(
        rows[group[0]].prefix + sum(rows[at].response + rows[at].verdict for at in group)
        for group in groups_of(rows, places)
    )


def outlined(seed: int) -> list[Outline]:
    rng = random.Random(seed)
    keys = [rng.randrange(rng.choice([3, 20, 100])) for _ in range(rng.randrange(200))]
    return [
        Outline(key, 40 + key, rng.choice([5, 9, 20, 150, 300]), rng.choice([1, 1, 40]))
        for key in keys
    ]


@pytest.mark.parametrize("seed", range(40))
def test_the_longest_stand_together_in_a_row_and_in_a_batch(seed):
    rows = outlined(seed)
    batch_size = random.Random(seed).randint(1, 12)
    pieces = [
        group[start : start + batch_size]
        for group in groups_of(rows, list(range(len(rows))))
        for start in range(0, len(group), batch_size)
    ]
    assert pack(rows, batch_size) == filled(rows, pieces, batch_size)
    halves = filled(rows, pieces, batch_size // 2, (batch_size + 1) // 2)
    assert pack(rows, batch_size, num_rows=2) == filled(rows, halves, batch_size)


@pytest.mark.parametrize("batch_size", [1, 2, 5, 10])
def test_single_answers_fill_batches_of_two_rows(batch_size):
    rows = [Outline(key, 40, 10, 1) for key in range(100)]
    assert list(map(len, pack(rows, batch_size, 2))) == [batch_size] * (100 // batch_size)


def of_three_lengths() -> list[Outline]:
    rng = random.Random(1)
    return [
        Outline(key, 60, tokens, 1)
        for key in range(300)
        for tokens in [rng.choice([10, 40, 250])] * rng.randint(1, 4)
    ]


def test_less_is_padded_than_without_a_look_at_lengths():
    def padded(batches: list[list[int]]) -> int:
        """Tokens in all rows of all batches, each as long as the longest of its batch."""
        groups = [groups_of(rows, batch) for batch in batches]
        return sum(len(one) * max(length_of(rows, group) for group in one) for one in groups)

    rows = of_three_lengths()
    blind = pack([row._replace(response=1) for row in rows], 5)
    assert padded(pack(rows, 5)) < 0.9 * padded(blind)


def test_two_rows_of_a_batch_are_about_equally_long():
    rows = of_three_lengths()
    examples = [
        Encoded((hash(row.key),) * row.prefix, (1,) * row.response, (2,), 1, ()) for row in rows
    ]
    batches = list(loader(examples, 10, num_rows=2))
    assert sorted(len(batch.input_ids) for batch in batches)[1:] == [2] * (len(batches) - 1)
    real = sum(batch.num_tokens for batch in batches)
    assert real == length_of(rows, list(range(len(rows)))) - len(rows)  # a verdict is not read
    assert sum(batch.input_ids.numel() for batch in batches) < 1.05 * real


def test_a_batch_of_one_item_shares_its_prefix():
    feeder = loader(drawn([5, 5, 5]))
    assert [len(batch.input_ids) for batch in feeder] == [1, 1, 1]
    feeder = loader(drawn([5, 5, 5]), share_prefix=False, num_rows=2)
    assert [len(batch.input_ids) for batch in feeder] == [5, 5, 5]


def test_prompts_share_rows_only_where_attention_follows_a_tree():
    def shapes(**options) -> list[tuple[int, ...]]:
        config = TrainConfig(batch_size=6)
        data = JudgeDataModule(drawn([2] * 6), config=config, pad_id=99, seed=3, **options)
        return [tuple(batch.input_ids.shape) for batch in data.train_dataloader()]

    # A prompt of two tokens, and two answers of which three are read.
    assert shapes() == [(3, 8)] * 2
    assert shapes(follows_tree=True) == [(2, 16)] * 2


@pytest.mark.parametrize("world_size", [2, 3, 4])
def test_processes_share_the_validation_rows_without_overlap(world_size):
    examples = drawn(SIZES)
    feeders = [
        loader(examples, seed=None, rank=rank, world_size=world_size) for rank in range(world_size)
    ]
    parts = [run(feeder) for feeder in feeders]
    assert [len(part) for part in parts] == [len(feeder) for feeder in feeders]
    flat = [n for part in parts for batch in part for n in batch]
    assert sorted(flat) == list(range(len(examples)))


@pytest.mark.parametrize("world_size", [2, 3, 4, 50])
def test_processes_make_equally_many_steps_and_miss_no_row(world_size):
    examples = drawn(SIZES)
    whole = run(loader(examples, epoch=1))
    feeders = [
        loader(examples, epoch=1, rank=rank, world_size=world_size) for rank in range(world_size)
    ]
    parts = [run(feeder) for feeder in feeders]
    steps = -(-len(whole) // world_size)
    assert [len(feeder) for feeder in feeders] == [steps] * world_size
    assert [len(part) for part in parts] == [steps] * world_size
    dealt = [part[step] for step in range(steps) for part in parts]
    assert dealt[: len(whole)] == whole
    assert all(batch in whole for batch in dealt[len(whole) :])


@pytest.mark.parametrize("done", range(9))
def test_it_goes_on_in_the_middle_of_an_epoch(done):
    examples = drawn(SIZES)
    whole = run(loader(examples, epoch=2))
    assert len(whole) == 9
    stopped = loader(examples, epoch=2)
    list(islice(stopped, done))
    state = stopped.state_dict()
    resumed = loader(examples, epoch=2)
    resumed.load_state_dict(state)
    assert run(resumed) == whole[done:]
    resumed.current_epoch = lambda: 3
    assert run(resumed) == run(loader(examples, epoch=3))


def test_after_the_last_batch_the_next_epoch_begins_at_its_start():
    examples = drawn(SIZES)
    feeder = loader(examples, epoch=0)
    run(feeder)
    resumed = loader(examples, epoch=1)
    resumed.load_state_dict(feeder.state_dict())
    assert run(resumed) == run(loader(examples, epoch=1))


def test_a_second_pass_over_the_same_epoch_is_whole():
    feeder = loader(drawn(SIZES), seed=None)
    assert run(feeder) == run(feeder)


def test_the_position_is_counted_before_the_batch_is_handed_out():
    """A checkpoint is taken while the trainer still holds the batch."""
    feeder = loader(drawn(SIZES))
    for index, _ in enumerate(feeder):
        assert feeder.state_dict() == {"epoch": 0, "next_batch": index + 1}


def test_a_pass_that_was_broken_off_does_not_shorten_the_next_validation():
    feeder = loader(drawn(SIZES), seed=None)
    whole = run(feeder)
    assert [ids(batch) for batch in islice(feeder, 2)] == whole[:2]
    assert run(feeder) == whole


def test_what_is_learned_by_heart_is_the_same_batches_each_epoch():
    data = JudgeDataModule(drawn(SIZES), config=TrainConfig(), pad_id=99, seed=3)
    data.trainer = trainer = trainer_of(overfit_batches=2)
    feeder = data.train_dataloader()
    first = run(feeder)
    trainer.current_epoch = 1
    assert run(feeder) == first
    data.trainer = trainer_of(epoch=1)
    assert run(data.train_dataloader()) != first


def test_predictions_come_in_the_given_order():
    examples = drawn(SIZES)
    data = JudgeDataModule(predict=examples, config=TrainConfig(batch_size=4), pad_id=99, seed=3)
    places = [n for batch in run(data.predict_dataloader()) for n in batch]
    assert places == list(range(len(examples)))


def test_no_examples_no_batches():
    feeder = loader([])
    assert len(feeder) == 0
    assert run(feeder) == []


def test_the_data_module_feeds_train_by_seed_and_validation_in_order():
    examples = drawn(SIZES)
    config = TrainConfig(batch_size=3)
    data = JudgeDataModule(examples[:20], examples[20:], config=config, pad_id=99, seed=3)
    assert run(data.train_dataloader()) == run(loader(examples[:20], 3, seed=3))
    assert run(data.val_dataloader()) == run(loader(examples[20:], 3, seed=None))
    data.trainer = trainer_of(epoch=2, rank=1, world_size=2)
    expected = loader(examples[:20], 3, seed=3, epoch=2, rank=1, world_size=2)
    assert run(data.train_dataloader()) == run(expected)
    expected = loader(examples[20:], 3, seed=None, rank=1, world_size=2)
    assert run(data.val_dataloader()) == run(expected)


@pytest.mark.parametrize("num_validation", [4, 5, 9, 40])
def test_every_process_has_something_to_validate(num_validation):
    config = TrainConfig(batch_size=5)
    data = JudgeDataModule([], drawn([5] * 8)[:num_validation], config=config, pad_id=99, seed=3)
    seen = []
    for rank in range(4):
        data.trainer = trainer_of(rank=rank, world_size=4)
        part = run(data.val_dataloader())
        assert part
        seen += [n for batch in part for n in batch]
    assert sorted(seen) == list(range(num_validation))


def test_fewer_validation_rows_than_processes_are_refused():
    data = JudgeDataModule([], drawn([3]), config=TrainConfig(), pad_id=99, seed=3)
    data.trainer = trainer_of(world_size=4)
    with pytest.raises(TrainingError, match="3 examples for 4 processes"):
        data.val_dataloader()
    data.validation = []
    assert run(data.val_dataloader()) == []


def test_a_share_of_the_items_is_taken_whole_and_grows():
    items = [f"item-{n}" for n in range(200) for _ in range(5)]
    shares = [take_share(items, share, seed=1) for share in (0.1, 0.4, 0.7, 1.0)]
    for smaller, larger in pairwise(shares):
        assert set(smaller) < set(larger)
    assert all(set(Counter(items[at] for at in taken).values()) == {5} for taken in shares)
    assert 300 < len(shares[1]) < 500
    assert shares[-1] == list(range(1000))
    assert all(taken == sorted(taken) for taken in shares)
    assert take_share(items, 0.4, seed=2) != shares[1]
    rest = take_share(items, 1.0, seed=1, skip=0.4)
    assert sorted(shares[1] + rest) == shares[-1]
    assert take_share(items, 0.7, seed=1, skip=0.4) == sorted(set(shares[2]) - set(shares[1]))
    fresh = range(500, 1000)
    kept = take_share(items, 0.7, seed=1, skip=0.4, fresh=fresh)
    assert kept == sorted(set(shares[2]) - (set(shares[1]) - set(fresh)))


def test_a_share_of_the_examples_keeps_its_reasoning():
    def thin_reasoning(examples, share, seed):
        return list(ThinReasoning(examples, share, seed))

    examples = drawn([5] * 200)
    thinned = thin_reasoning(examples, 0.3, seed=1)
    kept = [one.verdict == other.verdict for one, other in zip(thinned, examples, strict=True)]
    assert 230 < sum(kept) < 370
    for one, other, whole in zip(thinned, examples, kept, strict=True):
        assert one.verdict == (other.verdict if whole else other.verdict[:1])
        assert dataclasses.replace(one, verdict=other.verdict) == other
    assert thin_reasoning(examples, 0.3, seed=1) == thinned
    assert thin_reasoning(examples, 0.3, seed=2) != thinned
    assert thin_reasoning(examples, 1.0, seed=1) == examples
    assert all(len(one.verdict) == 1 for one in thin_reasoning(examples, 0.0, seed=1))
