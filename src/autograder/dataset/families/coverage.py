"""Coverage of key points: a response states some, gets some wrong and leaves some out.

The sentences are hand-written (`data/topics.jsonl`); only their choice is made here. Shape,
opener, closer and length are drawn without looking at the score: the candidate nearest to
a length drawn for the whole item is kept, as the number of points in it varies with the score.
"""

from __future__ import annotations

import math
import random
import re
from dataclasses import dataclass
from pathlib import Path

from autograder.dataset.families import compose
from autograder.errors import DataError
from autograder.jsonl import Row, read_records, show
from autograder.schema import SCORES, GradedResponse, Item

FAMILY = "coverage"
EASY_FAMILY = "omissions"

_POINTS = 4
_SENTENCE_WORDS = (8, 22)
_RESPONSE_WORDS = (35, 95)
_TARGET_WORDS = (54, 72)  # every mix of points and fillers can come close to these
_SENTENCES = (4, 6)
_CANDIDATES = 40
_REFERENCE_SHARE = 0.3  # of the items come with a reference answer
_WRONG_SHARE = 0.3  # of the misses; the rest is left out


@dataclass(frozen=True, slots=True)
class Point:
    """A key point with sentences that state it and sentences that contradict it."""

    name: str
    right: tuple[str, ...]
    wrong: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Topic:
    """Wordings of one question, four points, sentences that prove nothing, and its origin."""

    path: str
    line: int
    id: str
    prompts: tuple[str, ...]
    points: tuple[Point, ...]
    filler: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Rule:
    """What a miss costs, and the wordings that say so."""

    wrong: int
    missing: int
    scales: tuple[str, ...]

    def score(self, wrong: int, missing: int) -> int:
        return max(1, 5 - self.wrong * wrong - self.missing * missing)


_EQUAL = _Rule(1, 1, (
    "Start at 5 and take off one for each key point that is missing or wrong, never below 1.",
    "5: all four are right. 4: three. 3: two. 2: one. 1: none. A wrong statement earns nothing.",
    "The score is one plus the number of points stated correctly.",
    "Tick what is stated correctly: four ticks give 5, three 4, two 3, one 2, none 1.",
    "5 - all four stated correctly\n4 - three of them\n3 - two\n2 - one\n1 - none",
))  # fmt: skip
_UNEVEN = (
    "Start at 5. A {d} costs two, a {c} one. Never below 1.",
    "5: all four right. 4: one {cheap}. 3: two {cheap}, or one {dear}. "
    "2: three {cheap}, or one {cheap} and one {dear}. 1: anything worse.",
    "From 5, subtract two for every {d} and one for every {c}; the lowest result is 1.",
    "Per point: right 0, {cheap} -1, {dear} -2. Add these to 5; below 1 becomes 1.",
)
_WRONG = {"dear": "wrong", "cheap": "missing", "d": "wrong statement", "c": "missing point"}
_MISSING = {"dear": "missing", "cheap": "wrong", "d": "missing point", "c": "wrong statement"}
_STRICT = _Rule(2, 1, tuple(scale.format(**_WRONG) for scale in _UNEVEN))
_LENIENT = _Rule(1, 2, tuple(scale.format(**_MISSING) for scale in _UNEVEN))
_RULES = (_EQUAL, _EQUAL, _STRICT, _LENIENT)  # the last two mirror each other: as many wrong

_FRAMES = (
    "Key points:\n- {lines}\n{scale}",
    "A full answer covers {list}. {scale}",
    "{scale}\nThe key points are {list}.",
    "Checklist: [ ] {boxes}\n{scale}",
    "Grade the coverage of four points ({semicolons}).\n{scale}",
    "Does the answer state these correctly: {semicolons}? {scale}",
)
_SHAPES = ("plain", "plain", "paragraphs", "- ", "* ", "1. ", "1) ")


