"""Chat messages of any library as turns, and turns as one text."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

ANSWERING = {"assistant", "gpt", "chatgpt", "model", "bot", "chatbot", "ai"}
"""Roles whose turns are answers, in lower case."""

_ASKING = {"user", "human", "prompter", "system", "developer"}
_CALLING = {
    *("tool", "tool_call", "tool_response", "tool_result", "observation", "ipython"),
    *("function", "function_call", "function_response"),
}
_TYPED = ("human", "ai", "system", "tool", "function")
_CONTENTS = ("content", "value", "parts")
_SAID = {"role", "from", *_CONTENTS, "tool_calls", "function_call", "refusal"}
_ASIDE = {
    *("id", "name", "type", "status", "weight", "tool_call_id"),
    *("response_metadata", "usage_metadata"),
}
"""Of a message: what is shown or tells who speaks, and what says nothing of its text."""
_AROUND = {"lc", "type", "id", "kwargs", "message", "index", "finish_reason", "logprobs"}
_MAX_DEPTH = 8
"""Of parts within parts; no library nests more than two."""

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
    leaving it out would hide that something was there. So are parts that are nested too deeply.
    """
    return _text(content, _MAX_DEPTH)


def _text(content: Any, depth: int) -> str:
    if isinstance(content, str):
        return content
    return "\n".join(_part(part, depth) for part in content or ())


def _part(part: Any, depth: int) -> str:
    if isinstance(part, list | tuple):
        return _text(part, depth - 1) if depth else "[part]"
    if not isinstance(part, Mapping):
        return part if isinstance(part, str) else json.dumps(part, default=str)
    text = part_text(part)
    if text is not None:
        return text
    kind, result = _kind(part), part.get("content")
    if kind == "tool_use":
        return _call(part)
    if kind == "tool_result" and depth and isinstance(result, str | list | tuple):
        return _text(result, depth - 1)
    return f"[{kind or 'part'}]"


def _kind(part: object) -> str:
    kind = part.get("type") if isinstance(part, Mapping) else None
    return kind if isinstance(kind, str) else ""


def _listed(value: object) -> list[Any]:
    return [*value] if isinstance(value, list | tuple) else []


def part_text(part: object) -> str | None:
    """What a part of a message says, if it is a text or a refusal; None for any other value."""
    if not isinstance(part, Mapping):
        return None
    text = part.get("text")
    if isinstance(text, Mapping):  # of OpenAI's Assistants
        text = text.get("value")
    if not isinstance(text, str) and part.get("type") == "refusal":
        text = part.get("refusal")
    return text if isinstance(text, str) else None


def turns_of(value: object) -> Turns | None:
    """The turns of chat messages, as `(role, text)`; None for any other value.

    A message has `role` and `content` (or `parts`), or `from` and `value`, or the `type` that
    LangChain has for a role. Messages may stand under `messages`, as in the body of a request.
    Of calls of tools the names are shown. A role that is not known makes no message: whoever
    speaks may be asking or answering, and the object may be something else.
    """
    turns = [_turn(message) for message in _messages(value)]
    known = [turn for turn in turns if turn is not None and _is_known(turn[0])]
    return known if known and len(known) == len(turns) else None


def unknown_role(value: object) -> str:
    """The first role that is not known in what else would be messages; empty if there is none."""
    turns = [_turn(message) for message in _messages(value)]
    roles = [turn[0] for turn in turns if turn is not None]
    unknown = [role for role in roles if not _is_known(role)]
    return unknown[0] if unknown and len(roles) == len(turns) else ""


def is_only_message(message: object) -> bool:
    """Whether an object has no field that no chat message has, and parts of no other kind."""
    if not isinstance(message, Mapping):
        return False
    inner = _inner(message)
    if inner is not message and not {*message} <= _AROUND:
        return False
    parts = [part for name in _CONTENTS for part in _listed(inner.get(name))]
    return {name for name, value in inner.items() if value} <= _SAID | _ASIDE and all(
        isinstance(part, str) or part_text(part) is not None or _kind(part) for part in parts
    )


