"""Four small questions in one message; 1 plus the number of right answers is the score.

What `dates` and `strings` share: they bring the questions, this asks, answers and grades them.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from autograder.dataset.families import compose
from autograder.schema import SCORES, GradedResponse, Item

_NEAR, _SKIPPED = 0.5, 0.15  # shares of the misses; the others are plainly wrong
_KEY = 0.7  # share of the rubrics that hold the answers

_SKIPS = ("{q}: no idea", "I do not know {q}", "not sure about {q}", "{q}: not sure")
_BARE_SKIPS = ("not sure", "no idea", "I do not know", "could not work it out")
_KEYS = (
    "Right answers in order: {key}.",
    "Key: {key}.",
    "Expected: {key}.",
    "The answers are {key}.",
    "Solutions: {key}.",
)


@dataclass(frozen=True, slots=True)
class Question:
    """One question with its answer.

    Attributes:
        ask: the question as the prompt puts it.
        label, brief: what it asks for as a noun phrase, and the same in very few words.
        said: three ways to state the answer, with `{v}` for it.
        answer: the right answer.
        near: wrong answers of a careless writer.
        far: answers that are plainly wrong.
        other: another way to write an answer, e.g. `May 7` for `7 May`.
    """

    ask: str
    label: str
    brief: str
    said: tuple[str, ...]
    answer: str
    near: tuple[str, ...]
    far: tuple[str, ...]
    other: Callable[[str], str] = str

    def wrong(self, rng: random.Random) -> str:
        """A wrong answer, or an empty one where the response has none."""
        draw = rng.random()
        if draw < _SKIPPED:
            return ""
        pool = self.near if draw < _SKIPPED + _NEAR else self.far
        return rng.choice([value for value in pool if value and value != self.answer])


@dataclass(frozen=True, slots=True)
class Sheet:
    """A family's own words around its questions; `{who}` in a lead is somebody's name."""

    family: str
    category: str
    leads: tuple[str, ...]
    criteria: tuple[str, ...]


_WHO = (
    "Emil", "Nadia", "Tom", "Ifeoma", "Mei", "Pablo", "Hanna", "Yusuf", "Greta", "Ravi",
    "Oluwa", "Sofie", "Marek", "Leila", "Dario", "Kirsten", "Anouk", "Bilal", "Noor", "Felix",
)  # fmt: skip


def _prompt(rng: random.Random, leads: Sequence[str], questions: Sequence[Question]) -> str:
    lead = rng.choice(leads).format(who=rng.choice(_WHO))
    if rng.random() < 0.25:
        return " ".join((lead, *(question.ask for question in questions)))
    marks = rng.choice((("1. ", "2. ", "3. ", "4. "), ("a) ", "b) ", "c) ", "d) "), ("- ",) * 4))
    return "\n".join((lead, *(m + q.ask for m, q in zip(marks, questions, strict=True))))


def _finding(rng: random.Random, question: Question, given: str) -> compose.Finding:
    label, brief, answer = question.label, question.brief, question.answer
    if given == answer:
        return compose.Finding(True, f"{label} is {answer}", f"{brief} is {answer}")
    if not given:
        long = rng.choice(
            (
                f"{label} is left open, it is {answer}",
                f"no answer is given for {label}, which is {answer}",
            )
        )
        return compose.Finding(False, long, f"{brief}, {answer}, is left open")
    long = rng.choice(
        (
            f"{label} is {answer}, not {given}",
            f"{label} is given as {given} instead of {answer}",
            f"{label} should be {answer}, not {given}",
        )
    )
    return compose.Finding(False, long, f"{brief} is {answer}, not {given}")


def _respond(
    rng: random.Random, style: random.Random, questions: Sequence[Question], score: int
) -> GradedResponse:
    kept = compose.draw_kept(rng, score)
    bare, other, wording = style.random() < 0.25, style.random() < 0.3, style.randrange(3)
    rows, findings = [], []
    for question, right in zip(questions, kept, strict=True):
        given = question.answer if right else question.wrong(rng)
        shown = question.other(given) if other else given
        if shown:
            rows.append(shown if bare else question.said[wording].format(v=shown))
        else:
            rows.append(rng.choice(_BARE_SKIPS if bare else _SKIPS).format(q=question.label))
        findings.append(_finding(rng, question, given))
    if not bare and style.random() < 0.15:
        style.shuffle(rows)
    text = compose.layout(style, rows, ordered=bare)
    return GradedResponse(score, text, compose.explain(rng, "answer", "right", findings))


def make(rng: random.Random, identity: str, sheet: Sheet, questions: Sequence[Question]) -> Item:
    """The item that asks four questions."""
    extra = ""
    if rng.random() < _KEY:
        extra = rng.choice(_KEYS).format(key="; ".join(question.answer for question in questions))
    scale = compose.rule(rng, "answer", rng.choice(("correct", "right")), "wrong or missing")
    return Item(
        id=identity,
        category=sheet.category,
        level=1,
        language="en",
        prompt=_prompt(rng, sheet.leads, questions),
        rubric=compose.rubric(rng, rng.choice(sheet.criteria), scale, extra),
        responses=tuple(
            _respond(rng, style, questions, score)
            for score, style in zip(SCORES, compose.styles(rng), strict=True)
        ),
        source=sheet.family,
    )
