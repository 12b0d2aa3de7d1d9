"""Before the response stands what the base itself has answered, in a share of the examples."""

from __future__ import annotations

import hashlib
import json
import random
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tqdm import tqdm

from autograder.errors import TrainingError
from autograder.files import atomic_write, storage_errors
from autograder.model.backbone import Backbone
from autograder.model.encode import Encoded, Encoder
from autograder.model.generation import Tokens, own_answers, together
from autograder.training.pack import Outline, outlines


class Solved(Sequence[Encoded]):
    """Puts the base's own answers before the responses, where there are such answers.

    Args:
        examples: encoded examples, some with a question.
        encoder: the one that encoded them.
        answers: by question; an example whose question has none here stays without.
    """

    def __init__(
        self, examples: Sequence[Encoded], encoder: Encoder, answers: Mapping[Tokens, Tokens]
    ) -> None:
        self.examples = examples
        self.encoder = encoder
        self.answers = answers

    def __len__(self) -> int:
        return len(self.examples)

    def __getitem__(self, place: Any) -> Any:
        return self._solved(self.examples[place])

    def _solved(self, example: Encoded) -> Encoded:
        return self.encoder.with_own_answer(example, self.answers.get(example.question, ()))

    @property
    def outlines(self) -> Sequence[Outline]:
        # Equal prefixes have equal questions, so their keys still say which are equal.
        return [
            row._replace(prefix=len(solved.prefix) - solved.opening_end)
            for row, solved in zip(outlines(self.examples), self, strict=True)
        ]


def drawn(examples: Iterable[Encoded], share: float, seed: int) -> list[Tokens]:
    """The questions of a seeded share of all that the examples have, each once."""
    questions = dict.fromkeys(example.question for example in examples if example.question)
    return [
        question
        for question in questions
        if random.Random(f"{seed}/solve/{_name(question)}").random() < share
    ]


def answer_all(backbone: Backbone, questions: Iterable[Tokens], file: Path) -> dict[Tokens, Tokens]:
    """The base's own answers, by question.

    Args:
        backbone: the model.
        questions: each is asked once.
        file: keeps the answers batch by batch, so that a killed run does not ask again.

    Raises:
        StorageError: the file cannot be written.
        TrainingError: it is damaged.
    """
    known = _read(file)
    wanted = {_name(question): question for question in questions}
    left = sorted((wanted[name] for name in wanted.keys() - known.keys()), key=_by_length)
    bar = tqdm(total=len(left), desc="the base's own answers", delay=5, file=sys.stderr)
    with bar:
        for asked in together(left):
            found = dict(zip(map(_name, asked), own_answers(backbone, asked), strict=True))
            _append(file, found)
            known |= found
            bar.update(len(asked))
    return {question: known[name] for name, question in wanted.items()}


def _read(file: Path) -> dict[str, Tokens]:
    """The answers of an earlier run, but for a line that it could not finish."""
    lines = file.read_bytes().splitlines(keepends=True) if file.exists() else []
    if lines and not lines[-1].endswith(b"\n"):
        atomic_write(file, b"".join(lines := lines[:-1]))
    try:
        return {name: tuple(map(int, answer)) for name, answer in map(json.loads, lines)}
    except (ValueError, TypeError) as error:
        raise TrainingError(
            f"{file}: is damaged ({error}); delete it, and the base is asked again"
        ) from None


def _append(file: Path, answers: Mapping[str, Tokens]) -> None:
    with storage_errors(file):
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("a", encoding="ascii") as kept:
            kept.writelines(json.dumps(pair) + "\n" for pair in answers.items())


def _by_length(question: Tokens) -> tuple[int, Tokens]:
    return len(question), question


def _name(question: Tokens) -> str:
    return hashlib.sha256(repr(question).encode()).hexdigest()[:32]
