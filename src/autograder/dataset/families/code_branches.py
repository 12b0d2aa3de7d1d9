"""One function with four stated behaviours, for `code_tests`.

The four pieces of such a function are independent: whatever the other three do, a right piece
passes its own test and a wrong one fails it. So a wrong piece gives no result that another test
wants, and lets through what other tests pass in.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

from autograder.dataset.families.code_parts import Exercise, Part
from autograder.dataset.families.code_words import FIGURES, OPERATIONS, TextStep, Words
from autograder.dataset.sandbox import Call, Value

_NOTE = "  # as was asked for"  # makes up for the pieces that are left out


def _one_function(name: str, params: str, head: str, parts: Sequence[Part], tail: str) -> Exercise:
    def compose(pieces: Sequence[str]) -> str:
        lines = "\n".join(piece for piece in (*pieces, tail) if piece)
        return f"def {name}({params}):\n    " + lines.replace("\n", "\n    ")

    return Exercise(f"{name}({params}), {head}", tuple(parts), compose, loose=False)


def _branch(condition: str, result: str) -> str:
    return f"if {condition}:\n    return {result}" if condition else f"return {result}"


def _ladder(words: Words, rng: random.Random) -> Exercise:
    ladder = rng.choice(words.ladders)
    name, param = ladder.function, ladder.parameter
    values: list[Value]
    if ladder.results:
        limits, values = list(ladder.limits), list(ladder.results)
        odd = ["other", "unknown", "nothing", "wrong"]
    else:
        shift = rng.randint(0, 4)
        limits = [limit + shift for limit in ladder.limits]
        numbers = rng.sample(range(2, 40), 12)
        values, odd = [*sorted(numbers[:4])], [str(number) for number in numbers[4:]]
    parts = []
    for k, value in enumerate(values):
        wanted, strange = repr(value), repr(odd[k]) if ladder.results else odd[k]
        upper = [*limits, None][k]
        if upper is None:
            given = limits[2] + rng.randint(1, 9)
            ask = rng.choice(("anything more", "above that", "otherwise"))
            right = (_branch("", wanted), _branch("", wanted))
            near = (
                _branch(f"{param} > {given}", wanted),
                _branch(f"{param} < {limits[2]}", wanted),
            )
        else:
            given, ask = upper, f"up to {upper}"
            low = upper - 1
            right = (
                _branch(f"{param} <= {upper}", wanted),
                _branch(f"{param} < {upper + 1}", wanted),
            )
            near = (_branch(f"{param} < {upper}", wanted), _branch(f"{param} <= {low}", wanted))
        condition = "" if upper is None else f"{param} <= {upper}"
        gross = ("", _branch(condition, strange) + _NOTE, _branch(condition, strange))
        parts.append(Part(f"{ask}: {wanted}", Call(name, (given,), value), right, near, gross))
    return _one_function(name, param, ladder.head, parts, "")


def _fizz(words: Words, rng: random.Random) -> Exercise:
    a, b = rng.choice(((2, 3), (3, 5), (2, 5), (3, 4), (2, 7), (3, 7), (4, 5), (5, 7)))
    game = rng.choice(words.games)
    both, one, two = game.both, game.first, game.second
    other = rng.choice((1, a * b + 1, 2 * a * b + 1, 4 * a * b + 1))
    n = rng.choice((1, 2, 3)) * a * b
    tests: tuple[tuple[int, Value], ...] = (
        (n, both), (a * (b + 1), one), (b * (a + 1), two), (other, str(other)),
    )  # fmt: skip
    name = rng.choice(("call_out", "say", "shout"))
    asks = (f"multiples of both {a} and {b}", f"other multiples of {a}", f"other multiples of {b}",
            "all others")  # fmt: skip
    wants = (f"'{both}'", f"'{one}'", f"'{two}'", "n as text")
    conditions = (f"n % {a} == 0 and n % {b} == 0", f"n % {a} == 0", f"n % {b} == 0", "")
    also = (f"n % {a * b} == 0", f"not n % {a}", f"not n % {b}", "")
    slips = (f"n % {a + b} == {a + b + 1}", f"n % {a} == {a}", f"n % {b} == {b}", "")
    gives = (f"'{both}'", f"'{one}'", f"'{two}'", "str(n)")
    wrong = (f"'{both[::-1]}'", f"'{one}{one}'", f"'{two}{two}'", "n")
    parts = []
    for k, (given, wanted) in enumerate(tests):
        right = (_branch(conditions[k], gives[k]), _branch(also[k], gives[k]))
        near = [_branch(conditions[k], wrong[k])]
        near.append(_branch(slips[k], gives[k]) if k < 3 else _branch("", "str(n + 1)"))
        gross = ("", _branch(conditions[k], "'?'") + _NOTE, _branch(conditions[k], "n / 2"))
        parts.append(Part(f"{asks[k]}: {wants[k]}", Call(name, (given,), wanted), right,
                          tuple(near), gross))  # fmt: skip
    return _one_function(name, "n", "a counting game", parts, "")


def _cases(words: Words, rng: random.Random) -> Exercise:
    named = [(switch, rng.choice(switch.names)) for switch in words.switches]
    switch, name = rng.choice(named)
    parts = []
    for case in rng.sample(words.cases[switch.id], 4):
        key = case.id
        args: tuple[Value, ...]
        if switch.id == "operations":
            a, b = rng.randint(6, 30), rng.randint(3, 5)
            args, wanted = (a, key, b), OPERATIONS[key](a, b)
        elif switch.id == "conversions":
            x = rng.randint(2, 9)
            args, wanted = (x, key), x * words.factors[key]
        else:
            low, high, middle = rng.randint(3, 5), rng.randint(15, 20), rng.randint(7, 14)
            xs = [middle, high, low, middle - 1]
            args, wanted = (xs, key), FIGURES[key](xs)
        condition = f"{switch.key} == '{key}'"
        right = (_branch(condition, case.right), _branch(f"'{key}' == {switch.key}", case.right))
        near = tuple(_branch(condition, slip) for slip in case.near)
        gross = ("", *(_branch(condition, text) + _NOTE for text in case.gross))
        parts.append(Part(f"'{key}': {case.ask}", Call(name, args, wanted), right, near, gross))
    return _one_function(name, switch.parameters, switch.head, parts, "")


def _clean(words: Words, rng: random.Random) -> Exercise:
    """Steps on a text; each step's test is a text that the slips of the others leave alone."""
    old, new = rng.sample("-_/+.:", 2)
    gone = rng.choice("!?#*")
    word = rng.choice(("Red", "Blue", "Oak", "Pine", "Tin", "Gold", "Owl"))
    digits, size = rng.randint(12, 98), rng.randint(6, 9)
    long = "123456789012"[: size + rng.randint(1, 2)]
    name = rng.choice(("clean", "tidy", "normalise"))
    values = {"old": old, "new": new, "gone": gone, "word": word, "lower": word.lower()}
    values |= {"digits": str(digits), "long": long, "cut": long[:size]}
    values |= {"size": str(size), "less": str(size - 1), "more": str(size + 1)}

    def part(step: TextStep) -> Part:
        right = f"s = {step.right.format(**values)}"
        near = tuple(f"s = {slip.format(**values)}" for slip in step.near)
        gross = ("", "s = s  # nothing to do here", "pass  # this step comes later")
        call = Call(name, (step.given.format(**values),), step.wanted.format(**values))
        return Part(step.ask.format(**values), call, (right, right), near, gross)

    chosen = [part(step) for step in rng.sample(words.text_steps, 4)]
    return _one_function(name, "s", "a text with these changes", chosen, "return s")


BRANCHES: tuple[Callable[[Words, random.Random], Exercise], ...] = (_ladder, _fizz, _cases, _clean)
