"""Feeds encoded examples to the trainer, in an order that is a function of seed and epoch."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from itertools import cycle, islice
from typing import Any

import lightning

from autograder.config import TrainConfig
from autograder.errors import TrainingError
from autograder.model.batch import Batch, collate
from autograder.model.encode import Encoded
from autograder.training.pack import outlines, pack

NUM_ROWS = 2
"""Rows of a batch where attention follows a tree: about equally long, for passes side by side."""


class JudgeLoader:
    """Batches in a seeded order, resumable in the middle of an epoch.

    Examples with equal prefixes stay together, so that a batch can share the prefix: which
    examples make a batch is settled once, the order of the batches is drawn anew each epoch.
    With several processes, process r takes batches r, r + n, ...; in training, what cannot be
    dealt evenly is filled up from the start, so that all processes make equally many steps.

    Only the examples' places are held; an example is asked for when its batch is made.

    Args:
        examples: encoded examples.
        batch_size: examples in a batch, at most.
        pad_id: token id that fills rows.
        share_prefix: lay out equal prefixes once.
        num_rows: of a batch, at most, for prefixes to share; None gives each a row of its own.
        seed: draws the order; None keeps the given order, and every pass is whole.
        reshuffle: draw another order each epoch, not the first one's again.
        regroup: put equal prefixes together; otherwise batches follow the given order.
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
        num_rows: int | None = None,
        seed: int | None = None,
        reshuffle: bool = True,
        regroup: bool = True,
        epoch: Callable[[], int] = lambda: 0,
        rank: int = 0,
        world_size: int = 1,
    ) -> None:
        self.examples = examples
        places = range(len(examples))
        self.batches: list[Sequence[int]] = (
            list(pack(outlines(examples), batch_size, num_rows or 1))
            if regroup
            else [places[start : start + batch_size] for start in places[::batch_size]]
        )
        self.pad_id = pad_id
        self.share_prefix = share_prefix
        self.num_rows = num_rows
        self.seed = seed
        self.reshuffle = reshuffle
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

    def order(self) -> list[Sequence[int]]:
        """All batches of `self.epoch`, over all processes, as places among the examples."""
        batches = list(self.batches)
        if self.seed is not None:
            epoch = self.epoch if self.reshuffle else 0
            random.Random(f"{self.seed}/order/{epoch}").shuffle(batches)
        return batches

    def __iter__(self) -> Iterator[Batch]:
        # Runs at the first `next`, when the trainer has counted up its epoch.
        if self.seed is None or self.current_epoch() != self.epoch:
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
            examples = [self.examples[place] for place in own[index]]
            yield collate(examples, self.pad_id, self.share_prefix, num_rows=self.num_rows)


class JudgeDataModule(lightning.LightningDataModule):
    """Encoded examples as `Batch`es, for any Lightning trainer.

    Each set is a sequence of `Encoded`: a list, or the `EncodedRows` of a file. Training draws
    its order by the seed; `predict` keeps the given order, so that
    `torch.cat(trainer.predict(module, data))` has a row for each example in turn.

    Args:
        train, validation, test, predict: the sets; what is not needed may be left out.
        config: its batch size, and whether equal prefixes are shared.
        pad_id: token id that fills rows, the encoder's.
        seed: draws the order.
        follows_tree: `Backbone.follows_tree`; a row then holds several prefixes, and reads once
            what they begin with. A dense mask would cost the square of such a row.
    """

    allow_zero_length_dataloader_with_multiple_devices = True

    def __init__(
        self,
        train: Sequence[Encoded] = (),
        validation: Sequence[Encoded] = (),
        test: Sequence[Encoded] | None = None,
        predict: Sequence[Encoded] | None = None,
        *,
        config: TrainConfig,
        pad_id: int,
        seed: int,
        follows_tree: bool = False,
    ) -> None:
        super().__init__()
        self.train = train
        self.validation = validation
        self.test = test or ()
        self.predict = predict or ()
        self.config = config
        self.pad_id = pad_id
        self.seed = seed
        self.num_rows = NUM_ROWS if follows_tree and config.share_prefix else None

    def _loader(self, examples: Sequence[Encoded], **options: Any) -> JudgeLoader:
        trainer = self.trainer
        options = {"batch_size": self.config.batch_size} | options
        return JudgeLoader(
            examples,
            pad_id=self.pad_id,
            share_prefix=self.config.share_prefix,
            num_rows=self.num_rows,
            rank=trainer.global_rank if trainer else 0,
            world_size=trainer.world_size if trainer else 1,
            **options,
        )

    def train_dataloader(self) -> Any:
        trainer: Any = self.trainer
        return self._loader(
            self.train,
            seed=self.seed,
            # What is learned by heart, to see whether anything is learned, is the same batches.
            reshuffle=not (trainer and trainer.overfit_batches),
            epoch=(lambda: trainer.current_epoch) if trainer else lambda: 0,
        )

    def val_dataloader(self) -> Any:
        """Batches of the validation set.

        Raises:
            TrainingError: there are fewer examples than processes.
        """
        return self._unseeded(self.validation, "validation")

    def test_dataloader(self) -> Any:
        """Batches of the test set; raises as `val_dataloader`."""
        return self._unseeded(self.test, "test")

    def predict_dataloader(self) -> Any:
        """Batches in the given order."""
        return self._loader(self.predict, regroup=False)

    def _unseeded(self, examples: Sequence[Encoded], split: str) -> JudgeLoader:
        # A process without a batch would leave the others waiting for it.
        world_size = self.trainer.world_size if self.trainer else 1
        share = len(examples) // world_size
        if examples and not share:
            raise TrainingError(
                f"the {split} split has {len(examples)} examples for {world_size} "
                f"processes; raise split.{split} or lower run.devices"
            )
        return self._loader(examples, batch_size=max(1, min(share, self.config.batch_size)))
