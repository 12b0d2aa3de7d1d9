"""Encoded examples as tensors, with a shared prefix laid out once.

A row holds one prefix and all the responses to it, one after the other:

    row        [ prefix | response 1, verdict 1 | response 2, verdict 2 | ... ]
    positions    0 .. p   p+1 ..                  p+1 ..

Every branch sees the prefix and itself, never another branch, and its positions go on where
the prefix ended; so each verdict is computed exactly as if it stood alone, and a prompt with
five responses is read once instead of five times.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import torch
from torch import Tensor

from autograder.model.attention import Row
from autograder.model.encode import Encoded

IGNORE_INDEX = -100


@dataclass(frozen=True)
class Batch:
    """What the model needs for N examples with T verdict tokens in R rows of length L.

    Attributes:
        input_ids, position_ids: int64 (R, L).
        allowed: bool (R, 1, L, L), true where a query (third axis) may look at a key.
        rows, columns: int64 (T,), where the hidden state that predicts a token stands.
        labels: int64 (T,), the token to predict; `IGNORE_INDEX` where there is no label.
        example: int64 (T,), which example a verdict token belongs to.
        is_score: bool (T,), true once for every example.
        scores: int64 (N,), labels 1 to 5, or 0 where there is none.
        tree: where prefix and branches stand in each row, as `allowed` says it.
    """

    input_ids: Tensor
    position_ids: Tensor
    allowed: Tensor
    rows: Tensor
    columns: Tensor
    labels: Tensor
    example: Tensor
    is_score: Tensor
    scores: Tensor
    tree: tuple[Row, ...]

    def to(self, device: torch.device | str, non_blocking: bool = False) -> Batch:
        values = {entry.name: getattr(self, entry.name) for entry in fields(self)}
        moved = {
            name: value.to(device, non_blocking=non_blocking)
            for name, value in values.items()
            if isinstance(value, Tensor)
        }
        return Batch(**values | moved)

    @property
    def num_examples(self) -> int:
        return len(self.scores)

    @property
    def num_tokens(self) -> int:
        """Tokens that the model reads, without padding."""
        return int(self.allowed.diagonal(dim1=-2, dim2=-1).sum())


def _group(examples: Sequence[Encoded], share_prefix: bool) -> list[list[int]]:
    if not share_prefix:
        return [[index] for index in range(len(examples))]
    groups: dict[tuple[int, ...], list[int]] = {}
    for index, example in enumerate(examples):
        groups.setdefault(example.prefix, []).append(index)
    return list(groups.values())


def collate(examples: Sequence[Encoded], pad_id: int, share_prefix: bool = True) -> Batch:
    """Lay out examples in rows, one for each prefix (or one for each example).

    The last verdict token is predicted but never read, so it takes no place in a row.
    """
    groups = _group(examples, share_prefix)
    branches = [(*example.response, *example.verdict[:-1]) for example in examples]
    length = max(
        len(examples[group[0]].prefix) + sum(len(branches[index]) for index in group)
        for group in groups
    )
    shape = (len(groups), length)
    input_ids = torch.full(shape, pad_id)
    position_ids = torch.zeros(shape, dtype=torch.int64)
    allowed = torch.zeros((len(groups), 1, length, length), dtype=torch.bool)
    causal = torch.ones((length, length), dtype=torch.bool).tril()
    targets: list[tuple[int, int, int, int, bool]] = []
    for row, group in enumerate(groups):
        prefix = examples[group[0]].prefix
        start = len(prefix)
        input_ids[row, :start] = torch.tensor(prefix)
        position_ids[row, :start] = torch.arange(start)
        allowed[row, 0, :, :start] = causal[:, :start]
        for index in group:
            branch, end = branches[index], start + len(branches[index])
            input_ids[row, start:end] = torch.tensor(branch)
            position_ids[row, start:end] = torch.arange(len(branch)) + len(prefix)
            allowed[row, 0, start:end, start:end] = causal[start:end, start:end]
            first = start + len(examples[index].response) - 1
            labels = examples[index].verdict or (IGNORE_INDEX,)
            targets.extend(
                (row, first + step, label, index, step == 0) for step, label in enumerate(labels)
            )
            start = end
        allowed[row, 0, start:, :] = False  # padding looks at nothing
    rows, columns, labels_, example, is_score = map(list, zip(*targets, strict=True))
    order = torch.tensor(sorted(range(len(targets)), key=lambda at: (example[at], columns[at])))
    return Batch(
        input_ids=input_ids,
        position_ids=position_ids,
        allowed=allowed,
        rows=torch.tensor(rows)[order],
        columns=torch.tensor(columns)[order],
        labels=torch.tensor(labels_)[order],
        example=torch.tensor(example)[order],
        is_score=torch.tensor(is_score)[order],
        scores=torch.tensor([entry.score for entry in examples]),
        tree=tuple(
            Row(len(examples[group[0]].prefix), tuple(len(branches[index]) for index in group))
            for group in groups
        ),
    )