def _texts(row: Row, field: str, least: int, low: int, high: int) -> tuple[str, ...]:
    values = row.get(field)
    if not isinstance(values, list) or len(values) < least:
        raise row.error(field, f"expected a list of {least} or more texts, got {show(values)}")
    for index, value in enumerate(values):
        words = value.split() if isinstance(value, str) else []
        whole = value == " ".join(words) and low <= len(words) <= high
        if not whole or value[0].islower() or value[-1] not in ".?":
            wanted = f"{low} to {high} words with single spaces, a capital and a full stop"
            raise row.error(f"{field}[{index}]", f"expected {wanted}, got {show(value)}")
    return tuple(values)


def _parse_point(values: object, path: str, line: int, prefix: str) -> Point:
    row = Row(values, path, line, prefix)
    name = row.text("name")
    # An `and` or a comma inside a name would run into the lists that the reasoning makes.
    if not 2 <= len(name.split()) <= 6 or re.search(r"[^\w' -]|\band\b|\bscore\b", name):
        wanted = "2 to 6 words without comma, `and` or `score`"
        raise row.error("name", f"expected {wanted}, got {show(name)}")
    point = Point(
        name, _texts(row, "right", 3, *_SENTENCE_WORDS), _texts(row, "wrong", 2, *_SENTENCE_WORDS)
    )
    row.no_more()
    return point


def parse_topic(values: object, path: str, line: int) -> Topic:
    """Check one row of `topics.jsonl`; a `DataError` names file, line and field."""
    row = Row(values, path, line)
    identity = row.text("id")
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", identity):
        raise row.error("id", f"expected lower-case words joined by `-`, got {show(identity)}")
    prompts = _texts(row, "prompt", 2, 3, 30)
    entries = row.get("points")
    if not isinstance(entries, list) or len(entries) != _POINTS:
        raise row.error("points", f"expected a list of {_POINTS}, got {show(entries)}")
    points = tuple(
        _parse_point(entry, path, line, f"points[{index}].") for index, entry in enumerate(entries)
    )
    filler = _texts(row, "filler", 4, *_SENTENCE_WORDS)
    row.no_more()
    names = [point.name for point in points]
    if len(set(names)) != _POINTS:
        raise row.error("points", f"expected four different names, got {show(names)}")
    texts = [text for point in points for text in point.right + point.wrong] + [*filler, *prompts]
    for index, text in enumerate(texts):
        if any(text in other for place, other in enumerate(texts) if place != index):
            raise row.error(None, f"a text stands twice; reword or remove {show(text)}")
    return Topic(path, line, identity, prompts, points, filler)


def read_topics(path: Path) -> list[Topic]:
    """Read and check a file of topics; a `DataError` names file, line and field."""
    return read_records(path, parse_topic)


def _misses(rng: random.Random, rule: _Rule, score: int, wrong_share: float) -> tuple[int, int]:
    """How many points are wrong and how many missing: a pair that earns `score`.

    As if each miss were wrong with probability `wrong_share`: real answers omit more than they
    contradict, and an omission is the easier lesson, without which the other is not learned.
    """
    pairs = [(wrong, total - wrong) for total in range(_POINTS + 1) for wrong in range(total + 1)]
    fitting = [pair for pair in pairs if rule.score(*pair) == score]
    odds = [
        math.comb(wrong + missing, wrong) * wrong_share**wrong * (1 - wrong_share) ** missing
        for wrong, missing in fitting
    ]
    return rng.choices(fitting, odds)[0]


def _shape(sentences: list[str], shape: str, opener: str, closer: str) -> str:
    if shape == "plain":
        return " ".join(part for part in (opener, *sentences, closer) if part)
    if shape == "paragraphs":
        half = len(sentences) // 2
        halves = ((opener, *sentences[:half]), (*sentences[half:], closer))
        return "\n\n".join(" ".join(part for part in parts if part) for parts in halves)
    rows = [f"{shape.replace('1', str(n))}{text}" for n, text in enumerate(sentences, start=1)]
    return "\n".join(part for part in (opener, *rows, closer) if part)


