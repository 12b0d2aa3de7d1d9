"""The facts and phrases of `short_rubrics`, as `data/families/short_rubrics/` holds them."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from pydantic.dataclasses import dataclass

from autograder.dataset.families import compose
from autograder.dataset.families.short_rubrics_facts import Fact, Subject
from autograder.dataset.words import STRICT, Phrases, read_phrases, read_words
from autograder.errors import DataError


@dataclass(frozen=True, slots=True, config=STRICT)
class SubjectRow:
    """Facts of one kind.

    Attributes:
        id: unique.
        name: how a prompt calls it; empty where statements make no sense without a question.
        topics_may_be_named: whether that does not give the answers away.
        asks, said: the questions and the sentence of all its facts, unless these have their own.
            `{topic}` is the topic of a fact, `{what} in {where}` the same in two parts,
            `{answer}` the right answer and `{wrong}` a wrong one.
    """

    id: str
    name: str
    topics_may_be_named: bool
    asks: tuple[str, ...] = ()
    said: str = ""


@dataclass(frozen=True, slots=True, config=STRICT)
class FactRow:
    """A `Fact` of the subject with the id `subject`."""

    id: str
    subject: str
    topic: str
    answer: str
    wrongs: Phrases
    true: str
    false: str
    asks: tuple[str, ...] = ()
    said: str = ""

    def fact(self, subject: SubjectRow) -> Fact:
        """With the questions and the sentence of the subject where it has none itself."""
        what, _, where = self.topic.partition(" in ")
        fills = {"topic": self.topic, "what": what, "where": where, "wrong": self.wrongs[0]}
        asks = [ask.format(answer=self.answer, **fills) for ask in subject.asks]
        said = self.said or subject.said.format(v="{v}", **fills)
        asked = self.asks or tuple(asks)
        return Fact(
            self.id, self.topic, asked, said, self.answer, self.wrongs, self.true, self.false
        )


@dataclass(frozen=True, slots=True, config=STRICT)
class Sayings:
    """The wordings around the facts.

    Attributes:
        rubrics: of a few words.
        question_rubrics: more of them, which fit where the prompt asks a question.
        frames: around one question; leads: before four.
        about, about_frames, topics: what asks for four statements, what stands around that, and
            what names the topics.
        hedges: half-answers; `first`, and `sentence`, which has it in it, is right or wrong, and
            `second` the opposite. open_hedges: more of them, which do not fit yes-or-no questions.
        fillers: sentences that say nothing. sure: some that do not go with a half-answer.
        openers: what an answer to one question may begin with.
        reasons_5, reasons_4, reasons_3, reasons_2, reasons_1: by degree; `told` is the side
            remark, and `aside` a clause on it or nothing.
    """

    rubrics: Phrases
    question_rubrics: Phrases
    frames: Phrases
    leads: Phrases
    about: Phrases
    about_frames: Phrases
    topics: Phrases
    hedges: Phrases
    open_hedges: Phrases
    fillers: Phrases
    sure: Phrases
    openers: Phrases
    reasons_5: Phrases
    reasons_4: Phrases
    reasons_3: Phrases
    reasons_2: Phrases
    reasons_1: Phrases

    @property
    def for_questions(self) -> tuple[str, ...]:
        """The rubrics that fit where the prompt asks a question."""
        return self.rubrics + self.question_rubrics

    def reasons(self, score: int) -> tuple[str, ...]:
        """The reasons for a score of one answer."""
        return (
            self.reasons_1, self.reasons_2, self.reasons_3, self.reasons_4, self.reasons_5
        )[score - 1]  # fmt: skip


@dataclasses.dataclass(frozen=True, slots=True)
class Tables:
    """All of it; `facts` are those of all subjects."""

    subjects: tuple[Subject, ...]
    facts: tuple[Fact, ...]
    say: Sayings
    composer: compose.Composer


def _subjects(folder: Path) -> tuple[Subject, ...]:
    rows = read_words(folder / "subjects.jsonl", SubjectRow)
    facts: dict[str, list[Fact]] = {row.id: [] for row in rows}
    by_id = {row.id: row for row in rows}
    path = folder / "facts.jsonl"
    for row in read_words(path, FactRow):
        if row.subject not in by_id:
            message = f"{row.subject!r} of {row.id!r} is unknown; known: {', '.join(by_id)}"
            raise DataError(message, path=str(path), field="subject")
        facts[row.subject].append(row.fact(by_id[row.subject]))
    return tuple(Subject(row.name, row.topics_may_be_named, tuple(facts[row.id])) for row in rows)


def read_tables(words: Path) -> Tables:
    """Read what lies in `short_rubrics/` in the folder of the families' words."""
    folder = words / "short_rubrics"
    subjects = _subjects(folder)
    facts = tuple(fact for subject in subjects for fact in subject.facts)
    say = read_phrases(folder / "phrases.jsonl", Sayings)
    return Tables(subjects, facts, say, compose.composer(words))
