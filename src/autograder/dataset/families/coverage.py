"""Coverage of key points: a response states some, gets some wrong and leaves some out.

The sentences are hand-written (`data/topics.jsonl`); only their choice is made here. Shape,
opener, closer and length are drawn without looking at the score: the candidate nearest to
a length drawn for the whole item is kept, as the number of points in it varies with the score.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from pathlib import Path

import pydantic.dataclasses

from autograder.dataset.families import compose
from autograder.dataset.families.coverage_topics import POINTS, Topic, read_topics
from autograder.dataset.words import STRICT, Phrases, read_phrases, read_words
from autograder.errors import DataError
from autograder.schema import SCORES, GradedResponse, Item

FAMILY = "coverage"
EASY_FAMILY = "omissions"

_RESPONSE_WORDS = (35, 95)
_TARGET_WORDS = (54, 72)  # every mix of points and fillers can come close to these
_SENTENCES = (4, 6)
_CANDIDATES = 40
_REFERENCE_SHARE = 0.3  # of the items come with a reference answer
_WRONG_SHARE = 0.3  # of the misses; the rest is left out


@dataclass(frozen=True, slots=True)
class _Rule:
    """What a miss costs, and the wordings that say so."""

    wrong: int
    missing: int
    scales: tuple[str, ...]

    def score(self, wrong: int, missing: int) -> int:
        return max(1, 5 - self.wrong * wrong - self.missing * missing)


@pydantic.dataclasses.dataclass(frozen=True, slots=True, config=STRICT)
class Reason:
    """What a reasoning says of the points that are right, wrong and missing."""

    right: str
    wrong: str
    missing: str


@pydantic.dataclasses.dataclass(frozen=True, slots=True, config=STRICT)
class Sayings:
    """The phrases.

    Attributes:
        frames: rubrics, with the points in one of several forms and the `{scale}`.
        equal_scales: wordings where all misses cost the same.
        uneven_scales: where a `{dear}` one costs two and a `{cheap}` one costs one.
        all_right: reasons where no point is wrong or missing.
    """

    frames: Phrases
    equal_scales: Phrases
    uneven_scales: Phrases
    all_right: Phrases


@dataclass(frozen=True, slots=True)
class Tables:
    """What is said beside the topics; of the `rules` the first costs the same for all misses."""

    rules: tuple[_Rule, ...]
    reasons: tuple[Reason, ...]
    say: Sayings
    composer: compose.Composer


def read_tables(words: Path) -> Tables:
    """Read what lies in `coverage/` in the folder of the families' words."""
    folder = words / FAMILY
    say = read_phrases(folder / "phrases.jsonl", Sayings)
    equal = _Rule(1, 1, say.equal_scales)
    strict = _Rule(2, 1, _uneven(say, ("wrong", "wrong statement"), ("missing", "missing point")))
    lenient = _Rule(1, 2, _uneven(say, ("missing", "missing point"), ("wrong", "wrong statement")))
    # The last two mirror each other: as many wrong.
    rules = (equal, equal, strict, lenient)
    reasons = read_words(folder / "reasons.jsonl", Reason)
    return Tables(rules, reasons, say, compose.composer(words))


def _uneven(say: Sayings, dear: tuple[str, str], cheap: tuple[str, str]) -> tuple[str, ...]:
    names = {"dear": dear[0], "dear_miss": dear[1], "cheap": cheap[0], "cheap_miss": cheap[1]}
    return tuple(scale.format(**names) for scale in say.uneven_scales)


_SHAPES = ("plain", "plain", "paragraphs", "- ", "* ", "1. ", "1) ")


def _misses(rng: random.Random, rule: _Rule, score: int, wrong_share: float) -> tuple[int, int]:
    """How many points are wrong and how many missing: a pair that earns `score`.

    As if each miss were wrong with probability `wrong_share`: real answers omit more than they
    contradict, and an omission is the easier lesson, without which the other is not learned.
    """
    pairs = [(wrong, total - wrong) for total in range(POINTS + 1) for wrong in range(total + 1)]
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


def _reason(
    rng: random.Random, tables: Tables, right: list[str], wrong: list[str], missing: list[str]
) -> str:
    if len(right) == POINTS:
        return rng.choice(tables.say.all_right).format(points=compose.join(right))
    reason = rng.choice(tables.reasons)
    groups = ((reason.right, right), (reason.wrong, wrong), (reason.missing, missing))
    told = [form.format(points=compose.join(names)) for form, names in groups if names]
    return compose.capital("; ".join(told)) + "."


def _respond(
    rng: random.Random,
    tables: Tables,
    topic: Topic,
    rule: _Rule,
    score: int,
    target: int,
    wrong_share: float,
) -> GradedResponse:
    shape, target = rng.choice(_SHAPES), target + rng.randint(-4, 4)
    opener, closer = rng.choice(tables.composer.openers), rng.choice(tables.composer.closers)
    wrong, missing = _misses(rng, rule, score, wrong_share)
    order = rng.sample(topic.points, POINTS)
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
    return GradedResponse(score, best, _reason(rng, tables, *names))


def _item(rng: random.Random, tables: Tables, topic: Topic, number: int, family: str) -> Item:
    easy = family == EASY_FAMILY
    rule, target = (
        tables.rules[0] if easy else rng.choice(tables.rules),
        rng.randint(*_TARGET_WORDS),
    )
    wrong_share = 0.0 if easy else _WRONG_SHARE
    names = [point.name for point in rng.sample(topic.points, POINTS)]
    rubric = rng.choice(tables.say.frames).format(
        lines="\n- ".join(names),
        list=compose.join(names),
        boxes=" [ ] ".join(names),
        semicolons="; ".join(names),
        scale=rng.choice(rule.scales),
    )
    responses = tuple(
        _respond(rng, tables, topic, rule, score, target, wrong_share) for score in SCORES
    )
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
    words: Path,
    *,
    topics: Path,
    family: str = FAMILY,
) -> list[Item]:
    """Compose `count` items; every topic is used once before any is used again.

    In those of `EASY_FAMILY` nothing is wrong, points are only left out: easier to see.

    Raises:
        DataError: a topic is unusable; names file, line and field.
    """
    tables, read = read_tables(words), read_topics(topics)
    made: list[Item] = []
    for place in range(count):
        number, index = divmod(place, len(read))
        order = random.Random(f"{seed}/{family}/{number}").sample(read, len(read))
        rng = random.Random(f"{seed}/{family}/{order[index].id}/{number}")
        made.append(_item(rng, tables, order[index], number, family))
    return made
