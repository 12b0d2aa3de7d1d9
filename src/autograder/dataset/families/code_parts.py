"""What the exercises of `code_tests` are made of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

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
    """

    ask: str
    test: Call
    right: tuple[str, ...]
    near: tuple[str, ...]
    gross: tuple[str, ...]

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
    """A part that is a whole function; stubs and the like are added to `gross`."""

    def write(version: Version) -> str:
        own, body = version if isinstance(version, tuple) else (params, version)
        lines = body.replace("\n", "\n    ")
        return f"def {name}({own}):\n    {lines}"

    first = params.split(",", maxsplit=1)[0].split("=", maxsplit=1)[0]
    empty = "''" if isinstance(wanted, str) else "[]" if isinstance(wanted, list) else "-5"
    plain: list[Version] = [  # texts of a response to grade, about as long as the right ones
        "pass  # this one is still to be written",
        "raise NotImplementedError  # I will come back to this later",
        f"result = None\nreturn result  # I am not sure about {first}",
        f"return {empty}  # this does not depend on {first}",
        f"print({first})  # shows what has come in here",
    ]
    if args[0] != wanted:
        plain.append(f"return {first}  # there is nothing to change in it")
    versions = (right, near, (*gross, *gross, *plain))
    texts = [tuple(write(version) for version in each) for each in versions]
    return Part(f"{name}({params}): {ask}", Call(name, args, wanted), *texts)


def four_functions(parts: Sequence[Part]) -> Exercise:
    """An exercise of four functions that have nothing to do with each other."""
    return Exercise("", tuple(parts), "\n\n".join, loose=True)
