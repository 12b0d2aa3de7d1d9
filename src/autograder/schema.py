"""The records that flow through the pipeline, and their JSON Lines form.

An `Item` is one prompt and one rubric with graded responses (`data/bank/`, `data/natural/`).
An `Example` is one graded response (`data/starter.jsonl`, `build/`).
A `Request` is one response to grade, a `Verdict` what the judge answers.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from autograder.empty import is_empty
from autograder.files import atomic_write
from autograder.jsonl import Row, read_records, read_rows, show, unique

SCORES = (1, 2, 3, 4, 5)
LEVELS = {1: "basic", 2: "context", 3: "adversarial"}
MAX_RESPONSES = 8


@dataclass(frozen=True, slots=True)
class Request:
    """One response to grade: the only type of a request in this package.

    Attributes:
        prompt, response, rubric: untrusted text.
        reference: an answer that deserves a 5, untrusted text; empty if there is none. What
            `is_empty`, as None or `nan`, is accepted and becomes empty.
    """

    prompt: str
    response: str
    rubric: str
    reference: str = ""

    def __post_init__(self) -> None:
        # Equal requests have to be equal.
        if is_empty(self.reference):
            object.__setattr__(self, "reference", "")

    @property
    def texts(self) -> tuple[str, ...]:
        """Prompt, response, rubric, reference: the order in which every method takes them."""
        return self.prompt, self.response, self.rubric, self.reference


@dataclass(frozen=True, slots=True)
class Example:
    """One graded response.

    Attributes:
        id: unique in the data set.
        item: the item it belongs to; all examples of one item are in the same split.
        prompt, response, rubric: untrusted text; the response alone may be empty, as the answer of
            a model that said nothing.
        score: 1 to 5.
        reasoning: why the response earns the score, with the evidence; empty if there is none, and
            only the score is learned then.
        category: what kind of task, e.g. `factual_qa`.
        level: 1 basic correctness, 2 context, 3 adversarial.
        language: ISO 639-1 code of prompt and response.
        source: `starter`, `bank`, `natural/FILE`, `user` or the name of the family that made it.
        reference: an answer that deserves a 5, untrusted text; empty if there is none.
    """

    id: str
    item: str
    prompt: str
    response: str
    rubric: str
    score: int
    reasoning: str
    category: str
    level: int
    language: str = "en"
    source: str = "user"
    reference: str = ""

    @property
    def request(self) -> Request:
        """What a judge sees of it."""
        return Request(self.prompt, self.response, self.rubric, self.reference)


@dataclass(frozen=True, slots=True)
class GradedResponse:
    """A response of an item, with its label."""

    score: int
    response: str
    reasoning: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One prompt, one rubric, and one to eight responses with any scores.

    Items that share facts (one topic asked in two ways) share a `group`, so that they stay
    on one side of the split; an empty `group` means the item stands alone. A `reference` is
    an answer that deserves a 5; all examples get it.
    """

    id: str
    category: str
    level: int
    language: str
    prompt: str
    rubric: str
    responses: tuple[GradedResponse, ...]
    source: str = "bank"
    group: str = ""
    reference: str = ""

    def examples(self) -> list[Example]:
        """An example for each response, in order; their ids end in its place, from 1."""
        return [
            Example(
                id=f"{self.id}/{place}",
                item=self.group or self.id,
                prompt=self.prompt,
                response=graded.response,
                rubric=self.rubric,
                score=graded.score,
                reasoning=graded.reasoning,
                category=self.category,
                level=self.level,
                language=self.language,
                source=self.source,
                reference=self.reference,
            )
            for place, graded in enumerate(self.responses, start=1)
        ]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The judge's answer for one response.

    Attributes:
        score: the most probable score, 1 to 5.
        expected_score: mean of the score distribution, 1.0 to 5.0.
        probabilities: five probabilities, of scores 1 to 5; they sum to 1.
        confidence: the probability of `score`, after temperature calibration.
        reasoning: generated on request, else None.
        truncated: names of the fields that were shortened to fit, e.g. `("response",)`.
        model: name of the judge: its base and the fingerprint of its adapter.
    """

    score: int
    expected_score: float
    probabilities: tuple[float, ...]
    confidence: float
    reasoning: str | None = None
    truncated: tuple[str, ...] = ()
    model: str = ""


TIE = 0.25
"""Default difference of expected scores below which a comparison is a tie."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Which of two responses to one prompt is better.

    Attributes:
        winner: `a`, `b` or `tie`.
        margin: expected score of `a` minus that of `b`, -4.0 to 4.0.
        a, b: the two verdicts.
    """

    winner: Literal["a", "b", "tie"]
    margin: float
    a: Verdict
    b: Verdict

    @classmethod
    def of(cls, a: Verdict, b: Verdict, tie: float = TIE) -> Comparison:
        """Compare by expected scores; a difference below `tie`, or of 0, is a tie."""
        margin = a.expected_score - b.expected_score
        if abs(margin) < tie or margin == 0:
            return cls("tie", margin, a, b)
        return cls("a" if margin > 0 else "b", margin, a, b)


def parse_example(values: object, path: str, line: int) -> Example:
    """Check one row against the example schema.

    Raises:
        DataError: names file, line and field.
    """
    row = Row(values, path, line)
    identity = row.text("id")
    example = Example(
        id=identity,
        item=row.text("item", default=identity),
        prompt=row.text("prompt"),
        response=row.text("response", may_be_empty=True),
        rubric=row.text("rubric"),
        score=row.whole("score", 1, 5),
        reasoning=row.text("reasoning", default=""),
        category=row.text("category", default="general"),
        level=row.whole("level", 1, 3, default=1),
        language=row.text("language", default="en"),
        source=row.text("source", default="user"),
        reference=row.text("reference", default=""),
    )
    row.no_more()
    return example


def parse_item(values: object, path: str, line: int) -> Item:
    """Check one row against the item schema: one to eight responses, none of them twice.

    Raises:
        DataError: names file, line and field.
    """
    row = Row(values, path, line)
    identity = row.text("id")
    responses = row.get("responses")
    if not isinstance(responses, list):
        raise row.error("responses", f"expected a list of one to eight, got {show(responses)}")
    graded = []
    for index, entry in enumerate(responses):
        part = Row(entry, path, line, prefix=f"responses[{index}].")
        graded.append(
            GradedResponse(
                part.whole("score", 1, 5),
                part.text("response", may_be_empty=True),
                part.text("reasoning", default=""),
            )
        )
        part.no_more()
    if not 1 <= len(graded) <= MAX_RESPONSES:
        raise row.error("responses", f"expected one to eight, got {len(graded)}")
    by_text: dict[str, int] = {}
    for entry in graded:
        text = " ".join(entry.response.split())
        if text in by_text:
            two = f"with scores {by_text[text]} and {entry.score}"
            raise row.error("responses", f"one response stands there twice, {two}; keep one")
        by_text[text] = entry.score
    item = Item(
        id=identity,
        category=row.text("category"),
        level=row.whole("level", 1, 3),
        language=row.text("language", default="en"),
        prompt=row.text("prompt"),
        rubric=row.text("rubric"),
        responses=tuple(graded),
        group=row.text("group", default=""),
        reference=row.text("reference", default=""),
    )
    row.no_more()
    return item


def read_examples(path: Path | str) -> list[Example]:
    """Read and check a JSON Lines file of examples.

    Raises:
        DataError: the first fault, with file, line and field.
    """
    return read_records(Path(path), parse_example)


def read_items(path: Path | str) -> list[Item]:
    """Read and check a JSON Lines file of items.

    Raises:
        DataError: the first fault, with file, line and field.
    """
    return read_records(Path(path), parse_item)


def _parse_any(values: object, path: str, line: int) -> Item | Example:
    is_item = isinstance(values, dict) and "responses" in values
    return parse_item(values, path, line) if is_item else parse_example(values, path, line)


def read_any(path: Path | str) -> list[Example]:
    """Read a JSON Lines file of examples, of items, or of both, as examples.

    Raises:
        DataError: the first fault, with file, line and field.
    """
    path = Path(path)
    rows = unique(read_rows(path, _parse_any), path)
    flat = (
        (line, example)
        for line, row in rows
        for example in (row.examples() if isinstance(row, Item) else [row])
    )
    return [example for _, example in unique(flat, path)]


def example_line(example: Example) -> str:
    """The example as JSON on one line, with its line end, without empty optional fields."""
    values = asdict(example)
    for name in ("reasoning", "reference"):
        if not values[name]:
            del values[name]
    return json.dumps(values, ensure_ascii=False) + "\n"


def write_examples(path: Path | str, examples: Iterable[Example]) -> None:
    """Write examples as JSON Lines; the file appears whole or not at all."""
    atomic_write(Path(path), "".join(map(example_line, examples)))
