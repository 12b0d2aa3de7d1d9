"""Small functions on lists for `code_tests`, right and wrong ones.

A wrong version must fail on the test beside it; the run in the sandbox tells where one does not.
"""

from __future__ import annotations

import random
from functools import partial

from autograder.dataset.families.code_parts import Make, Part, function
from autograder.dataset.families.code_words import SLICES, Words


def _values(rng: random.Random, size: int, low: int = 1, high: int = 20) -> list[int]:
    return rng.sample(range(low, high), size)


def _var(rng: random.Random) -> str:
    return rng.choice(("xs", "nums", "values", "items"))


def _above(rng: random.Random) -> Part:
    v, a = _var(rng), sorted(_values(rng, 4))
    limit = a[1]
    rng.shuffle(a)
    return function(
        rng.choice(("count_above", "how_many_over")), f"{v}, limit",
        f"how many of {v} are greater than limit", (a, limit), 2,
        (f"return sum(x > limit for x in {v})", f"return len([x for x in {v} if x > limit])"),
        (f"return sum(x >= limit for x in {v})", f"return sum(x < limit for x in {v})",
         f"return len([x for x in {v} if x >= limit])"),
        (f"return len({v}) + limit", f"return [x for x in {v} if x > limit]"),
    )  # fmt: skip


def _sum_even(rng: random.Random) -> Part:
    v, rest = _var(rng), rng.randrange(2)
    word = ("even", "odd")[rest]
    mine = [2 * x + rest for x in _values(rng, 2)]
    a = [*mine, 2 * max(mine) + 1 - rest + (max(mine) % 2)]
    if a[-1] % 2 == rest:
        a[-1] += 1
    rng.shuffle(a)
    good, bad = f"x % 2 == {rest}", f"x % 2 == {1 - rest}"
    return function(
        rng.choice((f"sum_{word}", f"add_{word}")), v,
        f"the sum of the {word} numbers in {v}", (a,), sum(x for x in a if x % 2 == rest),
        (f"return sum(x for x in {v} if {good})", f"return sum([x for x in {v} if {good}])"),
        (f"return sum(x for x in {v} if {bad})", f"return sum({v})",
         f"return sum(1 for x in {v} if {good})"),
        (f"return [x for x in {v} if {good}]", f"return max({v}) * sum({v})"),
    )  # fmt: skip


def _extreme(rng: random.Random) -> Part:
    v = _var(rng)
    best, worst = rng.choice((("max", "min"), ("min", "max")))
    word = {"max": "largest", "min": "smallest"}[best]
    args: tuple[list[int]]
    if rng.random() < 0.5:
        near: tuple[str, ...] = (f"return {best}({v})", f"return {best}({v}) if {v} else -1")
        args, wanted = ([],), 0
        near += (f"return sorted({v})[{'-1' if best == 'max' else '0'}]",)
        gross: tuple[str, ...] = (f"return len({v}) + 10", f"return {v}[0]")
    else:
        a = _values(rng, 4)
        while a[0] in (min(a), max(a)):
            rng.shuffle(a)
        near = (f"return {worst}({v}) if {v} else 0",
                f"return sorted({v})[{'-2' if best == 'max' else '1'}] if {v} else 0")  # fmt: skip
        near += (f"return {v}[0] if {v} else 0",)
        args, wanted = (a,), {"max": max(a), "min": min(a)}[best]
        gross = (f"return sum({v}) + 1 if {v} else 0", f"return sorted({v})")
    return function(
        rng.choice((word, f"find_{word}", f"{best}_or_zero")), v,
        f"the {word} of {v}, 0 if {v} is empty", args, wanted,
        (f"return {best}({v}) if {v} else 0", f"return {best}({v}, default=0)",
         f"if not {v}:\n    return 0\nreturn {best}({v})"),
        near, gross,
    )  # fmt: skip


