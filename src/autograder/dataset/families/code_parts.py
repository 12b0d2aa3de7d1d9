"""What the exercises of `code_tests` are made of."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from autograder.dataset.sandbox import Call, Value


@dataclass(frozen=True, slots=True)
class Part:
    """One of the four things that are asked for, with the test that decides about it.

    Attributes:
        ask: what is asked for.
        test: passes with every right version and fails with every other.
        right: pieces of code that do it.
        near: pieces with a small slip.
        gross: pieces that plainly do not do it.
        params: of the function, where the part is one.
    """

    ask: str
    test: Call
    right: tuple[str, ...]
    near: tuple[str, ...]
    gross: tuple[str, ...]
    params: str = ""

    @property
    def call(self) -> str:
        return f"{self.test.name}({', '.join(map(repr, self.test.args))})"


@dataclass(frozen=True, slots=True)
class Exercise:
    """Four parts, and how their pieces become one program.

    `head` asks for the whole where all parts are in one function; `loose` says that the pieces
    stand in any order.
    """

    head: str
    parts: tuple[Part, ...]
    compose: Callable[[Sequence[str]], str]
    loose: bool


Make = Callable[[random.Random], Part]
Version = str | tuple[str, str]
"""The body of a function, or its own parameters and the body."""


def function(
    name: str,
    params: str,
    ask: str,
    args: tuple[Value, ...],
    wanted: Value,
    right: tuple[Version, ...],
    near: tuple[Version, ...],
    gross: tuple[Version, ...] = (),
) -> Part:
    """A part that is a whole function."""

    def write(version: Version) -> str:
        own, body = version if isinstance(version, tuple) else (params, version)
        return _write(name, own, body)

    return Part(
        f"{name}({params}): {ask}",
        Call(name, args, wanted),
        right=tuple(map(write, right)),
        near=tuple(map(write, near)),
        gross=tuple(map(write, gross)),
        params=params,
    )


def _write(name: str, params: str, body: str) -> str:
    lines = body.replace("\n", "\n    ")
    return f"def {name}({params}):\n    {lines}"


def with_stubs(part: Part, stubs: Sequence[str], echoes: Sequence[str]) -> Part:
    """The part, a whole function, with unwritten ones among its gross versions.

    Args:
        part: a part of `function`.
        stubs: bodies about as long as the right ones, with `{first}` and `{empty}`.
        echoes: bodies that give the first parameter back; left out where that is right.
    """
    wanted = part.test.wanted
    first = part.params.split(",", maxsplit=1)[0].split("=", maxsplit=1)[0]
    empty = "''" if isinstance(wanted, str) else "[]" if isinstance(wanted, list) else "-5"
    bodies = [*stubs, *(echoes if part.test.args[0] != wanted else ())]
    unwritten = [
        _write(part.test.name, part.params, body.format(first=first, empty=empty))
        for body in bodies
    ]
    return replace(part, gross=(*part.gross, *part.gross, *unwritten))


def four_functions(parts: Sequence[Part]) -> Exercise:
    """An exercise of four functions that have nothing to do with each other."""
    return Exercise("", tuple(parts), "\n\n".join, loose=True)
