"""Chat messages of any library as turns, and turns as one text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

ANSWERING = {"assistant", "gpt", "chatgpt", "model", "bot", "ai"}
"""Roles whose turns are answers, in lower case."""

_TYPED = ("human", "ai", "system", "tool", "function")
_CONTENTS = ("content", "value", "parts")

Turns = list[tuple[str, str]]
"""Each as `(role, text)`."""


def conversation_text(turns: Iterable[tuple[str, str]]) -> str:
    """The turns, as `(role, text)`, in one text.

    A single turn is its text alone. Several are told apart by their roles; these are words in a
    prompt and no control tokens, and so are words in a turn that look like them.

    Example:
        >>> conversation_text([("user", "Name a metal.")])
        'Name a metal.'
        >>> print(conversation_text([("system", "Be brief."), ("user", "Name a metal.")]))
        system: Be brief.
        <BLANKLINE>
        user: Name a metal.
    """
    parts = list(turns)
    if len(parts) == 1:
        return parts[0][1]
    return "\n\n".join(f"{role}: {text}" for role, text in parts)


def message_text(content: Any) -> str:
    """The text of a message's content: itself, or that of its parts.

    A part that is no text, such as an image, is named by its type: the judge cannot see it, and
    leaving it out would hide that something was there.
    """
    if isinstance(content, str):
        return content
    return "\n".join(map(_part, content or ()))


def _part(part: Any) -> str:
    if not isinstance(part, Mapping):
        return str(part)
    text = part.get("text")
    if isinstance(text, str):
        return text
    kind = part.get("type", "part")
    if kind == "tool_use":
        return _call(part)
    result = part.get("content")
    if kind == "tool_result" and isinstance(result, str | list | tuple):
        return message_text(result)
    return f"[{kind}]"


def turns_of(value: object) -> Turns | None:
    """The turns of chat messages, as `(role, text)`; None for any other value.

    A message has `role` and `content` (or `parts`), or `from` and `value`, or the `type` that
    LangChain has for a role. Messages may stand under `messages`, as in the body of a request.
    Of calls of tools the names are shown.
    """
    messages = value.get("messages", [value]) if isinstance(value, Mapping) else value
    if not isinstance(messages, list | tuple) or not messages:
        return None
    turns = [_turn(message) for message in messages]
    return None if None in turns else [turn for turn in turns if turn is not None]


def _turn(message: object) -> tuple[str, str] | None:
    if not isinstance(message, Mapping):
        return None
    # LangChain's constructor, and what Phoenix and the choices of OpenAI wrap one in.
    inner = message.get("kwargs", message.get("message"))
    if isinstance(inner, Mapping):
        message = inner
    elif "message.role" in message:
        message = {str(name).removeprefix("message."): cell for name, cell in message.items()}
    role = message.get("role", message.get("from"))
    if role is None and message.get("type") in _TYPED:
        role = message["type"]
    field = next((name for name in _CONTENTS if name in message), None)
    if not isinstance(role, str) or not (field or "tool_calls" in message):
        return None
    content = message.get(field) if field else None
    if content is not None and not isinstance(content, str | list | tuple):
        return None
    calls = message.get("tool_calls")
    named = map(_call, calls if isinstance(calls, list | tuple) else ())
    return role, "\n".join(filter(None, [message_text(content), *named]))


def _call(call: object) -> str:
    function = call.get("function", call) if isinstance(call, Mapping) else call
    return f"[{function.get('name', 'tool')}]" if isinstance(function, Mapping) else "[tool]"


def answer_of(messages: object) -> str:
    """The text of the last turn of the assistant.

    Raises:
        ValueError: there is none.
    """
    turns = turns_of(messages) or []
    at = answered_at(turns)
    if at is None:
        raise ValueError("the chat has no turn of an assistant")
    return turns[at][1]


def answered_at(turns: Turns) -> int | None:
    """Where the last turn of the assistant is."""
    places = [at for at, (role, _) in enumerate(turns) if role.lower() in ANSWERING]
    return places[-1] if places else None
