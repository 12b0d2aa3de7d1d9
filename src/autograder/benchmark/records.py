"""Graded answers from elsewhere: our own rows, records with a rubric, and Prometheus-style ones.

A line is, whichever it looks like:

- an example or an item of ours (`schema`);
- a record with `prompt`, `response`, `rubric` and `score`, no reasoning needed;
- a Prometheus-style record: `instruction`, `response`, `score`, a `rubric` (or `score_rubric`) of
  `criteria` and `score1_description` to `score5_description` or `anchors` from "1" to "5", or all
  of these flat: `orig_instruction`, `orig_criteria`, `orig_score1_description` ...

`id`, `item`, `category` and a reference answer are optional. What else a record of the latter
kinds holds is not read, and said.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.jsonl import Row, read_rows
from autograder.schema import SCORES, Example, parse_example, parse_item
from autograder.tables.layouts import anchored
from autograder.text import normalise

_OWN = {field.name for field in dataclasses.fields(Example)}
_PROMPTS = ("orig_instruction", "prompt", "instruction")
_RESPONSES = ("orig_response", "response")
_RUBRICS = ("rubric", "score_rubric")
_REFERENCES = ("orig_reference_answer", "reference_answer", "reference")
_SCORES = ("orig_score", "score")


@dataclass(frozen=True, slots=True)
class Graded:
    """An example and the line that it stands in."""

    example: Example
    line: int


@dataclass(frozen=True)
class Benchmark:
    """A file of graded answers.

    Attributes:
        rows: in the file's order, with distinct ids; rows that share an item or a prompt have
            the same `item`, so that a bootstrap by items draws them together.
        unread: fields of the file that were not looked at.
    """

    rows: list[Graded]
    unread: list[str]

    @property
    def examples(self) -> list[Example]:
        return [row.example for row in self.rows]


def read_benchmark(path: Path | str, *, reference: bool = True) -> Benchmark:
    """Read and check a JSON Lines file of graded answers.

    Args:
        path: of the file.
        reference: keep the reference answers; without them the judge knows the rubric alone.

    Raises:
        DataError: the first fault, with file, line and field.
    """
    rows: list[Graded] = []
    unread: dict[str, None] = {}
    for _, (found, fields) in read_rows(Path(path), _parse):
        rows += found
        unread.update(dict.fromkeys(fields))
    examples = [
        row.example if reference else dataclasses.replace(row.example, reference="") for row in rows
    ]
    used: Counter[str] = Counter()
    for at, (example, item) in enumerate(zip(examples, _clusters(examples), strict=True)):
        used[example.id] += 1
        suffix = f"#{used[example.id]}" if used[example.id] > 1 else ""
        new = dataclasses.replace(example, id=f"{example.id}{suffix}", item=item)
        rows[at] = dataclasses.replace(rows[at], example=new)
    return Benchmark(rows, sorted(unread))


def _clusters(examples: Sequence[Example]) -> list[str]:
    """The first item of all that are linked to an example by an item or a prompt in common."""
    parents: dict[tuple[str, str], tuple[str, str]] = {}

    def root(node: tuple[str, str]) -> tuple[str, str]:
        while (above := parents.setdefault(node, node)) != node:
            parents[node] = node = parents[above]
        return node

    for example in examples:
        parents[root(("prompt", normalise(example.prompt)))] = root(("item", example.item))
    first: dict[tuple[str, str], str] = {}
    return [first.setdefault(root(("item", row.item)), row.item) for row in examples]


def _parse(values: object, path: str, line: int) -> tuple[list[Graded], list[str]]:
    if isinstance(values, dict) and "responses" in values:
        item = parse_item(values, path, line)
        return [Graded(example, line) for example in item.examples()], []
    if isinstance(values, dict) and "reasoning" in values and values.keys() <= _OWN:
        return [Graded(parse_example(values, path, line), line)], []
    row = Row(values, path, line)
    identity, name = _identity(row), _name(row, _REFERENCES)
    example = Example(
        id=identity,
        item=row.text("item", default=identity),
        prompt=row.text(_name(row, _PROMPTS)),
        response=row.text(_name(row, _RESPONSES)),
        rubric=_rubric(row),
        score=_score(row),
        reasoning="",
        category=row.text("category", default="general"),
        level=1,
        reference=row.text(name) if row.values.get(name) else "",
    )
    return [Graded(example, line)], sorted(row.values.keys() - {*row.known, name})


def _name(row: Row, names: Sequence[str]) -> str:
    """The first of the names that the row has; if none, the one to complain about."""
    return next((name for name in names if name in row.values), names[1])


def _identity(row: Row) -> str:
    value = row.values.get("id")
    if isinstance(value, int) and not isinstance(value, bool):
        row.known.append("id")
        return str(value)
    return row.text("id", default=f"line-{row.line}")


def _score(row: Row) -> int:
    name = _name(row, _SCORES)
    # Prometheus' own files hold the score as text.
    if row.values.get(name) in [str(score) for score in SCORES]:
        return int(row.text(name))
    return row.whole(name, SCORES[0], SCORES[-1])


def _rubric(row: Row) -> str:
    if "orig_criteria" in row.values:
        return _levels(row, "orig_criteria", "orig_score{}_description")
    name = next((name for name in _RUBRICS if name in row.values), _RUBRICS[0])
    value = row.get(name)
    if isinstance(value, dict):
        return _levels(Row(value, row.path, row.line, prefix=f"{name}."), "criteria")
    return _levels(row, name) if "anchors" in row.values else row.text(name)


def _levels(row: Row, criteria: str, pattern: str = "score{}_description") -> str:
    """A criterion and what each score means, as one text."""
    holder = row
    if "anchors" in row.values:
        prefix = f"{row.prefix}anchors."
        holder, pattern = Row(row.get("anchors"), row.path, row.line, prefix=prefix), "{}"
    descriptions = [holder.text(pattern.format(score)) for score in SCORES]
    return anchored(row.text(criteria), *descriptions)
