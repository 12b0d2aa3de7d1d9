"""What in a rubric is layout: in which order its scores and its points are described.

Read by what varies rubrics: the examples for training, the checks of robustness, and a judge that
reads a request in several renderings.
"""

from __future__ import annotations

import random
import re
from dataclasses import dataclass, replace

_LEVEL = re.compile(r"(?:^|(?<=\s))((?:[-*•] )?(?:[Ss]core )?)([1-5])( = |: | - )")
# A description with one of these leans on the one before it.
_LEANS = re.compile(
    r"\b(same|above|below|else|otherwise|worse|also|either|other|others|latter|former|it|that"
    r"|those|this|these|all of (?:it|this)|the rest|anything|likewise|too)\b",
    re.IGNORECASE,
)
_ORDER = re.compile(
    r"\b(order|first|second|third|last|next|then|former|latter|above|below)\b", re.I
)
_BULLETS = re.compile(r"(?:^- .+\n?){2,}", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Ladder:
    """A rubric that ends with what earns a 5, a 1 and perhaps the scores between.

    Attributes:
        head: what stands before, with the white space after it.
        levels: each score with its description, in the rubric's order: `5: four facts`.
        gap: what stands between any two of them, such as `. ` or a line end.
        end: what stands after the last.
    """

    head: str
    levels: tuple[str, ...]
    gap: str
    end: str

    @property
    def text(self) -> str:
        """The rubric."""
        return self.head + self.gap.join(self.levels) + self.end

    @property
    def descriptions(self) -> tuple[str, ...]:
        """The levels without their scores."""
        return tuple(_LEVEL.sub("", level, count=1) for level in self.levels)

    @property
    def turned(self) -> Ladder:
        """From 1 to 5 instead of 5 to 1, or the reverse."""
        return replace(self, levels=self.levels[::-1])


def read_ladder(rubric: str) -> Ladder | None:
    """The levels of a rubric; None where they cannot be read for certain.

    Example:
        >>> read_ladder("Facts.\\n5 - four\\n3 - two\\n1 - none\\n").levels
        ('5 - four', '3 - two', '1 - none')
        >>> read_ladder("5: four. 3: two. A wrong date costs 1.")
    """
    marks = list(_LEVEL.finditer(rubric))
    scores = [int(mark[2]) for mark in marks]
    is_ordered = scores in (sorted(set(scores)), sorted(set(scores), reverse=True))
    is_uniform = len({mark.group(1, 3) for mark in marks}) == 1
    if not is_ordered or not is_uniform or not {1, 5} <= set(scores):
        return None
    ends = [mark.start() for mark in marks[1:]] + [len(rubric)]
    texts = [rubric[mark.start() : end] for mark, end in zip(marks, ends, strict=True)]
    bare = [text.rstrip(" \n.;,") for text in texts]
    gaps = {text[len(core) :] for text, core in zip(texts[:-1], bare[:-1], strict=True)}
    # A line below the last level may well be about all of them.
    if len(gaps) != 1 or "\n" in bare[-1] or not all(map(_LEVEL.match, bare)):
        return None
    end = texts[-1][len(bare[-1]) :]
    return Ladder(rubric[: marks[0].start()], tuple(bare), gaps.pop(), end)


def stand_alone(ladder: Ladder) -> bool:
    """Whether each description is understood without the one before it, as far as English tells."""
    *_, last = ladder.descriptions
    # A second sentence in the last one may be about all, and a bare `four` there is understood
    # from what came before.
    is_plain = not re.search(r"[.;]", last) and last not in ("one", "two", "three", "four")
    return is_plain and not any(map(_LEANS.search, ladder.levels))


def turn_anchors(rubric: str) -> str:
    """List the anchors of 5 to 1 from 1 to 5, or the reverse; other rubrics stay as they are.

    Each of the five must stand there once, in order, up to the end of the rubric, and be
    understood without the one before it.

    Example:
        >>> turn_anchors("5: four facts. 4: three. 3: two. 2: one. 1: none.")
        '1: none. 2: one. 3: two. 4: three. 5: four facts.'
    """
    ladder = read_ladder(rubric)
    if ladder is None or len(ladder.levels) != 5 or not stand_alone(ladder):
        return rubric
    return ladder.turned.text


def shuffle_bullets(rng: random.Random, rubric: str) -> str:
    """Another order for a list with `- `, unless the rubric speaks of order or scores in it."""
    found = _BULLETS.search(rubric)
    if not found or _ORDER.search(rubric) or re.search(r"^- .*\b[1-5]\b", found[0], re.MULTILINE):
        return rubric
    rows = found[0].rstrip("\n").split("\n")
    end = "\n" if found[0].endswith("\n") else ""
    shuffled = "\n".join(rng.sample(rows, len(rows))) + end
    return rubric[: found.start()] + shuffled + rubric[found.end() :]
