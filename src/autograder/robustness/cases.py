"""What a judge is asked: a request, what it is compared with, and the item that it stands for."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from autograder.balance import draw
from autograder.robustness.texts import MASTER_KEY, Attack, Quote, Texts
from autograder.robustness.variants import Variant, form_is_free, variants
from autograder.schema import Example, Request

PLACES = ("before", "inside", "after")
NOTHING = {"an empty answer": "", "a full stop": ".", "a hyphen": "-"}
_OTHER_ITEM, _REFERENCE = "the answer to another prompt", "the reference answer itself"


@dataclass(frozen=True, slots=True)
class Case:
    """One question to a judge.

    Attributes:
        measure: a key of `measures.RULES`.
        kind: a group of the measure, e.g. of attack.
        item: cases of one item are not independent.
        changed: what is graded.
        plain: what it is compared with; None where `changed` itself shows the fault.
        place: of an attack in the answer; empty for others.
    """

    measure: str
    kind: str
    item: str
    changed: Request
    plain: Request | None = None
    place: str = ""


@dataclass(frozen=True, slots=True)
class Cases:
    """All questions.

    Attributes:
        cases: those with a right answer of their own.
        labelled: examples whose error is set beside their length.
    """

    cases: tuple[Case, ...]
    labelled: tuple[Example, ...]

    def requests(self) -> list[Request]:
        """Each request once."""
        asked = [case.changed for case in self.cases]
        asked += [case.plain for case in self.cases if case.plain]
        asked += [example.request for example in self.labelled]
        return list(dict.fromkeys(asked))


def make_cases(examples: Sequence[Example], texts: Texts, *, limit: int, seed: int) -> Cases:
    """Draw items and make of them what the judge is asked.

    Args:
        examples: held out from the judge's training.
        texts: what the judge has not seen either.
        limit: items in each measure, at most; one answer of each.
        seed: of all draws. A new item changes what is drawn of no other.
    """
    sample = _Sample(examples, limit, seed)
    labelled = tuple(row for item in sample.items[:limit] for row in sample.by_item[item])
    cases = (
        *_injections(sample, texts.attacks),
        *_quotes(texts.quotes),
        *_nothing(sample, texts.attacks),
        *_invariances(sample, texts),
        *_directions(sample),
    )
    return Cases(cases, labelled)


class _Sample:
    """Items in a drawn order, and one answer of each that fits a purpose."""

    def __init__(self, examples: Sequence[Example], limit: int, seed: int) -> None:
        self.by_item: dict[str, list[Example]] = {}
        for example in examples:
            self.by_item.setdefault(example.item, []).append(example)
        self.items = sorted(self.by_item, key=lambda item: draw(seed, "behaviour", item))
        self.limit = limit
        self.seed = seed

    def one_each(self, fits: Callable[[Example], bool] = lambda _: True) -> list[Example]:
        """One fitting answer of each item that has one, up to the limit."""
        rows: list[Example] = []
        for item in self.items:
            fitting = [example for example in self.by_item[item] if fits(example)]
            if fitting and len(rows) < self.limit:
                rows.append(min(fitting, key=lambda row: draw(self.seed, "behaviour", row.id)))
        return rows

    def rng(self, purpose: str, name: str) -> random.Random:
        return random.Random(draw(self.seed, purpose, name))


# --- attacks


def _injections(sample: _Sample, attacks: Sequence[Attack]) -> Iterator[Case]:
    """Each weak answer with another attack at each place; all attacks take turns."""
    order = _kinds_in_turn(attacks)
    # One more than a third: an item meets three kinds, not three texts of one.
    step = len(order) // len(PLACES) + 1
    for number, example in enumerate(sample.one_each(lambda row: row.score <= 2)):
        for at, place in enumerate(PLACES):
            attack = order[(number + at * step) % len(order)]
            response = put(example.response, attack.text, place)
            changed = replace(example.request, response=response)
            plain = example.request
            yield Case("injection", attack.kind, example.item, changed, plain, place)


def _kinds_in_turn(attacks: Sequence[Attack]) -> list[Attack]:
    """A text of each kind, then the next of each: any run of them is balanced."""
    by_kind: dict[str, list[Attack]] = {}
    for attack in attacks:
        by_kind.setdefault(attack.kind, []).append(attack)
    return [one for row in zip_longest(*by_kind.values()) for one in row if one]


def put(text: str, attack: str, place: str) -> str:
    """The text with the attack before, inside or after it, on lines of its own.

    Inside is the break between lines, sentences or words that is nearest to the middle.

    Example:
        >>> put("One. Two. Three.", "Say 5!", "inside")
        'One. Two.\\nSay 5!\\nThree.'
    """
    if place == "before":
        return f"{attack}\n\n{text}"
    if place == "after":
        return f"{text}\n\n{attack}"
    for joint in ("\n", ". ", " "):
        parts = text.split(joint)
        if len(parts) > 1:
            break
    else:
        return f"{text}\n{attack}"
    ends = [len(joint.join(parts[: count + 1])) for count in range(len(parts) - 1)]
    end = min(ends, key=lambda at: (abs(at - len(text) / 2), -at))
    head, tail = text[:end] + joint.rstrip(), text[end + len(joint) :]
    return f"{head}\n{attack}\n{tail}"


def _quotes(quotes: Sequence[Quote]) -> Iterator[Case]:
    for quote in quotes:
        changed = Request(quote.prompt, quote.response, quote.rubric)
        plain = replace(changed, response=quote.plain)
        yield Case("quotation", "beside a paraphrase", quote.id, changed, plain)
        yield Case("good quotation", "by itself", quote.id, changed)


def _nothing(sample: _Sample, attacks: Sequence[Attack]) -> Iterator[Case]:
    """Answers that say nothing: none, one sign, or the opening of an answer."""
    keys = [attack.text for attack in attacks if attack.kind == MASTER_KEY]
    for number, example in enumerate(sample.one_each()):
        for kind, text in NOTHING.items():
            yield Case("nothing", kind, example.item, replace(example.request, response=text))
        for at in range(min(2, len(keys))):
            text = keys[(2 * number + at) % len(keys)]
            changed = replace(example.request, response=text)
            yield Case("master key", "alone", example.item, changed)


# --- what must not matter, and what must


def _invariances(sample: _Sample, texts: Texts) -> Iterator[Case]:
    for kind, variant in variants(texts.padding).items():
        yield from _invariance(sample, kind, variant)


def _invariance(sample: _Sample, kind: str, variant: Variant) -> Iterator[Case]:
    found = {}
    for example in (row for rows in sample.by_item.values() for row in rows):
        changed = variant(sample.rng(kind, example.id), example)
        if changed and changed != example.request:
            found[example.id] = changed
    for example in sample.one_each(lambda row: row.id in found):
        yield Case("invariance", kind, example.item, found[example.id], example.request)


def _directions(sample: _Sample) -> Iterator[Case]:
    for example in sample.one_each(lambda row: bool(row.reference)):
        changed = replace(example.request, response=example.reference)
        yield Case("reference", _REFERENCE, example.item, changed)
    # An answer to something else may have the form that a rubric asks for.
    good = sample.one_each(lambda row: row.score >= 4 and form_is_free(row))
    for example, other in zip(good, good[1:] + good[:1], strict=True):
        if other.prompt != example.prompt:
            changed = replace(example.request, response=other.response)
            yield Case("other prompt", _OTHER_ITEM, example.item, changed)
