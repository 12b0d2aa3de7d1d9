"""What the exercises of `code_tests` are about, and what is said around the code."""

from __future__ import annotations

import dataclasses
import operator
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated

from pydantic import Field
from pydantic.dataclasses import dataclass

from autograder.dataset.families import compose
from autograder.dataset.sandbox import Value
from autograder.dataset.words import STRICT, Phrases, read_by_id, read_phrases, read_words

FAMILY = "code_tests"

# What the right pieces of code of these ids must give; slices get a list and a count.
OPERATIONS: dict[str, Callable[[int, int], Value]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "%": operator.mod,
    "/": operator.floordiv,
    "max": max,
    "min": min,
    "sq": lambda a, b: (a + b) ** 2,
}
FIGURES: dict[str, Callable[[list[int]], Value]] = {
    "total": sum,
    "count": len,
    "top": max,
    "low": min,
    "last": lambda xs: xs[-1],
    "spread": lambda xs: max(xs) - min(xs),
    "up": sorted,
    "twice": lambda xs: [x * 2 for x in xs],
}
SLICES: dict[str, Callable[[list[int], int], Value]] = {
    "first_few": lambda xs, k: xs[:k],
    "last_few": lambda xs, k: xs[-k:],
    "without_first": lambda xs, _: xs[1:],
    "without_last": lambda xs, _: xs[:-1],
    "every_second": lambda xs, _: xs[::2],
    "backwards": lambda xs, _: xs[::-1],
}


@dataclass(frozen=True, slots=True, config=STRICT)
class Ladder:
    """A function whose result depends on how large its parameter is.

    Attributes:
        function, parameter: their names.
        head: what the function tells.
        limits: the upper ones of the first three steps.
        results: of the four steps; without them they are numbers, and the limits vary a little.
    """

    function: str
    parameter: str
    head: str
    limits: tuple[int, int, int]
    results: tuple[str, str, str, str] | None = None


@dataclass(frozen=True, slots=True, config=STRICT)
class Game:
    """What is called out for multiples of two numbers, of the first and of the second."""

    both: str
    first: str
    second: str


@dataclass(frozen=True, slots=True, config=STRICT)
class Switch:
    """A function that does one of several things, as its parameter `key` says.

    Attributes:
        id: of the things, each of which is a case.
        names: the function can have.
        parameters: as they stand in its head.
        head: what the function is.
    """

    id: str
    names: Phrases
    parameters: str
    head: str
    key: str


@dataclass(frozen=True, slots=True, config=STRICT)
class Case:
    """One of the things that a function can do.

    Attributes:
        id: what its parameter says then.
        ask: what it does.
        right: an expression that does it.
        near: expressions with a slip.
        gross: expressions that plainly do something else.
    """

    id: str
    ask: str
    right: str
    near: Phrases
    gross: Phrases


@dataclass(frozen=True, slots=True, config=STRICT)
class Conversion:
    """Units to convert to others, `factor` as many; expressions with a slip are in `near`."""

    id: str
    ask: str
    factor: int
    near: Phrases

    def case(self) -> Case:
        return Case(self.id, self.ask, f"x * {self.factor}", self.near, ("x", "0"))


@dataclass(frozen=True, slots=True, config=STRICT)
class Slice:
    """A part of a list `{v}`, templates that know `{k}`, one `{less}` and one `{more}`.

    Attributes:
        id: the name of the function.
        ask: what it gives.
        right: an expression that does so.
        near: expressions with a slip.
    """

    id: str
    ask: str
    right: str
    near: Phrases


@dataclass(frozen=True, slots=True, config=STRICT)
class TextStep:
    """A change of a text `s`, in templates.

    They know some `{digits}`; the characters `{old}`, `{new}` and `{gone}`; a `{word}` and the
    same in `{lower}` case; a `{size}`, one `{less}` and one `{more}`, and a `{long}` text that is
    `{cut}` to it.

    Attributes:
        ask: what is changed.
        given, wanted: a text that slips of the other steps leave alone, before and after.
        right: an expression that does it.
        near: expressions with a slip.
    """

    ask: str
    given: str
    wanted: str
    right: str
    near: Phrases


@dataclass(frozen=True, slots=True, config=STRICT)
class Sayings:
    """What prompts, rubrics and responses say.

    Attributes:
        four_functions, one_function: ask for code; `{head}` is the function to write.
        criteria: what a rubric says first.
        unparsed: why code with a syntax error passes no test, not even `{call}`.
        stubs: bodies of functions that are still to be written, with a parameter `{first}` and
            some `{empty}` value.
        echoes: the same; they give the parameter back.
        words: for functions on texts.
        palindromes: words that read the same backwards, but for their capitals.
    """

    four_functions: Phrases
    one_function: Phrases
    criteria: Phrases
    unparsed: Phrases
    stubs: Phrases
    echoes: Phrases
    words: Annotated[tuple[str, ...], Field(min_length=3)]
    palindromes: Phrases


@dataclasses.dataclass(frozen=True, slots=True)
class Words:
    """What the family draws from; `cases` are by the id of their switch."""

    say: Sayings
    ladders: tuple[Ladder, ...]
    games: tuple[Game, ...]
    switches: tuple[Switch, ...]
    cases: Mapping[str, tuple[Case, ...]]
    factors: Mapping[str, int]
    slices: tuple[Slice, ...]
    text_steps: tuple[TextStep, ...]
    composer: compose.Composer


def read(words: Path) -> Words:
    folder = words / FAMILY
    conversions = read_words(folder / "conversions.jsonl", Conversion)
    cases = {
        "operations": tuple(read_by_id(folder / "operations.jsonl", Case, OPERATIONS).values()),
        "conversions": tuple(each.case() for each in conversions),
        "figures": tuple(read_by_id(folder / "figures.jsonl", Case, FIGURES).values()),
    }
    return Words(
        read_phrases(folder / "phrases.jsonl", Sayings),
        read_words(folder / "ladders.jsonl", Ladder),
        read_words(folder / "counting_games.jsonl", Game),
        tuple(read_by_id(folder / "switches.jsonl", Switch, cases).values()),
        cases,
        {each.id: each.factor for each in conversions},
        tuple(read_by_id(folder / "slices.jsonl", Slice, SLICES).values()),
        read_words(folder / "text_steps.jsonl", TextStep),
        compose.composer(words),
    )
