"""Four small questions in one message; 1 plus the number of right answers is the score.

What `dates` and `strings` share: they bring the questions, this asks, answers and grades them.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pydantic.dataclasses

from autograder.dataset.families import compose
from autograder.dataset.words import STRICT, Phrases, read_phrases
from autograder.schema import SCORES, GradedResponse, Item

_NEAR, _SKIPPED = 0.5, 0.15  # shares of the misses; the others are plainly wrong
_KEY = 0.7  # share of the rubrics that hold the answers


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


@pydantic.dataclasses.dataclass(frozen=True, slots=True, config=STRICT)
class _Shared:
    """What such families say alike.

    Attributes:
        skips: what stands for an answer that is left open, `{label}` for what was asked.
        bare_skips: the same where answers stand without a sentence.
        keys: how a rubric gives the answers away, `{key}` for them.
        names: of the people in the leads.
    """

    skips: Phrases
    bare_skips: Phrases
    keys: Phrases
    names: Phrases


@pydantic.dataclasses.dataclass(frozen=True, slots=True, config=STRICT)
class _Own:
    """A family's own words around its questions; `{who}` in a lead is somebody's name."""

    leads: Phrases
    criteria: Phrases


@dataclass(frozen=True, slots=True)
class Sheet:
    """A family and its words."""

    family: str
    category: str
    own: _Own
    say: _Shared
    composer: compose.Composer


def read_sheet(words: Path, family: str, category: str) -> Sheet:
    """The sheet of a family, whose words around its questions are in its `phrases.jsonl`."""
    own = read_phrases(words / family / "phrases.jsonl", _Own)
    say = read_phrases(words / "common" / "questions.jsonl", _Shared)
    return Sheet(family, category, own, say, compose.composer(words))


def _prompt(rng: random.Random, sheet: Sheet, questions: Sequence[Question]) -> str:
    lead = rng.choice(sheet.own.leads).format(who=rng.choice(sheet.say.names))
    if rng.random() < 0.25:
        return " ".join((lead, *(question.ask for question in questions)))
    mark = rng.choice(("1. ", "a) ", "- "))
    marks = [mark.replace("1", "1234"[k]).replace("a", "abcd"[k]) for k in range(4)]
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
    rng: random.Random,
    style: random.Random,
    sheet: Sheet,
    questions: Sequence[Question],
    score: int,
) -> GradedResponse:
    kept = compose.draw_kept(rng, score)
    bare, other, wording = style.random() < 0.25, style.random() < 0.3, style.randrange(3)
    skips = sheet.say.bare_skips if bare else sheet.say.skips
    rows, findings = [], []
    for question, right in zip(questions, kept, strict=True):
        given = question.answer if right else question.wrong(rng)
        shown = question.other(given) if other else given
        if shown:
            rows.append(shown if bare else question.said[wording].format(v=shown))
        else:
            rows.append(rng.choice(skips).format(label=question.label))
        findings.append(_finding(rng, question, given))
    if not bare and style.random() < 0.15:
        style.shuffle(rows)
    text = sheet.composer.layout(style, rows, ordered=bare)
    return GradedResponse(score, text, sheet.composer.explain(rng, "answer", "right", findings))


def make(rng: random.Random, identity: str, sheet: Sheet, questions: Sequence[Question]) -> Item:
    """The item that asks four questions."""
    extra = ""
    if rng.random() < _KEY:
        key = "; ".join(question.answer for question in questions)
        extra = rng.choice(sheet.say.keys).format(key=key)
    scale = sheet.composer.rule(rng, "answer", rng.choice(("correct", "right")), "wrong or missing")
    return Item(
        id=identity,
        category=sheet.category,
        level=1,
        language="en",
        prompt=_prompt(rng, sheet, questions),
        rubric=sheet.composer.rubric(rng, rng.choice(sheet.own.criteria), scale, extra),
        responses=tuple(
            _respond(rng, style, sheet, questions, score)
            for score, style in zip(SCORES, compose.styles(rng), strict=True)
        ),
        source=sheet.family,
    )
