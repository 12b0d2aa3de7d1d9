"""The topics of `degrees`, read from blocks of text that are easy to write and to check.

A block is a topic: its name, questions (`ask`), passages that leave the topic (`drift`), the
qualities it does not offer (`without`) and four aspects. A line that begins with two spaces
goes on with the line before it.
"""

from __future__ import annotations

from dataclasses import dataclass

from autograder.dataset.families.degrees_topics_life import LIFE
from autograder.dataset.families.degrees_topics_work import WORK

LABELS = ("concrete", "vague", "reason", "bare", "wrong", "jargon")


@dataclass(frozen=True, slots=True)
class Aspect:
    """One part of an answer.

    Attributes:
        name: a noun phrase.
        cores: two phrasings of the sentence that all variants begin with.
        said: how it goes on, for each of `LABELS`: with or without detail, with or without a
            reason, wrong, or in jargon. `concrete` and `reason` are right and in plain words.
    """

    name: str
    cores: tuple[str, ...]
    said: dict[str, str]


@dataclass(frozen=True, slots=True)
class Topic:
    """Wordings of a question, four aspects of the answer, and passages beside the point."""

    id: str
    asks: tuple[str, ...]
    drifts: tuple[str, ...]
    without: tuple[str, ...]
    aspects: tuple[Aspect, ...]


def _fields(text: str) -> dict[str, tuple[str, ...]]:
    fields: dict[str, tuple[str, ...]] = {}
    for line in text.split("\n"):
        label, _, value = line.partition(": ")
        fields[label] = (*fields.get(label, ()), value)
    return fields


def _aspect(text: str) -> Aspect:
    name, _, rest = text.partition("\n")
    fields = _fields(rest)
    return Aspect(name, fields["core"], {label: fields[label][0] for label in LABELS})


def _topic(block: str) -> Topic:
    head, *aspects = block.replace("\n  ", " ").split("\naspect: ")
    fields = _fields(head)
    return Topic(
        id=fields["topic"][0],
        asks=fields["ask"],
        drifts=fields["drift"],
        without=tuple(fields.get("without", ("",))[0].split()),
        aspects=tuple(_aspect(text) for text in aspects),
    )


TOPICS = tuple(_topic(block) for text in (LIFE, WORK) for block in text.strip().split("\n\n"))
