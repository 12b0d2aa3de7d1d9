"""One function with four stated behaviours, for `code_tests`.

The four pieces of such a function are independent: whatever the other three do, a right piece
passes its own test and a wrong one fails it. So a wrong piece gives no result that another test
wants, and lets through what other tests pass in.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

from autograder.dataset.families.code_parts import Exercise, Part
from autograder.dataset.sandbox import Call, Value

_NOTE = "  # as was asked for"  # makes up for the pieces that are left out


def _one_function(name: str, params: str, head: str, parts: Sequence[Part], tail: str) -> Exercise:
    def compose(pieces: Sequence[str]) -> str:
        lines = "\n".join(piece for piece in (*pieces, tail) if piece)
        return f"def {name}({params}):\n    " + lines.replace("\n", "\n    ")

    return Exercise(f"{name}({params}), {head}", tuple(parts), compose, loose=False)


def _branch(condition: str, result: str) -> str:
    return f"if {condition}:\n    return {result}" if condition else f"return {result}"


# Name, parameter, what it tells, upper limits of the first three steps, results.
_LADDERS: tuple[tuple[str, str, str, tuple[int, int, int], tuple[str, ...]], ...] = (
    ("entry_price", "age", "the entry price in euros by age", (5, 14, 24), ()),
    ("postage", "grams", "the postage in cents by weight", (20, 100, 500), ()),
    ("parking_fee", "hours", "the parking fee in euros by hours", (1, 4, 9), ()),
    ("fine", "excess", "the fine in euros by kilometres too fast", (10, 20, 40), ()),
    ("bus_fare", "stops", "the bus fare in euros by stops", (3, 7, 15), ()),
    ("seats", "guests", "the number of tables by guests", (6, 12, 30), ()),
    ("size", "chest", "the shirt size by chest in cm", (88, 96, 104), ("S", "M", "L", "XL")),
    ("medal", "place", "the prize by place", (1, 2, 3), ("gold", "silver", "bronze", "none")),
    ("wind", "speed", "the wind's name by speed", (5, 28, 61), ("calm", "breeze", "gale", "storm")),
    ("noise", "level", "how loud a level is", (30, 60, 85), ("quiet", "normal", "loud", "harmful")),
    ("greet", "hour", "the greeting by hour", (11, 17, 21), ("morning", "day", "evening", "night")),
    ("stage", "age", "the stage of a horse by age", (1, 3, 15), ("foal", "young", "adult", "old")),
)


def _ladder(rng: random.Random) -> Exercise:
    name, param, head, usual, words = rng.choice(_LADDERS)
    values: list[Value]
    if words:
        limits, values = list(usual), list(words)
        odd = ["other", "unknown", "nothing", "wrong"]
    else:
        shift = rng.randint(0, 4)
        limits = [limit + shift for limit in usual]
        numbers = rng.sample(range(2, 40), 12)
        values, odd = [*sorted(numbers[:4])], [str(number) for number in numbers[4:]]
    parts = []
    for k, value in enumerate(values):
        wanted, strange = repr(value), repr(odd[k]) if words else odd[k]
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
    return _one_function(name, param, head, parts, "")


def _fizz(rng: random.Random) -> Exercise:
    a, b = rng.choice(((2, 3), (3, 5), (2, 5), (3, 4), (2, 7), (3, 7), (4, 5), (5, 7)))
    both, one, two = rng.choice(
        (("fizzbuzz", "fizz", "buzz"), ("tick-tock", "tick", "tock"), ("redblue", "red", "blue"),
         ("ding-dong", "ding", "dong"), ("AB", "A", "B"), ("snow-rain", "snow", "rain"))
    )  # fmt: skip
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


# Key, what it means, its value, expression, slips, plainly wrong expressions.
_Case = tuple[str, str, Callable[..., Value], str, tuple[str, ...], tuple[str, ...]]
_OPERATIONS: tuple[_Case, ...] = (
    ("+", "a plus b", lambda a, b: a + b, "a + b", ("a - b", "a + b + 1"), ("'a'", "a")),
    ("-", "a minus b", lambda a, b: a - b, "a - b", ("b - a", "a - b - 1"), ("'b'", "b * 99")),
    ("*", "a times b", lambda a, b: a * b, "a * b", ("a ** b", "a * b * b"), ("0", "a + a")),
    ("%", "the remainder of a by b", lambda a, b: a % b, "a % b", ("a // b + 50", "b % a + 9"),
     ("a * 7", "'a'")),
    ("/", "a divided by b, rounded down", lambda a, b: a // b, "a // b", ("a % b + 50", "b / a"),
     ("a", "'b'")),
    ("max", "the larger of the two", max, "max(a, b)", ("min(a, b)", "max(a, a + b)"),
     ("0", "a * b")),
    ("min", "the smaller of the two", min, "min(a, b)", ("max(a, b)", "min(a, -b)"),
     ("'a'", "a + b")),
    ("sq", "the square of a plus b", lambda a, b: (a + b) ** 2, "(a + b) ** 2",
     ("a ** 2 + b ** 2", "a + b ** 2"), ("a + b", "0")),
)  # fmt: skip
_CONVERSIONS: tuple[_Case, ...] = (
    ("m", "metres to centimetres", lambda x: x * 100, "x * 100", ("x * 10", "x / 100"), ()),
    ("km", "kilometres to metres", lambda x: x * 1000, "x * 1000", ("x * 100", "x / 1000"), ()),
    ("kg", "kilograms to grams", lambda x: x * 1000, "x * 1000", ("x * 100", "x + 1000"), ()),
    ("h", "hours to minutes", lambda x: x * 60, "x * 60", ("x * 100", "x * 24"), ()),
    ("day", "days to hours", lambda x: x * 24, "x * 24", ("x * 12", "x * 60"), ()),
    ("week", "weeks to days", lambda x: x * 7, "x * 7", ("x * 5", "x / 7"), ()),
    ("year", "years to months", lambda x: x * 12, "x * 12", ("x * 10", "x * 52"), ()),
    ("cm", "centimetres to millimetres", lambda x: x * 10, "x * 10", ("x / 10", "x * 100"), ()),
    ("dozen", "dozens to pieces", lambda x: x * 12, "x * 12", ("x * 10", "x + 12"), ()),
    ("foot", "feet to inches", lambda x: x * 12, "x * 12", ("x * 10", "x / 12"), ()),
)
_FIGURES: tuple[_Case, ...] = (
    ("total", "the sum", sum, "sum(xs)", ("sum(xs[1:])", "sum(xs) - 1"), ("0", "xs")),
    ("count", "how many there are", len, "len(xs)", ("len(xs) - 1", "max(xs)"), ("'n'", "xs")),
    ("top", "the largest", max, "max(xs)", ("min(xs)", "xs[0]"), ("0", "xs")),
    ("low", "the smallest", min, "min(xs)", ("max(xs)", "xs[0]"), ("-1", "xs")),
    ("last", "the last one", lambda xs: xs[-1], "xs[-1]", ("xs[1]", "xs[-2]"), ("0", "len(xs)")),
    ("spread", "largest minus smallest", lambda xs: max(xs) - min(xs), "max(xs) - min(xs)",
     ("max(xs) + min(xs)", "min(xs) - max(xs)"), ("0", "xs")),
    ("up", "the list sorted upwards", sorted, "sorted(xs)", ("sorted(xs)[::-1]", "xs"),
     ("0", "'xs'")),
    ("twice", "each one doubled", lambda xs: [x * 2 for x in xs], "[x * 2 for x in xs]",
     ("xs * 2", "[x ** 2 for x in xs]"), ("xs", "sum(xs)")),
)  # fmt: skip


def _cases(rng: random.Random) -> Exercise:
    table, name, params, head, what = rng.choice((
        (_OPERATIONS, rng.choice(("calc", "compute")), "a, op, b", "a small calculator", "op"),
        (_CONVERSIONS, rng.choice(("convert", "change")), "x, unit", "a unit converter", "unit"),
        (_FIGURES, rng.choice(("figure", "tell")), "xs, kind", "facts about numbers xs", "kind"),
    ))  # fmt: skip
    parts = []
    for key, ask, compute, good, slips, bad in rng.sample(table, 4):
        args: tuple[Value, ...]
        if table is _OPERATIONS:
            a, b = rng.randint(6, 30), rng.randint(3, 5)
            args, wanted = (a, key, b), compute(a, b)
        elif table is _CONVERSIONS:
            x = rng.randint(2, 9)
            args, wanted = (x, key), compute(x)
        else:
            low, high, middle = rng.randint(3, 5), rng.randint(15, 20), rng.randint(7, 14)
            xs = [middle, high, low, middle - 1]
            args, wanted = (xs, key), compute(xs)
        condition = f"{what} == '{key}'"
        right = (_branch(condition, good), _branch(f"'{key}' == {what}", good))
        near = tuple(_branch(condition, slip) for slip in slips)
        gross = ("", *(_branch(condition, text) + _NOTE for text in bad or ("x", "0")))
        parts.append(Part(f"'{key}': {ask}", Call(name, args, wanted), right, near, gross))
    return _one_function(name, params, head, parts, "")


def _clean(rng: random.Random) -> Exercise:
    """Steps on a text; each step's test is a text that the slips of the others leave alone."""
    old, new = rng.sample("-_/+.:", 2)
    gone = rng.choice("!?#*")
    word = rng.choice(("Red", "Blue", "Oak", "Pine", "Tin", "Gold", "Owl"))
    digits, size = rng.randint(12, 98), rng.randint(6, 9)
    long = "123456789012"[: size + rng.randint(1, 2)]
    name = rng.choice(("clean", "tidy", "normalise"))

    def part(ask: str, given: str, wanted: str, good: str, slips: Sequence[str]) -> Part:
        right = (f"s = {good}", f"s = {good}")
        near = tuple(f"s = {slip}" for slip in slips)
        gross = ("", "s = s  # nothing to do here", "pass  # this step comes later")
        return Part(ask, Call(name, (given,), wanted), right, near, gross)

    steps = [
        part("cut spaces at both ends", f" {digits} ", f"{digits}", "s.strip()",
             ("s.lstrip()", "s.rstrip()")),
        part("use lower case", word, word.lower(), "s.lower()", ("s.upper()", "s.title()")),
        part(f"turn '{old}' into '{new}'", f"{digits}{old}7", f"{digits}{new}7",
             f"s.replace('{old}', '{new}')",
             (f"s.replace('{new}', '{old}')", f"s.replace('{old}', '')")),
        part(f"drop every '{gone}'", f"{gone}{digits}{gone}{gone}", f"{digits}",
             f"s.replace('{gone}', '')",
             (f"s.replace('{gone}', '', 1)", f"s.strip('{old}')")),
        part(f"keep at most {size} characters", long, long[:size], f"s[:{size}]",
             (f"s[:{size - 1}]", f"s[:{size + 1}]", f"s[-{size}:]")),
    ]  # fmt: skip
    chosen = rng.sample(steps, 4)
    return _one_function(name, "s", "a text with these changes", chosen, "return s")


BRANCHES: tuple[Callable[[random.Random], Exercise], ...] = (_ladder, _fizz, _cases, _clean)
