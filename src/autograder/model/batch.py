"""Encoded examples as tensors, with a shared prefix laid out once.

A row holds one prefix and all the responses to it, one after the other:

    row        [ prefix | response 1, verdict 1 | response 2, verdict 2 | ... ]
    positions    0 .. p   p+1 ..                  p+1 ..

Every branch sees the prefix and itself, never another branch, and its positions go on where
the prefix ended; so each verdict is computed exactly as if it stood alone, and a prompt with
five responses is read once instead of five times. What a cache holds of the prefix is not laid
out at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from itertools import pairwise

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
        allowed: bool (R, 1, L, C + L), true where a query (third axis) may look at a key; the
            first C keys are those of a cache.
        rows, columns: int64 (T,), where the hidden state that predicts a token stands.
        labels: int64 (T,), the token to predict; `IGNORE_INDEX` where there is no label.
        example: int64 (T,), which example a verdict token belongs to.
        is_score: bool (T,), true once for every example.
        scores: int64 (N,), labels 1 to 5, or 0 where there is none.
        tree: where prefix and branches stand in each row, as `allowed` says it.
        branch: for each of the N examples its row, where its branch starts, and where it ends.
        known: C, tokens at the start of every prefix that a cache holds and no row does.
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
    branch: tuple[tuple[int, int, int], ...]
    known: int = 0

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
        return int(self.allowed.diagonal(self.known, dim1=-2, dim2=-1).sum())

    def lanes(self, num: int) -> list[tuple[Batch, Tensor]]:
        """The rows dealt out to as many batches, or fewer, that are about equally large.

        Padding counts, as it is computed too; columns that are padding in all rows of a lane are
        cut off.

        Returns:
            for each lane its batch, in which rows and examples keep their order and are numbered
            anew, and int64, where its verdict tokens stand among the T.
        """
        read = self.allowed.diagonal(self.known, dim1=-2, dim2=-1).squeeze(1)
        column = torch.arange(1, read.shape[1] + 1, device=read.device)
        ends = (read * column).amax(dim=1).tolist()
        dealt: list[list[int]] = [[] for _ in range(min(num, len(ends)))]
        for row in sorted(range(len(ends)), key=lambda row: -ends[row]):
            # Rows come longest first: a lane's first row is what its others are padded to.
            lane = min(dealt, key=lambda lane: (len(lane) + 1) * ends[(*lane, row)[0]])
            lane.append(row)
        return [self._part(sorted(lane), ends[lane[0]]) for lane in dealt]

    def _part(self, rows: list[int], length: int) -> tuple[Batch, Tensor]:
        """Some rows, in order and up to a length, and where their verdict tokens stand."""
        number = {row: at for at, row in enumerate(rows)}
        kept = torch.tensor(rows, device=self.rows.device)
        examples = [index for index, (row, _, _) in enumerate(self.branch) if row in number]
        chosen = torch.tensor(examples, device=self.rows.device)
        tokens = torch.isin(self.rows, kept).nonzero().squeeze(1)
        part = Batch(
            input_ids=self.input_ids[kept, :length],
            position_ids=self.position_ids[kept, :length],
            allowed=self.allowed[kept, :, :length, : self.known + length],
            rows=torch.searchsorted(kept, self.rows[tokens]),
            columns=self.columns[tokens],
            labels=self.labels[tokens],
            example=torch.searchsorted(chosen, self.example[tokens]),
            is_score=self.is_score[tokens],
            scores=self.scores[chosen],
            tree=tuple(self.tree[row] for row in rows),
            branch=tuple(
                (number[row], *ends) for row, *ends in map(self.branch.__getitem__, examples)
            ),
            known=self.known,
        )
        return part, tokens


def _group(examples: Sequence[Encoded], share_prefix: bool) -> list[list[int]]:
    if not share_prefix:
        return [[index] for index in range(len(examples))]
    groups: dict[tuple[int, ...], list[int]] = {}
    for index, example in enumerate(examples):
        groups.setdefault(example.prefix, []).append(index)
    return list(groups.values())


def collate(
    examples: Sequence[Encoded], pad_id: int, share_prefix: bool = True, known: int = 0
) -> Batch:
    """Lay out examples in rows, one for each prefix (or one for each example).

    The last verdict token is predicted but never read, so it takes no place in a row.

    Args:
        examples: N of them.
        pad_id: token id that fills rows.
        share_prefix: lay out equal prefixes once.
        known: tokens that a cache holds; every prefix starts with the same ones.
    """
    groups = _group(examples, share_prefix)
    branches = [(*example.response, *example.verdict[:-1]) for example in examples]
    prefixes = [examples[group[0]].prefix[known:] for group in groups]
    length = max(
        len(prefix) + sum(len(branches[index]) for index in group)
        for prefix, group in zip(prefixes, groups, strict=True)
    )
    shape = (len(groups), length)
    input_ids = torch.full(shape, pad_id)
    position_ids = torch.zeros(shape, dtype=torch.int64)
    allowed = torch.zeros((len(groups), 1, length, known + length), dtype=torch.bool)
    causal = torch.ones((length, length), dtype=torch.bool).tril()
    targets: list[tuple[int, int, int, int, bool]] = []
    places = [(0, 0, 0)] * len(examples)
    for row, (prefix, group) in enumerate(zip(prefixes, groups, strict=True)):
        start = len(prefix)
        input_ids[row, :start] = torch.tensor(prefix)
        position_ids[row, :start] = torch.arange(known, known + start)
        allowed[row, 0, :, :known] = True
        allowed[row, 0, :, known : known + start] = causal[:, :start]
        for index in group:
            branch, end = branches[index], start + len(branches[index])
            input_ids[row, start:end] = torch.tensor(branch)
            position_ids[row, start:end] = torch.arange(len(branch)) + known + len(prefix)
            allowed[row, 0, start:end, known + start : known + end] = causal[start:end, start:end]
            first = start + len(examples[index].response) - 1
            labels = examples[index].verdict or (IGNORE_INDEX,)
            targets.extend(
                (row, first + step, label, index, step == 0) for step, label in enumerate(labels)
            )
            places[index] = (row, start, end)
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
            Row(_trunk(examples[group[0]], known), tuple(len(branches[index]) for index in group))
            for group in groups
        ),
        branch=tuple(places),
        known=known,
    )


def _trunk(example: Encoded, known: int) -> tuple[int, ...]:
    """Lengths of the prefix's segments, less what is known."""
    ends = [max(end, known) for end in (0, *example.segments)]
    return tuple(end - start for start, end in pairwise(ends))


