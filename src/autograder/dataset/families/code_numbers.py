"""Small functions on numbers for `code_tests`, right and wrong ones.

A wrong version must fail on the test beside it; the run in the sandbox tells where one does not.
"""

from __future__ import annotations

import random

from autograder.dataset.families.code_parts import Make, Part, function


def _sum_to(rng: random.Random) -> Part:
    n = rng.randint(3, 9)
    return function(
        rng.choice(("sum_to", "add_up_to", "triangle")), "n",
        "the sum of all whole numbers from 1 to n", (n,), n * (n + 1) // 2,
        ("return sum(range(1, n + 1))", "return n * (n + 1) // 2",
         "total = 0\nfor k in range(n + 1):\n    total += k\nreturn total"),
        ("return sum(range(n))", "return sum(range(1, n))", "return n * (n - 1) // 2",
         "total = 0\nfor k in range(n):\n    total += k\nreturn total"),
        ("return sum(str(n))", "return n + n + n + 1 - n"),
    )  # fmt: skip


def _factorial(rng: random.Random) -> Part:
    n = rng.randint(3, 6)
    wanted = 1
    for k in range(2, n + 1):
        wanted *= k
    loop = "result = {start}\nfor k in range({span}):\n    result {sign}= k\nreturn result"
    return function(
        rng.choice(("factorial", "product_to")), "n",
        "the product of all whole numbers from 1 to n", (n,), wanted,
        (loop.format(start=1, span="1, n + 1", sign="*"),
         loop.format(start=1, span="2, n + 1", sign="*")),
        (loop.format(start=1, span="1, n", sign="*"), loop.format(start=1, span="2, n", sign="*"),
         loop.format(start=1, span="n + 1", sign="*")),
        (loop.format(start=0, span="1, n + 1", sign="*"),
         loop.format(start=100, span="1, n + 1", sign="+")),
    )  # fmt: skip


def _multiple(rng: random.Random) -> Part:
    k = rng.randint(2, 9)
    yes = rng.random() < 0.5
    n = k * rng.randint(2, 9) + (0 if yes else 1)
    return function(
        rng.choice((f"is_multiple_of_{k}", f"divides_by_{k}")), "n",
        f"True if n is a multiple of {k}, else False", (n,), yes,
        (f"return n % {k} == 0", f"return not n % {k}"),
        (f"return n % {k} != 0", f"return n % {k} == 1"),
        (f"return n == {k + 50}" if yes else f"return n > {k}", f"return n - {k}"),
    )  # fmt: skip


def _area(rng: random.Random) -> Part:
    w, h = rng.randint(5, 19), rng.randint(3, 4)
    if rng.random() < 0.5:
        return function(
            rng.choice(("area", "floor_space")), "width, height",
            "the area of a rectangle", (w, h), w * h,
            ("return width * height", "return height * width"),
            ("return width * width", "return width * height + 1", "return width * height // 2"),
            ("return width + height", "return width - height"),
        )  # fmt: skip
    return function(
        rng.choice(("perimeter", "fence_length")), "width, height",
        "the length of all four sides of a rectangle", (w, h), 2 * (w + h),
        ("return 2 * (width + height)", "return 2 * width + 2 * height"),
        ("return 2 * width + height", "return width + height", "return 4 * width"),
        ("return width ** height", "return width - height"),
    )  # fmt: skip


def _clock(rng: random.Random) -> Part:
    big, small = rng.randint(2, 6), rng.randint(7, 50)
    if rng.random() < 0.5:
        return function(
            rng.choice(("to_minutes", "in_minutes")), "hours, minutes",
            "the whole time in minutes", (big, small), big * 60 + small,
            ("return hours * 60 + minutes", "return minutes + 60 * hours"),
            ("return hours * 60 - minutes", "return hours + minutes * 60",
             "return hours * 100 + minutes"),
            ("return hours + minutes", "return hours * minutes * 60"),
        )  # fmt: skip
    return function(
        rng.choice(("to_seconds", "in_seconds")), "hours, minutes",
        "the whole time in seconds", (big, small), big * 3600 + small * 60,
        ("return hours * 3600 + minutes * 60", "return (hours * 60 + minutes) * 60"),
        ("return hours * 3600 + minutes", "return hours * 60 + minutes",
         "return hours * 360 + minutes * 60"),
        ("return hours + minutes", "return hours - minutes * 60"),
    )  # fmt: skip


