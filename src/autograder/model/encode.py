"""From texts to token ids: where untrusted text loses its power, and long text its middle."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from autograder.errors import DataError, ModelError
from autograder.model.frame import ChatTemplate, plain_ids
from autograder.prompt import (
    CUT,
    HEADING_SIGN,
    LEAD,
    OWN_ANSWER_HEADING,
    OWN_ANSWER_ROOM,
    VERDICT_ROOM,
    FieldName,
    sections,
    verdict_tail,
)
from autograder.schema import SCORES, Example, Request

_SIGNS = "#\uff03\ufe5f"
"""The number sign, and what some tokenizers read as one (Unicode's NFKC)."""
_MAY_BE_CUT: tuple[FieldName, ...] = ("response", "reference", "prompt")
_MIN_KEPT = 32
"""A text is never cut below this many tokens: an error is better than a guess."""


@dataclass(frozen=True, slots=True)
class Encoded:
    """One example as token ids.

    Attributes:
        prefix: everything before the response; equal for equal rubric, prompt and reference.
        response: the response and all that follows up to and with the forced `LEAD`.
        verdict: the digit, the reasoning and the end token; empty at inference.
        score: the label, or 0 where there is none.
        truncated: names of the fields that were cut.
        opening_end: how many tokens of the prefix are the instruction, equal for all.
        rubric_end: how many are instruction and rubric, equal for equal rubrics.
        question: what the base is asked, so that its own answer may stand before the response; see
            `Encoder.with_own_answer`. Empty where none is wanted.
    """

    prefix: tuple[int, ...]
    response: tuple[int, ...]
    verdict: tuple[int, ...]
    score: int
    truncated: tuple[str, ...]
    opening_end: int = 0
    rubric_end: int = 0
    question: tuple[int, ...] = ()

    @property
    def segments(self) -> tuple[int, int, int]:
        """Where the prefix's segments end: the instruction, the rubric, the prompt."""
        return self.opening_end, self.rubric_end, len(self.prefix)

    @property
    def num_tokens(self) -> int:
        return len(self.prefix) + len(self.response) + len(self.verdict)


class Encoder:
    """Renders (prompt, response, rubric) with a tokenizer's own chat template.

    Each section is a turn of the user, so that control tokens, which no untrusted text can hold,
    stand between two of them. Where the chat template refuses or merges such turns, all sections
    are one turn, and `HEADING_SIGN` is broken in untrusted text as control tokens' names are.

    Args:
        tokenizer: a transformers tokenizer.
        max_length: tokens of prompt and verdict together.
        solves: where there is no reference answer, ask the base to answer the prompt itself.

    Raises:
        ModelError: the tokenizer has no single token for a digit after `LEAD`, or a response
            could imitate a heading.
    """

    def __init__(self, tokenizer: Any, max_length: int, solves: bool = False) -> None:
        self.tokenizer = tokenizer
        self.max_length = max_length
        self.solves = solves
        # A name of one character cannot be broken, so nothing may rest on it.
        control = {str(n): id_ for n, id_ in tokenizer.get_added_vocab().items() if len(str(n)) > 1}
        template = ChatTemplate(tokenizer)
        self.opening, self.separator, self.closing = template.frame(set(control.values()))
        fenced = not set(control.values()).isdisjoint(self.separator)
        self.broken = sorted([*control, *([] if fenced else [HEADING_SIGN])])
        longest_first = sorted(self.broken, key=len, reverse=True)
        self._broken = re.compile("|".join(map(re.escape, longest_first)) or r"(?!)")
        if not fenced:
            self._check_headings()
        self.lead, self.digit_ids = self._digits()
        self.asking = template.around_question() if solves else ((), ())
        response = self._trusted(sections("", "", "")[-1].heading)
        self._before_response = (*self.separator, *response)
        self._before_answer = (*self.separator, *self._trusted(OWN_ANSWER_HEADING))
        self.end_id: int = tokenizer.eos_token_id
        special = (id_ for id_, token in tokenizer.added_tokens_decoder.items() if token.special)
        self.stops = {self.end_id, *special}
        pad = tokenizer.pad_token_id
        self.pad_id: int = self.end_id if pad is None else pad

    def _check_headings(self) -> None:
        headings = [section.heading for section in sections("", "", "", reference="any")]
        headings.append(OWN_ANSWER_HEADING)
        for heading, sign in itertools.product(headings, _SIGNS):
            if self.untrusted(heading.replace("#", sign)) == self._trusted(heading):
                raise ModelError(
                    "a response could imitate the template: the tokenizer's chat template does not "
                    f"set turns of the user apart, and {HEADING_SIGN!r} has the same tokens when "
                    "it is broken up; choose another base model"
                )

    def _digits(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Ids of `LEAD`, and of the digits 1 to 5 where they follow it."""
        rendered = [self._trusted(f"{LEAD}{score}{verdict_tail('')}") for score in SCORES]
        differing = (i for i, ids in enumerate(zip(*rendered, strict=False)) if len(set(ids)) > 1)
        at = next(differing, 0)
        digits = tuple(ids[at] for ids in rendered)
        tails = {tuple(ids[at + 1 :]) for ids in rendered}
        if len(set(digits)) != len(SCORES) or len(tails) != 1:
            raise ModelError(
                "the tokenizer does not write each of the digits 1 to 5 as one token; "
                "choose another base model"
            )
        return tuple(rendered[0][:at]), digits

    def _trusted(self, text: str) -> list[int]:
        return plain_ids(self.tokenizer, text)

    def untrusted(self, text: str) -> list[int]:
        """Token ids of somebody's text; none of them is a control token or a heading's.

        What is in `broken`, the name of every control token, is broken after its first character
        before tokenising, so that what remains is ordinary text with the same characters.
        """
        pieces, start = [], 0
        while found := self._broken.search(text, start):
            cut = found.start() + 1
            pieces.append(text[start:cut])
            start = cut
        pieces.append(text[start:])
        return [token for piece in pieces if piece for token in self._trusted(piece)]

    def verdict(self, score: int, reasoning: str) -> tuple[int, ...]:
        """The digit, the reasoning and the end token; without a reasoning the digit alone."""
        if not reasoning:
            return (self.digit_ids[score - 1],)
        tail = self.untrusted(verdict_tail(reasoning))
        return (self.digit_ids[score - 1], *tail, self.end_id)

    def encode(
        self,
        prompt: str,
        response: str,
        rubric: str,
        reference: str | None = None,
        *,
        verdict: tuple[int, ...] = (),
        score: int = 0,
    ) -> Encoded:
        """Encode one response, cut to `max_length` if it must be.

        Response, reference answer and prompt are cut in their middles, the longest first, so that
        a long one leaves a short one whole; rubric and verdict never are.

        Raises:
            DataError: the rubric leaves no room for the others, or a text is none.
        """
        reference = reference or ""
        _check(prompt=prompt, response=response, rubric=rubric, reference=reference)
        parts = sections(prompt, response, rubric, reference)
        headings = [self._trusted(part.heading) for part in parts]
        texts = {part.field: self.untrusted(part.text) for part in parts}
        fixed = len(self.opening) + len(self.closing) + len(self.lead)
        fixed += len(self.separator) * (len(parts) - 1)
        asks = self.solves and not reference
        if asks:
            fixed += len(self._before_answer) + OWN_ANSWER_ROOM
        question = self._question(texts["prompt"]) if asks else ()
        room = self.max_length - fixed - max(VERDICT_ROOM, len(verdict))
        room -= sum(map(len, (*headings, texts["rubric"])))
        longest = _longest_kept([len(texts.get(field, ())) for field in _MAY_BE_CUT], room)
        truncated = [field for field in _MAY_BE_CUT if len(texts.get(field, ())) > longest]
        if truncated and longest < _MIN_KEPT:
            raise DataError(
                f"too long for model.max_length {self.max_length}: leaves {max(room, 0)} tokens "
                "for prompt, reference answer and response; shorten it or raise model.max_length",
                field="rubric",
            )
        for field in truncated:
            texts[field] = self._cut(texts[field], longest)
        *shared, response_ids = texts.values()
        prefix = [*self.opening, *headings[0]]
        opening_end = len(prefix)
        rubric_end = opening_end + len(shared[0])
        for ids, next_heading in zip(shared, headings[1:], strict=True):
            prefix += [*ids, *self.separator, *next_heading]
        branch = (*response_ids, *self.closing, *self.lead)
        return Encoded(
            *(tuple(prefix), branch, verdict, score, tuple(truncated), opening_end, rubric_end),
            question,
        )

    def _question(self, ids: list[int]) -> tuple[int, ...]:
        """What the base is asked of a whole prompt: the same for all responses to it."""
        before, after = self.asking
        room = self.max_length - len(before) - len(after) - OWN_ANSWER_ROOM
        return (*before, *(ids if len(ids) <= room else self._cut(ids, room)), *after)

    def with_own_answer(self, encoded: Encoded, tokens: Sequence[int]) -> Encoded:
        """Put what the base has answered to an example's question before the response.

        Args:
            encoded: what was asked.
            tokens: the answer's, at most `OWN_ANSWER_ROOM`, as `own_answer` gives them; none if
                the base has said nothing.
        """
        at = len(encoded.prefix) - len(self._before_response)
        own = (*self._before_answer, *tokens) if tokens else ()
        prefix = (*encoded.prefix[:at], *own, *encoded.prefix[at:])
        return replace(encoded, prefix=prefix, question=())

    def own_answer(self, generated: Sequence[int]) -> tuple[int, ...]:
        """Generated tokens as an untrusted text's: what a prompt makes the base say is no more.

        What follows the end of its turn is left out; without a chat template, a heading ends it.
        """
        said = itertools.takewhile(lambda token: token not in self.stops, generated)
        text = self.tokenizer.decode(list(said))
        if not self.tokenizer.chat_template:
            text = text.partition(f"\n{HEADING_SIGN}")[0]
        return tuple(self.untrusted(text.strip())[:OWN_ANSWER_ROOM])

    def encode_example(self, example: Example) -> Encoded:
        """Encode a graded response with its verdict, for training."""
        verdict = self.verdict(example.score, example.reasoning)
        return self.encode(*example.request.texts, verdict=verdict, score=example.score)

    def encode_request(self, request: Request | Example) -> Encoded:
        """Encode a response without a verdict, as at inference; see `encode`."""
        row = request.request if isinstance(request, Example) else request
        return self.encode(*row.texts)

    def encode_all(self, examples: Iterable[Example]) -> list[Encoded]:
        """Encode graded responses; an error names the example."""
        encoded = []
        for example in examples:
            try:
                encoded.append(self.encode_example(example))
            except DataError as error:
                raise DataError(f"example {example.id}: {error}") from None
        return encoded

    def _cut(self, ids: list[int], room: int) -> list[int]:
        mark = self._trusted(CUT)
        keep = max(room - len(mark), 2)
        head = (keep + 1) // 2
        return [*ids[:head], *mark, *ids[len(ids) - (keep - head) :]]


def _longest_kept(lengths: Iterable[int], room: int) -> int:
    """How long texts may be so that all fit a room together, if only longer ones are cut."""
    left = sorted(lengths, reverse=True)
    if sum(left) <= room:
        return left[0]
    while left[-1] * len(left) <= room:
        room -= left.pop()
    return room // len(left)


def _check(**texts: object) -> None:
    for field, text in texts.items():
        if not isinstance(text, str):
            raise DataError(f"must be text, not {type(text).__name__}", field=field)
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise DataError(
                f"holds half a character, a surrogate, at position {error.start}; remove it",
                field=field,
            ) from None


def mask_parts(encoder: Encoder, encoded: Encoded) -> list[tuple[str, str]]:
    """Each token's part in the loss (`prompt`, `score` or `reasoning`) and its text."""
    kinds = ["prompt"] * (len(encoded.prefix) + len(encoded.response))
    kinds += ["score", *["reasoning"] * (len(encoded.verdict) - 1)][: len(encoded.verdict)]
    ids = (*encoded.prefix, *encoded.response, *encoded.verdict)
    return [
        (kind, encoder.tokenizer.decode([token])) for kind, token in zip(kinds, ids, strict=True)
    ]
