"""A conversation as the texts that a judge reads: what was asked, and the answer."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from autograder.errors import DataError
from autograder.jsonl import show

CHATS = ("messages", "conversations", "conversation")
"""Columns in which a chat usually stands, its answer included."""

_REMEDY = "--map prompt=COLUMN names the prompt's own"
_ANSWERING = {"assistant", "gpt", "chatgpt", "model", "bot", "ai"}


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
    return text if isinstance(text, str) else f"[{part.get('type', 'part')}]"


def turns_of(value: object) -> list[tuple[str, str]] | None:
    """The turns of chat messages, as `(role, text)`; None for any other value.

    A message has `role` and `content`, or `from` and `value`; of calls of tools that stand in
    place of a content their names are shown.
    """
    messages = [value] if isinstance(value, Mapping) else value
    if not isinstance(messages, list | tuple) or not messages:
        return None
    turns = []
    for message in messages:
        if not isinstance(message, Mapping):
            return None
        role = message.get("role", message.get("from"))
        if not isinstance(role, str) or not message.keys() & {"content", "value", "tool_calls"}:
            return None
        content = message.get("content", message.get("value"))
        if content is not None and not isinstance(content, str | list | tuple):
            return None
        text = message_text(content)
        turns.append((role, text or "\n".join(map(_call, message.get("tool_calls") or ()))))
    return turns


def _call(call: object) -> str:
    function = call.get("function", call) if isinstance(call, Mapping) else call
    return f"[{function.get('name', 'tool')}]" if isinstance(function, Mapping) else "[tool]"


def as_texts(
    values: Mapping[str, Any],
    fault: Callable[[str, str], DataError],
    *,
    prompt: str,
    answers: Collection[str],
    others: Collection[str],
    in_answer: bool = False,
) -> dict[str, Any]:
    """The fields of a row with chats and numbers as texts; what is neither stays as it is.

    Of a chat the last turn of the assistant is an answer. A prompt is all turns; where it is the
    same chat as an answer, or ends with it, only those before.

    Args:
        values: field by name.
        fault: makes an error of a field and a message.
        prompt: the name of the prompt.
        answers: names of responses.
        others: names of further texts, of which a chat gives the answer too.
        in_answer: whether the prompt has to be the beginning of an answer's chat.

    Raises:
        DataError: a chat has no turn of an assistant, or none before it.
    """
    found = dict(values)
    asked, chats = values.get(prompt), {name: values[name] for name in answers if name in values}
    if in_answer and isinstance(asked, str) and (chat := _decoded(asked)):
        asked, chats = chat, {n: chat if v == asked else v for n, v in chats.items()}
    for name in (*answers, *others):
        if name in values:
            found[name] = _answer(chats.get(name, values[name]), name, fault)
    if prompt not in values:
        return found
    turns = turns_of(asked)
    if turns is None:
        if in_answer:
            remedy = _REMEDY
            if isinstance(asked, str) and asked.startswith("[{'"):
                remedy = "this is how Python shows a list; write the column with json.dumps"
            raise fault(prompt, f"expected the chat of an answer, got {show(asked)}; {remedy}")
        found[prompt] = _plain(asked)
        return found
    if asked in chats.values():
        end = _answered(turns) or 0
    else:
        role, text = turns[-1]
        is_answer = role.lower() in _ANSWERING and text in [found[name] for name in chats]
        end = len(turns) - is_answer
    if not end:
        raise fault(prompt, "the chat has no turn before the answer")
    found[prompt] = conversation_text(turns[:end])
    return found


def chat_in(values: Mapping[str, Any]) -> tuple[str, Any]:
    """The first of `CHATS` in which a chat stands, and its messages; an empty name if none does."""
    for name in CHATS:
        value = values.get(name)
        messages = _decoded(value) if isinstance(value, str) else value
        if turns_of(messages):
            return name, messages
    return "", None


def _decoded(text: str) -> object:
    """The chat that a text is the JSON of, as a cell of CSV holds it; None if it is none."""
    try:
        value = json.loads(text) if text.lstrip().startswith("[") else None
    except (ValueError, RecursionError):
        return None
    return value if turns_of(value) else None


def _answer(value: object, name: str, fault: Callable[[str, str], DataError]) -> object:
    if turns_of(value) is None:
        return _plain(value)
    try:
        return answer_of(value)
    except ValueError as error:
        raise fault(name, str(error)) from None


def answer_of(messages: object) -> str:
    """The text of the last turn of the assistant.

    Raises:
        ValueError: there is none.
    """
    turns = turns_of(messages) or []
    at = _answered(turns)
    if at is None:
        raise ValueError("the chat has no turn of an assistant")
    return turns[at][1]


def _answered(turns: list[tuple[str, str]]) -> int | None:
    """Where the last turn of the assistant is."""
    places = [at for at, (role, _) in enumerate(turns) if role.lower() in _ANSWERING]
    return places[-1] if places else None


def _plain(value: object) -> object:
    """A number or a boolean as JSON writes it; anything else as it is."""
    return json.dumps(value) if isinstance(value, bool | int | float) else value
