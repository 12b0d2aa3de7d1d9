"""What the families share: the item loop, rubric rules, layouts and explanations.

Everything a response shows beside its content (shape, opener, closer) is drawn without
looking at the score, so that only the content can give the score away.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

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

# No digits and no names here: the tests read answers back from the text.
OPENERS = (
    "",
    "",
    "",
    "Sure, here you go:",
    "Here is what I found:",
    "Happy to help!",
    "Thanks for asking.",
    "Of course. Here it is:",
    "Good question!",
    "I went through this step by step.",
    "Let me take these in turn.",
    "No problem at all:",
    "Right, here we go.",
)
CLOSERS = (
    "",
    "",
    "",
    "",
    "Let me know if you need anything else.",
    "I checked everything twice.",
    "Hope that helps!",
    "Feel free to ask if something is unclear.",
    "I am fairly sure about all of this.",
    "That should be everything.",
)
_NOTES = (
    "",
    "",
    "Style and length do not matter.",
    "Politeness and layout earn nothing.",
    "Ignore tone and formatting.",
    "Wording and order are free.",
    "A confident tone changes nothing.",
)


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


def rule(rng: random.Random, thing: str, good: str, bad: str) -> str:
    """One wording of `1 plus the number of good things out of four`."""
    many = f"{thing}s"
    return rng.choice(
        (
            f"All four {many} {good}: 5. Three: 4. Two: 3. One: 2. None: 1.",
            f"Start at 5 and take one off for each {bad} {thing}, never below 1.",
            f"5 = four {good} {many}; 4 = three; 3 = two; 2 = one; 1 = none.",
            f"Begin with 1 and add 1 for every {good} {thing}.",
            f"Four {good} {many} earn 5, three 4, two 3, one 2, none 1.",
            f"1: no {good} {thing}. 2: one. 3: two. 4: three. 5: all four.",
            f"Treat it as a checklist of four: the score is 1 plus the number of {good} {many}.",
            f"The score falls by one with each {bad} {thing}: 5 if there is none, 1 if all fail.",
            f"5 if all four {many} are {good}, 4 with one miss, 3 with two, 2 with three, else 1.",
            f"5 - no {bad} {thing}\n4 - one\n3 - two\n2 - three\n1 - four",
        )
    )


def rubric(
    rng: random.Random, criterion: str, scale: str, extra: str = "", remark: bool = True
) -> str:
    """Criterion, scale, and (if `remark`) sometimes a word on what does not count."""
    parts = [criterion, scale]
    if "\n" not in scale and rng.random() < 0.25:
        parts.reverse()
    if "\n" in scale:
        return "\n".join(part for part in (extra, criterion, scale) if part)
    return " ".join(part for part in (*parts, extra, rng.choice(_NOTES) if remark else "") if part)


def layout(rng: random.Random, statements: Sequence[str], ordered: bool = False) -> str:
    """Set statements as lines, bullets, a numbered list, sentences or one long sentence.

    Args:
        rng: the item's generator.
        statements: without a full stop.
        ordered: the statements are bare answers, so only their place says what they answer.
    """
    shapes = ("numbered", "numbered", "lines", "semicolons")
    shape = rng.choice(shapes if ordered else (*shapes, "bullets", "sentences", "sentences"))
    opener, closer = rng.choice(OPENERS), rng.choice(CLOSERS)
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


@dataclass(frozen=True, slots=True)
class Finding:
    """What is to be said about one part: at length, and in a few words where space is short."""

    right: bool
    long: str
    short: str


def explain(rng: random.Random, thing: str, good: str, findings: Sequence[Finding]) -> str:
    """Name the evidence in at most `REASON_WORDS` words: shorter first, then fewer details."""
    hits = [finding.short for finding in findings if finding.right]
    long = [finding.long for finding in findings if not finding.right]
    short = [finding.short for finding in findings if not finding.right]
    if not short:
        options = [f"All four {thing}s are {good}, {hits[0]} among them."]
        if len(" ".join([*hits, good]).split()) < REASON_WORDS - 4:
            listed = join(hits)
            options = [
                f"All four {thing}s are {good}: {listed}.",
                f"Every {thing} is {good}: {listed}.",
                f"{capital(listed)}: all four {thing}s are {good}.",
            ]
        return rng.choice(options)
    frames = _FRAMES[len(short)]
    first = rng.randrange(len(frames))
    texts = [(long, 0), *((short[: len(short) - hidden], hidden) for hidden in range(len(short)))]
    for misses, hidden in texts:
        for frame in (frames[first], *frames):
            more = f"; {NUMBERS[hidden]} more fail{'s' if hidden == 1 else ''}" if hidden else ""
            text = frame.format(
                told="; ".join(misses) + more, thing=thing, good=good, hit=(hits or [""])[0]
            )
            if len(text.split()) <= REASON_WORDS:
                return capital(text)
    return f"{capital(NUMBERS[len(hits)])} of the four {thing}s are {good}."


# By the number of misses.
_FRAMES = {
    1: (
        "{told}; the other three {thing}s are {good}.",
        "Three {thing}s are {good}, but {told}.",
        "One miss: {told}. The rest is {good}.",
    ),
    2: (
        "{told}; the other two {thing}s are {good}.",
        "Two {thing}s are {good}, but {told}.",
        "Half of it is {good}; {told}.",
    ),
    3: (
        "Only one {thing} is {good} ({hit}); {told}.",
        "Just one {thing} is {good}; {told}.",
        "{told}; only the remaining {thing} is {good}.",
    ),
    4: (
        "None of the four {thing}s is {good}: {told}.",
        "No {thing} is {good}: {told}.",
        "All four miss: {told}.",
    ),
}
