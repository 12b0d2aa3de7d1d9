"""What a tokenizer's own chat template writes around texts, as token ids."""

from __future__ import annotations

from typing import Any, NamedTuple, cast

from autograder.errors import ModelError
from autograder.prompt import HEADING_SIGN, INSTRUCTION, OWN_ANSWER_REQUEST

Tokens = tuple[int, ...]

_MARK = "\ue000AUTOGRADER-SECTION\ue001"
_PLAIN_SEPARATOR = "\n\n"
_OTHER_SYSTEM = "You are a helpful assistant."
"""Instead of a chat template's own system turn, where that would hold today's date."""
_PLAIN_TEMPLATE = (
    "{% for message in messages %}{{ message.content }}\n\n{% endfor %}"
    f"{{% if add_generation_prompt %}}{HEADING_SIGN} Answer\n{{% endif %}}"
)
"""For base models without a chat template (Phi-2)."""


def plain_ids(tokenizer: Any, text: str) -> list[int]:
    """Token ids of a text of ours, control tokens included; nothing is put around it."""
    ids: list[int] = tokenizer(text, add_special_tokens=False)["input_ids"]
    return ids


class Frame(NamedTuple):
    """Token ids before the first section, between any two and after the last."""

    opening: Tokens
    separator: Tokens
    closing: Tokens


class ChatTemplate:
    """The chat template of a tokenizer, or a plain one where it has none."""

    def __init__(self, tokenizer: Any) -> None:
        self.tokenizer = tokenizer

    def frame(self, control: set[int]) -> Frame:
        """Each section as a turn of the user, if such turns are set apart by control tokens.

        Args:
            control: ids of the control tokens.

        Raises:
            ModelError: the template drops or changes the user's turn.
        """
        try:
            three, four = self._around_turns(3), self._around_turns(4)
        except Exception:  # a template that wants user and assistant in turn raises jinja's error
            three = four = []
        alike = len(three) == 4 and three[1] == three[2] and four == [*three[:2], *three[1:]]
        if alike and not control.isdisjoint(self._ids(three[1])):
            opening, separator, _, closing = three
        else:
            opening, closing = self._two(self._around_turns(1))
            separator = _PLAIN_SEPARATOR
        return Frame(*map(self._ids, (opening, separator, closing)))

    def around_question(self) -> tuple[Tokens, Tokens]:
        """Token ids before and after a prompt that the base shall answer.

        Raises:
            ModelError: as `frame`.
        """
        turn = {"role": "user", "content": f"{_MARK}\n\n{OWN_ANSWER_REQUEST}"}
        dated = "strftime_now" in str(self.tokenizer.chat_template)
        turns = [{"role": "system", "content": _OTHER_SYSTEM}, turn] if dated else [turn]
        # Forty tokens of thoughts would hold no answer.
        around = self._rendered(turns, enable_thinking=False).split(_MARK)
        before, after = map(self._ids, self._two(around))
        return before, after

    def _ids(self, text: str) -> Tokens:
        return tuple(plain_ids(self.tokenizer, text))

    def _around_turns(self, num_turns: int) -> list[str]:
        """What is written before, between and after turns of the user."""
        system = {"role": "system", "content": INSTRUCTION}
        turns = [{"role": "user", "content": _MARK} for _ in range(num_turns)]
        try:
            text = self._rendered([system, *turns])
        except Exception:  # a template without a system role raises jinja's or its own error
            turns[0]["content"] = f"{INSTRUCTION}\n\n{_MARK}"
            text = self._rendered(turns)
        return text.split(_MARK)

    def _rendered(self, turns: list[dict[str, str]], **options: Any) -> str:
        """What the template makes of turns, up to where the assistant's begins."""
        options |= {"tokenize": False, "add_generation_prompt": True}
        # Llama 3 writes today's date into its system turn; a judge must not change overnight.
        options["date_string"] = "26 Jul 2024"
        if not self.tokenizer.chat_template:
            options["chat_template"] = _PLAIN_TEMPLATE
        return cast(str, self.tokenizer.apply_chat_template(turns, **options))

    @staticmethod
    def _two(around: list[str]) -> tuple[str, str]:
        """What stands before and after one turn."""
        if len(around) != 2:
            raise ModelError("the tokenizer's chat template drops or changes the user's turn")
        return around[0], around[1]
