"""One answer to one question for `short_rubrics`, and why it earns its score."""

from __future__ import annotations

import random

from autograder.dataset.families import compose
from autograder.dataset.families.short_rubrics_facts import Fact
from autograder.dataset.families.short_rubrics_tables import Sayings

_MOST_FILLERS = 2  # more of them would be found again in other items
_MOST_REASON_WORDS = 36


def answer(style: random.Random, fact: Fact, value: str, other: str, brief: bool) -> str:
    """One answer, given without a doubt."""
    said = f"{fact.sentence(value)}."
    bare = compose.capital(value) + style.choice(("", "."))
    if fact.id == "":
        bare = style.choice((bare, said.rstrip(".")))
    forms = [bare, bare, said, f"The answer is {value}.", f"Answer: {value}."]
    if brief:
        forms = [bare, bare, bare, said]
    elif not fact.closed:
        forms += [said, f"{compose.capital(value)}, not {other}.", f"It must be {value}."]
    return style.choice(forms)


def hedge(rng: random.Random, say: Sayings, fact: Fact, wrong: str) -> str:
    """A half-answer, undecided between right and wrong."""
    first, second = rng.sample((fact.answer, wrong), 2)
    forms = say.hedges if fact.closed else say.hedges + say.open_hedges
    return rng.choice(forms).format(
        first=first,
        second=second,
        First=compose.capital(first),
        sentence=fact.sentence(first),
    )


def pad(rng: random.Random, say: Sayings, parts: list[str], words: int, undecided: bool) -> str:
    """Put empty phrases around the parts until there are about so many words."""
    fillers = list(say.fillers)
    if not undecided:
        fillers += say.sure
    rng.shuffle(fillers)
    opener = rng.choice(say.openers)
    room = words - sum(len(part.split()) for part in parts)
    if room > 1 and rng.random() < 0.4:
        parts = [opener, *parts]
        room -= len(opener.split())
    for filler in fillers[:_MOST_FILLERS]:
        if room > 1:
            parts = [*parts, filler]
            room -= len(filler.split())
    closed = [part if part[-1] in ".!?" else f"{part}." for part in parts[:-1]]
    return rng.choice((" ", " ", " ", "\n")).join([*closed, parts[-1]])


def reason(rng: random.Random, say: Sayings, fact: Fact, score: int, wrong: str, aside: str) -> str:
    """Why an answer with this remark, if any, earns the score."""
    told = f'"{aside.rstrip(".")}"'
    holds = "holds too" if score == 5 else "is false as well"
    clause = f", and the remark {told} {holds}" if aside else ""
    texts = [
        reason.format(
            truth=fact.sentence(fact.answer),
            right=fact.answer,
            Right=compose.capital(fact.answer),
            wrong=wrong,
            told=told,
            aside=clause,
            aside_or_fine=clause or ", and nothing beside it is wrong",
            aside_or_bad=clause or ", and nothing else in it is right",
        )
        for reason in say.reasons(score)
    ]
    return rng.choice([text for text in texts if len(text.split()) <= _MOST_REASON_WORDS])
