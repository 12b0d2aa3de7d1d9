"""From texts to token ids: where untrusted text loses its power, and long text its middle."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from autograder.errors import DataError, ModelError
from autograder.prompt import (
    CUT,
    INSTRUCTION,
    LEAD,
    VERDICT_ROOM,
    Part,
    user_parts,
    verdict_tail,
)
from autograder.schema import SCORES, Example, Request

_MARK = "\ue000AUTOGRADER-USER-TURN\ue001"
_MIN_KEPT = 32
"""A text is never cut below this many tokens: an error is better than a guess."""

_PLAIN_TEMPLATE = (
    "{% for message in messages %}{{ message.content }}\n\n{% endfor %}"
    "{% if add_generation_prompt %}Answer:\n{% endif %}"
)
"""For base models without a chat template (Phi-2)."""


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
    """

    prefix: tuple[int, ...]
    response: tuple[int, ...]
    verdict: tuple[int, ...]
    score: int
    truncated: tuple[str, ...]
    opening_end: int = 0
    rubric_end: int = 0

    @property
    def segments(self) -> tuple[int, int, int]:
        """Where the prefix's segments end: the instruction, the rubric, the prompt."""
        return self.opening_end, self.rubric_end, len(self.prefix)

    @property
    def num_tokens(self) -> int:
        return len(self.prefix) + len(self.response) + len(self.verdict)


class Encoder:
    """Renders (prompt, response, rubric) with a tokenizer's own chat template.

    Args:
        tokenizer: a transformers tokenizer.
        max_length: tokens of prompt and verdict together.

    Raises:
        ModelError: the tokenizer has no single token for a digit after `LEAD`.
    """

    def __init__(self, tokenizer: Any, max_length: int) -> None:
        self.tokenizer = tokenizer
        self.max_length = max_length
        names = sorted(map(str, tokenizer.get_added_vocab()), key=len, reverse=True)
        self._control = re.compile("|".join(map(re.escape, names))) if names else None
        self.opening, self.closing = self._frame()
        self.lead, self.digit_ids = self._digits()
        self.end_id: int = tokenizer.eos_token_id
        pad = tokenizer.pad_token_id
        self.pad_id: int = self.end_id if pad is None else pad

    def _frame(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Token ids before and after the user's turn."""
        system = {"role": "system", "content": INSTRUCTION}
        user = {"role": "user", "content": _MARK}
        options: dict[str, Any] = {"tokenize": False, "add_generation_prompt": True}
        # Llama 3 writes today's date into its system turn; a judge must not change overnight.
        options["date_string"] = "26 Jul 2024"
        if not self.tokenizer.chat_template:
            options["chat_template"] = _PLAIN_TEMPLATE
        try:
            text = self.tokenizer.apply_chat_template([system, user], **options)
        except Exception:  # a template without a system role raises jinja's or its own error
            user["content"] = f"{INSTRUCTION}\n\n{_MARK}"
            text = self.tokenizer.apply_chat_template([user], **options)
        opening, mark, closing = text.partition(_MARK)
        if not mark:
            raise ModelError("the tokenizer's chat template drops or changes the user's turn")
        return tuple(self._trusted(opening)), tuple(self._trusted(closing))

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
        ids: list[int] = self.tokenizer(text, add_special_tokens=False)["input_ids"]
        return ids

    def untrusted(self, text: str) -> list[int]:
        """Token ids of somebody's text; none of them is a control token.

        Every control token's name is broken after its first character before tokenising, so
        that what remains is ordinary text with the same characters.
        """
        pieces, start = [], 0
        while self._control and (found := self._control.search(text, start)):
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

        The response is cut in its middle first, then the reference answer, then the prompt;
        rubric and verdict never are.

        Raises:
            DataError: rubric and prompt leave no room for a response, or a text is none.
        """
        reference = reference or ""
        _check(prompt=prompt, response=response, rubric=rubric, reference=reference)
        texts = user_parts(prompt, response, rubric, reference)
        parts = [(part, self._part(part)) for part in texts]
        fixed = len(self.opening) + len(self.closing) + len(self.lead)
        over = sum(len(ids) for _, ids in parts) + fixed
        over += max(VERDICT_ROOM, len(verdict)) - self.max_length
        truncated = []
        for field in ("response", "reference", "prompt"):
            at = next((i for i, (part, _) in enumerate(parts) if part.field == field), None)
            if at is None:
                continue
            part, ids = parts[at]
            if over > 0 and len(ids) > _MIN_KEPT:
                kept = self._cut(ids, max(_MIN_KEPT, len(ids) - over))
                over -= len(ids) - len(kept)
                parts[at] = (part, kept)
                truncated.append(field)
        if over > 0:
            raise DataError(
                f"rubric and prompt are {over} tokens too long for model.max_length "
                f"{self.max_length}; shorten the rubric or raise model.max_length",
                field="rubric",
            )
        *shared, (_, last) = parts
        prefix = (*self.opening, *(token for _, ids in shared for token in ids))
        branch = (*last, *self.closing, *self.lead)
        (_, heading), (_, criteria), *_ = parts
        opening_end = len(self.opening) + len(heading)
        rubric_end = opening_end + len(criteria)
        return Encoded(prefix, branch, verdict, score, tuple(truncated), opening_end, rubric_end)

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

    def _part(self, part: Part) -> list[int]:
        return self._trusted(part.text) if part.field is None else self.untrusted(part.text)

    def _cut(self, ids: list[int], room: int) -> list[int]:
        mark = self._trusted(CUT)
        keep = max(room - len(mark), 2)
        head = (keep + 1) // 2
        return [*ids[:head], *mark, *ids[len(ids) - (keep - head) :]]


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
