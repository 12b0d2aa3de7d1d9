"""One request in several renderings: the same demands, laid out otherwise.

Only the rubric's layout varies: its lines, the signs of its lists, its last full stop and the white
space after it. No word changes its place: another order of the scores can mean something else.
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
from autograder.rubric_layout import Ladder, read_ladder
from autograder.schema import Example, Request

# Code, tables, headings, quotations and indented text have a layout that may matter.
_LAID_OUT = re.compile(r"[`|{}<>\t\"“”«»]|(?<!\w)['\u2018]|^#|^ ", re.MULTILINE)
# What speaks of the layout of the rubric, or may do so, keeps it.
_ON_LAYOUT = re.compile(
    r"\b(?:lines?|rows?|lists?|listed|bullets?|paragraphs?|sections?|numbered|dash(?:es)?|stars?"
    r"|asterisks?|above|below)\b",
    re.IGNORECASE,
)
# A sentence beside the description of a score may belong to it, or to all of them.
_SCORE = re.compile(
    r"\b[1-5](?: ?[:=)]| [-\u2013\u2014] | points?\b)|^\W*(?:score )?[1-5]\b",
    re.MULTILINE | re.IGNORECASE,
)
_FEW_WORDS = 8
_SENTENCE_END = re.compile(r"[.!?…] ")
_GAP = re.compile(r"\n+|[.;][ \n]")
_HEAD = re.compile(r"(?:.*(?:[.?!:]\s+|[^\W\d_]\n+))?", re.DOTALL)
_ONE_SENTENCE = re.compile(r"(?:[^.;:!?…|`{}<>\n\t]|(?<=\d)[.:](?=\d))*[^\W_][)\]%'\"\u2019]?")
_NEXT_SENTENCE = re.compile(
    r"(?<=[^\W\d_]{3}[.!?])(?<!\b[Pp]rof\.)(?<!\bincl\.)(?<!\betc\.)(?<!\bMrs\.) (?=[A-ZÀ-ÖØ-Þ])"
)
# Other scripts have other full stops and colons than those which a change would add.
_OTHER_SCRIPT = re.compile(r"[^\u0000-\u024f\u2010-\u20cf]")
_BULLET = re.compile(r"^[-*•] ")
_BULLETS = re.compile(r"^([-*•])(?= )", re.MULTILINE)
# Before a number, the sign of a list may be a minus.
_MINUS = re.compile(r"^[-*•] ?\d", re.MULTILINE)
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
        super().__init__(encoder.tokenizer, encoder.max_length, encoder.solves)
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
        >>> rubric_renderings("5: all. 1: none.", 2)
        ['5: all. 1: none.', '5: all.\\n1: none.']
        >>> rubric_renderings("Is the sum right?", 4)
        ['Is the sum right?', 'Is the sum right?\\n']
    """
    found = {rubric: None}
    for change in _CHANGES:
        found |= dict.fromkeys(map(change, tuple(found)))
    return list(found)[:num]


def _lines(rubric: str) -> str:
    """Running text instead of lines, or the reverse."""
    if any(kept.search(rubric) for kept in (_LAID_OUT, _ON_LAYOUT, _OTHER_SCRIPT)):
        return rubric
    ladder = read_ladder(rubric)
    if ladder is not None:
        if not _is_plain(ladder):
            return rubric
        return _run(ladder) if "\n" in ladder.gap else _break(ladder)
    if _SCORE.search(rubric) or _MINUS.search(rubric):
        return rubric
    lines = [line.strip() for line in rubric.split("\n") if line.strip()]
    if any(map(_BULLET.match, lines)):
        return _points(lines) or rubric
    if len(lines) == 1:
        sentences = _NEXT_SENTENCE.split(rubric)
        return rubric if any(map(_SENTENCE_END.search, sentences)) else "\n".join(sentences)
    return " ".join(lines) if all(line[-1] in ".!?" for line in lines) else rubric


def _points(lines: Sequence[str]) -> str | None:
    """A list, with at most a line above it, as one sentence."""
    head, points = ("", lines) if _BULLET.match(lines[0]) else (lines[0], lines[1:])
    bare = [_BULLET.sub("", line).rstrip(" .;,") for line in points]
    if not all(map(_BULLET.match, points)) or any(re.search(r"[.;!?]", point) for point in bare):
        return None
    return f"{head}{_joint(head)}{'; '.join(bare)}."


def _is_plain(ladder: Ladder) -> bool:
    """Whether each level is one sentence on one line, and what stands between them ends it."""
    parts = (ladder.head, *ladder.levels)
    return (
        _GAP.fullmatch(ladder.gap) is not None
        and _HEAD.fullmatch(ladder.head) is not None
        and all(map(_ONE_SENTENCE.fullmatch, ladder.descriptions))
        and all(_is_closed(part) for part in parts)
    )


def _is_closed(text: str) -> bool:
    """Whether its brackets and quotation marks are all closed in it."""
    pairs = (("(", ")"), ("[", "]"), ("“", "”"), ("«", "»"))
    return text.count('"') % 2 == 0 and all(text.count(a) == text.count(b) for a, b in pairs)


def _run(ladder: Ladder) -> str:
    head, stop = ladder.head.rstrip(), ladder.gap.strip() or "."
    body = f"{stop} ".join(_BULLET.sub("", level) for level in ladder.levels)
    return f"{head}{_joint(head)}{body}{ladder.end.strip() or '.'}"


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
    if _LAID_OUT.search(rubric) or _ON_LAYOUT.search(rubric):
        return rubric
    ladder = read_ladder(rubric)
    if len(_BULLETS.findall(rubric)) > 1:
        if ladder is None and _MINUS.search(rubric):
            return rubric
        return _BULLETS.sub(lambda match: "*" if match[1] == "-" else "-", rubric)
    if len(_NUMBERS.findall(rubric)) > 1:
        return _NUMBERS.sub(lambda match: match[1] + (")" if match[2] == "." else "."), rubric)
    if ladder is None or "\n" not in ladder.gap or not _is_plain(ladder):
        return rubric
    return dataclasses.replace(ladder, levels=tuple(f"* {text}" for text in ladder.levels)).text


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
    """Without the white space after it, or with a line end if there is none."""
    text = rubric.rstrip()
    return f"{text}\n" if text == rubric else text


_CHANGES: tuple[Callable[[str], str], ...] = (_lines, _signs, _stop, _space)
