"""A short text or list under four checkable constraints; how many are kept decides."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from autograder.dataset.families import compose
from autograder.dataset.families.constraint_themes import (
    FAMILY,
    PLAIN_KINDS,
    TOTAL,
    Theme,
    Words,
    read,
)
from autograder.schema import SCORES, GradedResponse, Item


@dataclass(frozen=True, slots=True)
class Task:
    """The theme and what the four chosen constraints ask for."""

    theme: Theme
    chosen: tuple[str, ...]
    n: int
    word: str
    banned: str
    opening: str
    ending: str
    spelled: bool

    def text(self, template: str) -> str:
        fit = str if "lower" in self.chosen else compose.capital
        return template.format(
            n=compose.NUMBERS[self.n] if self.spelled else self.n,
            units="bullets" if self.theme.listed else "sentences",
            word=self.word,
            banned=self.banned,
            opening=fit(self.opening),
            ending=fit(self.ending),
        )


@dataclass(slots=True)
class Draft:
    """A response in the making, with a finding for each constraint."""

    findings: list[compose.Finding] = field(default_factory=list)

    def note(self, kept: bool, good: str, bad: str) -> None:
        text = good if kept else bad
        self.findings.append(compose.Finding(kept, text, text))


def _other(rng: random.Random, options: tuple[str, ...], demanded: str) -> str:
    return rng.choice([option for option in options if option != demanded])


def _respond(
    rng: random.Random, composer: compose.Composer, task: Task, score: int
) -> GradedResponse:
    theme, chosen = task.theme, task.chosen
    kept = dict(zip(chosen, compose.draw_kept(rng, score), strict=True))
    draft = Draft()
    free = not theme.listed or rng.random() < 0.8
    capitals = not kept["lower"] if "lower" in chosen else free

    def shown(text: str, demanded: bool = False) -> str:
        """A demanded sentence stays as it was quoted, even where capitals break a rule."""
        upper = "lower" not in chosen if demanded else capitals
        return compose.capital(text) if upper else text

    opening = ending = ""
    if "opening" in chosen:
        right = kept["opening"]
        opening = task.opening if right else _other(rng, theme.openings, task.opening)
        opening = shown(opening, demanded=right)
        draft.note(right, "the opening as demanded", f'it begins with "{opening[:-1]}" instead')
    if "ending" in chosen:
        right = kept["ending"]
        ending = task.ending if right else _other(rng, theme.endings, task.ending)
        ending = shown(ending, demanded=right)
        draft.note(right, "the ending as demanded", f'it ends with "{ending[:-1]}" instead')
    elif theme.listed and rng.random() < 0.3:
        ending = shown(rng.choice(theme.endings))

    n = task.n
    if not kept.get("count", True):
        n += rng.choice((-1, 1))
    if "count" in chosen:
        what = "bullet" if theme.listed else "sentence"
        told = f"{compose.NUMBERS[n]} {what}s"
        draft.note(kept["count"], told, f"there are {told}, not {compose.NUMBERS[task.n]}")
    inner = n if theme.listed else n - bool(opening) - bool(ending)
    units: list[str] = []
    worded = {each.word: each.unit for each in theme.worded}
    if kept.get("include", False):
        units.append(worded[task.word])
    if not kept.get("avoid", True):
        units.append(worded[task.banned])
    others = [unit for word, unit in worded.items() if word not in (task.word, task.banned)]
    if len(units) < inner and rng.random() < 0.5:
        units.append(rng.choice(others))
    units += rng.sample(theme.plain, inner - len(units))
    rng.shuffle(units)
    if "include" in chosen:
        right = kept["include"]
        draft.note(right, f'the word "{task.word}"', f'the word "{task.word}" is missing')
    if "avoid" in chosen:
        right = kept["avoid"]
        draft.note(right, f'no "{task.banned}"', f'the banned word "{task.banned}" appears')

    prices = [rng.randint(2, 12) for _ in units]
    rows = [f"{unit}, {price} euros" for unit, price in zip(units, prices, strict=True)]
    rows = [shown(row) for row in (rows if theme.priced else units)]
    if "lower" in chosen:
        sample = " ".join(rows[0].split(",")[0].split()[:2])
        draft.note(kept["lower"], "lower case throughout", f'capitals appear, as in "{sample}"')
    loud = not kept["calm"] if "calm" in chosen else rng.random() < 0.3
    loudest = rng.randrange(len(rows)) if loud else -1
    if "calm" in chosen:
        draft.note(kept["calm"], "no exclamation mark", "an exclamation mark is used")
    total = ""
    if "total" in chosen:
        right = kept["total"]
        given = sum(prices) if right else compose.near(rng, sum(prices))
        bad = f"the total is {sum(prices)}, not {given}"
        total = shown(rng.choice(("total: {} euros.", "in total: {} euros."))).format(given)
        if not right and rng.random() < 0.25:
            total, bad = shown("prices can change."), "no total is given"
        draft.note(right, f"the right total {given}", bad)
    elif theme.priced and rng.random() < 0.3:
        total = shown("prices can change.")
    if theme.listed:
        mark = rng.choice(("- ", "* ", "• "))
        lines = [f"{mark}{row}{'!' * (i == loudest)}" for i, row in enumerate(rows)]
        text = "\n".join(part for part in (opening, *lines, total, ending) if part)
    else:
        lines = [f"{row}{'!' if i == loudest else '.'}" for i, row in enumerate(rows)]
        text = " ".join(part for part in (opening, *lines, ending) if part)
    order = [draft.findings[i] for i in rng.sample(range(4), 4)]
    return GradedResponse(score, text, composer.explain(rng, "constraint", "kept", order))


def _make(words: Words, rng: random.Random, identity: str) -> Item:
    composer, wordings = words.composer, words.wordings
    theme = rng.choice(words.themes)
    kinds = [*PLAIN_KINDS, *[TOTAL] * (3 * theme.priced)]
    chosen: list[str] = []
    while len(chosen) < 4:
        kind = rng.choice(kinds)
        if kind not in chosen:
            chosen.append(kind)
    word, banned = (each.word for each in rng.sample(theme.worded, 2))
    task = Task(
        theme,
        tuple(chosen),
        rng.randint(4, 6),
        word,
        banned,
        rng.choice(theme.openings),
        rng.choice(theme.endings),
        rng.random() < 0.5,
    )
    orders = [task.text(rng.choice(wordings[kind].orders)) for kind in chosen]
    name = rng.choice(theme.names)
    shape = rng.randrange(4)
    if shape == 0:
        lines = "\n".join(f"- {compose.capital(order)}" for order in orders)
        prompt = f"Write {name}.\n{lines}"
    elif shape == 1:
        prompt = f"Please write {name}. {' '.join(compose.capital(o) + '.' for o in orders)}"
    elif shape == 2:
        prompt = f"I need {name}. Please {compose.join(orders)}."
    else:
        prompt = f"Could you write {name}? It is important that you {compose.join(orders)}."
    prompt = prompt.replace('.".', '."')
    marks = rng.choice((("", "", "", ""), ("(1) ", "(2) ", "(3) ", "(4) ")))
    told = [task.text(rng.choice(wordings[kind].rules)) for kind in chosen]
    listed = "; ".join(mark + rule for mark, rule in zip(marks, told, strict=True))
    criterion = rng.choice(words.say.criteria).format(all=listed).replace('.".', '."')
    scale = composer.rule(rng, "constraint", "kept", "broken")
    return Item(
        id=identity,
        category="instruction_following",
        level=1,
        language="en",
        prompt=prompt,
        rubric=composer.rubric(rng, criterion, scale, remark=False),
        responses=tuple(_respond(rng, composer, task, score) for score in SCORES),
        source=FAMILY,
    )


def items(count: int, seed: int, words: Path) -> list[Item]:
    """Make `count` items; the first m are the same whatever `count` is."""
    return compose.build(FAMILY, partial(_make, read(words)), count, seed)