def _mean(rng: random.Random) -> Part:
    v, m, d = _var(rng), rng.randint(6, 19), rng.randint(1, 5)
    a = [m - d, m, m + d]
    rng.shuffle(a)
    return function(
        rng.choice(("mean", "average")), v,
        f"the average of {v}, rounded down", (a,), m,
        (f"return sum({v}) // len({v})", f"return int(sum({v}) / len({v}))"),
        (f"return sum({v}) // (len({v}) - 1)", f"return sum({v}) // 2",
         f"return (min({v}) + max({v})) // 3"),
        (f"return sum({v})", f"return len({v}) // sum({v})"),
    )  # fmt: skip


def _slice(words: Words, rng: random.Random) -> Part:
    v, k = _var(rng), rng.randint(2, 3)
    a = _values(rng, k + 2)
    piece = rng.choice(words.slices)
    names = {"v": v, "k": k, "less": k - 1, "more": k + 1}
    right, near = piece.right.format(**names), [text.format(**names) for text in piece.near]
    if piece.id == "every_second" and k == 2:
        near.remove(f"{v}[:2]")
    return function(
        piece.id, v, piece.ask.format(**names), (a,), SLICES[piece.id](a, k),
        (f"return {right}", f"part = {right}\nreturn part"),
        tuple(f"return {text}" for text in near),
        (f"return sum({v})", f"return len({v})"),
    )  # fmt: skip


def _order(rng: random.Random) -> Part:
    v, a = _var(rng), _values(rng, 4)
    down = rng.random() < 0.5
    while a in (sorted(a), sorted(a, reverse=True)):
        rng.shuffle(a)
    good = f"sorted({v}, reverse=True)" if down else f"sorted({v})"
    bad = f"sorted({v})" if down else f"sorted({v}, reverse=True)"
    also = f"sorted({v})[::-1]" if down else f"list(sorted({v}))"
    return function(
        rng.choice(("in_order", "ordered", "arrange")), v,
        f"{v} sorted, {'largest' if down else 'smallest'} first", (a,),
        sorted(a, reverse=down), (f"return {good}", f"return {also}"),
        (f"return {bad}", f"return {v}[::-1]", f"return {good}[1:]", f"return {v}.sort()"),
        (f"return max({v})", f"return len({v})"),
    )  # fmt: skip


def _each(rng: random.Random) -> Part:
    v, k, a = _var(rng), rng.randint(3, 9), _values(rng, 3, 3)
    name, ask, sign, slips = rng.choice((
        (f"times_{k}", f"each of {v} multiplied by {k}", "*", ("+", "**")),
        (f"plus_{k}", f"each of {v} plus {k}", "+", ("-", "*")),
        (f"minus_{k}", f"each of {v} minus {k}", "-", ("+", "%")),
    ))  # fmt: skip
    wanted = [x * k if sign == "*" else x + k if sign == "+" else x - k for x in a]
    return function(
        name, v, ask, (a,), wanted,
        (f"return [x {sign} {k} for x in {v}]", f"return list(map(lambda x: x {sign} {k}, {v}))"),
        (*(f"return [x {slip} {k} for x in {v}]" for slip in slips[:1]),
         f"return [x {sign} {k + 1} for x in {v}]", f"return [x {sign} {k} for x in {v}[1:]]",
         f"return {v} {sign} [{k}]"),
        (f"return sum({v}) {sign} {k}", f"return {v}[0]", f"return [{k}]"),
    )  # fmt: skip


def _keep(rng: random.Random) -> Part:
    v, a = _var(rng), [-rng.randint(1, 9), 0, rng.randint(1, 9), rng.randint(10, 30)]
    rng.shuffle(a)
    word, sign, slips = rng.choice((
        ("positive", ">", (">=", "<", "!=")), ("negative", "<", ("<=", ">", "!=")),
    ))  # fmt: skip
    wanted = [x for x in a if (x > 0 if word == "positive" else x < 0)]
    return function(
        rng.choice((f"only_{word}", f"{word}s")), v,
        f"the {word} numbers of {v}, without 0", (a,), wanted,
        (f"return [x for x in {v} if x {sign} 0]",
         f"return list(filter(lambda x: x {sign} 0, {v}))"),
        tuple(f"return [x for x in {v} if x {slip} 0]" for slip in slips),
        (f"return sum({v})", f"return max({v})", f"return {v}[0]"),
    )  # fmt: skip