def _discount(rng: random.Random) -> Part:
    percent, price = rng.choice((10, 20, 25, 30, 40)), 100 * rng.randint(1, 9)
    params = f"price, percent={percent}"
    body = "return price - price * percent // 100"
    slips = [(f"price, percent={other}", body) for other in (percent + 5, percent // 2)]
    return function(
        rng.choice(("discounted", "sale_price", "reduced")), params,
        f"price less percent, {percent} by default", (price,), price - price * percent // 100,
        (body, "return price * (100 - percent) // 100"),
        (*slips, "return price + price * percent // 100", "return price * percent // 100",
         ("price, percent", body)),
        ("return price * percent", "return percent"),
    )  # fmt: skip


def _gap(rng: random.Random) -> Part:
    a = rng.randint(2, 30)
    b = a + rng.randint(2, 40)
    return function(
        rng.choice(("gap", "difference", "distance")), "a, b",
        "how far apart a and b are, never negative", (a, b), b - a,
        ("return abs(a - b)", "return max(a, b) - min(a, b)", "return b - a if b > a else a - b"),
        ("return a - b", "return abs(a - b) + 1", "return min(a, b) - max(a, b)"),
        ("return a + b", "return a * b", "return max(a, b)"),
    )  # fmt: skip


def _clamp(rng: random.Random) -> Part:
    low, high = rng.randint(0, 9), rng.randint(20, 60)
    above = rng.random() < 0.5
    n = high + rng.randint(3, 30) if above else low - rng.randint(2, 9)
    near = "return max(low, n)" if above else "return min(n, high)"
    return function(
        rng.choice(("clamp", "limit", "keep_between")), "n, low, high",
        "n, but at least low and at most high", (n, low, high), high if above else low,
        ("return max(low, min(n, high))", "return min(high, max(n, low))",
         "if n < low:\n    return low\nreturn high if n > high else n"),
        (near, "return max(low, min(n, high)) + 1",
         "if n < low:\n    return high\nreturn low if n > high else n"),
        ("return low + high + 1", "return low * high + n"),
    )  # fmt: skip


def _limit(rng: random.Random) -> Part:
    age = rng.choice((12, 14, 16, 18, 21, 60, 65))
    name, what, sign = rng.choice(
        (("is_allowed", "at least {}", ">="), ("may_enter", "{} or older", ">="),
         ("is_young", "under {}", "<"), ("pays_half", "below {}", "<"))
    )  # fmt: skip
    wanted = sign == ">="
    return function(
        name, "age", f"True if age is {what.format(age)}, else False", (age,), wanted,
        (f"return age {sign} {age}", f"return not age {'<' if wanted else '>='} {age}"),
        (f"return age {'>' if wanted else '<='} {age}",),
        (f"return age {'<' if wanted else '>='} {age}", f"return age + {age}",
         f"return age {'>' if wanted else '<'} {age + 40 if wanted else age + 60}"),
    )  # fmt: skip


def _digits(rng: random.Random) -> Part:
    n = rng.randint(123, 9876)
    while len(set(str(n))) < 3 or str(n)[-1] == "0":
        n = rng.randint(123, 9876)
    return function(
        rng.choice(("digit_sum", "cross_sum", "add_digits")), "n",
        "the sum of the decimal digits of n", (n,), sum(map(int, str(n))),
        ("return sum(int(d) for d in str(n))", "return sum(map(int, str(n)))"),
        ("return sum(int(d) for d in str(n)[1:])", "return sum(int(d) for d in str(n // 10))",
         "return sum(int(d) + 1 for d in str(n))"),
        ("return str(n)", "return n % 10 - 10", "return sum(n)"),
    )  # fmt: skip


def _square(rng: random.Random) -> Part:
    a, b = rng.randint(6, 9), rng.randint(2, 4)
    name, ask, sign, wanted = rng.choice(
        (("square_of_sum", "the square of a plus b", "+", (a + b) ** 2),
         ("square_of_gap", "the square of a minus b", "-", (a - b) ** 2))
    )  # fmt: skip
    return function(
        name, "a, b", ask, (a, b), wanted,
        (f"return (a {sign} b) ** 2", f"return (a {sign} b) * (a {sign} b)"),
        (f"return a ** 2 {sign} b ** 2", f"return a {sign} b ** 2", f"return (a {sign} b) ** 3"),
        ("return a * b * 100", f"return a {sign} b"),
    )  # fmt: skip


def _remainder(rng: random.Random) -> Part:
    size = rng.randint(4, 9)
    people = size * rng.randint(3, 8) + rng.randint(2, size - 1)
    if rng.random() < 0.5:
        return function(
            rng.choice(("left_over", "remaining")), "count, size",
            "how many are left after filling boxes of size", (people, size), people % size,
            ("return count % size", "return count - count // size * size"),
            ("return size - count % size" if people % size * 2 != size else "return size + 1",
             "return count % size + 1", "return count % size - 1"),
            ("return count * size", "return count + size"),
        )  # fmt: skip
    return function(
        rng.choice(("boxes_needed", "tables_needed", "cars_needed")), "count, size",
        "how many groups of size hold count, rounded up", (people, size), -(-people // size),
        ("return (count + size - 1) // size", "return -(-count // size)"),
        ("return count // size", "return count / size", "return count // size + 2"),
        ("return count * size", "return count - size + 100"),
    )  # fmt: skip


def _sign(rng: random.Random) -> Part:
    plus, minus = rng.choice((("plus", "minus"), ("gain", "loss"), ("warm", "cold")))
    zero = rng.choice(("zero", "even", "none"))
    n = rng.choice((0, 0, rng.randint(1, 40), -rng.randint(1, 40)))
    wanted = zero if n == 0 else plus if n > 0 else minus
    body = "if n {a} 0:\n    return '{p}'\nreturn '{m}' if n {b} 0 else '{z}'"

    def write(a: str, b: str, p: str, m: str, z: str) -> str:
        return body.format(a=a, b=b, p=p, m=m, z=z)

    near = [
        write(">=", "<", plus, minus, zero) if n == 0 else write("<", ">", plus, minus, zero),
        write(">", "<=", plus, minus, zero) if n == 0 else write(">", "<", minus, plus, zero),
    ]
    return function(
        rng.choice(("sign_word", "kind_of", "describe")), "n",
        f"'{plus}' above 0, '{minus}' below, '{zero}' at 0", (n,), wanted,
        (write(">", "<", plus, minus, zero), write(">", "<", plus, minus, zero)),
        tuple(near),
        ("return 'unknown'", "return n > 0", "return n < 0"),
    )  # fmt: skip


NUMBERS: tuple[Make, ...] = (
    _sum_to, _factorial, _multiple, _area, _clock, _discount, _gap, _clamp, _limit, _digits,
    _square, _remainder, _sign,
)  # fmt: skip
