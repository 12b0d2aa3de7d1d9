"""Feeds encoded examples to the trainer, in an order that is a function of seed and epoch."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import cycle, islice
from typing import Any

import lightning

from autograder.config import TrainConfig
from autograder.errors import TrainingError
from autograder.model.batch import Batch, collate
from autograder.model.encode import Encoded
from autograder.schema import Example


class JudgeLoader:
    """Batches in a seeded order, resumable in the middle of an epoch.

    Examples with equal prefixes stay together, so that a batch can share the prefix: which
    examples make a batch is settled once, the order of the batches is drawn anew each epoch.
    With several processes, process r takes batches r, r + n, ...; in training, what cannot be
    dealt evenly is filled up from the start, so that all processes make equally many steps.

    Args:
        examples: encoded examples.
        batch_size: examples in a batch, at most.
        pad_id: token id that fills rows.
        share_prefix: lay out equal prefixes once.
        seed: draws the order; None keeps the given order.
        epoch: tells the current epoch, counted from 0.
        rank, world_size: this process, and how many there are.
    """

    def __init__(
        self,
        examples: Sequence[Encoded],
        batch_size: int,
        pad_id: int,
        *,
        share_prefix: bool = True,
        seed: int | None = None,
        epoch: Callable[[], int] = lambda: 0,
        rank: int = 0,
        world_size: int = 1,
    ) -> None:
        self.batches = _pack(examples, batch_size)
        self.pad_id = pad_id
        self.share_prefix = share_prefix
        self.seed = seed
        self.rank = rank
        self.world_size = world_size
        self.current_epoch = epoch
        self.epoch = 0
        self.next_batch = 0

    def __len__(self) -> int:
        num_batches = len(self.batches)
        if self.seed is None:
            return len(range(self.rank, num_batches, self.world_size))
        return -(-num_batches // self.world_size)

    def state_dict(self) -> dict[str, int]:
        return {"epoch": self.epoch, "next_batch": self.next_batch}

    def load_state_dict(self, state: dict[str, int]) -> None:
        self.epoch = state["epoch"]
        self.next_batch = state["next_batch"]

    def order(self) -> list[list[Encoded]]:
        """All batches of `self.epoch`, over all processes."""
        batches = list(self.batches)
        if self.seed is not None:
            random.Random(f"{self.seed}/order/{self.epoch}").shuffle(batches)
        return batches

    def __iter__(self) -> Iterator[Batch]:
        # Runs at the first `next`, when the trainer has counted up its epoch.
        if self.current_epoch() != self.epoch:
            self.epoch, self.next_batch = self.current_epoch(), 0
        batches = self.order()
        if self.seed is not None:
            missing = len(self) * self.world_size - len(batches)
            batches += list(islice(cycle(batches), missing))
        own = batches[self.rank :: self.world_size]
        if self.next_batch >= len(own):
            self.next_batch = 0
        for index in range(self.next_batch, len(own)):
            # Counted before it is handed out: a checkpoint taken after the step on this batch
            # goes on with the one after it.
            self.next_batch = index + 1
            yield collate(own[index], self.pad_id, self.share_prefix)


def take_share(examples: Sequence[Example], share: float, seed: int) -> list[Example]:
    """The examples of a seeded `share` of the items; a larger share holds all of a smaller one."""
    return [
        example
        for example in examples
        if random.Random(f"{seed}/share/{example.item}").random() < share
    ]


def thin_reasoning(examples: Sequence[Encoded], share: float, seed: int) -> list[Encoded]:
    """Keep the reasoning of a seeded `share` of the examples, and of the others the digit alone.

    The score stands before its reasoning and so does not depend on it: what is left out saves
    time and takes nothing from what the score is learned from.
    """
    return [
        example
        if random.Random(f"{seed}/reasoning/{place}").random() < share
        else replace(example, verdict=example.verdict[:1])
        for place, example in enumerate(examples)
    ]


def _pack(examples: Sequence[Encoded], batch_size: int) -> list[list[Encoded]]:
    """Batches of at most `batch_size` examples that split as few prefixes as can be.

    A prefix with more examples than a batch holds is cut; the smaller pieces fill batches
    together, the largest first, each into the first batch that has room.
    """
    groups: dict[tuple[int, ...], list[Encoded]] = {}
    for example in examples:
        groups.setdefault(example.prefix, []).append(example)
    pieces = [
        group[start : start + batch_size]
        for group in groups.values()
        for start in range(0, len(group), batch_size)
    ]
    batches: list[list[Encoded]] = []
    open_batches: list[list[Encoded]] = []
    for piece in sorted(pieces, key=len, reverse=True):
        batch = next((b for b in open_batches if len(b) + len(piece) <= batch_size), None)
        if batch is None:
            batch = []
            batches.append(batch)
            open_batches.append(batch)
        batch.extend(piece)
        if len(batch) == batch_size:
            open_batches.remove(batch)
    return batches


class JudgeDataModule(lightning.LightningDataModule):
    """Train and validation examples as `Batch`es."""

    allow_zero_length_dataloader_with_multiple_devices = True

    def __init__(
        self,
        train: Sequence[Encoded],
        validation: Sequence[Encoded],
        config: TrainConfig,
        *,
        pad_id: int,
        seed: int,
    ) -> None:
        super().__init__()
        self.train = train
        self.validation = validation
        self.config = config
        self.pad_id = pad_id
        self.seed = seed

    def _loader(
        self, examples: Sequence[Encoded], seed: int | None, batch_size: int
    ) -> JudgeLoader:
        trainer = self.trainer
        return JudgeLoader(
            examples,
            batch_size,
            self.pad_id,
            share_prefix=self.config.share_prefix,
            seed=seed,
            epoch=(lambda: trainer.current_epoch) if trainer and seed is not None else lambda: 0,
            rank=trainer.global_rank if trainer else 0,
            world_size=trainer.world_size if trainer else 1,
        )

    def train_dataloader(self) -> Any:
        return self._loader(self.train, self.seed, self.config.batch_size)

    def val_dataloader(self) -> Any:
        """Batches in the given order.

        Raises:
            TrainingError: there are fewer examples than processes.
        """
        # A process without a batch would leave the others waiting for it.
        world_size = self.trainer.world_size if self.trainer else 1
        share = len(self.validation) // world_size
        if self.validation and not share:
            raise TrainingError(
                f"the validation split has {len(self.validation)} examples for {world_size} "
                "processes; raise split.validation or lower run.devices"
            )
        return self._loader(self.validation, None, max(1, min(share, self.config.batch_size)))