def _unique(rng: random.Random) -> Part:
    v, (a, b, c) = _var(rng), sorted(_values(rng, 3))
    given = [c, a, c, b, a]
    return function(
        rng.choice(("unique", "no_repeats", "distinct")), v,
        f"{v} without repeats, first ones kept in order", (given,), [c, a, b],
        (f"return list(dict.fromkeys({v}))",
         f"out = []\nfor x in {v}:\n    if x not in out:\n        out.append(x)\nreturn out"),
        (f"return sorted(set({v}))", f"return [x for x in {v} if {v}.count(x) == 1]",
         f"return set({v})"),
        (f"return len({v})", f"return {v}[0]", f"return {v} + {v}"),
    )  # fmt: skip


def _find(rng: random.Random) -> Part:
    v, a = _var(rng), _values(rng, 4, low=5)
    absent = rng.random() < 0.5
    x, wanted = (rng.randint(30, 60), -1) if absent else (a[2], 2)
    near = (
        (f"return {v}.index(x)", f"return {v}.index(x) if x in {v} else 0",
         f"return {v}.find(x)")
        if absent
        else (f"return {v}.index(x) + 1 if x in {v} else -1", f"return {v}.count(x)",
              f"return {v}[x] if x in {v} else -1")
    )  # fmt: skip
    return function(
        rng.choice(("position", "find_index", "place_of")), f"{v}, x",
        f"the index of x in {v}, -1 if it is not there", (a, x), wanted,
        (f"return {v}.index(x) if x in {v} else -1",
         f"if x not in {v}:\n    return -1\nreturn {v}.index(x)"),
        near, (f"return x in {v}", f"return len({v}) + x", f"return {v}"),
    )  # fmt: skip


def _pairs(rng: random.Random) -> Part:
    a, b = _values(rng, 2, 3), _values(rng, 2, 3)
    while any(x + y == x * y for x, y in zip(a, b, strict=True)):
        b = _values(rng, 2, 3)
    word, sign, slip = rng.choice((("sums", "+", "*"), ("products", "*", "+")))
    wanted = [x + y if sign == "+" else x * y for x, y in zip(a, b, strict=True)]
    return function(
        f"pair_{word}", "a, b", f"the {word} of the numbers at equal places", (a, b), wanted,
        (f"return [x {sign} y for x, y in zip(a, b)]",
         f"return [a[i] {sign} b[i] for i in range(len(a))]"),
        (f"return [x {slip} y for x, y in zip(a, b)]",
         f"return [a[i] {sign} b[i] for i in range(1, len(a))]", "return a + b",
         f"return [x {sign} y for x in a for y in b]"),
        ("return len(a) + len(b)", f"return a[0] {sign} b[0]"),
    )  # fmt: skip


def _span(rng: random.Random) -> Part:
    a = rng.randint(2, 30)
    b = a + rng.randint(2, 4)
    return function(
        rng.choice(("span", "numbers_between", "count_up")), "a, b",
        "the whole numbers from a to b, both included", (a, b), list(range(a, b + 1)),
        ("return list(range(a, b + 1))", "return [n for n in range(a, b + 1)]"),
        ("return list(range(a, b))", "return list(range(a + 1, b + 1))", "return range(a, b + 1)"),
        ("return [a, b]", "return list(range(b))", "return b - a"),
    )  # fmt: skip


def lists(words: Words) -> tuple[Make, ...]:
    """All functions on lists."""
    return (
        _above, _sum_even, _extreme, _mean, partial(_slice, words), _order, _each, _keep, _unique,
        _find, _pairs, _span,
    )  # fmt: skip