def is_bare(message: object) -> bool:
    """Whether an object is a role and a text, and nothing else."""
    if not isinstance(message, Mapping):
        return False
    filled = {name: value for name, value in message.items() if value}
    said = filled.get("content", filled.get("value"))
    if {*filled} not in ({"role", "content"}, {"from", "value"}):
        return False
    return isinstance(said, str) or (isinstance(said, list) and all(map(_is_bare_part, said)))


def _is_bare_part(part: object) -> bool:
    return isinstance(part, dict) and {*part} == {"type", "text"} and isinstance(part["text"], str)


def _is_known(role: str) -> bool:
    return role.strip().lower().replace("-", "_") in ANSWERING | _ASKING | _CALLING


def _messages(value: object) -> list[Any]:
    return _listed(value.get("messages", [value]) if isinstance(value, Mapping) else value)


def _inner(message: Mapping[str, Any]) -> Mapping[str, Any]:
    """The message in LangChain's constructor, or in what Phoenix and OpenAI's choices wrap it."""
    inner = message.get("kwargs", message.get("message"))
    if isinstance(inner, Mapping):
        return inner
    if "message.role" in message:
        return {str(name).removeprefix("message."): cell for name, cell in message.items()}
    return message


def _turn(message: object) -> tuple[str, str] | None:
    if not isinstance(message, Mapping):
        return None
    message = _inner(message)
    role = message.get("role", message.get("from"))
    # Many an object has a type and a value.
    if role is None and message.get("type") in _TYPED and "value" not in message:
        role = message["type"]
    field = next((name for name in _CONTENTS if name in message), None)
    calls = _calls(message)
    if not isinstance(role, str) or not (field or calls is not None):
        return None
    content = message.get(field) if field else None
    if content is not None and not isinstance(content, str | list | tuple):
        return None
    refusal = message.get("refusal")
    said = [message_text(content), refusal if isinstance(refusal, str) else ""]
    return role, "\n".join(filter(None, [*said, *(calls or ())]))


def _calls(message: Mapping[str, Any]) -> list[str] | None:
    """The calls of tools in a message by name; None if it has no place for them."""
    named = [*map(_call, _listed(message.get("tool_calls")))]
    if isinstance(message.get("function_call"), Mapping):
        named.append(_call(message["function_call"]))
    return named if named or "tool_calls" in message else None


def _call(call: object) -> str:
    function = call.get("function", call) if isinstance(call, Mapping) else call
    name = function.get("name") if isinstance(function, Mapping) else None
    return f"[{name}]" if isinstance(name, str) else "[tool]"


def answer_of(messages: object) -> str:
    """The text of the last turn of the assistant.

    Raises:
        ValueError: there is none, or it has parts and none of them is a text.
    """
    turns = turns_of(messages) or []
    at = answered_at(turns)
    if at is None:
        raise ValueError("the chat has no turn of an assistant")
    shown, answer = turns[at][1], _inner(_messages(messages)[at])
    parts = _listed(next((answer[name] for name in _CONTENTS if name in answer), None))
    if parts and shown.strip() and shown == message_text(parts) and all(map(_is_unseen, parts)):
        raise ValueError("the answer has no text, only parts that the judge cannot see")
    return shown


def _is_unseen(part: object) -> bool:
    """Whether no more of a part is shown than its type."""
    if not isinstance(part, Mapping) or _kind(part) in ("tool_use", "tool_result"):
        return False
    return not (part_text(part) or "").strip()


def answered_at(turns: Turns) -> int | None:
    """Where the last turn of the assistant is."""
    places = [at for at, (role, _) in enumerate(turns) if is_answering(role)]
    return places[-1] if places else None


def is_answering(role: str) -> bool:
    """Whether who has this role gives the answers."""
    return role.strip().lower() in ANSWERING