def plan(examples: Sequence[Encoded], batch_size: int, max_tokens: int = 8192) -> list[list[int]]:
    """Which examples to grade together, as indices; the longest first, to show if memory suffices.

    Answers to one prompt stand side by side and so share its prefix; so do prompts under one
    rubric, which a cache then reads once. A rubric with enough examples to fill a batch shares
    none with another. The order is a function of the texts alone.

    Args:
        examples: to be graded.
        batch_size: examples in a batch, at most.
        max_tokens: tokens in a batch, padding included, where it holds more than one example.
    """
    rubrics: dict[tuple[int, ...], dict[tuple[int, ...], list[int]]] = {}
    for index in sorted(range(len(examples)), key=lambda at: (-examples[at].num_tokens, at)):
        example = examples[index]
        prompts = rubrics.setdefault(example.prefix[: example.rubric_end], {})
        prompts.setdefault(example.prefix, []).append(index)
    batches: list[list[int]] = []
    num_rows, longest, is_open = 0, 0, False  # of the last batch
    for prompts in rubrics.values():
        fills = sum(map(len, prompts.values())) >= batch_size
        is_open &= not fills
        for group in prompts.values():
            for start in range(0, len(group), batch_size):
                piece = group[start : start + batch_size]
                row = len(examples[piece[0]].prefix)
                row += sum(len(examples[index].response) for index in piece)
                if is_open:
                    tokens = (num_rows + 1) * max(longest, row)
                    is_open = len(batches[-1]) + len(piece) <= batch_size and tokens <= max_tokens
                if not is_open:
                    batches.append([])
                    num_rows, longest, is_open = 0, 0, True
                batches[-1].extend(piece)
                num_rows, longest = num_rows + 1, max(longest, row)
        is_open &= not fills
    return batches
