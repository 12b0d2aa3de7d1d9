"""The same rubric in another frame: anchors turned round, bullets shuffled, a neutral remark."""

from __future__ import annotations

import random
import re
from dataclasses import replace

from autograder.dataset.augment_phrases import Tables
from autograder.schema import Item

_ANCHOR = re.compile(r"(?:(?<=^)|(?<=\s))([1-5])( = |: | - )")
# An anchor with one of these leans on the one before it.
_LEANS = re.compile(
    r"\b(same|above|below|else|otherwise|worse|also|either|other|others|latter|former|it|that"
    r"|those|this|these|all of (?:it|this)|the rest|anything|likewise|too)\b",
    re.IGNORECASE,
)
_ORDER = re.compile(
    r"\b(order|first|second|third|last|next|then|former|latter|above|below)\b", re.I
)
_BULLETS = re.compile(r"(?:^- .+\n?){2,}", re.MULTILINE)


def is_english(item: Item) -> bool:
    """Whether the remarks, which are in English, suit the item."""
    return item.language == "en"


def reframe(rng: random.Random, item: Item, tables: Tables) -> Item:
    """The item with its rubric in another frame; what it demands stays."""
    rubric = shuffle_bullets(rng, turn_anchors(item.rubric))
    if rng.random() < 0.3:
        rubric = rng.choice(tables.say.rubric_frames).format(rubric=rubric)
    if rubric == item.rubric or rng.random() < 0.5:
        remark, joint = rng.choice(tables.say.rubric_remarks), "\n" if "\n" in rubric else " "
        parts = [rubric, remark] if rng.random() < 0.7 else [remark, rubric]
        rubric = joint.join(parts)
    return replace(item, rubric=rubric)


def turn_anchors(rubric: str) -> str:
    """List the anchors of 5 to 1 from 1 to 5, or the reverse; other rubrics stay as they are.

    Each of the five must stand there once, in order, up to the end of the rubric, and be
    understood without the one before it.

    Example:
        >>> turn_anchors("5: four facts. 4: three. 3: two. 2: one. 1: none.")
        '1: none. 2: one. 3: two. 4: three. 5: four facts.'
    """
    marks = list(_ANCHOR.finditer(rubric))
    if [mark[1] for mark in marks] not in (list("54321"), list("12345")):
        return rubric
    ends = [mark.start() for mark in marks[1:]] + [len(rubric)]
    texts = [rubric[mark.start() : end] for mark, end in zip(marks, ends, strict=True)]
    bare = [text.rstrip(" \n.;,") for text in texts]
    gaps = {text[len(core) :] for text, core in zip(texts[:-1], bare[:-1], strict=True)}
    # A second sentence in the last anchor may well be about all five, and a bare `four` there
    # is understood from what came before.
    last = _ANCHOR.sub("", bare[-1])
    is_plain = not re.search(r"[.;\n]", last) and last not in ("one", "two", "three", "four")
    if len(gaps) != 1 or not is_plain or any(map(_LEANS.search, bare)):
        return rubric
    end = texts[-1][len(bare[-1]) :]
    return rubric[: marks[0].start()] + gaps.pop().join(reversed(bare)) + end


def shuffle_bullets(rng: random.Random, rubric: str) -> str:
    """Another order for a list with `- `, unless the rubric speaks of order or scores in it."""
    found = _BULLETS.search(rubric)
    if not found or _ORDER.search(rubric) or re.search(r"^- .*\b[1-5]\b", found[0], re.MULTILINE):
        return rubric
    rows = found[0].rstrip("\n").split("\n")
    end = "\n" if found[0].endswith("\n") else ""
    shuffled = "\n".join(rng.sample(rows, len(rows))) + end
    return rubric[: found.start()] + shuffled + rubric[found.end() :]
