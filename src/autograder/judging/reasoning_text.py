"""The reasoning's text as its tokens come."""

from __future__ import annotations

from typing import Any

from autograder.prompt import read_reasoning


class ReasoningText:
    """The reasoning as its tokens come, in pieces that are never taken back."""

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer
        self._tokens: list[int] = []
        self._given = ""

    def _text(self) -> str:
        decode = self._tokenizer.decode
        text: str = decode(
            self._tokens, skip_special_tokens=True, clean_up_tokenization_spaces=False
        )
        return text

    def add(self, token: int) -> str:
        """What the token adds; empty while a character or the marker before it is unfinished."""
        self._tokens.append(token)
        text = self._text()
        if "Reasoning:" not in text or text.endswith("\ufffd"):
            return ""
        return self._more(read_reasoning(text))

    def end(self) -> str:
        """What is left to give."""
        return self._more(read_reasoning(self._text()))

    def _more(self, reasoning: str) -> str:
        more = reasoning[len(self._given) :]
        self._given += more
        return more
