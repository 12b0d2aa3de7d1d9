"""What the families share: the item loop, rubric rules, layouts and explanations.

Everything a response shows beside its content (shape, opener, closer) is drawn without
looking at the score, so that only the content can give the score away.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

import pydantic.dataclasses

from autograder.dataset.words import STRICT, Phrases, read_phrases
from autograder.schema import SCORES


class Prompted(Protocol):
    """An item, or the draft of one."""

    @property
    def prompt(self) -> str: ...


Made = TypeVar("Made", bound=Prompted)

NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight")
REASON_WORDS = 32  # leaves room for the clause that `injection` adds
_TRIES = 500
_FAR_OFF = 0.5


def build(
    family: str, make: Callable[[random.Random, str], Made], count: int, seed: int
) -> list[Made]:
    """Make `count` items (or drafts) with distinct prompts; item k depends on nothing after it.

    Raises:
        ValueError: the family has too few distinct prompts for `count`.
    """
    seen: set[str] = set()
    made: list[Made] = []
    for k in range(count):
        rng = random.Random(f"{seed}/{family}/{k}")
        for _ in range(_TRIES):
            item = make(rng, f"{family}-{k:04d}")
            if item.prompt not in seen:
                break
        else:
            raise ValueError(f"{family} cannot make {count} distinct items; ask for {k} at most")
        seen.add(item.prompt)
        made.append(item)
    return made


def draw_kept(rng: random.Random, score: int) -> list[bool]:
    """Which of the four parts are right in the response that earns `score`."""
    right = rng.sample(range(4), score - 1)
    return [index in right for index in range(4)]


def styles(rng: random.Random) -> list[random.Random]:
    """A generator of looks for each score; in half of the items all five look alike."""
    seeds = [rng.getrandbits(32) for _ in SCORES]
    if rng.random() < 0.5:
        seeds = seeds[:1] * len(SCORES)
    return [random.Random(seed) for seed in seeds]


def capital(text: str) -> str:
    """Upper-case the first letter and leave the rest alone (`str.capitalize` does not)."""
    return text[:1].upper() + text[1:]


def join(parts: Sequence[str], word: str = "and") -> str:
    """`a, b and c`."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {word} {parts[-1]}"


def article(noun: str) -> str:
    """The noun with `a` or `an`, by its first letter."""
    return f"an {noun}" if noun[0] in "aeiou" else f"a {noun}"


