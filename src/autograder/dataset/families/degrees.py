"""Long answers graded for degrees of one quality: is the advice concrete, correct, kind, plain?

An answer has four parts, one for each aspect of its topic, and every part has the quality or
lacks it: the score is one plus the number of parts that have it. The rubric never says so; it
describes the five degrees in prose. The sentences are hand-written.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from autograder.dataset.families import compose
from autograder.dataset.families.degrees_tables import (
    Aspect,
    Label,
    Quality,
    Sayings,
    Scale,
    Tables,
    Topic,
    read_tables,
)
from autograder.schema import SCORES, GradedResponse, Item

FAMILY = "degrees"

# What of an aspect shows the quality, what shows its lack, and what is neutral.
PAIRS: dict[str, tuple[Label, Label, Label]] = {
    "concrete": ("concrete", "vague", "reason"),
    "reasons": ("reason", "bare", "concrete"),
    "accuracy": ("concrete", "wrong", "reason"),
    "plain": ("concrete", "jargon", "reason"),
}
_REFERENCE_SHARE = 0.4  # of the items come with a reference answer
_LED: dict[Label, float] = {
    "vague": 0.7,
    "bare": 0.7,
    "jargon": 0.9,
}  # get a lead-in: they are shorter otherwise
MOST_WORDS = 230
_QUOTED = 6  # words of the text in the reasoning
_UNQUOTABLE = re.compile(r"[\d\":;?.]|\B'|'\B")
_REASON_WORDS = 36


def _keys(
    rng: random.Random,
    say: Sayings,
    topic: Topic,
    quality: Quality,
    kept: Sequence[bool],
    used: str = "",
) -> list[str]:
    """For each aspect the sentence that shows the quality or its lack; "" if it needs none.

    Clauses that stand in `used` are not used again.
    """
    if quality.id in PAIRS:
        has, lacks, _ = PAIRS[quality.id]
        texts = []
        for aspect, good in zip(topic.aspects, kept, strict=True):
            text = aspect.said(has if good else lacks)
            if not good and lacks in _LED and rng.random() < _LED[lacks]:
                text = f"{rng.choice(say.leads(lacks))} {text[0].lower()}{text[1:]}"
            texts.append(text)
        return texts
    if quality.has:
        unused = [clause for clause in quality.has if clause not in used]
        right, wrong = rng.sample(unused, 4), rng.sample(quality.lacks, 4)
    else:
        drifts = rng.sample([*topic.drifts, *rng.sample(say.drifts, 3)], 4)
        ends = rng.sample(say.drift_ends, 4)
        right, wrong = [""] * 4, [" ".join(pair) for pair in zip(drifts, ends, strict=True)]
    return [right[k] if good else wrong[k] for k, good in enumerate(kept)]


def _part(style: random.Random, quality: Quality, aspect: Aspect, core: str, key: str) -> str:
    """The sentences on one aspect; what is drawn here does not depend on `key`."""
    if quality.id == "relevance":
        return key or f"{core} {aspect.reason} {aspect.concrete}"
    neutral = style.choice((aspect.concrete, aspect.reason))
    if quality.id in PAIRS:
        neutral = aspect.said(PAIRS[quality.id][2])
    return f"{core} {key} {neutral}" if quality.id == "reasons" else f"{core} {neutral} {key}"


def _answer(
    style: random.Random,
    say: Sayings,
    topic: Topic,
    quality: Quality,
    keys: Sequence[str],
    cores: Sequence[int],
) -> str:
    """Lay the four parts out, in a shape that is drawn without looking at them."""
    parts = [
        (compose.capital(aspect.name), _part(style, quality, aspect, aspect.cores[core], key))
        for aspect, key, core in zip(topic.aspects, keys, cores, strict=True)
    ]
    if style.random() < 0.5:
        style.shuffle(parts)
    shape = style.choice(("plain", "plain", "plain", "number", "bullet", "bold", "title"))
    mark = style.choice("-*")
    rows = []
    for number, (name, text) in enumerate(parts, start=1):
        start = {
            "plain": "",
            "number": f"{number}. ",
            "bullet": f"{mark} ",
            "bold": f"**{name}:** ",
            "title": f"## {name}\n",
        }[shape]
        rows.append(start + text)
    opener = style.choice(say.openers) if style.random() < 0.7 else ""
    closer = style.choice(say.closers) if style.random() < 0.5 else ""
    gap = "\n" if shape in ("number", "bullet") and style.random() < 0.5 else "\n\n"
    body = gap.join(rows)
    text = "\n\n".join(text for text in (opener, body, closer) if text)
    return text if len(text.split()) <= MOST_WORDS else body


def quote(text: str) -> str:
    """A few words of the text, without digits and without marks that would end the quotation."""
    words = text.split()
    for length in (_QUOTED, _QUOTED // 2):
        for start in range(len(words) - length):
            said = " ".join(words[start : start + length]).rstrip(",;.?")
            if not _UNQUOTABLE.search(said):
                return f"'{'...' if start else ''}{said}...'"
    raise ValueError(f"nothing to quote in {text!r}")


def _reasoning(
    rng: random.Random,
    say: Sayings,
    topic: Topic,
    quality: Quality,
    kept: Sequence[bool],
    keys: Sequence[str],
) -> str:
    """Name the parts that have the quality and those that lack it, with words of the text."""
    good = [k for k in range(4) if kept[k]]
    bad = [k for k in range(4) if not kept[k]]
    shown = rng.choice(bad or good)
    frames = say.reasonings(len(good))
    for frame in rng.sample(frames, len(frames)):
        text = frame.format(
            good=rng.choice(quality.good),
            bad=rng.choice(quality.bad),
            on=compose.join([topic.aspects[k].name for k in good]),
            off=compose.join([topic.aspects[k].name for k in bad]),
            place=topic.aspects[shown].name,
            said=quote(keys[shown] or topic.aspects[shown].reason),
        )
        if len(text.split()) <= _REASON_WORDS:
            break
    return compose.capital(text)


def _scale(rng: random.Random, say: Sayings, scale: Scale) -> str:
    """The question and its five anchors, in one of many layouts."""
    rows = list(enumerate(scale.anchors, start=1))
    if rng.random() < 0.4:
        rows.reverse()
    line = rng.choice(say.anchors)
    texts = [
        line.format(score=score, anchor=anchor, Anchor=compose.capital(anchor))
        for score, anchor in rows
    ]
    layout = rng.choice(("lines", "bullets", "row", "row"))
    if layout == "row":
        anchors = "; ".join(texts) if "{anchor}" in line else ". ".join(texts)
        return f"{scale.criterion} {rng.choice(say.notes)} {anchors}.".replace("  ", " ")
    mark = "- " if layout == "bullets" else ""
    question = f"{scale.criterion} {rng.choice(say.notes)}".strip()
    return "\n".join((question, *(mark + text for text in texts)))


def _make(tables: Tables, rng: random.Random, identity: str) -> Item:
    say = tables.say
    topic, quality = rng.choice(tables.topics), rng.choice(tables.qualities)
    while quality.id in topic.without:
        quality = rng.choice(tables.qualities)
    ask = [rng.choice(say.frames), rng.choice(topic.asks)]
    rng.shuffle(ask)
    responses = []
    for score, style in zip(SCORES, compose.styles(rng), strict=True):
        kept = compose.draw_kept(rng, score)
        keys = _keys(rng, say, topic, quality, kept)
        cores = [rng.randrange(2) for _ in topic.aspects]
        text = _answer(style, say, topic, quality, keys, cores)
        reasoning = _reasoning(rng, say, topic, quality, kept, keys)
        responses.append(GradedResponse(score, text, reasoning))
    # `cores` and `text` are now those of the best response.
    right = _keys(rng, say, topic, quality, [True] * 4, used=text)
    reference = _answer(rng, say, topic, quality, right, [1 - core for core in cores])
    return Item(
        id=identity,
        category="long_form",
        level=1,
        language="en",
        prompt=" ".join((*ask, rng.choice(say.wishes))).strip(),
        rubric=_scale(rng, say, rng.choice(quality.scales)),
        responses=tuple(responses),
        source=FAMILY,
        group=f"{FAMILY}-{topic.id}",
        reference=reference if rng.random() < _REFERENCE_SHARE else "",
    )


def items(count: int, seed: int, words: Path) -> list[Item]:
    """Make `count` items; the first m are the same whatever `count` is."""
    return compose.build(FAMILY, partial(_make, read_tables(words)), count, seed)