def _reason(rng: random.Random, right: list[str], wrong: list[str], missing: list[str]) -> str:
    if len(right) == _POINTS:
        form = rng.choice(("Covers all four points: {}.", "All is there: {}.", "Covers {}."))
        return form.format(compose.join(right))
    forms = rng.choice((
        ("covers {}", "gets {} wrong", "leaves out {}"),
        ("right on {}", "wrong on {}", "nothing on {}"),
        ("correct: {}", "contradicted: {}", "missing: {}"),
        ("states {} correctly", "is mistaken about {}", "omits {}"),
    ))  # fmt: skip
    groups = zip(forms, (right, wrong, missing), strict=True)
    told = [form.format(compose.join(names)) for form, names in groups if names]
    return compose.capital("; ".join(told)) + "."


def _respond(
    rng: random.Random, topic: Topic, rule: _Rule, score: int, target: int, wrong_share: float
) -> GradedResponse:
    shape, target = rng.choice(_SHAPES), target + rng.randint(-4, 4)
    opener, closer = rng.choice(compose.OPENERS), rng.choice(compose.CLOSERS)
    wrong, missing = _misses(rng, rule, score, wrong_share)
    order = rng.sample(topic.points, _POINTS)
    bad, absent, good = order[:wrong], order[wrong : wrong + missing], order[wrong + missing :]
    stated = len(good) + len(bad)
    texts = []
    for _ in range(_CANDIDATES):
        fillers = min(rng.randint(*_SENTENCES) - stated, len(topic.filler))
        sentences = [rng.choice(point.right) for point in good]
        sentences += [rng.choice(point.wrong) for point in bad]
        sentences += rng.sample(topic.filler, fillers)
        rng.shuffle(sentences)
        texts.append(_shape(sentences, shape, opener, closer))
    best = min(texts, key=lambda text: abs(len(text.split()) - target))
    low, high = _RESPONSE_WORDS
    if not low <= len(best.split()) <= high:
        raise DataError(
            f"makes a response of {len(best.split())} words, expected {low} to {high}; "
            "add filler sentences or shorten the long ones",
            path=topic.path,
            line=topic.line,
        )
    names = [[point.name for point in group] for group in (good, bad, absent)]
    return GradedResponse(score, best, _reason(rng, *names))


def _item(rng: random.Random, topic: Topic, number: int, family: str) -> Item:
    easy = family == EASY_FAMILY
    rule, target = _EQUAL if easy else rng.choice(_RULES), rng.randint(*_TARGET_WORDS)
    wrong_share = 0.0 if easy else _WRONG_SHARE
    names = [point.name for point in rng.sample(topic.points, _POINTS)]
    rubric = rng.choice(_FRAMES).format(
        lines="\n- ".join(names),
        list=compose.join(names),
        boxes=" [ ] ".join(names),
        semicolons="; ".join(names),
        scale=rng.choice(rule.scales),
    )
    responses = tuple(_respond(rng, topic, rule, score, target, wrong_share) for score in SCORES)
    known = not easy and rng.random() < _REFERENCE_SHARE
    return Item(
        id=f"{family}-{topic.id}-{number}",
        category=FAMILY,
        level=1,
        language="en",
        prompt=rng.choice(topic.prompts),
        rubric=rubric,
        responses=responses,
        source=family,
        group=f"{FAMILY}-{topic.id}",
        reference=" ".join(rng.choice(point.right) for point in topic.points) if known else "",
    )


def items(
    count: int,
    seed: int,
    words: Path,  # noqa: ARG001
    *,
    topics: Path,
    family: str = FAMILY,
) -> list[Item]:
    """Compose `count` items; every topic is used once before any is used again.

    In those of `EASY_FAMILY` nothing is wrong, points are only left out: easier to see.

    Raises:
        DataError: a topic is unusable; names file, line and field.
    """
    read = read_topics(topics)
    made: list[Item] = []
    for place in range(count):
        number, index = divmod(place, len(read))
        order = random.Random(f"{seed}/{family}/{number}").sample(read, len(read))
        rng = random.Random(f"{seed}/{family}/{order[index].id}/{number}")
        made.append(_item(rng, order[index], number, family))
    return made
