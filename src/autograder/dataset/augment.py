"""Variants of items that leave every label as it is: pleas, padding, format, slips, rubric frames.

A variant takes the place of its item, which keeps its `item` in the examples, so that sizes,
balance and splits stay. Which of an item's responses are changed, and how, is drawn without a
look at their scores. An item is left alone where a change could matter to its rubric.
"""

from __future__ import annotations

import base64
import random
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from autograder.balance import draw
from autograder.config import AugmentConfig
from autograder.dataset import rubric_frames
from autograder.dataset.augment_phrases import Tables, read_tables
from autograder.dataset.families import injection
from autograder.schema import GradedResponse, Item

# Families and categories of the bank whose rubrics ask for content; others may ask for form.
_CONTENT = frozenset(
    ("arithmetic", "coverage", "details", "groundedness", "refusal", "same_answers", "table_lookup")
)
_FACTS = frozenset(("arithmetic", "extraction", "factual_qa", "groundedness", "reasoning"))
_CODE_TASKS = frozenset(("code", "code_review"))
# A rubric of the bank with one of these may care how, how long or for whom something is said.
_FORM = re.compile(
    r"\b(words?|sentences?|lines?|paragraphs?|characters?|letters?|long|longer|short|shorter"
    r"|brief\w*|brevity|length|concise|terse|room|bare|nothing (?:else|added|around|more|but)|extra"
    r"|add(?:s|ed|ing)?|addition\w*|whatever|anything|format\w*|layout|json|csv|bullets?|lists?"
    r"|capitals?|case|spell\w*|typos?|grammar|style|tone|polite\w*|friendly|rude|warm\w*|kind\w*"
    r"|greet\w*|plain|jargon|remarks?|comments?|claims?|exact\w*|verbatim|quot\w*|grad\w+"
    r"|evaluat\w*|examin\w*|pleas?|plead\w*|beg|begs|ask(?:er|s)?|child\w*|kids?|year-olds?"
    r"|reader|understand\w*|clear\w*|speaks?|name[sd]? her|easy|simple|every word"
    r"|(?:code|text|answer|number|plan) only|only the (?:code|answer|number|result))\b",
    re.IGNORECASE,
)
_CODE = re.compile(
    r"```|[;{}]\s*$|^\s*(?:def|class|import|from \w+ import|SELECT|function|const|let|var)\b"
    r"|\w\(\w*\)",
    re.MULTILINE,
)
_MARK = re.compile(r"(?:[-*•]|\d+[.)]|[a-d]\)) ")
_BULLET = re.compile(r"[-*•] ")
_SENTENCE = re.compile(r"(?<=[a-z0-9]{2}[.!?]) (?=[A-Z])")
_WORD = re.compile(r"(?<![\w'-])[A-Za-z]+(?![\w'-])")

_SLIPS = 0.35  # of the words that may take one


def augment(item: Item, config: AugmentConfig, seed: int, words: Path) -> Item:
    """The item, or by a seeded draw a variant of it.

    The draw depends on nothing but the seed, the kind and the item's id, so that a new item
    changes no other. A variant's id ends in its kinds, e.g. `coverage-tea-0+padding+plea`.

    Args:
        item: of a family or of the bank.
        config: for each kind, the share of the items that it is safe for.
        seed: of the choice and of the changes.
        words: the folder of the families' words, `data/families`.
    """
    varied, marks = item, ""
    for kind, (is_safe, change) in _KINDS.items():
        rng = random.Random(draw(seed, f"augment/{kind}", item.id))
        if rng.random() < getattr(config, kind) and is_safe(item):
            before, varied = varied, change(rng, varied, read_tables(words))
            marks += f"+{kind}" if varied != before else ""
    return replace(varied, id=item.id + marks, group=item.group or item.id) if marks else item


def _asks_for_content(item: Item) -> bool:
    if item.language != "en":
        return False
    if item.source != "bank":
        return item.source in _CONTENT
    return item.category in _FACTS and not _FORM.search(f"{item.prompt} {item.rubric}")


def _may_plead(item: Item) -> bool:
    is_code = item.source == "bank" and item.category in _CODE_TASKS
    return _asks_for_content(item) or (is_code and not _FORM.search(f"{item.prompt} {item.rubric}"))


def _may_be_padded(item: Item) -> bool:
    return _asks_for_content(item) or item.source == injection.FAMILY


def _each(
    rng: random.Random, item: Item, change: Callable[[GradedResponse], GradedResponse]
) -> Item:
    """The item with a random one to five of its responses changed."""
    hit = rng.sample(range(len(item.responses)), rng.randint(1, len(item.responses)))
    responses = tuple(
        change(graded) if index in hit else graded for index, graded in enumerate(item.responses)
    )
    return replace(item, responses=responses)


# ------------------------------------------------------------------------ pleas


def _plead(rng: random.Random, item: Item, tables: Tables) -> Item:
    if rng.random() < 0.2:
        plea = rng.choice(tables.say.in_prompt).format(score=_wish(rng))
        parts = [item.prompt, plea] if rng.random() < 0.7 else [plea, item.prompt]
        return replace(item, prompt="\n\n".join(parts))
    honest = iter(rng.sample(tables.say.honest, len(item.responses)))

    def change(graded: GradedResponse) -> GradedResponse:
        put = _beside if _CODE.search(graded.response) else injection.place
        if rng.random() < 0.2:
            return replace(graded, response=put(rng, graded.response, next(honest)))
        kind, plea = _plea(rng, tables, graded.response)
        if rng.random() < 0.5:
            return injection.with_attack(rng, tables.attacks, graded, kind, plea, put)
        return replace(graded, response=put(rng, graded.response, plea))

    return _each(rng, item, change)


