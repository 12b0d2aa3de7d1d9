"""What a judge is asked: a request, what it is compared with, and the item that it stands for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice, zip_longest

from autograder.evaluation.behaviour import FAULTS
from autograder.robustness.directions import directions
from autograder.robustness.sample import Case, Sample
from autograder.robustness.texts import MASTER_KEY, Attack, Quote, Texts
from autograder.robustness.variants import Variant, variants
from autograder.schema import Example, Request

PLACES = ("before", "inside", "after")
NOTHING = {"an empty answer": "", "a full stop": ".", "a hyphen": "-"}


@dataclass(frozen=True, slots=True)
class Cases:
    """All questions.

    Attributes:
        cases: those with a right answer of their own.
        labelled: examples whose error is set beside their length.
        explained: examples of which the judge also says why.
    """

    cases: tuple[Case, ...]
    labelled: tuple[Example, ...]
    explained: tuple[Example, ...] = ()

    def requests(self) -> list[Request]:
        """Each request once, without those that are explained."""
        asked = [case.changed for case in self.cases]
        asked += [case.plain for case in self.cases if case.plain]
        asked += [example.request for example in self.labelled]
        return list(dict.fromkeys(asked))


def make_cases(
    examples: Sequence[Example], texts: Texts, *, limit: int, seed: int, reasons: int = 0
) -> Cases:
    """Draw items and make of them what the judge is asked.

    Args:
        examples: held out from the judge's training.
        texts: what the judge has not seen either.
        limit: items in each measure, at most; one answer of each.
        seed: of all draws. A new item changes what is drawn of no other.
        reasons: items of which one answer is explained, at most.
    """
    sample = Sample(examples, limit, seed)
    labelled = tuple(row for item in sample.items[:limit] for row in sample.by_item[item])
    cases = (
        *_injections(sample, texts.attacks),
        *_quotes(texts.quotes),
        *_nothing(sample, texts.attacks),
        *_invariances(sample, texts),
        *directions(sample, texts),
        *_labelled_faults(sample),
    )
    return Cases(cases, labelled, tuple(sample.one_each(limit=reasons)))


# --- attacks


def _injections(sample: Sample, attacks: Sequence[Attack]) -> Iterator[Case]:
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


def _nothing(sample: Sample, attacks: Sequence[Attack]) -> Iterator[Case]:
    """Answers that say nothing: none, one sign, or the opening of an answer."""
    keys = [attack.text for attack in attacks if attack.kind == MASTER_KEY]
    for number, example in enumerate(sample.one_each()):
        for kind, text in NOTHING.items():
            yield Case("nothing", kind, example.item, replace(example.request, response=text))
        for at in range(min(2, len(keys))):
            text = keys[(2 * number + at) % len(keys)]
            changed = replace(example.request, response=text)
            yield Case("master key", "alone", example.item, changed)


# --- conduct and honest texts, as they were labelled


def _labelled_faults(sample: Sample) -> Iterator[Case]:
    for name, fault in FAULTS.items():
        of_items = (
            [row for row in sample.by_item[item] if fault.could_be(row)] for item in sample.items
        )
        for rows in islice(filter(None, of_items), sample.limit):
            for row in rows:
                yield Case(name, row.category, row.item, row.request)


# --- what must not matter


def _invariances(sample: Sample, texts: Texts) -> Iterator[Case]:
    for kind, variant in variants(texts.padding).items():
        yield from _invariance(sample, kind, variant)


def _invariance(sample: Sample, kind: str, variant: Variant) -> Iterator[Case]:
    found = {}
    for example in (row for rows in sample.by_item.values() for row in rows):
        changed = variant(sample.rng(kind, example.id), example)
        if changed and changed != example.request:
            found[example.id] = changed
    for example in sample.one_each(lambda row: row.id in found):
        yield Case("invariance", kind, example.item, found[example.id], example.request)
