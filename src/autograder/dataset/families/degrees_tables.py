"""The topics, qualities and phrases of `degrees`, as `data/families/degrees/` holds them."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Literal

from pydantic.dataclasses import dataclass

from autograder.dataset.words import STRICT, Phrases, read_phrases, read_words

Label = Literal["concrete", "vague", "reason", "bare", "wrong", "jargon"]


@dataclass(frozen=True, slots=True, config=STRICT)
class Aspect:
    """One part of an answer.

    Attributes:
        name: a noun phrase.
        cores: two phrasings of the sentence that all variants begin with.
        concrete, vague, reason, bare, wrong, jargon: how it goes on: with or without detail, with
            or without a reason, wrong, or in jargon. `concrete` and `reason` are right and in
            plain words.
    """

    name: str
    cores: tuple[str, str]
    concrete: str
    vague: str
    reason: str
    bare: str
    wrong: str
    jargon: str

    def said(self, label: Label) -> str:
        """The sentence under this label."""
        return str(getattr(self, label))


@dataclass(frozen=True, slots=True, config=STRICT)
class Topic:
    """Wordings of a question, four aspects of the answer, and passages beside the point.

    Attributes:
        id: unique.
        asks: the question.
        drifts: passages that leave the topic.
        aspects: what every answer goes through.
        without: the qualities that the topic does not offer.
    """

    id: str
    asks: Phrases
    drifts: tuple[str, str]
    aspects: tuple[Aspect, Aspect, Aspect, Aspect]
    without: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, config=STRICT)
class Scale:
    """A question and what each of the scores 1 to 5 looks like."""

    criterion: str
    anchors: tuple[str, str, str, str, str]


@dataclass(frozen=True, slots=True, config=STRICT)
class Quality:
    """A quality that every part of a response has or lacks.

    Attributes:
        id: as topics name it that do not offer it.
        good, bad: what the reasoning says of parts that have it or lack it.
        scales: wordings of the rubric.
        has, lacks: clauses that show it or its lack in any part; empty where the topics' own
            sentences do.
    """

    id: str
    good: Phrases
    bad: Phrases
    scales: tuple[Scale, ...]
    has: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, config=STRICT)
class Sayings:
    """What frames the questions, answers and reasonings, whatever the topic.

    Attributes:
        frames, wishes: around a question.
        openers, closers: of an answer; not specific, warm, careful or full of promise, since
            the qualities are about that.
        vague_leads, bare_leads, jargon_leads: begin a generality, a mere repetition, or a
            sentence of jargon.
        drifts, drift_ends: passages beside any point, in two parts.
        notes: of a rubric, on what does not count.
        anchors: how a rubric writes one.
        no_part_good, one_part_good, two_parts_good, three_parts_good, all_parts_good:
            reasonings.
    """

    frames: Phrases
    wishes: Phrases
    openers: Phrases
    closers: Phrases
    vague_leads: Phrases
    bare_leads: Phrases
    jargon_leads: Phrases
    drifts: Phrases
    drift_ends: Phrases
    notes: Phrases
    anchors: Phrases
    no_part_good: Phrases
    one_part_good: Phrases
    two_parts_good: Phrases
    three_parts_good: Phrases
    all_parts_good: Phrases

    def leads(self, label: Label) -> tuple[str, ...]:
        """What begins a sentence under this label; most need nothing."""
        leads: dict[Label, tuple[str, ...]] = {
            "vague": self.vague_leads,
            "bare": self.bare_leads,
            "jargon": self.jargon_leads,
        }
        return leads.get(label, ())

    def reasonings(self, num_good: int) -> tuple[str, ...]:
        """The reasonings on an answer with so many good parts."""
        return (
            self.no_part_good,
            self.one_part_good,
            self.two_parts_good,
            self.three_parts_good,
            self.all_parts_good,
        )[num_good]


@dataclasses.dataclass(frozen=True, slots=True)
class Tables:
    """All of it."""

    topics: tuple[Topic, ...]
    qualities: tuple[Quality, ...]
    say: Sayings


def read_tables(words: Path) -> Tables:
    """Read what lies in `degrees/` in the folder of the families' words."""
    folder = words / "degrees"
    return Tables(
        read_words(folder / "topics.jsonl", Topic),
        read_words(folder / "qualities.jsonl", Quality),
        read_phrases(folder / "phrases.jsonl", Sayings),
    )
