"""One request in several renderings: the same demands, laid out otherwise.

Only the rubric varies, and of it the order of its scores, its lines, the signs of its lists, its
last full stop and the white space around it. The order of the fields stays as in training.
"""

from __future__ import annotations

import contextlib
import dataclasses
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from autograder.errors import DataError, ModelError
from autograder.judging.grader import MAX_RENDERINGS
from autograder.model.encode import Encoded, Encoder
from autograder.rubric_layout import Ladder, read_ladder, stand_alone
from autograder.schema import Example, Request

# Code, tables, headings and indented text have a layout that may matter.
_LAID_OUT = re.compile(r"[`|{}<>\t]|^#|^ ", re.MULTILINE)
# In a sentence of its own, only a word that points to another description leans on it.
_POINTS = re.compile(
    r"\b(?:same|above|below|else|otherwise|former|latter|likewise|previous|preceding|the rest)\b",
    re.IGNORECASE,
)
_SENTENCE_WORDS = 6
_FEW_WORDS = 8
_NEXT_SENTENCE = re.compile(r"(?<=\w\w[.!?]) (?=[A-ZÀ-ÖØ-ÞΑ-ΩА-Я])")
_BULLET = re.compile(r"^[-*•] ")
_BULLETS = re.compile(r"^([-*•])(?= )", re.MULTILINE)
_NUMBERS = re.compile(r"^(\d{1,2})([.)])(?= )", re.MULTILINE)


def check_renderings(num: object) -> int:
    """A number of renderings.

    Raises:
        ModelError: it is none.
    """
    if not isinstance(num, int) or not 1 <= num <= MAX_RENDERINGS:
        raise ModelError(
            f"renderings: expected a whole number from 1 to {MAX_RENDERINGS}, got {num!r}"
        )
    return num


@dataclass(frozen=True, slots=True)
class Rendered(Encoded):
    """A request as token ids, and its other renderings.

    Attributes:
        others: no two are equal, and none is the request as it is.
    """

    others: tuple[Encoded, ...] = ()


class RenderingEncoder(Encoder):
    """Encodes a request in up to `num` renderings, of which the first is the request as it is.

    One that is too long for the model, or for which another field would have to be cut, is left
    out.
    """

    def __init__(self, encoder: Encoder, num: int) -> None:
        super().__init__(encoder.tokenizer, encoder.max_length)
        self.num = num

    def encode_request(self, request: Request | Example) -> Rendered:
        """Encode a response without a verdict; see `Encoder.encode`."""
        row = request.request if isinstance(request, Example) else request
        first = super().encode_request(row)
        others: dict[Encoded, None] = {}
        for rubric in rubric_renderings(row.rubric, self.num)[1:]:
            with contextlib.suppress(DataError):
                other = super().encode_request(dataclasses.replace(row, rubric=rubric))
                if other.truncated == first.truncated and other != first:
                    others[other] = None
        fields = {field.name: getattr(first, field.name) for field in dataclasses.fields(first)}
        return Rendered(**fields, others=tuple(others))


def in_renderings(batch: Sequence[Encoded]) -> list[tuple[list[int], list[Encoded]]]:
    """What to read for a batch: the k-th rendering of all that have one, with their places."""
    by_example = [(row, *(row.others if isinstance(row, Rendered) else ())) for row in batch]
    parts = []
    for k in range(max(map(len, by_example), default=1)):
        places = [at for at, texts in enumerate(by_example) if k < len(texts)]
        parts.append((places, [by_example[at][k] for at in places]))
    return parts


def rubric_renderings(rubric: str, num: int) -> list[str]:
    """The rubric as it is, then up to `num` - 1 others, no two the same.

    Each kind of change is made to all that were found before it, so that those that differ most
    come first.

    Example:
        >>> rubric_renderings("5: all. 1: none.", 4)
        ['5: all. 1: none.', '1: none. 5: all.', '5: all.\\n1: none.', '1: none.\\n5: all.']
        >>> rubric_renderings("Is the sum right?", 4)
        ['Is the sum right?', 'Is the sum right?\\n']
    """
    found = {rubric: None}
    for change in _CHANGES:
        found |= dict.fromkeys(map(change, tuple(found)))
    return list(found)[:num]


