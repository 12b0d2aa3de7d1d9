"""Facts with plausible wrong answers and side remarks, and calculations made into such facts."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass

from autograder.dataset.families import compose


@dataclass(frozen=True, slots=True)
class Fact:
    """A question with its answer.

    Attributes:
        id: unique; empty for what a program made, primes excepted.
        topic: what it is about, as a noun phrase.
        asks: the question in several wordings.
        said: a sentence without its full stop, `{v}` for the answer; in one that answers a
            yes-or-no question `{n}` is `not ` after a no.
        answer, wrongs: the right one and plausible wrong ones.
        true, false: side remarks, whole sentences that name none of the answers.
    """

    id: str
    topic: str
    asks: tuple[str, ...]
    said: str
    answer: str
    wrongs: tuple[str, ...]
    true: str
    false: str

    @property
    def closed(self) -> bool:
        """Whether it is a yes-or-no question."""
        return self.answer in ("yes", "no")

    def sentence(self, value: str) -> str:
        """The answer in a sentence."""
        text = self.said.format(v=value, n="not " * (value == "no"))
        return text[:1].upper() + text[1:]

    def statement(self, value: str) -> str:
        """The sentence as it stands without the question."""
        text = self.sentence(value).removeprefix("Yes, ").removeprefix("No, ")
        return text[:1].upper() + text[1:]


@dataclass(frozen=True, slots=True)
class Subject:
    """Facts of one kind.

    Attributes:
        name: how a prompt calls it; empty where statements make no sense without a question.
        topics: whether the topics of its facts can be named without giving the answer away.
        facts: at least a dozen.
    """

    name: str
    topics: bool
    facts: tuple[Fact, ...]


def _prime(rng: random.Random) -> Fact:
    number = rng.randrange(11, 130, 2)
    prime = all(number % divisor for divisor in range(3, number, 2))
    asks = (f"Is {number} a prime number?", f"Is {number} prime?")
    answer, wrong = ("yes", "no") if prime else ("no", "yes")
    said = f"{{v}}, {number} is {{n}}a prime number"
    true, false = (f"{number} + 10 is {number + 10}.", f"{number} + 10 is {number + 20}.")
    return Fact(
        f"prime-{number}", f"whether {number} is prime", asks, said, answer, (wrong,), true, false
    )


def _sum(
    sign: str, numbers: tuple[int, int, int], gap: str, share: int
) -> tuple[str, int, str, int]:
    """A calculation and its result, and a step on the way or near it with its own."""
    a, b, c = numbers
    if sign == "+":
        return f"{a}{gap}+{gap}{b}", a + b, f"{a}{gap}+{gap}10", a + 10
    if sign == "-":
        return f"{a + b} - {b}", a, f"{a + b} - 1", a + b - 1
    if sign == "x":
        return f"{a}{gap}x{gap}{c}", a * c, f"{a}{gap}x{gap}10", a * 10
    if sign == "/":
        return f"{a * c} / {c}", a, f"10 x {c}", 10 * c
    if sign == "^":
        return f"{a} squared", a * a, f"{a} x 10", 10 * a
    return f"{share}% of {20 * b}", share * b // 5, f"5% of {20 * b}", b


def calculation(rng: random.Random) -> Fact:
    """A calculation with wrong results, and remarks on a step or on one of its numbers."""
    while True:
        sign = rng.choice("++--xx/^%p")
        if sign == "p":
            return _prime(rng)
        most = rng.choice((9, 12, 20, 60))
        a, b, c = rng.randint(2, most), rng.randint(2, most), rng.randint(2, 12)
        gap, share = rng.choice(("", " ")), rng.choice((10, 20, 25, 50, 75))
        text, value, step, stage = _sum(sign, (a, b, c), gap, share)
        equals = "=" if gap == "" and sign == "+" else rng.choice((" = ", " is "))
        equals = " is " if sign == "^" else equals
        wrongs = tuple(dict.fromkeys((compose.near(rng, value), compose.near(rng, value))))
        first, off = int(re.findall(r"\d+", text)[0]), rng.choice((1, 2, 10))
        parity = (f"{first} is an even number.", f"{first} is an odd number.")
        true, false = rng.choice(
            (
                (f"{step}{equals}{stage}.", f"{step}{equals}{stage + off}."),
                (f"{step}{equals}{stage}.", f"{step}{equals}{stage + off}."),
                (f"Twice {first} is {2 * first}.", f"Twice {first} is {2 * first + off}."),
                parity[:: 1 - first % 2 * 2],
            )
        )
        told = {int(number) for number in re.findall(r"\d+", f"{true} {false}")}
        if not told & {value, *wrongs}:
            break
    asks = (f"What is {text}?", f"What's {text}?", f"How much is {text}?", f"{text} = ?")
    said = f"{text}{equals}{{v}}"
    return Fact("", text, asks, said, str(value), tuple(map(str, wrongs)), true, false)