def near(rng: random.Random, value: int) -> int:
    """A wrong number: far off, or a careless writer's slip, off by ten or with swapped digits.

    Half of them are far off. A judge that has not learned to see those does not learn the slips.
    """
    if rng.random() < _FAR_OFF:
        far = (value * 2, value * 3, value * 10, value + 100 + rng.randrange(9), value // 2 + 1)
        return rng.choice([option for option in far if option != value])
    digits = str(value)
    options = [value - 1, value + 1, value + 2, value - 2]
    if value >= 20:
        options += [value + 10, value - 10, value + 10, value - 10]
    if value >= 200:
        options += [value + 100, value - 100]
    if len(digits) > 1 and digits[-1] not in ("0", digits[-2]):
        options += [int(digits[:-2] + digits[-1] + digits[-2])] * 3
    right = [option for option in options if option > 0 and option != value]
    return rng.choice(right)


@dataclass(frozen=True, slots=True)
class Finding:
    """What is to be said about one part: at length, and in a few words where space is short."""

    right: bool
    long: str
    short: str


@pydantic.dataclasses.dataclass(frozen=True, slots=True, config=STRICT)
class Composer:
    """The phrases that the families share, and what is composed of them.

    Attributes:
        openers, closers: of responses; without digits and names, because the tests read answers
            back from the text.
        remarks: of rubrics, on what does not count.
        scales: wordings of `1 plus the number of good things out of four`.
        one_miss, two_misses, three_misses, four_misses: what a reasoning says of so many.
    """

    openers: Phrases
    closers: Phrases
    remarks: Phrases
    scales: Phrases
    one_miss: Phrases
    two_misses: Phrases
    three_misses: Phrases
    four_misses: Phrases

    def rule(self, rng: random.Random, thing: str, good: str, bad: str) -> str:
        """One wording of `1 plus the number of good things out of four`."""
        return rng.choice(self.scales).format(thing=thing, things=f"{thing}s", good=good, bad=bad)

    def rubric(
        self, rng: random.Random, criterion: str, scale: str, extra: str = "", remark: bool = True
    ) -> str:
        """Criterion, scale, and (if `remark`) sometimes a word on what does not count."""
        parts = [criterion, scale]
        if "\n" not in scale and rng.random() < 0.25:
            parts.reverse()
        if "\n" in scale:
            return "\n".join(part for part in (extra, criterion, scale) if part)
        said = rng.choice(self.remarks) if remark else ""
        return " ".join(part for part in (*parts, extra, said) if part)

    def layout(self, rng: random.Random, statements: Sequence[str], ordered: bool = False) -> str:
        """Set statements as lines, bullets, a numbered list, sentences or one long sentence.

        Args:
            rng: the item's generator.
            statements: without a full stop.
            ordered: the statements are bare answers, so only their place says what they answer.
        """
        shapes = ("numbered", "numbered", "lines", "semicolons")
        shape = rng.choice(shapes if ordered else (*shapes, "bullets", "sentences", "sentences"))
        opener, closer = rng.choice(self.openers), rng.choice(self.closers)
        if shape in ("sentences", "semicolons"):
            if shape == "sentences":
                body = " ".join(f"{capital(statement)}." for statement in statements)
            else:
                body = capital("; ".join(statements)) + "."
            return " ".join(part for part in (opener, body, closer) if part)
        if shape == "numbered":
            style = rng.choice(("1.", "1)", "a)"))
            marks = [f"{'abcd'[i] if style[0] == 'a' else i + 1}{style[1]} " for i in range(4)]
        else:
            marks = [rng.choice(("- ", "* ", "• ")) if shape == "bullets" else ""] * 4
        stop = rng.choice(("", "", "."))
        rows = [f"{mark}{capital(row)}{stop}" for mark, row in zip(marks, statements, strict=True)]
        return "\n".join(part for part in (opener, *rows, closer) if part)

    def explain(
        self, rng: random.Random, thing: str, good: str, findings: Sequence[Finding]
    ) -> str:
        """Name the evidence in at most `REASON_WORDS` words: shorter first, then fewer details."""
        hits = [finding.short for finding in findings if finding.right]
        long = [finding.long for finding in findings if not finding.right]
        short = [finding.short for finding in findings if not finding.right]
        if not short:
            return _explain_hits(rng, thing, good, hits)
        by_misses = (self.one_miss, self.two_misses, self.three_misses, self.four_misses)
        frames = by_misses[len(short) - 1]
        first = rng.randrange(len(frames))
        texts = [(long, 0)]
        texts += [(short[: len(short) - hidden], hidden) for hidden in range(len(short))]
        for misses, hidden in texts:
            more = f"; {NUMBERS[hidden]} more fail{'s' if hidden == 1 else ''}" if hidden else ""
            told, hit = "; ".join(misses) + more, (hits or [""])[0]
            for frame in (frames[first], *frames):
                text = frame.format(told=told, thing=thing, things=f"{thing}s", good=good, hit=hit)
                if len(text.split()) <= REASON_WORDS:
                    return capital(text)
        return f"{capital(NUMBERS[len(hits)])} of the four {thing}s are {good}."


def _explain_hits(rng: random.Random, thing: str, good: str, hits: Sequence[str]) -> str:
    options = [f"All four {thing}s are {good}, {hits[0]} among them."]
    if len(" ".join([*hits, good]).split()) < REASON_WORDS - 4:
        listed = join(hits)
        options = [
            f"All four {thing}s are {good}: {listed}.",
            f"Every {thing} is {good}: {listed}.",
            f"{capital(listed)}: all four {thing}s are {good}.",
        ]
    return rng.choice(options)


def composer(words: Path) -> Composer:
    """The composer with the phrases of the folder of all families' words."""
    return read_phrases(words / "common" / "phrases.jsonl", Composer)
