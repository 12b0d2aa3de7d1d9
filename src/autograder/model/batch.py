"""Encoded examples as tensors, with what they have in common laid out once.

A row is a tree. It holds one prefix and all the responses to it, or several prefixes, which begin
with the same instruction and perhaps with the same rubric:

    row        [ instruction | rubric, prompt A | answer 1 | answer 2 | rubric, prompt B | ... ]
    positions    0 .. i        i+1 .. a           a+1 ..     a+1 ..     i+1 .. b

An answer is a response with its verdict. Every branch sees the way from the root to it and itself,
never another branch, and its positions go on where its own way ended; so each verdict is computed
exactly as if it stood alone, and a prompt with five responses is read once instead of five times.
What a cache holds of the prefix is not laid out at all.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, fields

import torch
from torch import Tensor

from autograder.model.attention import Row, dense_mask
from autograder.model.encode import Encoded

IGNORE_INDEX = -100


@dataclass(frozen=True)
class Batch:
    """What the model needs for N examples with T verdict tokens in R rows of length L.

    Attributes:
        input_ids, position_ids: int64 (R, L).
        rows, columns: int64 (T,), where the hidden state that predicts a token stands.
        labels: int64 (T,), the token to predict; `IGNORE_INDEX` where there is no label.
        example: int64 (T,), which example a verdict token belongs to.
        is_score: bool (T,), true once for every example.
        scores: int64 (N,), labels 1 to 5, or 0 where there is none.
        tree: how the tokens of each row belong together; where a row holds one prefix, its
            trunk is that prefix and its branches are the answers.
        branch: for each of the N examples its row, where its answer starts, and where it ends.
        known: C, tokens at the start of every prefix that a cache holds and no row does.
    """

    input_ids: Tensor
    position_ids: Tensor
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
        return sum(row.num_tokens for row in self.tree)

    @property
    def allowed(self) -> Tensor:
        """bool (R, 1, L, C + L), true where a query (third axis) may look at a key.

        The first C keys are those of a cache. Made when it is asked for: it grows with the square
        of a row, and attention that follows the tree needs none.
        """
        mask = dense_mask(self.tree, self.known, self.input_ids.shape[1])
        return mask.to(self.input_ids.device)

    def lanes(self, num: int) -> list[tuple[Batch, Tensor]]:
        """The rows dealt out to as many batches, or fewer, that are about equally large.

        Padding counts, as it is computed too; columns that are padding in all rows of a lane are
        cut off.

        Returns:
            for each lane its batch, in which rows and examples keep their order and are numbered
            anew, and int64, where its verdict tokens stand among the T.
        """
        ends = [row.num_tokens for row in self.tree]
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
            rows=torch.searchsorted(kept, self.rows[tokens]),
            columns=self.columns[tokens],
            labels=self.labels[tokens],
            example=torch.searchsorted(chosen, self.example[tokens]),
            is_score=self.is_score[tokens],
            scores=self.scores[chosen],
            tree=tuple(self.tree[row] for row in rows),
            branch=tuple(
                (number[row], start, end)
                for row, start, end in map(self.branch.__getitem__, examples)
            ),
            known=self.known,
        )
        return part, tokens


class _Line:
    """A row in the making.

    Args:
        examples: those of the batch.
        members: which of them stand in this row.
        known: tokens that a cache holds.

    Attributes:
        tree: its layout.
        ids, positions: of its tokens.
        answers: where the answer of each member starts and ends.
    """

    def __init__(self, examples: Sequence[Encoded], members: Sequence[int], known: int) -> None:
        self._examples = examples
        self.ids: list[int] = []
        self.positions: list[int] = []
        self.answers: dict[int, tuple[int, int]] = {}
        self.tree = _joined((), self._branches(members, 0, known))

    def _branches(self, members: Sequence[int], level: int, start: int) -> tuple[int | Row, ...]:
        """Write what `members` have from a segment of their prefixes on, from a position on."""
        if level == len(self._examples[members[0]].segments):
            return tuple(self._answer(index, start) for index in members)

        def text(index: int) -> tuple[int, ...]:
            return self._examples[index].prefix[: self._examples[index].segments[level]]

        branches = []
        for group in _grouped(members, text):
            length = self._write(text(group[0])[start:], start)
            branches.append(_joined((length,), self._branches(group, level + 1, start + length)))
        return tuple(branches)

    def _answer(self, index: int, start: int) -> int:
        example = self._examples[index]
        begun = len(self.ids)
        # The last verdict token is predicted but never read.
        length = self._write((*example.response, *example.verdict[:-1]), start)
        self.answers[index] = begun, begun + length
        return length

    def _write(self, ids: Sequence[int], position: int) -> int:
        self.ids.extend(ids)
        self.positions.extend(range(position, position + len(ids)))
        return len(ids)


def _joined(trunk: tuple[int, ...], branches: tuple[int | Row, ...]) -> Row:
    """A tree; a trunk from which just one other grows goes on as that."""
    if len(branches) == 1 and isinstance(only := branches[0], Row):
        return Row((*trunk, *only.trunk), only.branches)
    return Row(trunk, branches)


def _grouped(members: Iterable[int], key: Callable[[int], Hashable]) -> list[list[int]]:
    groups: dict[Hashable, list[int]] = {}
    for index in members:
        groups.setdefault(key(index), []).append(index)
    return list(groups.values())


def _dealt(
    examples: Sequence[Encoded], groups: Sequence[list[int]], num_rows: int
) -> list[list[int]]:
    """Groups dealt out to rows, the longest first, each to the row that it leaves the shortest."""

    def length(members: Sequence[int]) -> int:
        return _Line(examples, members, 0).tree.num_tokens

    rows: list[list[int]] = [[] for _ in range(min(num_rows, len(groups)))]
    for group in sorted(groups, key=length, reverse=True):
        min(rows, key=lambda row: length([*row, *group])).extend(group)
    return rows


def collate(
    examples: Sequence[Encoded],
    pad_id: int,
    share_prefix: bool = True,
    known: int = 0,
    num_rows: int | None = None,
) -> Batch:
    """Lay out examples in rows.

    Args:
        examples: N of them.
        pad_id: token id that fills rows.
        share_prefix: lay out equal prefixes once; otherwise each example has a row of its own.
        known: tokens that a cache holds; every prefix starts with the same ones.
        num_rows: rows, at most, to which prefixes are dealt out, so that they are about equally
            long; None gives each prefix a row of its own.
    """
    rows = _grouped(
        range(len(examples)), lambda index: examples[index].prefix if share_prefix else index
    )
    if num_rows is not None and share_prefix:
        rows = _dealt(examples, rows, num_rows)
    lines = [_Line(examples, row, known) for row in rows]
    shape = len(lines), max(len(line.ids) for line in lines)
    input_ids = torch.full(shape, pad_id)
    position_ids = torch.zeros(shape, dtype=torch.int64)
    places = [(0, 0, 0)] * len(examples)
    for row, line in enumerate(lines):
        input_ids[row, : len(line.ids)] = torch.tensor(line.ids)
        position_ids[row, : len(line.ids)] = torch.tensor(line.positions)
        for index, answer in line.answers.items():
            places[index] = (row, *answer)
    targets: list[tuple[int, int, int, int, bool]] = []
    for index, (example, (row, start, _)) in enumerate(zip(examples, places, strict=True)):
        first = start + len(example.response) - 1
        labels = example.verdict or (IGNORE_INDEX,)
        targets.extend(
            (row, first + step, label, index, step == 0) for step, label in enumerate(labels)
        )
    row_of, columns, labels_, example_of, is_score = zip(*targets, strict=True)
    return Batch(
        input_ids=input_ids,
        position_ids=position_ids,
        rows=torch.tensor(row_of),
        columns=torch.tensor(columns),
        labels=torch.tensor(labels_),
        example=torch.tensor(example_of),
        is_score=torch.tensor(is_score),
        scores=torch.tensor([entry.score for entry in examples]),
        tree=tuple(line.tree for line in lines),
        branch=tuple(places),
        known=known,
    )


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
