"""A list of invented sources; a response backs four claims with citations, rightly or not.

A citation is right if its source stands in the list and says what is claimed. Nothing in a
list is true of the world, so only reading it can tell right from wrong.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from autograder.dataset.families import compose
from autograder.dataset.families.citations_tables import Claim, Tables, Theme, read_tables
from autograder.schema import SCORES, GradedResponse, Item

FAMILY = "citations"

_DATED = "{author} ({year})"
_LETTERED = "[{number}]"  # may have letters for numbers
_LIMIT = 2
_LIMITED_SHARE = 0.2

# Kinds of misses and how often: half are plain to see.
_MISSES = {"unlisted": 5, "untold": 5, "swapped": 5, "altered": 4, "opposite": 1}


@dataclass(frozen=True, slots=True)
class _Source:
    """An entry of the list, or an invented one: its place or author, and what it found."""

    names: dict[str, str]
    label: str
    claim: Claim
    value: str


@dataclass(frozen=True, slots=True)
class _List:
    """The sources of an item, what they leave untold, and how they are cited."""

    sources: list[_Source]
    untold: list[Claim]
    label: str
    cites: tuple[str, ...]
    surnames: tuple[str, ...]

    def unlisted(self, rng: random.Random, near: _Source) -> tuple[dict[str, str], str]:
        """A source that is not there; of a dated one at times only the year is off."""
        if "number" in near.names:
            after = "ABCDEFGHI" if near.names["number"].isalpha() else "123456789"
            names = {"number": rng.choice(after[len(self.sources) :])}
        else:
            known = {source.names["author"] for source in self.sources}
            name = rng.choice([name for name in self.surnames if name not in known])
            year = str(rng.randint(1991, 2023))
            if rng.random() < 0.3:
                name = near.names["author"]
                year = str(int(near.names["year"]) + rng.choice((-10, -9, -3, -1, 1, 2)))
            names = {"author": name, "year": year}
        return names, self.label.format(**names)


def _sources(rng: random.Random, tables: Tables, theme: Theme) -> _List:
    claims = rng.sample(theme.claims, len(theme.claims))
    number = rng.choice((4, 4, 5))
    told, untold = claims[:number], claims[number:]
    dated = rng.random() < 0.45
    if dated:
        label, cites = _DATED, tables.say.dated_cites
    else:
        numbered = rng.choice(tables.numbered)
        label, cites = numbered.label, numbered.cites
    letters = label == _LETTERED and rng.random() < 0.3
    authors = rng.sample(tables.say.surnames, number)
    sources = []
    for index, claim in enumerate(told):
        if dated:
            names = {"author": authors[index], "year": str(rng.randint(1991, 2023))}
        else:
            names = {"number": "ABCDE"[index] if letters else str(index + 1)}
        value = str(rng.randint(*claim.values))
        sources.append(_Source(names, label.format(**names), claim, value))
    return _List(sources, untold, label, cites, tables.say.surnames)


def _miss(
    rng: random.Random, listed: _List, source: _Source, kind: str, spare: list[Claim]
) -> tuple[dict[str, str], str, compose.Finding]:
    """Whom the response cites, what it claims, and what is wrong with that."""
    names, label, claim, value = source.names, source.label, source.claim, source.value
    form = rng.choice(claim.forms)
    if kind == "unlisted":
        names, label = listed.unlisted(rng, source)
        long, short = f"{label} is not in the list", f"{label} is not listed"
    elif kind == "untold" and spare:
        claim = spare.pop()
        form, value = rng.choice(claim.forms), str(rng.randint(*claim.values))
        long = f"{label} says nothing of {claim.brief}, nor does any source"
        short = f"{label} says nothing of {claim.brief}"
    elif kind == "altered":
        given = str(compose.near(rng, int(value)))
        long = f"{label} gives {value} for {claim.brief}, not {given}"
        short, value = f"{label} says {value}, not {given}", given
    elif kind == "opposite":
        form = claim.opposite
        long = short = f"{label} says the opposite on {claim.brief}"
    else:
        other = rng.choice([entry for entry in listed.sources if entry is not source])
        long = f"the result on {claim.brief} is from {label}, not {other.label}"
        short = f"{claim.brief}: {label}, not {other.label}"
        names = other.names
    return names, form.format(v=value), compose.Finding(False, long, short)


def _respond(
    rng: random.Random,
    style: random.Random,
    composer: compose.Composer,
    listed: _List,
    score: int,
    limited: bool,
) -> GradedResponse:
    kept = compose.draw_kept(rng, score)
    kinds = rng.choices(list(_MISSES), list(_MISSES.values()), k=4)
    capped = limited and score == _LIMIT and rng.random() < 0.6
    if capped:
        kept = compose.draw_kept(rng, rng.randint(_LIMIT + 1, 4))
        kinds[kept.index(False)] = "unlisted"
    elif limited and score > _LIMIT:
        kinds = ["swapped" if kind == "unlisted" else kind for kind in kinds]
    spare = list(listed.untold)
    cites = [style.choice(listed.cites)] if style.random() < 0.4 else list(listed.cites)
    rows, findings = [], []
    for source, right, kind in zip(rng.sample(listed.sources, 4), kept, kinds, strict=True):
        if right:
            names, text = source.names, rng.choice(source.claim.forms).format(v=source.value)
            told = f"{source.label} on {source.claim.brief}"
            finding = compose.Finding(True, told, told)
        else:
            names, text, finding = _miss(rng, listed, source, kind, spare)
        rows.append(style.choice(cites).format(claim=text, **names))
        findings.append(finding)
    if capped:
        gone = compose.capital(next(f.long for f in findings if f.long.endswith("the list")))
        count = compose.NUMBERS[sum(kept)]
        reason = f"{gone}, which sets the limit, though {count} citations are right."
    else:
        reason = composer.explain(rng, "citation", "right", findings)
    return GradedResponse(score, composer.layout(style, rows), reason)


def _make(tables: Tables, rng: random.Random, identity: str) -> Item:
    say, composer = tables.say, tables.composer
    theme = rng.choice(tables.themes)
    listed = _sources(rng, tables, theme)
    entry = rng.choice(say.entries)
    form = rng.randrange(2)
    rows = [
        entry.format(
            label=source.label,
            title=source.claim.title,
            claim=source.claim.forms[form].format(v=source.value),
        )
        for source in listed.sources
    ]
    head, ask = rng.choice(say.heads), rng.choice(say.asks).format(theme=theme.id)
    block = "\n".join(part for part in (head, *rows) if part)
    prompt = f"{ask}\n\n{block}" if rng.random() < 0.5 else f"{block}\n\n{ask}"
    limited = rng.random() < _LIMITED_SHARE
    scale = rng.choice(say.limited) if limited else composer.rule(rng, "citation", "right", "wrong")
    return Item(
        id=identity,
        category="groundedness",
        level=2,
        language="en",
        prompt=prompt,
        rubric=composer.rubric(rng, rng.choice(say.criteria), scale),
        responses=tuple(
            _respond(rng, style, composer, listed, score, limited)
            for score, style in zip(SCORES, compose.styles(rng), strict=True)
        ),
        source=FAMILY,
    )


def items(count: int, seed: int, words: Path) -> list[Item]:
    """Make `count` items; the first m are the same whatever `count` is."""
    return compose.build(FAMILY, partial(_make, read_tables(words)), count, seed)
