"""A request in another form that deserves the same score, or None where that is not certain.

White space, capitals in the rubric and the order of its lines never matter. Markdown, slips and
padding may: they are left out where the task or the rubric, in English, speaks of form, and in
code. The words are others than those of `dataset.augment`, which judges are trained on.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from autograder.robustness.texts import Padding
from autograder.rubric_layout import shuffle_bullets, turn_anchors
from autograder.schema import Example, Request

Variant = Callable[[random.Random, Example], Request | None]

_FORM = re.compile(
    r"\b(?:words?|sentences?|lines?|paragraphs?|characters?|letters?|length|long\w*|short\w*"
    r"|brief\w*|concise\w*|terse|only|nothing|just|bare|extra|add(?:s|ed|ing)?|format\w*|layout"
    r"|json|csv|html|xml|yaml|markdown|bullets?|lists?|tables?|headings?|bold|capitals?|case"
    r"|spell\w*|typos?|grammar|style|tone|polite\w*|friendly|warm\w*|greet\w*|plain|exact\w*"
    r"|verbatim|quot\w*|copy|translat\w*)\b",
    re.IGNORECASE,
)
_CODE = re.compile(r"[`{}|<>]|;\s*$|^\s*(?:def|class|import|SELECT|#)\b|\w\(\w*\)", re.MULTILINE)
_FIRST_WORD = re.compile(r"[^\W\d_]{2,}")
_LONG_WORD = re.compile(r"\b[a-z]{6,}\b")
_SENTENCE_END = re.compile(r"(?<=[a-z]{2}[.!?]) (?=[A-Z])")
_SENTENCE_START = re.compile(r"(?:^|(?<=[.!?] ))[A-Z](?=[a-z]{2})", re.MULTILINE)
_WORDS_A_SLIP = 12


def form_is_free(example: Example) -> bool:
    """Whether neither the task nor the rubric asks for a form; other languages cannot be read."""
    asked = f"{example.prompt}\n{example.rubric}"
    return example.language == "en" and not _FORM.search(asked)


def may_change(example: Example) -> bool:
    """Whether a response in another form, or with a sentence more, is as good as before."""
    return form_is_free(example) and not _CODE.search(example.response)


def white_space(_: random.Random, example: Example) -> Request:
    """Blank lines around the response, spaces at the ends of its lines, a tab at its end."""
    lines = "".join(f"{line}  \n" for line in example.response.split("\n"))
    return replace(example.request, response=f"\n\n{lines}\t\n")


def rubric_case(_: random.Random, example: Example) -> Request:
    """The first word of the rubric in capitals, or in small letters if it has capitals."""

    def turn(match: re.Match[str]) -> str:
        return match[0].lower() if match[0].isupper() else match[0].upper()

    rubric = _FIRST_WORD.sub(turn, example.rubric, count=1)
    return replace(example.request, rubric=rubric)


def rubric_order(rng: random.Random, example: Example) -> Request:
    """The rubric with its scores from 1 to 5 instead of 5 to 1, or its points shuffled."""
    rubric = shuffle_bullets(rng, turn_anchors(example.rubric))
    return replace(example.request, rubric=rubric)


def markdown(rng: random.Random, example: Example) -> Request | None:
    """A heading above, a sentence in bold type, or all of it as a quotation."""
    if not may_change(example) or "**" in example.response:
        return None
    text = example.response
    first, *rest = _SENTENCE_END.split(text, maxsplit=1)
    bold = " ".join((f"**{first}**", *rest)) if "\n" not in first else f"***\n\n{text}"
    quoted = "\n".join(f"> {line}".rstrip() for line in text.split("\n"))
    return replace(example.request, response=rng.choice((f"## In reply\n\n{text}", bold, quoted)))


def small_letters(_: random.Random, example: Example) -> Request | None:
    """Small letters at the start of sentences, as in a chat; short words may be symbols."""
    if not may_change(example):
        return None
    text = _SENTENCE_START.sub(lambda match: match[0].lower(), example.response)
    return replace(example.request, response=text)


def typos(rng: random.Random, example: Example) -> Request | None:
    """Two letters change places in one of twelve words, in none that task or rubric name."""
    if not may_change(example):
        return None
    named = f"{example.prompt} {example.rubric}".lower()
    found = [match for match in _LONG_WORD.finditer(example.response) if match[0] not in named]
    most = max(1, len(example.response.split()) // _WORDS_A_SLIP)
    text = example.response
    for match in rng.sample(found, min(most, len(found))):
        at = match.start() + rng.randint(1, len(match[0]) - 3)
        text = text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    return replace(example.request, response=text)


def padded(padding: Sequence[Padding]) -> Variant:
    """One of these sentences before or after the response."""

    def variant(rng: random.Random, example: Example) -> Request | None:
        if not may_change(example):
            return None
        chosen = rng.choice(padding)
        parts = (chosen.text, example.response)
        joint = "\n\n" if "\n" in example.response else " "
        ordered = parts if chosen.place == "before" else parts[::-1]
        return replace(example.request, response=joint.join(ordered))

    return variant


def variants(padding: Sequence[Padding]) -> dict[str, Variant]:
    """Each kind by its name."""
    return {
        "white space": white_space,
        "case of the rubric's first word": rubric_case,
        "order of the rubric's lines": rubric_order,
        "small letters": small_letters,
        "markdown": markdown,
        "typos": typos,
        "polite padding": padded(padding),
    }