def _order(rubric: str) -> str:
    """Scores from 1 to 5 instead of 5 to 1, or the reverse."""
    ladder = read_ladder(rubric)
    if ladder is None:
        return rubric
    are_sentences = all(len(text.split()) >= _SENTENCE_WORDS for text in ladder.descriptions)
    free = stand_alone(ladder) or (are_sentences and not _POINTS.search(" ".join(ladder.levels)))
    return ladder.turned.text if free else rubric


def _lines(rubric: str) -> str:
    """Running text instead of lines, or the reverse."""
    if _LAID_OUT.search(rubric):
        return rubric
    ladder = read_ladder(rubric)
    if ladder is not None:
        return _run(ladder) if "\n" in ladder.gap else _break(ladder)
    lines = rubric.strip().split("\n")
    first = next((at for at, line in enumerate(lines) if _BULLET.match(line)), 0)
    if all(_BULLET.match(line) for line in lines[first:]):
        points = [_BULLET.sub("", line).rstrip(" .;,") for line in lines[first:]]
        if any(re.search(r"[.;!?]", point) for point in points):
            return rubric
        head = " ".join(lines[:first])
        return f"{head}{_joint(head)}{'; '.join(points)}."
    if len(lines) == 1:
        return _NEXT_SENTENCE.sub("\n", rubric)
    whole = [line.strip() for line in lines if line.strip()]
    return " ".join(whole) if all(line[-1] in ".!?" for line in whole) else rubric


def _run(ladder: Ladder) -> str:
    if any("\n" in level for level in ladder.levels):
        return ladder.text
    stop = ladder.gap.strip() or "."
    levels = [_BULLET.sub("", level) for level in ladder.levels]
    body = " ".join(level if level[-1] in "!?" else level + stop for level in levels[:-1])
    head = ladder.head.rstrip()
    return f"{head}{_joint(head)}{body} {levels[-1]}{ladder.end.strip() or '.'}"


def _break(ladder: Ladder) -> str:
    head = ladder.head.rstrip()
    gap = ladder.gap.rstrip() + "\n"
    return dataclasses.replace(ladder, head=head and f"{head}\n", gap=gap).text


def _joint(head: str) -> str:
    """Between a line and what it leads up to, if they are to stand on one."""
    return ": " if head[-1:].isalnum() else " " if head else ""


def _signs(rubric: str) -> str:
    """Other signs before the points of a list.

    Numbers stay, and none are added: beside the scores a number means something.
    """
    if len(_BULLETS.findall(rubric)) > 1:
        return _BULLETS.sub(lambda match: "*" if match[1] == "-" else "-", rubric)
    if len(_NUMBERS.findall(rubric)) > 1:
        return _NUMBERS.sub(lambda match: match[1] + (")" if match[2] == "." else "."), rubric)
    ladder = read_ladder(rubric)
    if ladder is None or "\n" not in ladder.gap or _LAID_OUT.search(rubric):
        return rubric
    return dataclasses.replace(ladder, levels=tuple(f"- {text}" for text in ladder.levels)).text


def _stop(rubric: str) -> str:
    """With or without the full stop after a few words."""
    text = rubric.strip()
    if len(text.split()) > _FEW_WORDS or "\n" in text or read_ladder(text) is not None:
        return rubric
    if re.search(r"[^\W\d_]{2}\.$", text):
        return text[:-1]
    is_cased = text[-1:].lower() != text[-1:].upper()  # other scripts have other full stops
    return f"{text}." if is_cased else rubric


def _space(rubric: str) -> str:
    """Without the white space around it, or with a line end if there is none."""
    text = rubric.strip()
    return f"{text}\n" if text == rubric else text


_CHANGES: tuple[Callable[[str], str], ...] = (_order, _lines, _signs, _stop, _space)