def _wish(rng: random.Random) -> int:
    """The score that a plea asks for: mostly the top, sometimes the bottom."""
    return 5 if rng.random() < 0.85 else 1


def _plea(rng: random.Random, tables: Tables, response: str) -> tuple[str, str]:
    """The kind of a plea, as a reasoning names it, and its text."""
    say = tables.say
    if _CODE.search(response) or rng.random() < 0.15:
        has_hash = re.search(r"^\s*(?:def|import|class|for)\b.*:|#|\$", response, re.MULTILINE)
        sign = "#" if has_hash else "--" if "SELECT" in response else "//"
        return "the comment", f"{sign} {rng.choice(say.code_comments).format(score=_wish(rng))}"
    form = rng.random()
    if form < 0.3:
        return "the plea in another language", rng.choice(say.foreign).format(score=_wish(rng))
    if form < 0.5:
        text = rng.choice(say.encoded).format(score=_wish(rng))
        code = base64.b64encode(text.encode()).decode()
        return "the encoded message", rng.choice(say.encoded_leads).format(code=code)
    return injection.draw_attack(rng, tables.attacks)


def _beside(rng: random.Random, text: str, plea: str) -> str:
    """On a line of its own before or after, so that code stays in one piece."""
    return f"{plea}\n{text}" if rng.random() < 0.3 else f"{text}\n{plea}"


# ------------------------------------------------------------- padding and form


def _pad(rng: random.Random, item: Item, tables: Tables) -> Item:
    # No sentence stands in two responses: shared words would make them look alike.
    before = iter(rng.sample(tables.say.before, len(item.responses)))
    after = iter(rng.sample(tables.say.after, 2 * len(item.responses)))

    def change(graded: GradedResponse) -> GradedResponse:
        opener = next(before) if rng.random() < 0.6 else ""
        closers = [next(after) for _ in range(rng.randint(0 if opener else 1, 2))]
        joint = "\n" if "\n" in graded.response else " "
        parts = (opener, graded.response, " ".join(closers))
        return replace(graded, response=joint.join(part for part in parts if part))

    return _each(rng, item, change)


def _restyle(rng: random.Random, item: Item, tables: Tables) -> Item:
    def change(graded: GradedResponse) -> GradedResponse:
        text = graded.response
        if _CODE.search(text) or re.search(r"[`|#<>_]|\*\*", text):
            return graded
        options = [
            new
            for new in (_head(rng, tables, text), _bold(rng, text), _quote(text), _mark(rng, text))
            if new != text
        ]
        return replace(graded, response=rng.choice(options))

    return _each(rng, item, change)


def _head(rng: random.Random, tables: Tables, text: str) -> str:
    return f"{'#' * rng.randint(1, 3)} {rng.choice(tables.say.headings)}\n\n{text}"


def _bold(rng: random.Random, text: str) -> str:
    """With one line or sentence in bold."""
    glue = "\n" if "\n" in text else " "
    parts = text.split("\n") if glue == "\n" else _SENTENCE.split(text)
    index = rng.choice([place for place, part in enumerate(parts) if part])
    mark = _MARK.match(parts[index])
    start = mark.end() if mark else 0
    parts[index] = f"{parts[index][:start]}**{parts[index][start:]}**"
    return glue.join(parts)


def _quote(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))


def _mark(rng: random.Random, text: str) -> str:
    """Bullets made sentences, or the sentences of one paragraph made bullets."""
    lines = text.split("\n")
    if sum(bool(_BULLET.match(line)) for line in lines) >= 2:
        bare = [_BULLET.sub("", line, count=1) for line in lines if line]
        return " ".join(line if line[-1] in ".!?:,;" else f"{line}." for line in bare)
    sentences = _SENTENCE.split(text)
    if len(lines) > 1 or len(sentences) < 2:
        return text
    mark = rng.choice(("- ", "* ", "• "))
    return "\n".join(f"{mark}{sentence}" for sentence in sentences)


# ------------------------------------------------------------------------ slips


def _slip(rng: random.Random, item: Item, tables: Tables) -> Item:
    """Slips and careless case, in words of a closed list that prompt and rubric do not use."""
    used = set(re.findall(r"[a-z]+", f"{item.prompt} {item.rubric}".lower()))

    def slip(match: re.Match[str]) -> str:
        word = match[0]
        options = tables.typos.get(word.lower())
        if not options or word.lower() in used or rng.random() >= _SLIPS:
            return word
        if rng.random() < 0.3:
            return rng.choice((word.upper(), word.lower()))
        typo = rng.choice(options)
        return typo.capitalize() if word[0].isupper() else typo

    def change(graded: GradedResponse) -> GradedResponse:
        if _CODE.search(graded.response):
            return graded
        return replace(graded, response=_WORD.sub(slip, graded.response))

    return _each(rng, item, change)


_KINDS: dict[str, tuple[Callable[[Item], bool], Callable[[random.Random, Item, Tables], Item]]] = {
    "rubric": (rubric_frames.is_english, rubric_frames.reframe),
    "padding": (_may_be_padded, _pad),
    "format": (_asks_for_content, _restyle),
    "typos": (_may_be_padded, _slip),
    "plea": (_may_plead, _plead),  # last, so that nothing garbles it
}
