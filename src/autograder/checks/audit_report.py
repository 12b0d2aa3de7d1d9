"""What an audit found, as values for a file and as lines for a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from autograder.checks.guess import GuessFigures
from autograder.checks.length import LengthFigures
from autograder.checks.repeats import NearPair, SameAnswers
from autograder.checks.spread import RubricFigures, ScoreVariance

_MOST_LISTED = 50
_NAME = 24  # letters
_COLUMNS = ("examples", "between prompts", "most frequent", "by length", "by format", "by prompt")


@dataclass(frozen=True)
class AuditReport:
    """What the audit found besides hard faults.

    Attributes:
        num_examples, num_items: what was looked at.
        scores: the number of examples of each score.
        counts: the same for each value of each field.
        length: for `all` examples, each source and each category.
        format, prompt: how well the format of a response, and prompt and rubric without it,
            predict the score; for `all` examples and each source.
        variance: of the score, between and within prompts; for `all` examples and each source.
        rubrics: how many there are, and how many rows each has; for the same.
        same_answers: responses that several rubrics grade.
        near_answers: responses to one prompt under one rubric, nearly alike, scores differ.
        near_duplicates: prompts with responses, nearly alike, in different items.
        shared_prompts: for each prompt that stands in several items, the items.
        control_tokens: rows that hold control tokens of chat templates.
        token_limit, token_method: against what, and how, rows were measured.
        over_limit: rows over the limit.
        warnings: each finding in a sentence.
    """

    num_examples: int
    num_items: int
    scores: dict[int, int]
    counts: dict[str, dict[str, dict[int, int]]]
    length: dict[str, dict[str, LengthFigures]]
    format: dict[str, dict[str, GuessFigures]]
    prompt: dict[str, dict[str, GuessFigures]]
    variance: dict[str, dict[str, ScoreVariance]]
    rubrics: dict[str, dict[str, RubricFigures]]
    same_answers: SameAnswers
    near_answers: list[NearPair]
    near_duplicates: list[NearPair]
    shared_prompts: list[list[str]]
    control_tokens: list[str]
    token_limit: int | None
    token_method: str
    over_limit: list[str]
    warnings: list[str]

    def to_json(self) -> dict[str, Any]:
        """Plain values for a JSON file; of long lists the number and the first fifty."""
        return {
            name: {"number": len(value), "first": value[:_MOST_LISTED]}
            if isinstance(value, list) and name != "warnings"
            else value
            for name, value in asdict(self).items()
        }

    def lines(self) -> list[str]:
        """What is measured, whether it is a fault or not: of all examples, then of each source."""
        # A single source is the same as all examples.
        groups = ("all", "source") if len(self.counts["source"]) > 1 else ("all",)
        rubrics, same = self.rubrics["all"]["all"], self.same_answers
        return [
            "variance of the score between prompts (by chance), and scores that a guess gets right",
            _row("", _COLUMNS),
            *(
                _row(name, self._cells(group, name))
                for group in groups
                for name in self.variance[group]
            ),
            f"rubrics: {rubrics.number}; the most frequent on {rubrics.largest_share:.1%} of the "
            f"examples, the median on {rubrics.median_rows:g}, "
            f"{rubrics.with_ten_rows} on ten or more",
            f"same answer, other rubric: {same.num_pairs} pairs, "
            f"{_share(same.different)} of them with different scores",
        ]

    def _cells(self, group: str, name: str) -> list[str]:
        variance, length = self.variance[group][name], self.length[group][name]
        guesses = (length, self.format[group][name], self.prompt[group][name])
        return [
            str(length.num_examples),
            f"{_share(variance.between)} ({_share(variance.by_chance)})",
            _share(length.chance),
            *(_share(each.accuracy) for each in guesses),
        ]


def _row(name: str, cells: Sequence[str]) -> str:
    """A line of the table; a cell is as wide as the head of its column."""
    return f"{name[:_NAME]:{_NAME}}" + "".join(
        f"{cell:>{len(column) + 2}}" for cell, column in zip(cells, _COLUMNS, strict=True)
    )


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.0%}"
