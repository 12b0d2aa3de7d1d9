"""Places with house rules, and what people ask about them, for the family `policy`."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field
from pydantic.dataclasses import dataclass

from autograder.dataset.families import compose
from autograder.dataset.words import STRICT, Phrases, read_phrases, read_words

FAMILY = "policy"


@dataclass(frozen=True, slots=True, config=STRICT)
class Rule:
    """A rule with a number, and a question that it decides.

    Attributes:
        topic: the matter in a word or two.
        kind: the customer's number may be at `most` or must be at `least` the rule's;
            with `each`, the two multiplied are an amount in euros.
        text: the rule, with `{n}`.
        ask: the question, with `{x}`.
        say: what is allowed or refused (`you can ...`), or what costs money (`... is 9 euros`).
        numbers: what `n` may be.
    """

    topic: str
    kind: Literal["most", "least", "each"]
    text: str
    ask: str
    say: str
    numbers: Annotated[tuple[int, ...], Field(min_length=1)]


@dataclass(frozen=True, slots=True, config=STRICT)
class Place:
    """A place, who answers there, and its rules; no `topic` or `say` is part of another."""

    id: str
    name: str
    staff: str
    rules: Annotated[tuple[Rule, ...], Field(min_length=5)]


@dataclass(frozen=True, slots=True, config=STRICT)
class Sayings:
    """What is said around rules and questions.

    Attributes:
        yes, no: decide on `{say}`.
        amount: says that `{say}` is `{v}` euros.
        open: leaves the `{topic}` undecided.
        cites: adds the number `{k}` of a rule to a decision `{row}`.
        names: of customers.
        titles: stand above the rules of a `{place}`.
        rule_marks: stand before rule `{k}`.
        messages: what `{name}` asks, `{asks}`.
        farewells: stand before the name where a message ends with it.
        tasks: what is to be written, with `{staff}` and `{name}`.
        cite_tasks: the same where replies must name the rule.
        criteria: what a rubric says first.
        cite_rules: what it adds where replies must name the rule.
    """

    yes: Phrases
    no: Phrases
    amount: Phrases
    open: Phrases
    cites: Phrases
    names: Phrases
    titles: Phrases
    rule_marks: Phrases
    messages: Phrases
    farewells: Phrases
    tasks: Phrases
    cite_tasks: Phrases
    criteria: Phrases
    cite_rules: Phrases


@dataclasses.dataclass(frozen=True, slots=True)
class Words:
    """What the family draws from."""

    say: Sayings
    places: tuple[Place, ...]
    composer: compose.Composer


def read(words: Path) -> Words:
    folder = words / FAMILY
    say = read_phrases(folder / "phrases.jsonl", Sayings)
    return Words(say, read_words(folder / "places.jsonl", Place), compose.composer(words))
