"""An announcement that must state four details as given; how many it does decides."""

from __future__ import annotations

import random
from pathlib import Path

from autograder.dataset.families import compose
from autograder.dataset.families.details_kinds import KINDS, Kind
from autograder.schema import SCORES, GradedResponse, Item

FAMILY = "details"

SENTENCES = 6  # of every response, so that an omission does not show in the length
_ALTERED = 0.5  # of the misses; the rest is left out

EVENTS = (
    ("street party", "a note about our street party"),
    ("choir rehearsal", "a message about the extra choir rehearsal"),
    ("first-aid course", "an announcement of our first-aid course"),
    ("repair cafe", "a short notice for the repair cafe"),
    ("book swap", "an invitation to the book swap"),
    ("staff outing", "a mail to colleagues about the staff outing"),
    ("chess evening", "a note for the board about the chess evening"),
    ("clean-up day", "a call for the clean-up day on the river"),
    ("open day", "a text for the open day of our dairy"),
    ("parents' evening", "a letter about the parents' evening"),
    ("pottery class", "an announcement of the pottery class"),
    ("film night", "a message about the film night"),
    ("bird walk", "an invitation to the bird walk"),
    ("bake sale", "a note about the bake sale for the kindergarten"),
    ("fire drill", "a notice about the fire drill with the visitors' tour"),
    ("dance workshop", "a text about the dance workshop"),
    ("plant market", "a notice for the plant market"),
    ("farewell lunch", "an invitation to the farewell lunch"),
    ("swimming lesson", "a message about the trial swimming lesson"),
    ("language cafe", "an announcement of the language cafe"),
    ("toy market", "a note about the toy market"),
    ("garden tour", "an invitation to the garden tour"),
    ("quiz night", "a message to members about the quiz night"),
    ("sewing circle", "a note about the sewing circle"),
)
_FILLERS = (
    "Do tell your neighbours about it.",
    "There is no need to dress up.",
    "Nobody has to know anything beforehand.",
    "It has become a small tradition here.",
    "The weather will hopefully be kind.",
    "Children are welcome as always.",
    "A few photos will be taken.",
    "Many hands have made this possible.",
    "Feel free to forward this message.",
    "Small mishaps are part of the fun.",
    "It will certainly not be boring.",
    "We are looking forward to it.",
    "Newcomers are just as welcome.",
    "Good company is a certainty.",
)
_OPENERS = ("Dear all,", "Hello everyone!", "Good news:", "Dear friends,", "Hi there,", "", "", "")
_CLOSERS = ("See you soon!", "Kind regards", "Many thanks!", "All the best", "", "", "")
_ASKS = (
    "Write {what}. It has to say: {all}.",
    "Please write {what}: {all}.",
    "I need {what}. Facts: {all}.",
    "Could you draft {what}? What must be in it: {all}.",
    "Draft {what}.\n{lines}",
    "Write {what} with these details:\n{lines}",
)
_CRITERIA = (
    "Four details must be stated exactly as given in the prompt: {all}.",
    "What counts is whether the text states these as the prompt gives them: {all}.",
    "Check four details against the prompt: {all}. A changed one counts as missing.",
    "The {all} must be there and correct.",
    "Needed, with the values from the prompt: {all}.",
)


def announce(style: random.Random, rows: list[str]) -> str:
    """An announcement of these sentences, filled up to the length of all of them."""
    rows = [*rows, *style.sample(_FILLERS, SENTENCES - len(rows))]
    style.shuffle(rows)
    opener, closer = style.choice(_OPENERS), style.choice(_CLOSERS)
    shape = style.randrange(4)
    if shape == 0:
        mark = style.choice(("- ", "* ", "• "))
        return "\n".join(part for part in (opener, *(mark + row for row in rows), closer) if part)
    if shape == 1:
        halves = (" ".join(rows[:3]), " ".join(rows[3:]))
        return "\n\n".join(part for part in (opener, *halves, closer) if part)
    return " ".join(part for part in (opener, *rows, closer) if part)


def _respond(
    rng: random.Random, style: random.Random, chosen: list[Kind], values: list[str], score: int
) -> GradedResponse:
    kept = compose.draw_kept(rng, score)
    rows, findings = [], []
    for kind, value, right in zip(chosen, values, kept, strict=True):
        altered = "" if right or rng.random() >= _ALTERED else kind.alter(rng, value)
        if right:
            told = f"the {kind.name} is {value}"
        elif altered:
            told = f"the {kind.name} is given as {altered} instead of {value}"
        else:
            told = f"the {kind.name} {value} is missing"
        findings.append(compose.Finding(right, told, told))
        if right or altered:
            said = style.choice(kind.said).format(v=altered or value)
            rows.append(compose.capital(said))
    text = announce(style, rows)
    return GradedResponse(score, text, compose.explain(rng, "detail", "right", findings))


def _make(rng: random.Random, identity: str) -> Item:
    chosen = rng.sample(KINDS, 4)
    values = [kind.draw(rng) for kind in chosen]
    event, what = rng.choice(EVENTS)
    orders = [kind.order.format(v=value) for kind, value in zip(chosen, values, strict=True)]
    ask = rng.choice(_ASKS)
    prompt = ask.format(
        what=what,
        all=compose.join(orders),
        lines="\n".join(f"- {compose.capital(order)}" for order in orders),
    )
    names = compose.join([kind.name for kind in rng.sample(chosen, 4)])
    criterion = rng.choice(_CRITERIA).format(all=names)
    if rng.random() < 0.3:
        criterion = compose.capital(f"a text on the {event}. {criterion}")
    scale = compose.rule(rng, "detail", "right", "missing or wrong")
    return Item(
        id=identity,
        category="writing",
        level=1,
        language="en",
        prompt=prompt,
        rubric=compose.rubric(rng, criterion, scale),
        responses=tuple(
            _respond(rng, style, chosen, values, score)
            for score, style in zip(SCORES, compose.styles(rng), strict=True)
        ),
        source=FAMILY,
    )


def items(count: int, seed: int, words: Path) -> list[Item]:  # noqa: ARG001
    """Make `count` items; the first m are the same whatever `count` is."""
    return compose.build(FAMILY, _make, count, seed)
