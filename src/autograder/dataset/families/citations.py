"""A list of invented sources; a response backs four claims with citations, rightly or not.

A citation is right if its source stands in the list and says what is claimed. Nothing in a
list is true of the world, so only reading it can tell right from wrong.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path

from autograder.dataset.families import compose
from autograder.dataset.families.citations_themes import SURNAMES, THEMES, Claim
from autograder.schema import SCORES, GradedResponse, Item

FAMILY = "citations"

# How lists and texts write a source. `{n}` is a number or letter, `{a}` a surname, `{y}` a year.
_NUMBERED = (
    ("[{n}]", ("{c} [{n}]", "{c} [{n}]", "according to [{n}], {c}", "[{n}] found that {c}")),
    ("Source {n}", ("{c} (source {n})", "source {n} says that {c}", "as source {n} shows, {c}")),
    ("S{n}", ("{c} (S{n})", "S{n} reports that {c}", "{c}, says S{n}")),
)
_DATED = (
    "{c} ({a}, {y})",
    "{c} ({a} {y})",
    "{a} ({y}) found that {c}",
    "according to {a} ({y}), {c}",
)
_ENTRIES = ('{label} "{title}": {c}', "{label} {title}: {c}", "{label}, {title} - {c}")

_ASKS = (
    "State four findings on {theme}, each with its source.",
    "What do we know about {theme}? Make four claims and cite a source for each.",
    "Write four sentences about {theme} with citations from the list.",
    "Sum up four results on {theme} and name the source of each.",
    "I need four facts on {theme} for a talk; cite where each comes from.",
    "Give me four points on {theme}, every one with a citation.",
    "For our leaflet on {theme}: four results, each backed by one of the sources.",
    "Using this list only, report four findings about {theme} and cite them.",
    "Please draft four cited statements on {theme}.",
    "My essay is about {theme}. Help me with four claims and their citations.",
)
_HEADS = ("Sources:", "Reading list:", "My sources:", "Literature:", "Studies:", "References:", "")
_CRITERIA = (
    "Each of the four citations must name a listed source that says what is claimed.",
    "Check every citation against the list: is the source there, and does it say this?",
    "A citation is right if its source is in the list and states the claim, figure included.",
    "Wrong citations: a source that is not listed, the wrong source, or a claim it does not make.",
    "Four claims, four citations: each has to lead to the listed source that states the claim.",
    "Invented sources, mixed-up sources and altered findings are wrong citations.",
    "What counts is whether the cited source exists in the prompt and supports the claim.",
)
_LIMITED = (
    "One plus the number of right citations; a source that is not listed limits it to 2.",
    "Right citations: four earn 5, three 4, two 3, one 2, none 1. With an unlisted source, "
    "2 at most.",
    "Start at 1, add 1 for each right citation. Whoever cites a source that is not in the list "
    "gets no more than 2.",
    "5 = all four right, 4 = three, 3 = two, 2 = one, 1 = none; never above 2 if a cited source "
    "is not listed.",
)
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

    def unlisted(self, rng: random.Random, near: _Source) -> tuple[dict[str, str], str]:
        """A source that is not there; of a dated one at times only the year is off."""
        if "n" in near.names:
            after = "ABCDEFGHI" if near.names["n"].isalpha() else "123456789"
            names = {"n": rng.choice(after[len(self.sources) :])}
        else:
            known = {source.names["a"] for source in self.sources}
            name = rng.choice([name for name in SURNAMES if name not in known])
            year = str(rng.randint(1991, 2023))
            if rng.random() < 0.3:
                name = near.names["a"]
                year = str(int(near.names["y"]) + rng.choice((-10, -9, -3, -1, 1, 2)))
            names = {"a": name, "y": year}
        return names, self.label.format(**names)


def _sources(rng: random.Random, theme: str) -> _List:
    claims = rng.sample(THEMES[theme], len(THEMES[theme]))
    number = rng.choice((4, 4, 5))
    told, untold = claims[:number], claims[number:]
    dated = rng.random() < 0.45
    label, cites = ("{a} ({y})", _DATED) if dated else rng.choice(_NUMBERED)
    letters = not dated and label == "[{n}]" and rng.random() < 0.3
    authors = rng.sample(SURNAMES, number)
    sources = []
    for index, claim in enumerate(told):
        if dated:
            names = {"a": authors[index], "y": str(rng.randint(1991, 2023))}
        else:
            names = {"n": "ABCDE"[index] if letters else str(index + 1)}
        value = str(rng.randint(*claim.values))
        sources.append(_Source(names, label.format(**names), claim, value))
    return _List(sources, untold, label, cites)


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
    rng: random.Random, style: random.Random, listed: _List, score: int, limited: bool
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
        rows.append(style.choice(cites).format(c=text, **names))
        findings.append(finding)
    if capped:
        gone = compose.capital(next(f.long for f in findings if f.long.endswith("the list")))
        count = compose.NUMBERS[sum(kept)]
        reason = f"{gone}, which sets the limit, though {count} citations are right."
    else:
        reason = compose.explain(rng, "citation", "right", findings)
    return GradedResponse(score, compose.layout(style, rows), reason)


def _make(rng: random.Random, identity: str) -> Item:
    theme = rng.choice(list(THEMES))
    listed = _sources(rng, theme)
    entry = rng.choice(_ENTRIES)
    form = rng.randrange(2)
    rows = [
        entry.format(
            label=source.label,
            title=source.claim.title,
            c=source.claim.forms[form].format(v=source.value),
        )
        for source in listed.sources
    ]
    head, ask = rng.choice(_HEADS), rng.choice(_ASKS).format(theme=theme)
    block = "\n".join(part for part in (head, *rows) if part)
    prompt = f"{ask}\n\n{block}" if rng.random() < 0.5 else f"{block}\n\n{ask}"
    limited = rng.random() < _LIMITED_SHARE
    scale = rng.choice(_LIMITED) if limited else compose.rule(rng, "citation", "right", "wrong")
    return Item(
        id=identity,
        category="groundedness",
        level=2,
        language="en",
        prompt=prompt,
        rubric=compose.rubric(rng, rng.choice(_CRITERIA), scale),
        responses=tuple(
            _respond(rng, style, listed, score, limited)
            for score, style in zip(SCORES, compose.styles(rng), strict=True)
        ),
        source=FAMILY,
    )


def items(count: int, seed: int, words: Path) -> list[Item]:  # noqa: ARG001
    """Make `count` items; the first m are the same whatever `count` is."""
    return compose.build(FAMILY, _make, count, seed)
