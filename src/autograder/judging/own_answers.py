"""The base's own answers to prompts, for a judge that reads one before the response."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

from autograder.judging.quick import quick_base
from autograder.judging.turns import Turns, take
from autograder.model.backbone import Backbone
from autograder.model.encode import Encoded
from autograder.model.generation import answering, together

_KEPT = 1024
_BATCHES = 24
"""Batches that are read ahead, so that many questions are asked together: in one of five responses
stand one or two."""


class OwnAnswers:
    """Asks the base what examples want to know of it, and remembers the last answers.

    Args:
        backbone: the model.
        turns: of those who compute with it; each step takes a whole one, as the adapter is off.
    """

    def __init__(self, backbone: Backbone, turns: Turns) -> None:
        self.backbone = backbone
        self._turns = turns
        self._known: OrderedDict[tuple[int, ...], tuple[int, ...]] = OrderedDict()
        self._knowing = threading.Lock()

    def put(self, encoded: Sequence[Encoded]) -> list[Encoded]:
        """Put the answer to each example's question before its response."""
        encoder = self.backbone.encoder
        answers = self._answers({example.question for example in encoded if example.question})
        return [
            encoder.with_own_answer(example, answers[example.question])
            if example.question
            else example
            for example in encoded
        ]

    def put_each(self, batches: Iterable[Sequence[Encoded]]) -> Iterator[Sequence[Encoded]]:
        """`put` on each batch, lazily and in order; after one with a question some are taken ahead.

        What `batches` raises comes after the batches before it.
        """
        source = iter(batches)
        for batch in source:
            if not any(example.question for example in batch):
                yield batch
                continue
            more, error = take(source, _BATCHES - 1)
            group = [batch, *more]
            solved = iter(self.put(list(chain(*group))))
            yield from ([next(solved) for _ in part] for part in group)
            if error is not None:
                raise error

    def _answers(self, questions: set[tuple[int, ...]]) -> dict[tuple[int, ...], tuple[int, ...]]:
        with self._knowing:
            found = {question: self._known[question] for question in questions & self._known.keys()}
        missing = sorted(questions - found.keys(), key=lambda ids: (len(ids), ids))
        for asked in together(missing):
            found |= zip(asked, self._ask(asked), strict=True)
        with self._knowing:
            for question, answer in found.items():
                self._known[question] = answer
                self._known.move_to_end(question)
            while len(self._known) > _KEPT:
                self._known.popitem(last=False)
        return found

    def _ask(self, questions: Sequence[tuple[int, ...]]) -> list[tuple[int, ...]]:
        """Ask a batch; between two steps of its answers another one may have a turn."""
        steps = answering(self.backbone, questions)
        while True:
            with self._turns.whole(), quick_base():
                answers = next(steps)
            if answers is not None:
                return answers
